import type { Instant } from '../clock.js';
import type { Wave } from './waves.js';

/** How far a target is; one that is not begun has no phase. */
export type TargetPhase = 'running' | 'done' | 'paused' | 'failed';

/** The time after a wave, while it goes on. */
export interface Bake {
  /** The next wave may begin then. */
  readonly until: Instant;
  /** When the alarms are asked next; Infinity where there are none, or none any more. */
  readonly nextLook: Instant;
  /** Why the next wave must not begin: an alarm that rings, is gone, or cannot be read. */
  readonly rings?: string;
}

/** What is known of a fleet at one moment. */
export interface FleetNow {
  readonly now: Instant;
  /** Targets that are begun, by name. */
  readonly phases: ReadonlyMap<string, TargetPhase>;
  /** Waves that need a person: whether somebody lets them begin. Absent until that was found out. */
  readonly approvals: ReadonlyMap<string, boolean>;
  /** Waves whose targets are through, by name. Absent until it was begun. */
  readonly bakes: ReadonlyMap<string, Bake>;
  /** Somebody asked to stop: nothing further begins. */
  readonly stopping: boolean;
}

/** What comes next. `end` is the last one. */
export type FleetStep =
  /** These targets begin now. */
  | { readonly do: 'start'; readonly wave: string; readonly targets: readonly string[] }
  /** A target that is running has to end first; its own limits say when it does at the latest. */
  | { readonly do: 'await'; readonly wave: string }
  /** Whether the wave may begin has to be found out. */
  | { readonly do: 'approve'; readonly wave: string }
  /** The time after the wave begins. */
  | { readonly do: 'bake'; readonly wave: string }
  /** The alarms are asked. */
  | { readonly do: 'look'; readonly wave: string }
  | { readonly do: 'sleep'; readonly wave: string; readonly until: Instant }
  | {
      readonly do: 'end';
      /** `approval`: the wave waits for a person; `paused`: one of its targets does. */
      readonly how: 'done' | 'failed' | 'alarm' | 'paused' | 'approval' | 'stopped';
      /** Where it ended; absent when every wave is through. */
      readonly wave?: string;
      readonly why: string;
    };

/**
 * What comes next in the waves of a fleet, in their order. Pure: the same moment has the same answer. Promises:
 * - never more than `concurrency` targets of a wave are running, and none of another wave beside them
 * - a target that has a phase is never started
 * - after more failures than are tolerated, after an alarm, a pause or a wish to stop, nothing begins any more, and it
 *   ends as soon as nothing is running
 */
export function nextStep(waves: readonly Wave[], seen: FleetNow): FleetStep {
  for (const wave of waves) {
    const step = stepIn(wave, seen, wave === waves.at(-1));
    if (step !== 'through') return step;
  }
  return { do: 'end', how: 'done', why: 'every wave is through' };
}

type FleetEnd = Extract<FleetStep, { do: 'end' }>;

function stepIn(wave: Wave, seen: FleetNow, isLast: boolean): FleetStep | 'through' {
  const { name, targets, tolerated, concurrency } = wave;
  const phaseOf = (target: { readonly name: string }): TargetPhase | undefined => seen.phases.get(target.name);
  const many = (phase: TargetPhase): number => targets.filter((target) => phaseOf(target) === phase).length;
  const running = many('running');
  const failed = many('failed');
  const waiting = targets.filter((target) => phaseOf(target) === undefined);
  const end = (how: FleetEnd['how'], why: string): FleetStep => {
    // rule: fleet-ends-when-nothing-runs
    if (running > 0) return { do: 'await', wave: name };
    return { do: 'end', how, wave: name, why };
  };
  if (seen.stopping && (waiting.length > 0 || failed > tolerated))
    return end(
      'stopped',
      `a signal came; ${failed} of ${targets.length} targets failed, ${waiting.length} are not begun`,
    );
  // rule: fleet-failed-wave-stops
  if (failed > tolerated) return end('failed', failedText(wave, failed));
  if (many('paused') > 0) return end('paused', `${many('paused')} of ${targets.length} targets wait for a person`);
  if (waiting.length > 0 && wave.approval) {
    const approval = seen.approvals.get(name);
    if (approval === undefined) return { do: 'approve', wave: name };
    if (!approval) return end('approval', 'it needs a person who approves it');
  }
  // rule: fleet-concurrency
  const free = concurrency - running;
  if (waiting.length > 0 && free > 0)
    return { do: 'start', wave: name, targets: waiting.slice(0, free).map((target) => target.name) };
  if (running > 0) return { do: 'await', wave: name };
  return afterWave(wave, seen, isLast);
}

function failedText({ targets, tolerated }: Wave, failed: number): string {
  const limit = tolerated === 0 ? 'none is tolerated' : `${tolerated} ${tolerated === 1 ? 'is' : 'are'} tolerated`;
  return `${failed} of ${targets.length} targets failed, and ${limit}`;
}

/** The time after a wave. The last one has it for its alarms alone: nothing comes after it. */
function afterWave(wave: Wave, { now, bakes, stopping }: FleetNow, isLast: boolean): FleetStep | 'through' {
  const { name, bakeMs, alarms } = wave;
  if (bakeMs === 0 || (isLast && alarms.length === 0)) return 'through';
  const bake = bakes.get(name);
  if (bake?.rings !== undefined) return { do: 'end', how: 'alarm', wave: name, why: bake.rings };
  if (bake !== undefined && now >= bake.until && now < bake.nextLook) return 'through';
  if (stopping) return { do: 'end', how: 'stopped', wave: name, why: 'its bake time was not over' };
  if (bake === undefined) return { do: 'bake', wave: name };
  if (now >= bake.nextLook) return { do: 'look', wave: name };
  return { do: 'sleep', wave: name, until: Math.min(bake.until, bake.nextLook) };
}
