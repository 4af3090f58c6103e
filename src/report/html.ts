/**
 * Text that is safe to put into an HTML page, built by a tagged template.
 *
 * Invariant: every string that is interpolated is escaped for element content and for quoted attributes; only a
 * value of type Html passes unchanged. Names in a report come from users' files, so no other way in exists.
 * Not covered: text inside <script> and <style>, which follows other rules (embed.ts).
 */

/** Markup that is escaped already. */
export interface Html {
  readonly markup: string;
}

export type HtmlPart = string | number | Html | readonly Html[];

export const NO_HTML: Html = { markup: "" };

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters that HTML forbids, and those that turn the direction of what follows them. */
// oxlint-disable-next-line no-control-regex -- these are the characters to replace
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

export function escapeText(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** html`<p>${text}</p>`: strings and numbers are escaped, Html and lists of Html are not. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlPart[]): Html {
  let markup = parts[0] ?? "";
  for (let index = 0; index < values.length; index += 1) {
    markup += markupOf(values[index] ?? "") + (parts[index + 1] ?? "");
  }
  return { markup };
}

/** Joins with nothing but a line end between the parts, so that the page's source stays readable. */
export function lines(parts: readonly Html[]): Html {
  return { markup: parts.map((part) => part.markup).join("\n") };
}

function markupOf(value: HtmlPart): string {
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  if ("markup" in value) return value.markup;
  return value.map((part) => part.markup).join("");
}
