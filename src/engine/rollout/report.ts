import { wholeRecord } from '../../decide/ownership/ignored-old.js';
import { factsOf } from '../../decide/strategies/facts-by-name.js';
import type { AwsFault } from '../../errors.js';
import type { Emit } from '../../model/event.js';
import type { Action } from '../../model/rollout/action.js';
import type { AdvisedReason, GroupResult, Observed, Progress, Wait } from '../../model/rollout/decision.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { asTold } from '../../text/commands/remedy.js';
import type { Deps } from '../deps.js';
import { groupState } from '../../decide/outlook/group-state.js';
import { digest } from './looks/digest.js';
import { instanceTeller, type ToldInstances } from './instance-teller.js';

/** What a reporter has told, so that it tells it once. */
export interface Told {
  /** Marks of what was told last, by marks of what it is about. */
  readonly news: Map<string, string>;
  /** Our own lease takes the place of the dead one, so its holder is noted while it can be seen. */
  readonly holders: Map<string, string>;
  readonly instances: ToldInstances;
}

/** Nothing was told yet. */
export function nothingTold(): Told {
  return { news: new Map(), holders: new Map(), instances: new Map() };
}

/** Turns what the loop sees into events, each fact once. */
export interface Reporter {
  warnings(reasons: readonly AdvisedReason[]): void;
  adopted(observed: Observed): void;
  state(observed: Observed): void;
  instances(observed: Observed): void;
  progress(progress: readonly Progress[]): void;
  waits(waits: readonly Wait[]): void;
  started(action: Action, why: string): void;
  done(action: Action): void;
  failed(action: Action, fault: AwsFault, again: boolean): void;
  commands(observed: Observed): void;
  finished(result: GroupResult): void;
}

/** A reporter that emits only what changed since it was told last. */
export function createReporter({ emit, placed }: Deps, plan: Plan, told: Told = nothingTold()): Reporter {
  const { holders } = told;
  const news = (about: string, value: unknown): boolean => {
    const [key, mark] = [digest(about), digest(JSON.stringify(value))];
    if (told.news.get(key) === mark) return false;
    told.news.set(key, mark);
    return true;
  };
  return {
    warnings: (reasons) => {
      // Two warnings of one group can share a code, so the text is part of the key.
      for (const reason of reasons.map((one) => asTold(one, placed)))
        if (news(`warning ${reason.group ?? ''} ${reason.code} ${reason.text}`, reason))
          emit({ type: 'warning', reason });
    },
    adopted: ({ groups, seen }) => {
      for (const { name, notes } of groups) {
        if (notes.lease !== undefined && notes.lease.run !== plan.run)
          holders.set(name, `process ${notes.lease.pid} on ${notes.lease.host}`);
        if (seen.adoptedAt[name] === undefined || notes.record === undefined || notes.record.run === plan.run) continue;
        if (!news(`adopted ${name}`, notes.record.run)) continue;
        emit({
          type: 'group.adopted',
          group: name,
          run: notes.record.run,
          holder: holders.get(name) ?? '',
          since: notes.record.startedAt,
          next: nextOf(notes.record, plan),
          record: wholeRecord(notes.record),
        });
      }
    },
    state: (observed) => tellStates(observed, emit, news),
    instances: instanceTeller(emit, plan, told.instances),
    progress: (progress) => {
      for (const one of progress)
        if (news(`progress ${one.group}`, one)) emit({ type: 'group.progress', progress: one });
    },
    waits: (waits) => {
      for (const wait of waits)
        if (news(`wait ${wait.group}`, { ...wait, until: 0, stage: undefined })) emit({ type: 'group.waiting', wait });
    },
    started: (action, why) => emit({ type: 'action.started', action, why }),
    done: (action) => emit({ type: 'action.done', action }),
    failed: (action, { code, message }, again) => emit({ type: 'action.failed', action, code, message, again }),
    commands: ({ groups, commands }) => {
      for (const [instance, command] of Object.entries(commands ?? {})) {
        if (command.state !== 'ended' || !news(`command ${instance}`, command.how)) continue;
        const group = groups.find(({ instances }) => instances.some(({ id }) => id === instance))?.name ?? '';
        const { state, ...end } = command;
        emit({ type: 'command.ended', group, instance, ...end });
      }
    },
    finished: (result) => {
      if (!news(`result ${result.group}`, result)) return;
      if (result.outcome === 'skipped') emit({ type: 'group.skipped', group: result.group, why: result.why });
      else emit({ type: 'group.finished', result });
    },
  };
}

/** Tells of each group what is not as it was told last. */
function tellStates(observed: Observed, emit: Emit, news: (key: string, value: unknown) => boolean): void {
  for (const group of observed.groups) {
    const event = { type: 'group.state', ...groupState(observed, group) } as const;
    if (news(`state ${group.name}`, event)) emit(event);
  }
}

/** What becomes of a record that was taken over. */
function nextOf(record: RolloutRecord, plan: Plan): 'finish' | 'putBack' | 'startOver' | 'giveBack' {
  switch (factsOf(record).kind) {
    case 'replacing':
      return 'finish';
    case 'in-place':
      return plan.restart === undefined ? 'putBack' : 'startOver';
    case 'keeping':
      return 'giveBack';
  }
}
