import type { Instant } from '../../clock.js';
import type { FleetStep } from '../../fleet/fleet-step.js';
import type { TargetEnd } from '../../fleet/target-end.js';
import type { Stamped } from '../../model/event.js';
import { lineWriter, textWriter } from '../../render/line-writer.js';
import type { ProcessContext } from '../../run/process-context.js';
import { harmlessJson } from '../../text/plain.js';
import { timestamp } from '../../text/timestamp.js';

/** What a fleet tells beside the events of its targets. `type` and the data only ever grow. */
type FleetEvent =
  | { readonly type: 'fleet.started'; readonly file: string; readonly waves: number; readonly targets: number }
  | {
      readonly type: 'fleet.waveStarted';
      readonly wave: string;
      readonly targets: number;
      readonly concurrency: number;
    }
  | { readonly type: 'fleet.targetStarted'; readonly wave: string; readonly target: string }
  | { readonly type: 'fleet.targetFinished'; readonly end: TargetEnd }
  | {
      readonly type: 'fleet.baking';
      readonly wave: string;
      readonly until: Instant;
      readonly alarms: readonly string[];
    }
  | { readonly type: 'fleet.interrupted'; readonly signal: string; readonly running: number }
  | {
      readonly type: 'fleet.finished';
      readonly how: Extract<FleetStep, { do: 'end' }>['how'];
      readonly exitCode: number;
      readonly targets: readonly TargetEnd[];
    };

/** A line of `fleet run --output jsonl` that is about the fleet. */
export interface FleetLine {
  readonly v: 1;
  readonly at: Instant;
  readonly event: FleetEvent;
}

/** A line about one target: an event of its run, with its name. */
interface TargetLine extends Stamped {
  readonly target: string;
}

/** Tells of a fleet, and of each of its targets. */
export interface FleetVoice {
  /** @param text the same in words, without it the event is for programs alone */
  readonly tell: (event: FleetEvent, text?: string) => void;
  /** A sentence for people alone. */
  readonly say: (text: string) => void;
  /** Where the lines of a target go, and its events. */
  readonly of: (target: string) => {
    readonly stream: ProcessContext['stdout'];
    readonly onEvent?: (stamped: Stamped) => void;
  };
}

/** Output that nobody reads. */
const NOWHERE: ProcessContext['stdout'] = { write: () => true, on: () => undefined };

/**
 * One stream of lines for all targets, each line with the name of its target in front; or JSON Lines.
 * @param format that of `--output`; a terminal gets lines too, because many runs share it
 */
export function fleetVoice(
  { stdout, stderr, json }: Pick<ProcessContext, 'stdout' | 'stderr' | 'json'>,
  format: string | undefined,
  now: () => Instant,
): FleetVoice {
  // With --json stdout belongs to the document.
  const out = json ? stderr : stdout;
  const write = lineWriter(out);
  if (format === 'jsonl') {
    const line = (value: FleetLine | TargetLine): void => write(harmlessJson(JSON.stringify(value)));
    return {
      tell: (event) => line({ v: 1, at: now(), event }),
      say: () => undefined,
      of: (target) => ({ stream: NOWHERE, onEvent: (stamped) => line({ ...stamped, target }) }),
    };
  }
  // One for all targets: each of them would listen for a reader that goes away.
  const raw = textWriter(out);
  const say = (text: string): void => write(`[fleet] ${timestamp(now())} ${text}`);
  return {
    tell: (_event, text) => (text === undefined ? undefined : say(text)),
    say,
    of: (target) => ({ stream: prefixed(raw, `[${target}] `) }),
  };
}

/** Whole lines, each with these words in front. */
function prefixed(write: (text: string) => void, prefix: string): ProcessContext['stdout'] {
  return {
    write: (text) => {
      write(text.replace(/^(?=.*[^\n])/gm, prefix));
      return true;
    },
    on: () => undefined,
  };
}
