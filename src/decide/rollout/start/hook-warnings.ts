import type { Reason } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import { duration, seconds } from '../../../text/duration.js';
import { membersOf } from '../../instances/classify.js';
import { factsOf } from '../../strategies/facts-by-name.js';
import { heldMs, timeLimits } from '../time-limits.js';

/** What a person should know of the lifecycle hooks of a group before its instances are replaced. */
export function hookWarnings(plan: Plan, group: Group): readonly Reason[] {
  if (group.hooksRefused !== undefined)
    return [
      {
        code: 'group.hook',
        group: group.name,
        text: `whether lifecycle hooks hold its instances could not be read (${group.hooksRefused})`,
        remedy: 'Limits are as they are given. Allow autoscaling:DescribeLifecycleHooks.',
      },
    ];
  return [...launching(plan, group), ...leaving(plan, group)];
}

function launching(plan: Plan, group: Group): readonly Reason[] {
  const limit = timeLimits(plan, group).progressMs;
  return (group.hooks ?? [])
    .filter(({ holds }) => holds === 'Pending:Wait')
    .flatMap(({ name, heartbeatMs, otherwise, notifies }): readonly Reason[] => {
      const warn = (text: string, remedy: string): readonly Reason[] => [
        { code: 'group.hook', group: group.name, text: `its launching hook ${name} ${text}`, remedy },
      ];
      const held = duration(heartbeatMs);
      if (otherwise === 'CONTINUE')
        return heldMs(group, 'Pending:Wait') < plan.timing.progressMs
          ? []
          : warn(
              `holds each new instance for up to ${held}`,
              `Each further instance gets ${seconds(limit)} in place of --healthy-timeout.`,
            );
      if (!notifies)
        return warn(
          `notifies no target, and abandons each new instance that nothing completes within ${held}`,
          'Check that a rule of EventBridge or the instance itself completes it: else nothing new comes into ' +
            'service, and the rollout rolls back.',
        );
      return heartbeatMs < limit
        ? []
        : warn(
            `may hold each new instance for ${held}, and the rollout gives up after ${seconds(limit)}`,
            `Where completing it takes that long: --healthy-timeout ${Math.ceil((heartbeatMs + limit) / 1000)}.`,
          );
    });
}

function leaving(plan: Plan, group: Group): readonly Reason[] {
  const hooks = (group.hooks ?? []).filter(({ holds }) => holds === 'Terminating:Wait');
  if (hooks.length === 0) return [];
  const held = heldMs(group, 'Terminating:Wait');
  const names = hooks.map(({ name }) => name).join(', ');
  const { drainMs } = timeLimits(plan, group);
  const all = membersOf(group).length;
  const warn = (text: string, remedy: string): Reason => ({ code: 'group.hook', group: group.name, text, remedy });
  const kind = hooks.length === 1 ? 'hook' : 'hooks';
  const which = `its terminating ${kind} ${names} may hold what leaves for ${duration(held)}`;
  return [
    ...(group.notes.record === undefined && factsOf(plan).provesAfterVerdict && plan.rolling?.serial !== true && all > 1
      ? [
          warn(
            `${which}, and a rolling rollout takes out the next ones meanwhile: all ${all} old ones may be leaving ` +
              'at once',
            'With --serial the next one is taken out only when the one before is gone.',
          ),
        ]
      : []),
    ...(drainMs > plan.timing.drainMs
      ? [warn(which, `What leaves gets ${seconds(drainMs)} in place of --drain-timeout.`)]
      : []),
  ];
}
