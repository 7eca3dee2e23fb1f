import { type FlagProblem, problem } from '../errors.js';
import { targetWords } from '../text/commands/target-words.js';

/** Which groups a command is about, as the command line said it. */
export interface TargetFlags {
  readonly stack?: string | undefined;
  /** Names; one that ends with `*` is a prefix. */
  readonly asgs: readonly string[];
  /** `KEY=VALUE`; a group has to carry all of them. */
  readonly 'asg-tag'?: readonly string[] | undefined;
  readonly 'all-matching'?: boolean | undefined;
}

/** Which of those groups a run is about: the words of `--only` and `--except`. */
export interface ChoiceFlags {
  /** Logical id or name of a group, or the beginning of one with `*`; empty or absent: all. */
  readonly only?: readonly string[] | undefined;
  readonly except?: readonly string[] | undefined;
}

/** The same choice among the groups again, not quoted for a shell yet. */
export function choiceWords({ only = [], except = [] }: ChoiceFlags): readonly string[] {
  return [...only.flatMap((word) => ['--only', word]), ...except.flatMap((word) => ['--except', word])];
}

/** True when some groups may be left out. */
export function chooses({ only = [], except = [] }: ChoiceFlags): boolean {
  return only.length + except.length > 0;
}

/** What is wrong with the words of `--only` and `--except` themselves, as sentences. */
export function choiceProblems({ only = [], except = [] }: ChoiceFlags): readonly FlagProblem[] {
  const wrong = (flag: string, word: string): readonly FlagProblem[] =>
    word === ''
      ? [problem(`--${flag} must not be empty.`, flag)]
      : word === '*' || /\*./.test(word)
        ? [problem(`--${flag} takes the beginning of a name and a * at its end, such as web-*, not "${word}".`, flag)]
        : [];
  return [...only.flatMap((word) => wrong('only', word)), ...except.flatMap((word) => wrong('except', word))];
}

/** The same choice of groups again. */
export function targetWordsOf({ stack, asgs, ...flags }: TargetFlags): readonly string[] {
  if (stack !== undefined) return [stack];
  return [
    ...asgs.flatMap(targetWords),
    ...(flags['asg-tag'] ?? []).flatMap((tag) => ['--asg-tag', tag]),
    ...(flags['all-matching'] === true ? ['--all-matching'] : []),
  ];
}

/** The same choice of groups, and among them, again. */
export function chosenWords(asked: TargetFlags & ChoiceFlags): readonly string[] {
  return [...targetWordsOf(asked), ...choiceWords(asked)];
}
