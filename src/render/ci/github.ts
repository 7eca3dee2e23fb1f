import { harmlessLine, oneLine } from '../../text/plain.js';
import { sentence } from '../../text/sentence.js';
import type { Dialect } from './dialect.js';

/** A step shows ten warnings; more are dropped. Source: GitHub Docs, "Workflow commands", limits of annotations. */
const MOST_WARNINGS = 10;

/**
 * GitHub Actions: `::group::` and annotations.
 * Source: GitHub Docs, "Workflow commands for GitHub Actions", and `escapeData`, `escapeProperty` of actions/toolkit.
 */
export const github: Dialect = {
  open: ({ title }) => [`::group::${data(title)}`],
  close: () => ['::endgroup::'],
  problems: ({ failure, warnings }) => [
    ...warnings
      .slice(0, MOST_WARNINGS)
      .map(
        ({ code, group, text }) => `::warning title=${property(group ?? code)}::${data(`${sentence(text)} [${code}]`)}`,
      ),
    ...(failure === undefined
      ? []
      : [
          `::error title=${property(failure.title)}::` +
            data([`${failure.what} [${failure.code}]`, failure.serves, ...failure.next].filter(Boolean).join('\n')),
        ]),
  ],
};

/** A text of others in the value of a command: it can neither end it nor begin another one. */
function data(text: string): string {
  const lines = text.split('\n').map((line) => harmlessLine(oneLine(line)));
  return lines.join('\n').replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
