import type { Instant } from '../../../clock.js';
import { remedyText } from '../../../text/commands/remedy.js';
import type { AdvisedReason, Reason, Wait } from '../../../model/rollout/decision.js';
import type { Group, Instance } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { RolloutRecord } from '../../../model/rollout/record.js';
import { recordGates } from '../../gates/gates.js';
import { isAway, membersOf, serving, units, standing } from '../../instances/classify.js';
import { deletedBalancers } from '../../instances/deleted-balancers.js';
import { hasNone, noneThere } from '../../instances/none-there.js';
import { outdated, sayOutdated } from '../../instances/outdated.js';
import { instability, type Instability } from '../../instances/stability.js';
import { factsOf } from '../../strategies/facts-by-name.js';
import type { LookAndPlan } from '../../view.js';
import { imageOf, sayImage } from '../image/new-image.js';
import { SUSPENDED_BY_SWAP } from '../processes.js';
import { reasonsAgainst } from './reasons-against.js';
import { setAsideWait } from './set-aside.js';
import { limitFrom } from '../../memory/unseen-time.js';
import { sayWholeSize } from '../../ownership/ignored-old.js';

/** How many looks in a row must show the group settled. */
const SETTLED_LOOKS = 2;

/** What preflight says of one group that has no record. */
export type Preflight =
  /** `upToDate`: because of its instances, which reads may show as they were before a change. */
  | { readonly kind: 'skip'; readonly why: string; readonly upToDate: boolean }
  | { readonly kind: 'refuse'; readonly reasons: readonly AdvisedReason[] }
  | { readonly kind: 'wait'; readonly wait: Wait }
  | { readonly kind: 'ready'; readonly record: RolloutRecord; readonly why: string };

/** Every reason not to start on this group, or its record. Nothing has been changed yet. */
export function preflight(view: LookAndPlan, group: Group): Preflight {
  const { observed, plan } = view;
  const skip = skipped(plan, group);
  if (skip !== undefined) return { kind: 'skip', ...skip };
  const reasons = [...reasonsAgainst(view, group), ...factsOf(plan).reasonsAgainst(plan, group)];
  if (reasons.length > 0) return { kind: 'refuse', reasons };

  const early = beforeSettling(view, group);
  if (early !== undefined) return early;
  // rule: starts-unsettled
  const open = plan.force ? undefined : instability(group);
  const until = settlesBy(view, group, open?.coming === true);
  if (open !== undefined && observed.at >= until) return { kind: 'refuse', reasons: [notSettled(plan, group, open)] };
  // An instance that is dead and forgotten by EC2 belongs to neither half, and nobody waits for it.
  const unlisted = membersOf(group).filter((instance) => instance.healthy && instance.launchedAt === undefined);
  // rule: unlisted-awaited
  if (unlisted.length > 0 && observed.at >= until)
    return {
      kind: 'refuse',
      reasons: [
        notSettled(plan, group, {
          why: 'EC2 does not say when all instances were launched',
          instances: unlisted.map(({ id, lifecycle }) => ({ id, why: lifecycle })),
        }),
      ],
    };
  if (
    open !== undefined ||
    unlisted.length > 0 ||
    (observed.seen.settled[group.name] ?? 0) < (plan.force ? 0 : SETTLED_LOOKS)
  ) {
    const why =
      open === undefined ? 'looking twice before anything is changed' : `the group is not settled: ${open.why}`;
    return {
      kind: 'wait',
      wait: { group: group.name, phase: 'preflight', why, instances: open?.instances ?? [], until },
    };
  }
  return ready(view, group);
}

/** What is waited for before it matters whether the group is settled. */
function beforeSettling(view: LookAndPlan, group: Group): Preflight | undefined {
  const aside = setAsideWait(view, group);
  if (aside !== undefined) return { kind: 'wait', wait: aside };
  if (hasNone(group) && view.plan.swap !== 'always') return whileNone(view, group);
  return group.launchGone === undefined ? undefined : whileGone(view, group, group.launchGone);
}

/** EC2 may not know at once of a version that was only just made, so it is asked for a while before the refusal. */
function whileGone(view: LookAndPlan, group: Group, words: string): Preflight {
  const until = settlesBy(view, group, false);
  const why = `what it launches from does not exist: ${words}`;
  if (view.observed.at < until)
    return { kind: 'wait', wait: { group: group.name, phase: 'preflight', why, instances: [], until } };
  const remedy = 'Give the group a version of its launch template that exists, then start again.';
  return { kind: 'refuse', reasons: [{ code: 'group.launchGone', group: group.name, text: why, remedy }] };
}

/** Until when a group is waited for that is not settled. @param coming something launches, leaves or registers */
function settlesBy({ observed, plan }: LookAndPlan, group: Group, coming: boolean): Instant {
  const launching = coming && !group.suspended.includes('Launch');
  const since = Math.max(observed.seen.firstLookAt, observed.seen.heldAt ?? 0);
  return limitFrom(observed.seen, since, launching ? plan.timing.progressMs : plan.timing.settleMs);
}

/** With nothing there is nothing to begin with, by force or not. What launches meanwhile is current. */
function whileNone(view: LookAndPlan, group: Group): Preflight {
  const until = settlesBy(view, group, true);
  const reason = noneThere(group, view.observed);
  if (view.observed.at >= until) return { kind: 'refuse', reasons: [reason] };
  return { kind: 'wait', wait: { group: group.name, phase: 'preflight', why: reason.text, instances: [], until } };
}

