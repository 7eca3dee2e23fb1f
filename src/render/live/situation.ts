import type { Instant } from '../../clock.js';
import type { Phase } from '../../model/rollout/action.js';
import type { AtLimit, GroupResult } from '../../model/rollout/decision.js';
import { duration } from '../../text/duration.js';
import { oneLine } from '../../text/plain.js';
import { withoutStop } from '../../text/sentence.js';
import type { GroupView } from './group-view.js';
import { stateGroups, type StateGroup } from './instance-state.js';
import type { Style } from './appearance.js';

/** Where a group stands, in a few words. */
export interface Situation {
  readonly label: string;
  readonly style: Style;
  /** The higher, the more somebody should look. 0: nothing is waited for. */
  readonly rank: number;
  /** The instances waited for, the worst first. */
  readonly states: readonly StateGroup[];
}

const DONE: Readonly<Record<GroupResult['outcome'], { readonly label: string; readonly style: Style }>> = {
  promoted: { label: 'promoted', style: 'good' },
  proven: { label: 'proven', style: 'good' },
  restarted: { label: 'restarted', style: 'good' },
  unfrozen: { label: 'unfrozen', style: 'good' },
  sizeKept: { label: 'size kept', style: 'good' },
  skipped: { label: 'nothing to do', style: 'dim' },
  paused: { label: 'paused', style: 'good' },
  kept: { label: 'old ones kept', style: 'good' },
  putBack: { label: 'put back', style: 'warning' },
  rolledBack: { label: 'rolled back', style: 'bad' },
  unproven: { label: 'not proven', style: 'bad' },
  stuck: { label: 'stuck', style: 'bad' },
};

/** What is done in a phase, where no wait says it. */
const PHASES: Readonly<Record<Phase, string>> = {
  preflight: 'being looked at',
  record: 'noting what is there',
  suspend: 'keeping Auto Scaling from changing it',
  canary: 'launching the canary',
  double: 'doubling',
  surge: 'growing',
  prove: 'proving',
  bake: 'baking',
  pause: 'pausing',
  judge: 'deciding',
  halve: 'one half leaves',
  keep: 'keeping the old ones in standby',
  back: 'the old ones come back',
  replace: 'replacing',
  restore: 'giving the size back',
  restart: 'restarting',
  resume: 'resuming Auto Scaling',
  clear: 'removing our notes',
  done: 'done',
};

/** @param others whether the group is judged together with others that are not proven yet */
export function situationOf(group: GroupView, stack: string, others: boolean, at: Instant): Situation {
  const { result, progress, wait } = group;
  if (result !== undefined) return { ...DONE[result.outcome], rank: 0, states: [] };
  const states = wait === undefined ? [] : stateGroups(wait.instances, stack, at);
  const plain = (label: string, rank = 1): Situation => ({ label, style: 'plain', rank, states });
  if (progress === undefined) return plain(wait === undefined ? 'first look' : sayWait(wait.why));
  if (progress.verdict === 'rollBack') return plain('new ones leave', 2);
  if (progress.verdict === 'promote' && progress.phase === 'halve') return plain('old ones leave', 2);
  const isProven = progress.needed > 0 && progress.proven >= progress.needed;
  if (progress.phase === 'prove' && isProven) return plain(others ? 'proven, waits for the others' : 'proven', 1);
  const worst = states[0];
  if (worst !== undefined) return { label: worst.label, style: worst.style, rank: 1 + worst.rank, states };
  if (progress.phase === 'prove' && progress.new < progress.needed) return plain('launching', 5);
  return plain(wait === undefined ? PHASES[progress.phase] : sayWait(wait.why), 3);
}

function sayWait(why: string): string {
  return withoutStop(oneLine(why));
}

/** What happens when a wait comes to its limit. @param when such as `at 03:37:00Z, in 8m 21s` */
const AT_LIMIT: Readonly<Record<AtLimit, (when: string) => string>> = {
  refuse: (when) => `gives up ${when}; nothing is changed until then`,
  rollBack: (when) => `rolls back ${when}, unless one more is proven`,
  stop: (when) => `gives up waiting ${when}; the record is kept`,
  fail: (when) => `gives up ${when}`,
  goOn: (when) => `goes on ${when}`,
};

/** What is waited for until when, and what happens then: pieces of one line. */
export function deadlineOf(group: GroupView, at: Instant): readonly string[] {
  const { wait, progress, result } = group;
  if (result !== undefined) return [];
  const limit =
    wait?.until === undefined || wait.until <= at || wait.then === undefined
      ? []
      : [AT_LIMIT[wait.then](`at ${clockTime(wait.until)}, in ${duration(wait.until - at)}`)];
  if (progress?.phase === 'keep') return ['Ctrl-C can bring the old ones back', ...limit];
  if (progress?.phase === 'back') return ['the old ones come back before the new ones go', ...limit];
  if (progress?.verdict === 'promote')
    return [group.keepsOld === true ? 'the new ones serve' : 'no way back: the new ones serve', ...limit];
  if (progress?.verdict === 'rollBack') return ['rolling back: the old ones are untouched', ...limit];
  if (progress?.strategy === 'swap' || progress?.strategy === 'rolling')
    return [...limit, 'Ctrl-C rolls back', 'the old ones are untouched'];
  return limit;
}

/** `03:37:00Z`: the time of day of an instant, in UTC. */
export function clockTime(at: Instant): string {
  return `${new Date(at).toISOString().slice(11, 19)}Z`;
}
