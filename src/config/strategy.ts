import { type FlagProblem, problem } from '../errors.js';
import type { RollingChoice, Share } from '../model/rollout/rollout-plan.js';
import { switchWord } from '../text/shell-quote.js';

/** How instances are replaced, as the command line gave it. */
export interface StrategyFlags {
  readonly strategy?: string | undefined;
  readonly surge?: string | undefined;
  readonly unavailable?: string | undefined;
  readonly serial?: boolean | undefined;
  readonly together?: boolean | undefined;
  readonly protected?: string | undefined;
  readonly standby?: string | undefined;
}

const PROTECTED = ['refresh', 'ignore', 'wait', 'refuse'] as const;
const STANDBY = ['terminate', 'ignore', 'wait', 'refuse'] as const;

/** What becomes of instances that their owner has set aside. */
export interface SetAsideChoice {
  readonly protected: (typeof PROTECTED)[number];
  readonly standby: (typeof STANDBY)[number];
}

/** Reads that choice. Problems are added as whole sentences. */
export function readSetAside(flags: StrategyFlags, problems: FlagProblem[]): SetAsideChoice {
  const one = <T extends string>(name: 'protected' | 'standby', choices: readonly T[], otherwise: T): T => {
    const found = choices.find((choice) => choice === (flags[name] ?? otherwise));
    if (found === undefined)
      problems.push(problem(`--${name} must be one of ${choices.join(', ')}, not "${flags[name]}".`, name));
    return found ?? otherwise;
  };
  return { protected: one('protected', PROTECTED, 'refuse'), standby: one('standby', STANDBY, 'refuse') };
}

const STRATEGIES = ['swap', 'rolling'] as const;

/** The most that a number of instances can be: more than any group has. */
const MOST = 10_000;

/** The strategy with its limits. Problems are added as whole sentences. */
export function readStrategy(
  flags: StrategyFlags,
  problems: FlagProblem[],
): { readonly strategy: 'swap' | 'rolling'; readonly rolling?: RollingChoice } {
  const strategy = STRATEGIES.find((one) => one === (flags.strategy ?? 'swap'));
  if (strategy === undefined)
    problems.push(problem(`--strategy must be one of ${STRATEGIES.join(', ')}, not "${flags.strategy}".`, 'strategy'));
  if (strategy !== 'rolling') {
    const given = [
      ...(['surge', 'unavailable'] as const).filter((name) => flags[name] !== undefined),
      ...(flags.serial === true ? ['serial'] : []),
    ];
    if (strategy === 'swap' && given.length > 0)
      problems.push(
        problem(
          `${given.map((name) => `--${name}`).join(', ')} ${given.length === 1 ? 'is' : 'are'} only ` +
            'for --strategy rolling.',
          ...given,
          'strategy',
        ),
      );
    return { strategy: 'swap' };
  }
  const surge = readShare('surge', flags.surge, { count: 1 }, problems);
  const unavailable = readShare('unavailable', flags.unavailable, { count: 0 }, problems);
  const serial = flags.serial ?? false;
  if (isNone(surge) && isNone(unavailable))
    problems.push(
      problem(
        '--surge 0 needs --unavailable: with neither above nor below the desired capacity nothing can be replaced.',
        'surge',
        'unavailable',
      ),
    );
  if ('percent' in unavailable && unavailable.percent >= 100)
    problems.push(problem('--unavailable must be less than 100%: something has to serve.', 'unavailable'));
  if (serial && (!isAtMostOne(surge) || !isAtMostOne(unavailable) || (!isNone(surge) && !isNone(unavailable)))) {
    problems.push(
      problem(
        '--serial takes one instance at a time: it goes with --surge 1, or with --surge 0 --unavailable 1.',
        'serial',
        'surge',
        'unavailable',
      ),
    );
  }
  if (serial && flags.together === false)
    problems.push(
      problem('--serial treats all groups as one, so --no-together does not go with it.', 'serial', 'together'),
    );
  return { strategy, rolling: { surge, unavailable, serial } };
}

/** The words that say the same again. */
export function strategyWords(flags: StrategyFlags): readonly string[] {
  const texts = ['strategy', 'surge', 'unavailable', 'protected', 'standby'] as const;
  return [
    ...texts.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, flags[name]])),
    ...switchWord('serial', flags.serial),
  ];
}

function readShare(name: string, text: string | undefined, fallback: Share, problems: FlagProblem[]): Share {
  if (text === undefined) return fallback;
  const [, digits, percent] = /^(\d+)(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits !== undefined && value <= (percent === '%' ? 100 : MOST))
    return percent === '%' ? { percent: value } : { count: value };
  problems.push(
    problem(`--${name} must be a number of instances, or a part of them from 0% to 100%, not "${text}".`, name),
  );
  return fallback;
}

function isNone(share: Share): boolean {
  return ('count' in share ? share.count : share.percent) === 0;
}

function isAtMostOne(share: Share): boolean {
  return 'count' in share && share.count <= 1;
}
