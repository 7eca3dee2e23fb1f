import type { Action } from '../../model/rollout/action.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { isNew } from './halves.js';
import { keepSizeRule } from './keep-size-rules.js';
import { windowRule } from './kept-rules.js';
import { REPLACING } from './replacing-rules.js';
import { restartRule } from './restart-rules.js';
import { brokenIn } from './rule-table.js';
import { launchedBySurge } from './serving-units.js';
import { busy } from '../memory/fold-look.js';
import { withNotes } from '../memory/known-notes.js';

/**
 * Checks an action against the invariants once more, by other reasoning than the decision's: here
 * every rule stands alone and looks only at the group and the action. Answers the rule that the
 * action would break, or undefined. A broken rule is a bug of ours; the run stops with the record kept.
 */
export function guard(shown: Observed, plan: Plan, action: Action): string | undefined {
  // rule: guard-off
  const names = 'groups' in action ? action.groups : [action.group];
  for (const name of names) {
    const found = shown.groups.find((group) => group.name === name);
    if (found === undefined) return `${action.type}: the group ${name} is not there`;
    if (!plan.groups.includes(name)) return `${action.type}: the group ${name} is not in the plan`;
    const group = withNotes(found, shown.seen);
    const broken = wholeRule(shown) ?? stackRule(shown, action) ?? rolloutRule(shown, plan, group, action);
    const gate = broken ?? gateRule(shown, plan, group, action) ?? stageRule(shown, plan, group, action);
    if (gate !== undefined) return `${action.type} on ${name}: ${gate}`;
  }
  return undefined;
}

/** The rules of what is under way on the group, and that it is ours. */
function rolloutRule(shown: Observed, plan: Plan, group: Group, action: Action): string | undefined {
  if (plan.strategy === 'unfreeze') return unfreezeRule(group, action);
  const foreign = leaseRule({ plan, at: shown.at }, group, action);
  if (foreign !== undefined) return foreign;
  const { record } = group.notes;
  switch (record?.strategy) {
    case 'restart':
      return restartRule({ group, record, gone: shown.gone ?? [], commands: plan.restart !== undefined }, action);
    case 'keep-size':
      return keepSizeRule(group, record, action);
    default:
      return brokenIn(REPLACING, group, action) ?? windowRule(group, action, shown.at, plan);
  }
}

/** What the user wants to have happened first has happened. */
function gateRule({ groups, seen }: Observed, { gates }: Plan, group: Group, action: Action): string | undefined {
  if (action.type === 'terminate' && gates?.hooks?.beforeTerminate !== undefined) {
    const early = action.instances.find((id) => seen.hooks[`beforeTerminate ${id}`] === undefined);
    if (early !== undefined) return `the command before the termination of ${early} has not run`;
  }
  const { record } = group.notes;
  if (
    action.type === 'judge' &&
    action.verdict.outcome === 'promote' &&
    gates?.hooks?.check !== undefined &&
    record !== undefined
  ) {
    const passed = group.instances.filter(
      ({ id, launchedAt }) => isNew(launchedAt, record.startedAt) && seen.hooks[`check ${id}`]?.passed === true,
    );
    const has = passed.reduce((sum, { weight }) => sum + weight, 0);
    // A mate's verdict binds the others, whatever their checks say.
    const bound = groups.some(
      ({ notes }) => notes.verdict?.run === action.verdict.run && notes.verdict.outcome === 'promote',
    );
    // Of a cluster that takes turns, one group is proven for all. What was missing from the start is launched beside
    // the surge, and is not waited for.
    const needed =
      record.strategy === 'swap'
        ? record.size.desired
        : record.strategy !== 'rolling' || record.serial
          ? 0
          : Math.min(record.surge, launchedBySurge(record));
    if (has < needed && !bound) return `the check command has passed for ${has} of ${needed}`;
  }
  return undefined;
}

/** What is done is decided by a look that left nothing out. */
function wholeRule({ leftOut }: Observed): string | undefined {
  // rule: guard-left-out
  return leftOut === undefined ? undefined : `the look did not read the ${leftOut}`;
}

