import { command } from '../../../text/commands/next-command.js';
import { remedyWith } from '../../../text/commands/remedy.js';
import type { AdvisedReason, Decision, GroupResult, Observed, Reason, Wait } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import { sayMarked, takeMarkOff, wronglyMarked } from '../../diagnosis/marked.js';
import { membersOf, serving } from '../../instances/classify.js';
import { outdated, sayOutdated } from '../../instances/outdated.js';
import { busy } from '../../memory/fold-look.js';
import { targetWords } from '../../../text/commands/target-words.js';
import type { ReasonedAction } from '../../step.js';
import type { RolloutView } from '../../view.js';
import { isPending, UNFROZEN } from '../../memory/fold-action.js';

/**
 * Takes back the freeze that a roll-back left: resumes exactly the processes that its note names, then
 * removes the note. Refuses for all groups when a rollout is on one of them, because its record counts on
 * the processes as they are.
 */
export function unfreeze({ observed, plan }: RolloutView): Decision {
  const reasons = [
    ...observed.missing.map(missing),
    ...observed.groups.flatMap((group) => against(group)),
    ...stackAgainst(observed, plan),
  ];
  const begun = Object.keys(observed.seen.results).length + observed.seen.pending.length > 0;
  if (reasons.length > 0 && !begun) return { kind: 'refuse', reasons };
  const acts: ReasonedAction[] = [];
  const waits: Wait[] = [];
  const results: GroupResult[] = [];
  for (const group of observed.groups) {
    const { name } = group;
    const late = reasons.find((reason) => reason.group === name || reason.group === undefined);
    const { frozen } = group.notes;
    const before = observed.seen.results[name];
    if (isPending(observed.seen, name))
      waits.push({ group: name, phase: 'resume', why: 'waiting until AWS shows what was just done', instances: [] });
    else if (before !== undefined) results.push(before);
    else if (late !== undefined) results.push({ group: name, outcome: 'stuck', why: late.text });
    else if (frozen === undefined) results.push({ group: name, outcome: 'skipped', why: 'it is not frozen' });
    else {
      const suspended = frozen.processes.filter((process) => group.suspended.includes(process));
      if (suspended.length > 0)
        acts.push({
          action: { type: 'resume', group: name, processes: suspended },
          why: `the roll-back of run ${frozen.run} left these suspended`,
        });
      else
        acts.push({
          action: { type: 'clear', group: name, notes: ['frozen'], ...launchesOther(group) },
          why: 'nothing of it is suspended any more',
        });
    }
  }
  if (acts.length > 0) return { kind: 'act', actions: acts, progress: [] };
  if (waits.length > 0) return { kind: 'wait', forMs: Math.min(1_000, plan.timing.pollMs), waits, progress: [] };
  return { kind: 'finish', results: plan.groups.flatMap((name) => results.filter((result) => result.group === name)) };
}

/** What is said of a group that launches something else than its instances run, as after a roll-back. */
function launchesOther(group: Group): { readonly result?: GroupResult } {
  const members = membersOf(group);
  if (!members.some((instance) => outdated(group, instance))) return {};
  const launches = `it launches ${group.configurations.join(' or ')} from now on, and ${sayOutdated(group, members)}`;
  return { result: { group: group.name, outcome: 'unfrozen', why: `${UNFROZEN}; ${launches}` } };
}

function missing(group: string): Reason {
  return {
    code: 'group.missing',
    group,
    text: 'there is no such Auto Scaling group',
    remedy: 'Check the name, the account and the region.',
  };
}

function against(group: Group): readonly AdvisedReason[] {
  const { name, notes } = group;
  if (notes.unreadable !== undefined) {
    return [
      {
        code: 'group.unreadable',
        group: name,
        text: `it carries a note that this version cannot read: ${notes.unreadable}`,
        remedy: 'Use the version of ha-updater that wrote it.',
      },
    ];
  }
  if (notes.record === undefined) return markedAgainst(group);
  return [
    {
      code: 'group.rollout',
      group: name,
      text: `the rollout of run ${notes.record.run} is on it`,
      remedy: remedyWith`Finish it first: ${command`ha-updater resume ${targetWords(name)}`}`,
    },
  ];
}

/** With ReplaceUnhealthy resumed Auto Scaling would take out at once all that serves. */
function markedAgainst(group: Group): readonly AdvisedReason[] {
  const marked = wronglyMarked(group);
  const replaces = group.notes.frozen?.processes.includes('ReplaceUnhealthy') === true;
  // rule: marked-replaced
  if (!replaces || marked.length === 0 || serving(group).length > 0) return [];
  return marked.map(({ id }) => ({
    code: 'group.marked',
    group: group.name,
    text: sayMarked([id]),
    remedy: remedyWith`First: ${takeMarkOff(id)}`,
  }));
}

/** No group is touched while its stack is in progress. */
function stackAgainst({ stackStatus }: Observed, plan: Plan): readonly Reason[] {
  if (stackStatus === undefined || !busy(stackStatus)) return [];
  return [
    {
      code: 'stack.busy',
      text: `the stack ${plan.stack ?? ''} is in ${stackStatus}`,
      remedy: 'Wait until the stack operation has ended and start again.',
    },
  ];
}
