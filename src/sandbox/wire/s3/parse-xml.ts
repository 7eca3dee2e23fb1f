import { malformedXml } from '../../world/s3/refusals.js';

/** An element of a request's document; attributes and namespaces say nothing that S3 needs. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const TOKEN = /<\?[^]*?\?>|<!--[^]*?-->|<(\/?)(?:[\w.-]+:)?([\w.-]+)[^<>]*?(\/?)>|[^<]+/g;

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** The document's root. @throws MalformedXML for what is not well-formed */
export function parseXml(text: string): XmlElement {
  interface Open {
    readonly name: string;
    text: string;
    readonly children: XmlElement[];
  }
  const root: Open = { name: '', text: '', children: [] };
  const open: Open[] = [root];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index !== at) throw malformedXml();
    at += match[0].length;
    const [token, closes, name, empty] = match;
    const around = open.at(-1) ?? root;
    if (name === undefined) {
      if (!token.startsWith('<')) around.text += plain(token);
    } else if (closes === '/') {
      if (open.length === 1 || around.name !== name) throw malformedXml();
      open.pop();
    } else {
      const element: Open = { name, text: '', children: [] };
      around.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [only] = root.children;
  if (at !== text.length || open.length !== 1 || only === undefined) throw malformedXml();
  return only;
}

function plain(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi,
    (whole, hex?: string, digits?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = hex === undefined ? Number(digits) : Number.parseInt(hex, 16);
      return code > 0x10ffff ? whole : String.fromCodePoint(code);
    },
  );
}
