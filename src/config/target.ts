import { quote } from '../text/shell-quote.js';
import { targetWords } from '../text/target-words.js';

/** Which groups a command is about, as the command line said it. */
export interface TargetFlags {
  readonly stack?: string | undefined;
  /** Names; one that ends with `*` is a prefix. */
  readonly asgs: readonly string[];
  /** `KEY=VALUE`; a group has to carry all of them. */
  readonly 'asg-tag'?: readonly string[] | undefined;
  readonly 'all-matching'?: boolean | undefined;
}

/** The same choice of groups again, for a shell. */
export function targetText({ stack, asgs, ...flags }: TargetFlags): string {
  const words =
    stack !== undefined
      ? [stack]
      : [
          ...asgs.flatMap(targetWords),
          ...(flags['asg-tag'] ?? []).flatMap((tag) => ['--asg-tag', tag]),
          ...(flags['all-matching'] === true ? ['--all-matching'] : []),
        ];
  return words.map(quote).join(' ');
}
