import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { embedJson, embedScript } from "../../src/report/embed.ts";
import { escapeText, html } from "../../src/report/html.ts";

/** Reads back what an HTML parser would read from escaped text. */
function unescapeText(markup: string): string {
  return markup
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

const PRINTABLE = fc.string({ unit: fc.constantFrom(..."<>&\"'/!-;#ab \u2028é𝄞") });

describe("escaping", () => {
  test("an interpolated string never opens a tag nor ends an attribute, and reads back unchanged", () => {
    fc.assert(
      fc.property(PRINTABLE, (text) => {
        const markup = html`${text}`.markup;
        expect(markup).not.toMatch(/[<>"']/);
        expect(unescapeText(markup)).toBe(text);
      }),
    );
  });

  test("markup made by the tag passes once, not twice escaped", () => {
    const inner = html`<b>${"a<b"}</b>`;
    expect(html`<p>${inner}${[inner, inner]}</p>`.markup).toBe(
      "<p><b>a&lt;b</b><b>a&lt;b</b><b>a&lt;b</b></p>",
    );
  });

  test("control characters and marks that turn the direction of text are replaced", () => {
    expect(escapeText("a\u0000b\u001bc\u202ed\u2066e")).toBe("a\ufffdb\ufffdc\ufffdd\ufffde");
    expect(escapeText("tab\tand line\n")).toBe("tab\tand line\n");
  });
});

describe("embedding", () => {
  test("JSON in a script element parses to the same value and holds nothing that ends the element", () => {
    fc.assert(
      fc.property(fc.jsonValue(), PRINTABLE, (value, text) => {
        const whole = { value, [text]: `</script><!--${text}\u2028\u2029` };
        const { markup } = embedJson("data", whole);
        const content = markup.slice(markup.indexOf(">") + 1, markup.lastIndexOf("</script>"));
        expect(content).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(content)).toStrictEqual(JSON.parse(JSON.stringify(whole)));
      }),
    );
  });

  test("a program that holds a closing tag in a string keeps its meaning and its element", () => {
    const program = "globalThis.text = '</script><!--' + `</SCRIPT>`;";
    const { markup } = embedScript(program);
    const content = markup.slice("<script>".length, -"</script>".length);
    expect(content).not.toMatch(/<\/script/i);
    expect(content).not.toContain("<!--");
    const holder: { text?: string } = {};
    new Function("globalThis", content)(holder);
    expect(holder.text).toBe("</script><!--</SCRIPT>");
  });
});
