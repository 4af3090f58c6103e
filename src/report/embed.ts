/**
 * Data, scripts and styles inside a page: text in <script> and <style> is not escaped by entities, it ends at the
 * first closing tag. These functions make sure that no such tag can come from the content.
 */
import type { Html } from "./html.ts";

/** The characters that could end or change a script element, or a line in old script parsers. */
const UNSAFE_IN_SCRIPT = /[<>&\u2028\u2029]/g;

/** JSON that stays the same value when parsed and holds no character that means anything to an HTML parser. */
export function embedJson(id: string, value: unknown): Html {
  const text = JSON.stringify(value).replace(
    UNSAFE_IN_SCRIPT,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return { markup: `<script type="application/json" id="${id}">${text}</script>` };
}

/**
 * A program of ours. A tag in it can only stand in a string, a template or a regular expression, where a
 * backslash before `/` or `!` changes nothing.
 */
export function embedScript(source: string): Html {
  const text = source.replace(/<(\/script)/gi, "<\\$1").replace(/<!--/g, "<\\!--");
  return { markup: `<script>${text}</script>` };
}

/** Our own style sheet; it holds no user's text. */
export function embedStyle(css: string): Html {
  return { markup: `<style>${css}</style>` };
}
