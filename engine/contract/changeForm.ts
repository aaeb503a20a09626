import type { OptionSpec } from "./options.js";

const forms = ["rows", "upserts"] as const;

/** How a sink is given the changes of a query in output mode `changes`: each row that comes or goes, or by key, of which a batch then has at most one row. */
export type ChangeForm = (typeof forms)[number];

/** The form that a text names, whatever its case; undefined: it names none. */
export function parseChangeForm(text: string | undefined): ChangeForm | undefined {
  return forms.find((form) => form === text?.toLowerCase());
}

/** The option by which a query says so; `form` where it says nothing. */
export function changesOption(form: ChangeForm = "rows"): OptionSpec {
  return {
    name: "changes",
    kind: forms,
    default: form,
    doc: "In output mode changes: every row that comes or goes (rows), or by key at most one row a batch, what is there now or a delete (upserts).",
  };
}
