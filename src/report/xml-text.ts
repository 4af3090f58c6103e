/**
 * Text and attribute values of an XML 1.0 document.
 *
 * Invariant: whatever goes in, the result is well-formed. Characters that XML cannot hold at all, escaped or not (most
 * control characters, lone surrogates), become U+FFFD.
 */

// The class is the complement of the Char production of XML 1.0; with the u flag a lone surrogate is one character.
const NOT_XML = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  // Only "]]>" must be escaped; doing it always needs no look at the neighbours.
  ">": "&gt;",
  '"': "&quot;",
  // A parser turns these into spaces in attributes, and carriage returns into line feeds in text.
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

function xmlText(text: string): string {
  return text.replace(NOT_XML, "\ufffd").replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character);
}

/** With the quotation marks around it. */
function xmlAttribute(text: string): string {
  const escaped = text
    .replace(NOT_XML, "\ufffd")
    .replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character] ?? character);
  return `"${escaped}"`;
}

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** A text stands alone in its element: mixed content would let indentation into it. */
  readonly children: readonly XmlElement[] | string;
}

function writeElement(element: XmlElement, indent: string): string {
  const attributes = Object.entries(element.attributes)
    .map(([name, value]) => ` ${name}=${xmlAttribute(String(value))}`)
    .join("");
  const { name, children } = element;
  if (children.length === 0) return `${indent}<${name}${attributes}/>\n`;
  if (typeof children === "string") return `${indent}<${name}${attributes}>${xmlText(children)}</${name}>\n`;
  const inner = children.map((child) => writeElement(child, `${indent}  `)).join("");
  return `${indent}<${name}${attributes}>\n${inner}${indent}</${name}>\n`;
}

export function writeXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(root, "")}`;
}
