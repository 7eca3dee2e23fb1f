import { badFlags, type FlagProblem, problem } from '../errors.js';
import { nearest } from '../text/nearest.js';
import type { OptionKind, OptionTable } from './option-tables.js';

/** Flags as the commands' functions take them, by their names on a command line. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** `healthyTimeout` is the flag `healthy-timeout`. */
export function flagName(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Options of a program to the flags of a command line, where all else is checked: programs in plain JavaScript say
 * what no compiler has seen.
 *
 * @param others options that are read elsewhere
 * @throws Failure `usage` with every option that there is none of, or whose value is of another kind
 */
export function readOptions(given: object, table: OptionTable, others: readonly string[]): FlagValues {
  const problems: FlagProblem[] = [];
  const flags: Record<string, string | boolean | readonly string[]> = {};
  const known = [...Object.keys(table), ...others];
  for (const [name, value] of Object.entries(given) as readonly (readonly [string, unknown])[]) {
    if (value === undefined || others.includes(name)) continue;
    const kind = Object.hasOwn(table, name) ? table[name] : undefined;
    if (kind === undefined) {
      const meant = nearest(name, known);
      problems.push(problem(`There is no option ${name}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`));
      continue;
    }
    const read = READERS[kind](value);
    if (read === undefined) problems.push(problem(`The option ${name} must be ${KINDS[kind]}.`));
    else flags[flagName(name)] = read;
  }
  if (problems.length > 0) throw badFlags(problems);
  return flags;
}

const KINDS: Readonly<Record<OptionKind, string>> = {
  text: 'a text',
  texts: 'a list of texts',
  switch: 'true or false',
  seconds: "a number of seconds, or a time such as '5m'",
  number: 'a number',
};

const READERS: Readonly<Record<OptionKind, (value: unknown) => string | boolean | readonly string[] | undefined>> = {
  text: textOf,
  texts: (value) => (Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined),
  switch: (value) => (typeof value === 'boolean' ? value : undefined),
  seconds: numberOf,
  number: numberOf,
};

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A number as a person would type it: its limits are checked where those of flags are. */
function numberOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textOf(value);
}

/**
 * Parameters as KEY=VALUE. A value means itself: `@file:` and `@env:` are for command lines, and what a program was
 * handed must not read its files.
 *
 * @throws Failure `usage`
 */
export function readParameterValues(given: unknown): readonly string[] {
  if (given === undefined) return [];
  const wrong = badFlags([problem('The option parameters must map names to texts, such as { Size: "4" }.')]);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(given);
  return entries.flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (typeof value !== 'string') throw wrong;
    return [`${key}=${value.startsWith('@') ? '@' : ''}${value}`];
  });
}
