import type { Decision, GroupResult, Reason, Seen } from '../../../model/rollout/decision.js';
import type { Group, Size } from '../../../model/rollout/group.js';
import type { KeepSizeRecord, RolloutRecord } from '../../../model/rollout/record.js';
import { sameSize } from '../../instances/capacity.js';
import { membersOf, units } from '../../instances/classify.js';
import {
  OPEN,
  recordActions,
  refuse,
  takeTurns,
  type Collected,
  type StartGate,
  type Turn,
} from '../../rollout/who-acts-next.js';
import { tagsFull } from '../../rollout/start/free-tags.js';
import { neverTouched } from '../../rollout/start/owners.js';
import type { ReasonedAction } from '../../step.js';
import type { GroupView, RolloutView } from '../../view.js';
import { factsOf } from '../facts-by-name.js';
import { doesNotFit } from './does-not-fit.js';
import { duringChange } from './during-change.js';
import { SUSPENDED_TO_KEEP } from './facts.js';
import { keptSize } from './kept-size.js';

/**
 * Keeps the size of groups while their stack changes. It begins by noting the size and suspending what could take
 * instances out; it ends, whoever ends it, by giving the size back, resuming exactly that and removing the note.
 */
export function keepSize(view: RolloutView): Decision {
  const { observed, plan } = view;
  if (plan.keepSize?.phase === 'during') return duringChange(view);
  const begins = plan.keepSize?.phase === 'begin';
  const { pollMs } = plan.timing;
  return takeTurns(view, {
    settlingPhase: begins ? 'suspend' : 'restore',
    silentWhy: 'was changing the stack and may be dead; the size is given back unless it shows a sign of life',
    // What a dead run kept is given back first, and then the size is kept for this change.
    answers: ({ outcome }) => !begins && outcome === 'sizeKept',
    start: (turns) => startGate(view, turns),
    order: (turns) => turns,
    own: ({ of, taken }, all) => {
      const record = keepSizeRecord(of.record);
      const confirmed = observed.seen.confirmed[of.name] ?? [];
      // A record of another run, whoever took it over, is one whose size is to be given back first.
      if (begins && !taken && record.run === plan.run) begin(of, record, all, confirmed);
      else end(of, record, all, confirmed);
    },
    pass: () => undefined,
    close: () => undefined,
    progress: () => [],
    // A lease that is waited out shows nothing sooner by more looks, and each of them costs.
    poll: (waits) => (waits.every(({ phase }) => phase === 'preflight') ? pollMs : Math.min(1_000, pollMs)),
  });
}

/** The record as that of a kept size. @throws Error for one of another strategy, which is a bug of ours */
function keepSizeRecord(record: RolloutRecord): KeepSizeRecord {
  if (record.strategy !== 'keep-size') throw new Error(`a record of the strategy ${record.strategy} keeps no size`);
  return record;
}

function startGate(view: RolloutView, turns: readonly Turn[]): StartGate {
  const { observed, plan } = view;
  const fresh = turns.flatMap((turn) => (turn.kind === 'fresh' ? [turn.of] : []));
  const gone = observed.missing.map((group): GroupResult => ({
    group,
    outcome: 'skipped',
    why: 'it no longer exists',
  }));
  if (plan.keepSize?.phase !== 'begin') {
    const skipped = fresh.map(({ name }): GroupResult => ({
      group: name,
      outcome: 'skipped',
      why: 'no size is kept here',
    }));
    return { ...OPEN, results: [...skipped, ...gone] };
  }
  // What a dead run left is ended first.
  if (turns.some(({ kind }) => kind === 'adopt')) return { ...OPEN, results: gone };
  const reasons = fresh.flatMap(({ group }) => reasonsAgainst(view, group));
  if (reasons.length > 0) return refuse(reasons);
  const ready = fresh.map((of) => ({ of, check: { record: newRecord(view, of), why: whyNoted(of.group.size) } }));
  return { ...OPEN, acts: recordActions(view, ready), results: gone };
}

