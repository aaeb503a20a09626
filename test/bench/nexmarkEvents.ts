import { mix, SplitMix } from "./random.js";

// The events of Nexmark, an online auction, as JSON lines: of fifty one is a person who registers, three are auctions that open, the others bids. Each is a pure function of the seed
// and its number, and has the same bytes as the generator that the benchmark's peers are given data of.

export type EventKind = "person" | "auction" | "bid";

const perEpoch = 50;
const firstId = 1000;
/** How many events later a hundred further auctions are open. */
const horizon = Math.floor((100 * perEpoch) / 3);
const mask = 0xffff_ffff_ffff_ffffn;
const channels = 10_000;

const firstNames = ["Ada", "Bruno", "Carla", "Dmitri", "Elin", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Liam"];
const lastNames = ["Adler", "Brandt", "Costa", "Duarte", "Engel", "Fischer", "Grant", "Haugen", "Ivers", "Jansen"];
const cities = ["Tucson", "Oakland", "Fresno", "Boise", "Eugene", "Salem", "Tacoma", "Spokane", "Laramie", "Casper"];
const states = ["AZ", "CA", "ID", "OR", "WA", "WY"];
const hotChannels = ["Google", "Facebook", "Baidu", "Apple"];

/** One event, as it stands in its file. */
export interface NexmarkEvent {
  readonly kind: EventKind;
  readonly atMs: number;
  readonly line: string;
}

/** The events of one seed. */
export class NexmarkEvents {
  readonly #key: bigint;
  readonly #hotUrls: readonly string[];
  readonly #urls: readonly string[];

  /**
   * @param baseMs when the first happens
   * @param rate how many happen in a second
   */
  constructor(
    seed: number,
    private readonly baseMs: number,
    private readonly rate: number,
  ) {
    this.#key = mix((BigInt(seed) * 0xa24b_aed4_963e_e407n) & mask);
    const random = new SplitMix(mix(this.#key ^ 0xc4a7n));
    this.#hotUrls = Array.from({ length: hotChannels.length }, () => urlOf(random));
    this.#urls = Array.from({ length: channels }, (_, i) => {
      const url = urlOf(random);
      return random.below(10) > 0 ? `${url}&channel_id=${Math.abs(reversedBits(i) | 0)}` : url;
    });
  }

  /** How long after the start an event happens, ms. */
  offsetMs(event: number): number {
    return Math.floor((event * 1000) / this.rate);
  }

  /** How much later than it happens an event arrives, ms: one in ten some time up to `mostMs`, the others at once. */
  delayMs(event: number, mostMs: number): number {
    const random = new SplitMix(mix(this.#key ^ 0x5151n ^ ((BigInt(event) * 0x9fb2_1c65_1e98_df25n) & mask)));
    return mostMs > 0 && random.below(10) === 0 ? 1 + random.below(mostMs) : 0;
  }

  event(event: number): NexmarkEvent {
    const random = new SplitMix(mix(this.#key ^ ((BigInt(event) * 0xd134_2543_de82_ef95n) & mask)));
    const atMs = this.baseMs + this.offsetMs(event);
    const place = event % perEpoch;
    if (place === 0) return { kind: "person", atMs, line: person(event, atMs, random) };
    if (place <= 3) return { kind: "auction", atMs, line: this.#auction(event, atMs, random) };
    return { kind: "bid", atMs, line: this.#bid(event, atMs, random) };
  }

  #auction(event: number, atMs: number, random: SplitMix): string {
    const name = word(random, 20, " ");
    const description = word(random, 100, " ");
    const initialBid = price(random);
    const reserve = initialBid + price(random);
    const openMs = Math.max(1, this.baseMs + this.offsetMs(event + horizon) - atMs);
    const expires = isoOf(atMs + 1 + random.belowLarge(2 * openMs));
    // Three auctions in four are of the hot seller, the first of the last hundred people.
    const seller = random.below(4) > 0 ? hundred(lastPerson(event)) : somePerson(event, random);
    const category = 10 + random.below(5);
    const extra = filler(random, 48 + name.length + description.length, 500);
    return (
      `{"id":${lastAuction(event) + firstId},"itemName":"${name}","description":"${description}","initialBid":${initialBid},"reserve":${reserve},` +
      `"dateTime":"${isoOf(atMs)}","expires":"${expires}","seller":${seller + firstId},"category":${category},"extra":"${extra}"}\n`
    );
  }

  #bid(event: number, atMs: number, random: SplitMix): string {
    // Every second bid is on the hot auction, the first of the last hundred; three in four are the hot bidder's, the second of the last hundred people.
    const auction = random.below(2) > 0 ? hundred(lastAuction(event)) : someAuction(event, random);
    const bidder = random.below(4) > 0 ? hundred(lastPerson(event)) + 1 : somePerson(event, random);
    const amount = price(random);
    const isHot = random.below(2) > 0;
    const channel = random.below(isHot ? hotChannels.length : channels);
    const [name, url] = isHot ? [hotChannels[channel]!, this.#hotUrls[channel]!] : [`channel-${channel}`, this.#urls[channel]!];
    const extra = filler(random, 32, 100);
    return (
      `{"auction":${auction + firstId},"bidder":${bidder + firstId},"price":${amount},"channel":"${name}","url":"${url}",` +
      `"dateTime":"${isoOf(atMs)}","extra":"${extra}"}\n`
    );
  }
}

function person(event: number, atMs: number, random: SplitMix): string {
  const name = `${firstNames[random.below(12)]!} ${lastNames[random.below(10)]!}`;
  const email = `${word(random, 7, "_")}@${word(random, 5, "_")}.com`;
  const card = Array.from({ length: 4 }, () => String(random.below(10_000)).padStart(4, "0")).join(" ");
  const city = cities[random.below(10)]!;
  const state = states[random.below(6)]!;
  const extra = filler(random, 8 + name.length + email.length + card.length + city.length + 2, 200);
  return (
    `{"id":${lastPerson(event) + firstId},"name":"${name}","emailAddress":"${email}","creditCard":"${card}","city":"${city}","state":"${state}",` +
    `"dateTime":"${isoOf(atMs)}","extra":"${extra}"}\n`
  );
}

/** People and auctions are numbered as they come; the last of each when an event happens. */
function lastPerson(event: number): number {
  return Math.floor(event / perEpoch);
}

function lastAuction(event: number): number {
  const [epoch, place] = [Math.floor(event / perEpoch), event % perEpoch];
  return place < 1 ? epoch * 3 - 1 : epoch * 3 + Math.min(place, 3) - 1;
}

function hundred(n: number): number {
  return Math.trunc(n / 100) * 100;
}

/** One of the last thousand, or of the ten to come. */
function somePerson(event: number, random: SplitMix): number {
  const all = lastPerson(event) + 1;
  const active = Math.min(all, 1000);
  return all - active + random.below(active + 10);
}

/** One of the last hundred, or of the ten to come. */
function someAuction(event: number, random: SplitMix): number {
  const last = Math.max(0, lastAuction(event));
  const first = Math.max(0, last - 100);
  return first + random.below(last - first + 1 + 10);
}

/** From one to a million, in hundredths, equally often in each power of ten. */
function price(random: SplitMix): number {
  return Math.round(10 ** (random.double() * 6) * 100);
}

function urlOf(random: SplitMix): string {
  return `https://www.nexmark.com/${Array.from({ length: 3 }, () => `${word(random, 5, "_")}/`).join("")}item.htm?query=1`;
}

/** Three to `most` − 1 letters, one in thirteen the special character; none of these at the ends where they are blanks. */
function word(random: SplitMix, most: number, special: string): string {
  const length = 3 + random.below(most - 3);
  let text = "";
  for (let i = 0; i < length; i++) text += random.below(13) === 0 ? special : letter(random.below(26));
  return special === " " ? text.replaceAll(/^ +| +$/g, "") : text;
}

/** Letters that fill what is there up to `wanted` on average, a fifth of them more or less. */
function filler(random: SplitMix, there: number, wanted: number): string {
  if (there > wanted) return "";
  const missing = wanted - there;
  const spread = Math.round(missing * 0.2);
  return letters(random, missing - spread + (spread === 0 ? 0 : random.below(2 * spread)));
}

function letters(random: SplitMix, length: number): string {
  let text = "";
  while (text.length < length) {
    random.next();
    let [high, low] = [random.outHigh, random.outLow];
    // Thirteen letters of 64 bits, by long division.
    for (let i = 0; i < 13 && text.length < length; i++) {
      const rest = (high % 26) * 2 ** 32 + low;
      text += letter(rest % 26);
      high = Math.floor(high / 26);
      low = Math.floor(rest / 26);
    }
  }
  return text;
}

function letter(n: number): string {
  return String.fromCharCode(97 + n);
}

function reversedBits(n: number): number {
  let [from, into] = [n, 0];
  for (let i = 0; i < 32; i++) {
    into = (into << 1) | (from & 1);
    from >>>= 1;
  }
  return into;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
