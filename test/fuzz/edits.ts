import fc from 'fast-check';
import type { Edit } from './input.js';

/** Words that mean something to somebody on the way: shells, YAML, JavaScript, CloudFormation, terminals, runners. */
export const ODD_WORDS: readonly string[] = [
  ...['', ' ', '\t', '\0', '\u202e', '\u2028', '\u{1f600}', '\ud800', '\x1b[31mred', '##[command]x', '::error::x'],
  ...['null', 'undefined', '__proto__', 'constructor', 'toString', 'NaN', 'Infinity', 'true', 'Yes', '~', '-', '--'],
  ...['-1', '0', '1', '007', '1.5', '1e400', '99999999999999999999', '0x10', '1:30', '2026-02-30', '50%', '101%'],
  ...['[]', '{}', '[', '{', '"', "'", ': ', '&a', '*a', '<<', '!Ref', '!Sub', '!GetAtt a', '|', '>', '#', '%', '---'],
  ...['$(id)', '${A}', '${AWS::Region}', '{{resolve:ssm:/x}}', 'AWS::NoValue', 'Fn::ForEach::X', 'Fn::If', 'Ref'],
  ...[
    'web',
    'web-group',
    'web*',
    '*',
    'none',
    'Group',
    'ImageId',
    'ImageId=',
    '=x',
    'a=b=c',
    'KEY',
    'default',
    'stacks',
  ],
  ...['template.yaml', 'values.json', '.', '..', '/', '/dev/null', 'a/b', 's3://b/k', 'https://127.0.0.1:1/x'],
  ...['redis://127.0.0.1:1', 'dynamodb:locks', 'arn:aws:x', 'x'.repeat(300), 'https://e.invalid/?X-Amz-Signature=a'],
];

const KINDS = ['drop', 'double', 'replace', 'insert', 'cut', 'nest'] as const;

/** A change of a text or of a list of words, most of them with a word that means something. */
export const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...KINDS),
  // No double: most of those that are drawn are next to nothing.
  at: fc.nat({ max: 9_999 }).map((part) => part / 10_000),
  with: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...ODD_WORDS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.integer().map(String) },
  ),
});

/** A list with these changes. */
export function editWords(words: readonly string[], edits: readonly Edit[]): string[] {
  return edits.reduce<string[]>(
    (list, change) => {
      const at = Math.min(Math.floor(change.at * (list.length + 1)), list.length);
      const old = list[at] ?? '';
      const now = { drop: [], double: [old, old], replace: [change.with], insert: [change.with, old] };
      if (change.kind === 'cut') return list.slice(0, at);
      if (change.kind === 'nest') return list.toSpliced(at, 1, `${old}=${change.with}`);
      return list.toSpliced(at, 1, ...now[change.kind].filter((word) => word !== '' || change.with === ''));
    },
    [...words],
  );
}

/** How deep a nest is: deeper than anybody writes, less than a parser of YAML or JSON minds. */
const DEEP = 200;

/** A text with these changes: words of it go, come twice, or become others; lines too; it ends early. */
export function editText(text: string, edits: readonly Edit[]): string {
  return edits.reduce((whole, change) => {
    const parts = partsOf(whole);
    const { from, to } = parts[Math.min(Math.floor(change.at * parts.length), parts.length - 1)] ?? { from: 0, to: 0 };
    const [before, part, after] = [whole.slice(0, from), whole.slice(from, to), whole.slice(to)];
    switch (change.kind) {
      case 'drop':
        return before + after;
      case 'double':
        return before + part + part + after;
      case 'replace':
        return before + change.with + after;
      case 'insert':
        return before + change.with + part + after;
      case 'cut':
        return before;
      case 'nest':
        return before + '['.repeat(DEEP) + part + ']'.repeat(DEEP) + after;
    }
  }, text);
}

/** Every word of a text, and every line of it. */
function partsOf(text: string): readonly { readonly from: number; readonly to: number }[] {
  return [/[\w./:${}-]+/g, /.*\n/g].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ 0: part, index }) => ({ from: index, to: index + part.length })),
  );
}

/** An answer with these changes: elements go, come twice, are empty, or hold something else; it stays well-formed. */
export function editDocument(text: string, edits: readonly Edit[]): string {
  if (!text.startsWith('<')) return editText(text, edits);
  return edits.reduce((whole, change) => {
    const opens = [...whole.matchAll(/<([A-Za-z][\w.]*)[^>/]*>/g)];
    const open = opens[Math.min(Math.floor(change.at * opens.length), opens.length - 1)];
    if (open === undefined) return whole;
    const from = open.index;
    const inner = from + open[0].length;
    const close = `</${open[1] ?? ''}>`;
    const end = whole.indexOf(close, inner);
    if (end < 0) return whole;
    const to = end + close.length;
    const element = whole.slice(from, to);
    const put = (now: string): string => whole.slice(0, from) + now + whole.slice(to);
    const words = change.with.replace(/[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]/gu, '').replace(/[&<>]/g, '.');
    const nowOf = { drop: '', double: element + element, cut: open[0] + close, nest: open[0] + element + close };
    if (change.kind === 'insert') return put(`<Odd>${words}</Odd>${element}`);
    return put(change.kind === 'replace' ? open[0] + words + close : nowOf[change.kind]);
  }, text);
}
