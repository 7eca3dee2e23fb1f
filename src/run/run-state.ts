import type { Progress } from '../model/rollout/decision.js';
import type { Emit, RunEvent } from '../model/event.js';

/** Where a run is, for what a signal does and for last words. */
export type Stage = 'start' | 'stack' | 'between' | 'groups';

/** What a run has been seen to do, read off its own events. */
export interface Witness {
  readonly stage: Stage;
  /** True once anything at all was asked to change. */
  readonly changed: boolean;
  /** How the stack action ended, once it has. */
  readonly stack?: { readonly status: string; readonly ok: boolean };
  /** Groups with a record of ours on them, as far as we know. */
  readonly open: readonly string[];
  /** Groups whose verdict is written: only the other half can still go. */
  readonly judged: readonly string[];
  /** A rolling rollout is under way: after its verdict it stops where it is. */
  readonly rolling: boolean;
  readonly progress: ReadonlyMap<string, Progress>;
}

/** Watches a stream: `witness` is always up to date, `see` takes the events. */
export function createWitness(): { readonly witness: () => Witness; readonly see: Emit } {
  let stage: Stage = 'start';
  let changed = false;
  let stack: Witness['stack'];
  const open = new Set<string>();
  const judged = new Set<string>();
  let rolling = false;
  const progress = new Map<string, Progress>();

  const see = (event: RunEvent): void => {
    switch (event.type) {
      case 'stack.started':
      case 'stack.mending':
        stage = 'stack';
        changed = true;
        break;
      case 'stack.settled':
        stage = 'between';
        stack = { status: event.status, ok: event.ok };
        break;
      case 'groups.found':
        stage = 'groups';
        break;
      case 'group.adopted':
        // What a dead run had changed counts as begun: its record is ours now.
        stage = 'groups';
        changed = true;
        open.add(event.group);
        break;
      case 'rollout.called':
        // A note, which somebody else acts on.
        stage = 'groups';
        changed = true;
        break;
      case 'group.progress':
        progress.set(event.progress.group, event.progress);
        if (event.progress.phase === 'surge' || event.progress.phase === 'replace') rolling = true;
        break;
      case 'action.started':
        // Even an action whose reply is lost may have had its effect.
        changed = true;
        if (event.action.type === 'record') {
          open.add(event.action.group);
          rolling = event.action.record.strategy === 'rolling';
        }
        if (event.action.type === 'judge') event.action.groups.forEach((group) => judged.add(group));
        break;
      case 'group.finished':
        open.delete(event.result.group);
        if (event.result.outcome === 'stuck') open.add(event.result.group);
        break;
      default:
        break;
    }
  };
  return {
    see,
    witness: () => ({
      stage,
      changed,
      ...(stack === undefined ? {} : { stack }),
      open: [...open],
      judged: [...judged],
      rolling,
      progress,
    }),
  };
}
