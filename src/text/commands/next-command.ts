import { quote } from '../shell-quote.js';

/** A command for a person to run, as data. Text is made of it by `commandLine` alone, where it is told. */
export interface NextCommand {
  /** `ha-updater`, `aws`, or another program. */
  readonly program: string;
  /** `update-stack`, `lock show`, `autoscaling resume-processes`; '' where the program has no operations. */
  readonly operation: string;
  /** What follows, word by word, as the program takes it: nothing is quoted. */
  readonly words: readonly string[];
  /** What it does, where that is not plain. */
  readonly remark?: string;
}

/** How many words name what a program shall do. */
const WORDS_OF: Readonly<Record<string, number>> = { aws: 2, 'ha-updater': 1 };
/** Topics of ours whose commands have two words. */
const TOPICS: ReadonlySet<string> = new Set(['fleet', 'lock', 'server']);

/**
 * A command, written as it is typed. What is put in stays one word, whatever it holds, or is a part of the word that it
 * stands in; a list is as many words.
 */
export function command(
  fixed: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): NextCommand {
  const words = [''];
  const add = ([first = '', ...rest]: readonly string[]): void => {
    words.push(`${words.pop() ?? ''}${first}`, ...rest);
  };
  for (const [index, part] of fixed.entries()) {
    add(part.split(' '));
    const value = values[index];
    if (value !== undefined) add(typeof value === 'object' ? value : [String(value)]);
  }
  const [program = '', ...rest] = words.filter((word) => word !== '');
  const [first = ''] = rest;
  const count = first.startsWith('-') ? 0 : TOPICS.has(first) ? 2 : (WORDS_OF[program] ?? 0);
  return { program, operation: rest.slice(0, count).join(' '), words: rest.slice(count) };
}

/** The same command, with what it does. */
export function remarked(step: NextCommand, remark: string): NextCommand {
  return { ...step, remark };
}

/** The same command with more words at its end. */
export function withWords(step: NextCommand, more: readonly string[]): NextCommand {
  return { ...step, words: [...step.words, ...more] };
}

/** Names of the flags that stand in it, without dashes. */
export function flagsOf({ words }: NextCommand): ReadonlySet<string> {
  return new Set(words.flatMap((word) => /^--([a-z][a-z0-9-]*)(?:=|$)/.exec(word)?.[1] ?? []));
}

/** The command for a shell, without its remark. */
export function commandText({ program, operation, words }: NextCommand): string {
  return [program, ...(operation === '' ? [] : [operation]), ...words.map(quote)].join(' ');
}

/** The line that is printed: the command for a shell, and what it does as a remark of the shell. */
export function commandLine(step: NextCommand): string {
  return commandText(step) + (step.remark === undefined ? '' : `   # ${step.remark}`);
}

/** The same commands, each once. */
export function distinct(steps: readonly NextCommand[]): readonly NextCommand[] {
  return [...new Map(steps.map((step) => [commandLine(step), step])).values()];
}
