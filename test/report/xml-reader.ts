/**
 * A small strict reader of XML: elements, attributes, text, the five named entities and numeric ones. Anything else, and
 * anything that is not well-formed, throws. Written apart from the writer, so that the two check each other.
 */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decoded(raw: string): string {
  if (/[<]|&(?!#?\w+;)/.test(raw)) throw new Error(`not well-formed: ${raw}`);
  return raw.replace(/&(#?)(\w+);/g, (whole, hash: string, word: string) => {
    const character = hash === "" ? NAMED[word] : String.fromCodePoint(Number(word.replace(/^x/, "0x")));
    if (character === undefined) throw new Error(`unknown entity ${whole}`);
    return character;
  });
}

class Reader {
  private readonly text: string;
  private position: number = 0;

  constructor(text: string) {
    this.text = text;
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, "yu");
    sticky.lastIndex = this.position;
    const found = sticky.exec(this.text);
    if (found === null) return undefined;
    this.position += found[0].length;
    return found;
  }

  private must(pattern: RegExp): RegExpExecArray {
    const found = this.take(pattern);
    if (found !== undefined) return found;
    throw new Error(`expected ${pattern.source} at ${this.text.slice(this.position, this.position + 40)}`);
  }

  document(): XmlNode {
    this.must(/<\?xml version="1\.0" encoding="UTF-8"\?>\s*/);
    const root = this.element();
    this.take(/\s*/);
    if (this.position !== this.text.length) throw new Error("something stands behind the root");
    return root;
  }

  private element(): XmlNode {
    const name = this.must(/<([A-Za-z][\w-]*)/)[1] ?? "";
    const attributes: Record<string, string> = {};
    for (;;) {
      const found = this.take(/\s+([A-Za-z][\w-]*)="([^"]*)"/);
      if (found === undefined) break;
      const [, key = "", value = ""] = found;
      if (key in attributes) throw new Error(`attribute ${key} twice`);
      // A parser normalises white space in attributes: only escaped white space survives.
      attributes[key] = decoded(value.replace(/[\t\n\r]/g, " "));
    }
    if (this.take(/\s*\/>/) !== undefined) return { name, attributes, children: [], text: "" };
    this.must(/\s*>/);
    const children: XmlNode[] = [];
    let text = "";
    while (this.take(new RegExp(`</${name}\\s*>`)) === undefined) {
      const run = this.take(/[^<]+/);
      if (run === undefined) children.push(this.element());
      else text += decoded(run[0].replace(/\r\n?/g, "\n"));
    }
    return { name, attributes, children, text };
  }
}

/** One character, which may be a lone surrogate. */
export function isXmlCharacter(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return "\t\n\r".includes(character);
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

export function parseXml(text: string): XmlNode {
  if (![...text].every(isXmlCharacter)) throw new Error("a character that XML cannot hold");
  return new Reader(text).document();
}
