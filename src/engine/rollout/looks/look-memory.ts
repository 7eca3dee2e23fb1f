import type { Instant } from '../../../clock.js';
import type { Action } from '../../../model/rollout/action.js';
import { noneStarted, type CommandMemory } from '../../commands/remote-commands.js';
import type { ToldAnswers } from '../../commands/service-asker.js';
import { nothingObserved, type ObserverMemory } from '../observe.js';
import { nothingTold, type Told } from '../report.js';
import { nothingSent, type SendingMemory } from '../send-actions.js';

/** Actions that were decided by a look, and not sent by it. */
interface Intent {
  /** Service time of the look. */
  readonly at: Instant;
  readonly actions: readonly Action[];
}

/**
 * All that the looks of one plan remember, each part changed in place by whoever it belongs to. A look by an engine
 * that is made anew goes on with it as the same engine would have: what stands on the groups is not in it, nor is any
 * answer of AWS that can be asked for again.
 */
export interface LookMemory {
  /** Something was asked to change in this run, or stands on the groups. */
  changed: boolean;
  /** Looks in a row without a pause. */
  looksWithoutPause: number;
  readonly observer: ObserverMemory;
  readonly sending: SendingMemory;
  readonly told: Told;
  readonly answers: ToldAnswers;
  readonly commands: CommandMemory;
  /** What the next look may send. When nobody hears how that one ended, it may have been sent. */
  intent?: Intent;
  /** Since when no look came through whole. */
  unansweredSince?: Instant;
}

/** There was no look yet. */
export function noLookYet(): LookMemory {
  return {
    changed: false,
    looksWithoutPause: 0,
    observer: nothingObserved(),
    sending: nothingSent(),
    told: nothingTold(),
    answers: new Map(),
    commands: noneStarted(),
  };
}
