import { command, remarked } from '../../text/commands/next-command.js';
import { type FlagProblem, problem, refused } from '../../errors.js';
import { QUICK, type Run } from '../../run/run.js';
import type { TargetFlags } from './command-targets.js';
import { retrying } from '../../engine/retrying-gateway.js';

/** A balancer named instead of groups. */
export interface BalancerAsked extends TargetFlags {
  readonly elb?: string | undefined;
  readonly 'target-group'?: string | undefined;
}

/**
 * The name under which the engine knows it: `elb:NAME`, or the ARN of the target group; undefined when none was
 * named.
 */
export function balancerAsked({ elb, 'target-group': targetGroup }: BalancerAsked): string | undefined {
  return elb === undefined ? targetGroup : `elb:${elb}`;
}

/** What is wrong with the choice of a balancer, as sentences. */
export function balancerProblems({
  stack,
  asgs,
  elb,
  'target-group': targetGroup,
  ...flags
}: BalancerAsked): readonly FlagProblem[] {
  const problems: FlagProblem[] = [];
  const given = [
    ...(asgs.length === 0 ? [] : ['asg']),
    ...((flags['asg-tag'] ?? []).length === 0 ? [] : ['asg-tag']),
    ...(elb === undefined ? [] : ['elb']),
    ...(targetGroup === undefined ? [] : ['target-group']),
  ];
  const words = [...(stack === undefined ? [] : ['STACK']), ...given.map((name) => `--${name}`)];
  if (words.length > 1) problems.push(problem(`Give one of ${words.join(', ')}, not several.`, ...given));
  if (flags['all-matching'] === true)
    problems.push(
      problem('--all-matching is for a prefix (--asg "web-*") or --asg-tag.', 'all-matching', 'asg', 'asg-tag'),
    );
  if (elb !== undefined && !/^[A-Za-z0-9-]{1,32}$/.test(elb))
    problems.push(problem(`--elb takes the name of a classic load balancer, not "${elb}".`, 'elb'));
  if (
    targetGroup !== undefined &&
    !/^arn:aws[\w-]*:elasticloadbalancing:[\w-]+:\d{12}:targetgroup\/[\w-]+\/[0-9a-f]+$/.test(targetGroup)
  ) {
    problems.push(problem(`--target-group takes the ARN of a target group, not "${targetGroup}".`, 'target-group'));
  }
  return problems;
}

/**
 * Whose records and processes count: the Auto Scaling groups of the registered instances when they belong to
 * some, else the balancer itself. A mixture is refused: two kinds of notes would tell half of it each.
 *
 * @throws Failure `refused`
 */
export async function groupsBehind(run: Run, balancer: string): Promise<readonly string[]> {
  const { groups, alone } = await retrying(run.deps, QUICK).membersBehind(balancer);
  if (groups.length === 0) return [balancer];
  if (alone.length === 0) return groups;
  throw refused(
    'restart.mixed',
    `Behind ${balancer} are instances of ${groups.join(', ')} and others that belong to no group ` +
      `(${alone.slice(0, 5).join(', ')}).`,
    [],
    groups.map((group) => remarked(command`ha-updater restart --asg ${group}`, 'its instances alone')),
  );
}
