/** Sentences of events, failures and findings, by the name of their field. */
const SENTENCES = new Set(['why', 'text', 'what', 'left', 'serves', 'remedy']);
/** Those that may be empty as a whole. */
const MAY_BE_EMPTY = new Set(['left', 'serves', 'remedy', 'why']);

/** What a list that was joined into a sentence leaves there when it is empty. Three dots stand for what was cut off. */
const HOLES: readonly RegExp[] = [
  // Brackets around nothing, or around what is missing before the rest.
  /\(\s*\)/,
  /\(\s/,
  /[\s(][,;](\s|$)/,
  // A separator or a word that announces something, and then nothing.
  // What is cut off ends with three points.
  /[,;]\s*((?!\.\.\.)[.;,)]|$)/,
  /:\s+((?!\.\.\.)[.;,)]|$)/,
  /:$/,
  /\s(because|behind|with|and|or)\s*((?!\.\.\.)[.;]|$)/,
  /^\s*[.;,]/,
];

/** Sentences in what a run tells that hold an empty list, with the path to them. */
export function emptyLists(told: unknown, path = ''): readonly string[] {
  if (typeof told !== 'object' || told === null) return [];
  return Object.entries(told as Readonly<Record<string, unknown>>).flatMap(([key, value]) => {
    const here = Array.isArray(told) ? `${path}[]` : `${path}.${key}`;
    if (typeof value !== 'string') return emptyLists(value, here);
    if (!SENTENCES.has(key)) return [];
    if (value.trim() === '') return MAY_BE_EMPTY.has(key) ? [] : [`${here} is empty`];
    return HOLES.some((hole) => hole.test(withoutQuotes(value))) ? [`${here}: ${value}`] : [];
  });
}

/** AWS's words may end with anything in quotes. */
function withoutQuotes(text: string): string {
  return text.replace(/"[^"]*"/g, '"…"');
}