/** Why the size of a group cannot be kept. */
function reasonsAgainst({ plan }: RolloutView, group: Group): readonly Reason[] {
  const { name, size, operator, notes } = group;
  const against = (code: string, text: string, remedy: string): Reason => ({ code, group: name, text, remedy });
  const max = plan.keepSize?.changed[name]?.max;
  return [
    ...(notes.unreadable === undefined
      ? []
      : [
          against(
            'group.unreadable',
            `it carries a note that this version cannot read: ${notes.unreadable}`,
            'Use the version of ha-updater that wrote it, or remove the tag when you know that no rollout is going on.',
          ),
        ]),
    ...neverTouched(group),
    ...tagsFull(group, 'replacing'),
    ...(operator === undefined
      ? []
      : [
          against(
            'group.operator',
            `only ${operator} may change it, so its size cannot be kept while the stack changes`,
            'Say --sizes template when CloudFormation may set the size of the template.',
          ),
        ]),
    ...(typeof max === 'number' && max < size.desired ? [doesNotFit(name, size, max)] : []),
  ];
}

function newRecord({ observed, plan }: RolloutView, { group }: GroupView): RolloutRecord {
  const members = membersOf(group);
  return factsOf({ strategy: 'keep-size' }).newRecord(plan, group, members, {
    run: plan.run,
    startedAt: Math.floor(observed.at / 1000) * 1000,
    size: group.size,
    old: units(members),
    suspended: SUSPENDED_TO_KEEP.filter((process) => !group.suspended.includes(process)),
    together: false,
  });
}

function whyNoted({ min, desired, max }: Size): string {
  return (
    `the stack is about to change and CloudFormation may write the sizes of its template; ${min}/${desired}/${max} ` +
    'are noted first'
  );
}

/** Suspends what could take instances out while CloudFormation writes its size. */
function begin({ name, group }: GroupView, record: KeepSizeRecord, all: Collected, confirmed: Confirmed): void {
  // What shows as suspended may be what an earlier change had suspended, a moment ago.
  const missing = confirmed.includes('suspended')
    ? record.suspended.filter((process) => !group.suspended.includes(process))
    : record.suspended;
  // rule: keep-size-not-suspended
  if (missing.length > 0) {
    const why = 'no instance may be terminated when CloudFormation writes the size of the template';
    all.acts.push({ action: { type: 'suspend', group: name, processes: missing }, why });
    all.phases.set(name, 'suspend');
    return;
  }
  const why = `its ${record.size.desired} stay in service while the stack changes`;
  all.results.push({ group: name, outcome: 'sizeKept', why });
}

/** Gives the size back, then the processes, then removes the note: in this order nobody is ever taken out. */
function end({ name, group }: GroupView, record: KeepSizeRecord, all: Collected, confirmed: Confirmed): void {
  all.acts.push(nextOfEnd(group, record, confirmed));
  all.phases.set(name, 'restore');
}

type Confirmed = Seen['confirmed'][string];

/**
 * What CloudFormation wrote, and what was suspended, happened a moment ago where the change was a short one, and a look
 * may be older: so both are given back once whatever the look shows, and again for as long as it shows otherwise.
 */
function nextOfEnd(group: Group, record: KeepSizeRecord, confirmed: Confirmed): ReasonedAction {
  const { name } = group;
  const size = keptSize(group, record);
  // rule: keep-size-by-old-look
  if (!sameSize(size, group.size) || !confirmed.includes('size')) {
    const { min, desired, max } = group.size;
    const noted = `${record.size.min}/${record.size.desired}/${record.size.max}`;
    const why = sameSize(size, group.size)
      ? `AWS may not show yet what the change of the stack left; ${noted} was noted of the group`
      : `the change of the stack left ${min}/${desired}/${max}, and ${noted} was noted of the group`;
    return { action: { type: 'resize', group: name, size, purpose: 'restore' }, why };
  }
  const suspended = confirmed.includes('processes')
    ? record.suspended.filter((process) => group.suspended.includes(process))
    : record.suspended;
  if (suspended.length > 0)
    return {
      action: { type: 'resume', group: name, processes: suspended },
      why: 'the size is as it was, so no instance is terminated',
    };
  const result: GroupResult = {
    group: name,
    outcome: 'sizeKept',
    why: `its ${size.desired} stayed in service while the stack changed`,
  };
  return {
    action: { type: 'clear', group: name, notes: ['record', 'lease'], result },
    why: 'its size is kept no longer',
  };
}
