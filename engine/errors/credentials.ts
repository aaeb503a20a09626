/** Names of options and settings whose values are nobody else's business. */
const secretNames = /password|passphrase|secret|jaas|credential|token|keystore\.key|access\.?key/i;

/** What stands for what is not shown. */
const hidden = "…";

/** A text for people without the user and password of its URLs: `s3://key:secret@bucket` reads `s3://…@bucket`. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/]*@/gi, `$1${hidden}@`);
}

/** The value of an option as a message may show it: not at all where the name says that it is secret, else without a user and password in it. */
export function shownValue(name: string, value: string): string {
  if (secretNames.test(name)) return hidden;
  return withoutCredentials(value).replace(/[^\s,/:@]+:[^\s,/]*@/g, `${hidden}@`);
}
