/** Shorter values are words of every sentence; taking them out would only make it unreadable. */
const SHORTEST_SECRET = 4;

/** A line of a longer secret must be this long to be taken out alone: scripts and JSON have many short ones. */
const SHORTEST_LINE = 6;

type Encoding = (text: string) => readonly string[];

const XML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** How a value looks in what programs write; each answers all spellings of one notation. */
const ENCODINGS: readonly Encoding[] = [
  (text) => {
    const json = JSON.stringify(text).slice(1, -1);
    const ascii = json.replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
    // Once more for JSON in a string of JSON, as Step Functions and CloudFormation's events carry it.
    return [json, ascii, json.replaceAll('/', '\\/'), JSON.stringify(json).slice(1, -1)];
  },
  (text) => [
    text.replace(/[&<>"']/g, (one) => XML[one] ?? one),
    text.replace(/[&<>"]/g, (one) => XML[one] ?? one),
    text.replace(/[&<>]/g, (one) => XML[one] ?? one),
    text.replace(/[&<>"']/g, (one) => (/["']/.test(one) ? `&#${one.charCodeAt(0)};` : (XML[one] ?? one))),
  ],
  // Half a surrogate pair has no form in a URL.
  (text) => urlForms(text.replace(/[\ud800-\udfff]/gu, '\ufffd')),
  (text) => [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[\\"$`]/g, '\\$&'),
    // As `printf %q` writes it.
    text.replace(/[^\w@%+=:,./-]/g, '\\$&'),
  ],
  base64Forms,
];

/**
 * The forms in which a secret can stand in a text that others wrote: as it is, with its line breaks collapsed, each
 * of its longer lines, and all of these as JSON, XML, URLs, shells and base64 write them.
 *
 * @returns different texts of at least `SHORTEST_SECRET` characters, longest first, so that a form which holds
 * another one is taken out whole; none for a secret that is shorter itself
 */
export function formsOf(secret: string): readonly string[] {
  if (secret.length < SHORTEST_SECRET) return [];
  const lines = secret.split(/[\r\n]+/).map((line) => line.trim());
  const whole = [secret, secret.trim(), secret.replace(/\s+/g, ' ').trim(), lines.join(''), lines.join('\n')];
  const parts = lines.length > 1 ? lines.filter(({ length }) => length >= SHORTEST_LINE) : [];
  const plain = new Set([...whole, ...parts]);
  const forms = new Set([...plain, ...[...plain].flatMap((text) => ENCODINGS.flatMap((encode) => encode(text)))]);
  return [...forms].filter(({ length }) => length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
}

/** RFC 3986 with and without the characters that JavaScript leaves, forms (`+` for a blank), hex in both cases. */
function urlForms(text: string): readonly string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [encodeURI(text), component, strict, strict.replaceAll('%20', '+')];
  return [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()))];
}

/**
 * What base64 makes of it wherever it begins in what was encoded (`user:secret`): the characters that depend on it
 * alone, at each of the three offsets, in both alphabets.
 */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const forms = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)),
  );
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}
