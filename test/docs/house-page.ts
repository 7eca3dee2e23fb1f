/** The rooms that docs/ARCHITECTURE.md draws: folders, as paths from the root. */
export function roomsDrawn(page: string): string[] {
  const picture = /^## The house\n[\s\S]*?```\n([\s\S]*?)```/m.exec(page)?.[1] ?? '';
  const path: string[] = [];
  return picture.split('\n').flatMap((line) => {
    const found = /^( *)([\w./-]+)\/(?: |$)/.exec(line);
    if (found === null) return [];
    path.splice((found[1] ?? '').length / 2);
    path.push(found[2] ?? '');
    return [path.join('/')];
  });
}

/** A row of a table under a heading, as the cells between its bars. */
export function rowsUnder(page: string, heading: string): string[][] {
  const part = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const rows = part.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** One word of the glossary: what it means, and the words that are not used for it in names. */
export interface Term {
  readonly word: string;
  readonly insteadOf: readonly string[];
}

export function glossaryOf(page: string): Term[] {
  return rowsUnder(page, 'Words').map(([word = '', , insteadOf = '']) => ({
    word,
    insteadOf: insteadOf === '' ? [] : insteadOf.split(', '),
  }));
}

/** The words of a path or of a name: `src/decide/next-out.ts` and `nextOut` both hold `next` and `out`. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/\.ts$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** Endings of a word that change nothing of its meaning. */
const stem = (word: string): string => word.replace(/(ations?|ated?|ings?|ies|ed|es|s|e|y)$/, '');

/** Words that any path or topic may hold and that lead nobody anywhere. */
const EMPTY: ReadonlySet<string> = new Set([
  'src',
  'a',
  'an',
  'the',
  'of',
  'in',
  'to',
  'is',
  'what',
  'which',
  'how',
  'why',
]);

/**
 * The words by which a reader with a topic in mind finds the path: those that both hold, and those of the glossary
 * for which the topic says one of the other words.
 */
export function leadingWords(topic: string, path: string, glossary: readonly Term[]): string[] {
  const said = new Set(
    wordsOf(topic)
      .filter((word) => !EMPTY.has(word))
      .map(stem),
  );
  const meant = glossary
    .filter(({ insteadOf }) => insteadOf.some((other) => wordsOf(other).every((word) => said.has(stem(word)))))
    .flatMap(({ word }) => wordsOf(word).map(stem));
  const all = new Set([...said, ...meant]);
  return wordsOf(path).filter((word) => !EMPTY.has(word) && all.has(stem(word)));
}
