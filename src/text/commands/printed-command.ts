/**
 * A command as it is printed for a person. What holds values is written by `command` (shell-quote.ts), and this is the
 * one place that takes such a line apart again: a printed command is the data of a next step, and no sentence.
 */
export interface PrintedCommand {
  /** `ha-updater`, `aws`, or another program. */
  readonly program: string;
  /** `update-stack`, `lock show`, `autoscaling resume-processes`: the words up to the first flag or value. */
  readonly operation: string;
  /** Flags that stand in it, without dashes. */
  readonly flags: ReadonlySet<string>;
  /** All of it but the remark. */
  readonly words: string;
  /** What is said behind `#`; '' without. */
  readonly remark: string;
}

/** How many words name what a program shall do. */
const WORDS_OF: Readonly<Record<string, number>> = { aws: 2, 'ha-updater': 1 };
/** Topics of ours whose commands have two words. */
const TOPICS: ReadonlySet<string> = new Set(['lock']);

/** Takes a printed line apart. A remark begins with `#` outside of quotes: the name of a group may hold one. */
export function readPrinted(line: string): PrintedCommand {
  const [, words = line, remark = ''] = /^((?:\\.|'[^']*'|[^'\\])*?)(?: +# (.*))?$/s.exec(line) ?? [];
  // What is quoted is a value, whatever it looks like.
  const plain = words.replace(/'[^']*'/g, "''").split(' ');
  const [program = '', first = '', ...rest] = plain;
  const count = TOPICS.has(first) ? 2 : (WORDS_OF[program] ?? 0);
  return {
    program,
    operation: [first, ...rest].slice(0, count).join(' '),
    flags: new Set(plain.flatMap((word) => /^--([a-z][a-z0-9-]*)(?:=|$)/.exec(word)?.[1] ?? [])),
    words,
    remark,
  };
}

/** A command with more words at its end, before its remark. */
export function withWords({ words, remark }: PrintedCommand, more: readonly string[]): string {
  return [words, ...more].join(' ') + (remark === '' ? '' : `   # ${remark}`);
}