/** Why nothing has to be done, or undefined. */
function skipped(plan: Plan, group: Group): { readonly why: string; readonly upToDate: boolean } | undefined {
  if (plan.swap === 'never') return { why: 'swapping was not asked for (--swap never)', upToDate: false };
  const stay = group.kept?.instances.length ?? 0;
  if (stay > 0 && membersOf(group).length === 0)
    return {
      why: `${stay === 1 ? 'its one instance is' : `all its ${stay} instances are`} protected (--protected ignore)`,
      upToDate: false,
    };
  const empty = whyEmpty(group);
  if (empty !== undefined) return { why: empty, upToDate: false };
  if (plan.swap === 'always' || imageOf(plan, group) !== undefined || group.configurations.length === 0)
    return undefined;
  if (hasNone(group)) return undefined;
  const aside = (instance: Instance): boolean =>
    ['ignore', 'terminate'].includes(plan.standby ?? '') && standing(instance.lifecycle) === 'parked';
  const here = group.instances.filter((instance) => !isAway(instance) && !aside(instance));
  if (here.some((instance) => outdated(group, instance))) return undefined;
  const frozen = group.notes.frozen === undefined ? '' : '; it is still frozen by an earlier roll-back';
  const others = stay === 0 ? '' : 'other ';
  const [who, run] =
    here.length === 1 ? [`its one ${others}instance`, 'runs'] : [`all ${here.length} ${others}instances`, 'run'];
  const short = group.size.desired - units(membersOf(group));
  const missing = short > 0 ? `; ${short} of ${group.size.desired} ${short === 1 ? 'is' : 'are'} missing` : '';
  const ghosts = deletedBalancers(group).map(({ text, remedy }) => `; but ${text}. ${remedyText(remedy)}`);
  return {
    why:
      `${who} ${run} ${group.configurations.join(' or ')} already${sayKept(stay)}${missing}${frozen}` + ghosts.join(''),
    upToDate: true,
  };
}

/** How many its rollout would leave as they are, behind what is said of the others. */
function sayKept(stay: number): string {
  if (stay === 0) return '';
  return stay === 1
    ? '; 1 that is protected from scale-in stays as it is'
    : `; ${stay} that are protected from scale-in stay as they are`;
}

/** That a group shall have nobody and has nobody, but for those that somebody has set aside; or undefined. */
function whyEmpty({ size, instances }: Group): string | undefined {
  const aside = instances.filter(({ lifecycle }) => ['parked', 'retained'].includes(standing(lifecycle)));
  if (size.desired > 0 || instances.length > aside.length) return undefined;
  return `it is empty (${['desired 0', ...aside.map(({ id, lifecycle }) => `${id} is in ${lifecycle}`)].join('; ')})`;
}

function notSettled(plan: Plan, group: Group, { why, instances }: Pick<Instability, 'why' | 'instances'>): Reason {
  const rows = instances.slice(0, 5).map(({ id, why: reason }) => `${id} ${reason}`);
  const more = instances.length > 5 ? [`and ${instances.length - 5} more`] : [];
  const before = `before the ${factsOf(plan).words.short}`;
  return {
    code: 'group.unsettled',
    group: group.name,
    text: `${before}, ${why}${rows.length === 0 ? '' : `: ${[...rows, ...more].join('; ')}`}`,
    remedy:
      'Repair the group first, or start anyway with --force: the instances that are there now then count as ' +
      'the old ones.',
  };
}

/** The record that makes the rollout: what anybody needs to finish or undo it. */
function ready({ observed, plan }: LookAndPlan, group: Group): Preflight {
  const startedAt = Math.floor(observed.at / 1000) * 1000;
  const old = membersOf(group);
  const justLaunched = old.find((instance) => (instance.launchedAt ?? 0) >= startedAt);
  if (justLaunched !== undefined) {
    return {
      kind: 'wait',
      wait: {
        group: group.name,
        phase: 'preflight',
        why: `${justLaunched.id} was launched in this very second`,
        instances: [],
      },
    };
  }
  const parked = group.instances.filter(({ lifecycle }) => standing(lifecycle) === 'parked');
  const thaw = (group.notes.frozen?.processes ?? []).filter((process) => group.suspended.includes(process));
  // rule: operator-resumed
  const mine = SUSPENDED_BY_SWAP.filter((process) => !group.suspended.includes(process));
  const image = imageOf(plan, group);
  const base = {
    run: plan.run,
    startedAt,
    size: group.size,
    old: units(old),
    suspended: [...new Set([...mine, ...thaw, ...(plan.force ? group.suspended : [])])],
    together: plan.together,
    ...(group.kept !== undefined && { kept: group.kept.units }),
    ...(plan.standby === 'terminate' && parked.length > 0 && { parked: parked.length }),
    ...recordGates(plan),
    ...(image !== undefined && { image }),
  };
  const record = factsOf(plan).newRecord(plan, group, old, base);
  const because =
    image !== undefined
      ? `${sayImage(plan, group)}; it names version ${image.former} of ${image.template} now`
      : plan.swap === 'always'
        ? 'all were asked for'
        : sayOutdated(group, old);
  return {
    kind: 'ready',
    record,
    why:
      `${because}; ${serving(group, old).length} in service, sizes ${sayWholeSize(group)} are noted before ` +
      'anything changes',
  };
}