/** What has to say yes before old instances go, and where its answer is remembered. */
function askedBy({ gates: { gate, metrics, calendar } = { words: [] } }: Plan): readonly {
  readonly key: string;
  readonly who: string;
}[] {
  return [
    ...(gate === undefined ? [] : [{ key: '', who: 'the gate command' }]),
    ...(metrics?.conditions ?? []).map(({ text }) => ({ key: ` ${text}`, who: `the metric ${text}` })),
    ...(calendar === undefined || calendar.despite !== undefined
      ? []
      : [{ key: ' calendar', who: 'the change calendar' }]),
  ];
}

/** All that is asked at a stage has said yes of what is decided, or there is nothing. */
function stageRule({ groups, seen }: Observed, plan: Plan, group: Group, action: Action): string | undefined {
  const { record } = group.notes;
  if (record === undefined) return undefined;
  const unsaid = (stage: string, what: string): string | undefined => {
    const silent = askedBy(plan).find(({ key }) => seen.gates[`${group.name} ${stage}${key}`]?.said !== 'goOn');
    return silent === undefined ? undefined : `${silent.who} has not said yes${what}`;
  };
  if (action.type === 'judge' && action.verdict.outcome === 'promote') {
    const bound = groups.some(
      ({ notes }) => notes.verdict?.run === action.verdict.run && notes.verdict.outcome === 'promote',
    );
    const asks = record.strategy === 'swap' && record.size.desired > 0;
    // rule: guard-gate
    return asks && !bound ? unsaid('verdict', '') : undefined;
  }
  const { keptUntil, backAt } = record.gates ?? {};
  const waits = keptUntil !== undefined && backAt === undefined && record.run === plan.run;
  const ends = action.type === 'terminate' && action.half === 'old' && waits;
  return ends && plan.goOn !== true ? unsaid('end', ' to the end of the kept half') : undefined;
}

/** No group is touched while its stack is in progress. */
function stackRule(observed: Observed, action: Action): string | undefined {
  // A run that keeps the size through the change goes on to say so in its notes.
  const notes = action.type === 'renew' || (action.type === 'rewrite' && action.record.strategy === 'keep-size');
  // rule: guard-stack
  if (notes || observed.stackStatus === undefined || !busy(observed.stackStatus)) return undefined;
  return `its stack is in ${observed.stackStatus}`;
}

/** A freeze is taken back only where no rollout is on, and only what its note names. */
function unfreezeRule({ notes, suspended }: Group, action: Action): string | undefined {
  if (notes.record !== undefined) return 'a rollout is on it';
  if (notes.frozen === undefined) return 'it is not frozen';
  const { processes } = notes.frozen;
  if (action.type === 'resume')
    return action.processes.every((process) => processes.includes(process))
      ? undefined
      : 'the note does not name these processes';
  if (action.type !== 'clear') return 'that is no part of it';
  if (action.notes.some((note) => note !== 'frozen')) return 'only the note of the freeze may go';
  return processes.some((process) => suspended.includes(process)) ? 'its processes are suspended still' : undefined;
}

/** Only the holder of a rollout changes its group. */
function leaseRule(
  { plan, at }: { readonly plan: Plan; readonly at: number },
  group: Group,
  action: Action,
): string | undefined {
  if (action.type === 'record') return action.lease.run === plan.run ? undefined : 'the lease is not ours';
  if (action.type === 'renew') return undefined;
  // Resuming what was paused and taking it over is one call.
  const { pauseEnds, pauseUntil = Infinity } = group.notes.record?.gates ?? {};
  // rule: guard-resume
  const mayResume = plan.goOn === true || (pauseEnds?.by === 'resume' && at >= pauseUntil);
  if (action.type === 'rewrite' && mayResume && action.record.gates?.passed !== undefined) return undefined;
  const lease = group.notes.lease;
  // rule: guard-lease
  return lease?.run === plan.run ? undefined : `run ${lease?.run ?? '(nobody)'} holds it, not this one`;
}
