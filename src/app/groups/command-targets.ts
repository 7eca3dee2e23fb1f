import { command } from '../../text/commands/next-command.js';
import { stackGroups } from '../../engine/stack/change-stack.js';
import { stackGroupRows } from '../../engine/stack/stack-groups.js';
import { chooses, type ChoiceFlags, type TargetFlags } from '../../config/target.js';
import { type FlagProblem, problem, refused } from '../../errors.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { Run } from '../../run/run.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { splitKeyValue } from '../../text/key-value.js';
import { chooseGroups, type Choice } from './choose-groups.js';

export type { TargetFlags };

/** More matches than that are not listed one by one. */
const LISTED = 20;

/**
 * What is wrong with the choice of groups, as sentences.
 *
 * @param otherwise what may be given instead of STACK
 */
export function targetProblems(target: TargetFlags, otherwise = 'or --asg NAME'): readonly FlagProblem[] {
  const { stack, asgs } = target;
  const patterns = patternProblems(target);
  if (patterns.length > 0) return patterns;
  if (stack === undefined && asgs.length === 0 && !choosesByPattern(target))
    return [problem(`Say which groups: give STACK, ${otherwise}.`)];
  if (stack !== undefined && asgs.length > 0)
    return [problem(`Give either STACK or --asg, not both (STACK is "${stack}").`, 'asg')];
  if (stack === '') return [problem('STACK must not be empty.')];
  if (asgs.includes('')) return [problem('--asg must not be empty.', 'asg')];
  return [];
}

/** What is wrong with prefixes and tags, as sentences. */
function patternProblems({ stack, asgs, ...flags }: TargetFlags): readonly FlagProblem[] {
  const tags = flags['asg-tag'] ?? [];
  const patterns = asgs.filter(isPattern);
  return [
    ...asgs
      .filter((name) => /\*./.test(name) || name === '*')
      .map((name) => problem(`--asg takes the beginning of a name and a * at its end, such as web-*, not "${name}".`)),
    ...tagProblems(tags),
    ...(tags.length > 0 && stack !== undefined
      ? [problem(`Give either STACK or --asg-tag, not both (STACK is "${stack}").`, 'asg-tag')]
      : []),
    ...(tags.length > 0 && asgs.length > patterns.length
      ? [
          problem(
            '--asg-tag chooses groups by itself or among those of a prefix (--asg "web-*"), not among names.',
            'asg-tag',
            'asg',
          ),
        ]
      : []),
    ...(flags['all-matching'] === true && tags.length === 0 && patterns.length === 0
      ? [problem('--all-matching is for a prefix (--asg "web-*") or --asg-tag.', 'all-matching', 'asg', 'asg-tag')]
      : []),
  ];
}

/** What is wrong with the tags that choose groups, as sentences. */
export function tagProblems(tags: readonly string[]): readonly FlagProblem[] {
  return tags
    .filter((tag) => !/^[^=]+=/.test(tag))
    .map((tag) => problem(`--asg-tag must be KEY=VALUE, not "${tag}".`, 'asg-tag'));
}

/** True when the command line chooses by a prefix or a tag. */
function choosesByPattern({ asgs, ...flags }: TargetFlags): boolean {
  return asgs.some(isPattern) || (flags['asg-tag'] ?? []).length > 0;
}

/** The names of the groups: those of the stack, or those that are named. @throws Failure `refused` */
export async function groupsOf(run: Pick<Run, 'deps'>, asked: TargetFlags): Promise<readonly string[]> {
  return asked.stack === undefined ? namedGroups(run, asked) : stackGroups(run.deps, asked.stack);
}

/** Of the same groups those that --only and --except leave. @throws Failure `refused` */
export async function chosenGroups(run: Pick<Run, 'deps'>, asked: TargetFlags, flags: ChoiceFlags): Promise<Choice> {
  if (!chooses(flags)) return { groups: await groupsOf(run, asked), leftOut: [] };
  if (asked.stack === undefined)
    return chooseGroups(
      (await namedGroups(run, asked)).map((name) => ({ name })),
      flags,
      'What --asg and --asg-tag choose',
    );
  return chooseGroups(await stackGroupRows(run.deps, asked.stack), flags, `Stack ${asked.stack}`);
}

/**
 * The names of the groups without a stack. A prefix, or tags without one, must mean exactly one group unless
 * --all-matching says that all of them are meant.
 *
 * @throws Failure `refused` when they mean none, or several by accident
 */
export async function namedGroups(run: Pick<Run, 'deps'>, asked: TargetFlags): Promise<readonly string[]> {
  if (!choosesByPattern(asked)) return asked.asgs;
  const tags = (asked['asg-tag'] ?? []).map((tag) => splitKeyValue(tag) ?? { key: tag, value: '' });
  const all = await retrying(run.deps).findGroups(tags);
  const names = new Set<string>();
  for (const pattern of asked.asgs.length === 0 ? ['*'] : asked.asgs) {
    const matches = isPattern(pattern) ? all.filter((name) => name.startsWith(pattern.slice(0, -1))) : [pattern];
    if (matches.length === 0) throw none(describePattern(pattern, asked));
    if (matches.length > 1 && asked['all-matching'] !== true) throw several(describePattern(pattern, asked), matches);
    for (const name of matches) names.add(name);
  }
  return [...names];
}

/**
 * The same command line with its groups by their names: what matches may change.
 *
 * @param part some groups of the stack were left out, so that its name would mean too many
 */
export function byName<T extends TargetFlags & ChoiceFlags>(asked: T, groups: readonly string[], part = false): T {
  if (asked.stack !== undefined && !part) return asked;
  const words = { asgs: groups, 'asg-tag': [], 'all-matching': false, only: [], except: [] };
  return { ...asked, ...words, stack: undefined };
}

function isPattern(name: string): boolean {
  return name.endsWith('*');
}

function describePattern(pattern: string, asked: TargetFlags): string {
  const tags = (asked['asg-tag'] ?? []).map((tag) => `--asg-tag ${tag}`);
  return [...(pattern === '*' ? [] : [`--asg ${pattern}`]), ...tags].join(' and ');
}

function none(what: string): Error {
  return refused(
    'target.none',
    `No Auto Scaling group matches ${what}.`,
    [],
    [command`aws autoscaling describe-auto-scaling-groups --query AutoScalingGroups[].AutoScalingGroupName`],
  );
}

function several(what: string, matches: readonly string[]): Error {
  const reasons = matches
    .slice(0, LISTED)
    .map((group): Reason => ({ code: 'target.match', group, text: 'it matches', remedy: '' }));
  const more = matches.length > LISTED ? ` (${LISTED} of them are listed)` : '';
  return refused(
    'target.several',
    `${matches.length} Auto Scaling groups match ${what}${more}; say which one is meant, or ` +
      '--all-matching for all of them.',
    reasons,
  );
}
