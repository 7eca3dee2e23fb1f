import { expect } from 'chai';
import { nextStep, type Bake, type FleetNow, type TargetPhase } from '../../src/fleet/fleet-step.js';
import type { Wave } from '../../src/fleet/waves.js';
import { waveOf } from './waves.js';

const NOW = 1_000_000;
const MINUTE = 60_000;

/** What is known, by short words: `a0: running`. */
function seen(
  more: Partial<Omit<FleetNow, 'phases'>> & { readonly phases?: Readonly<Record<string, TargetPhase>> },
): FleetNow {
  return {
    now: NOW,
    approvals: new Map(),
    bakes: new Map(),
    stopping: false,
    ...more,
    phases: new Map(Object.entries(more.phases ?? {})),
  };
}

const bake = (more: Partial<Bake> = {}): ReadonlyMap<string, Bake> =>
  new Map([['a', { until: NOW + MINUTE, nextLook: Infinity, ...more }]]);

describe('what comes next in a fleet', () => {
  const A = waveOf('a', 3, { concurrency: 2 });
  const B = waveOf('b', 1);
  const through = { a0: 'done', a1: 'done', a2: 'done' } as const;
  const baked = { ...A, bakeMs: MINUTE };
  const watched = { ...baked, alarms: ['errors'] };

  for (const [name, waves, now, step] of [
    ['begins as many as may run at once', [A, B], {}, { do: 'start', wave: 'a', targets: ['a0', 'a1'] }],
    [
      'fills a place that is free',
      [A, B],
      { phases: { a0: 'done', a1: 'running' } },
      { do: 'start', wave: 'a', targets: ['a2'] },
    ],
    [
      'waits while every place is taken',
      [A, B],
      { phases: { a0: 'running', a1: 'running' } },
      { do: 'await', wave: 'a' },
    ],
    ['waits for the last ones', [A, B], { phases: { ...through, a2: 'running' } }, { do: 'await', wave: 'a' }],
    ['goes on to the next wave', [A, B], { phases: through }, { do: 'start', wave: 'b', targets: ['b0'] }],
    ['ends after the last one', [A, B], { phases: { ...through, b0: 'done' } }, { do: 'end', how: 'done' }],
    ['ends where there is nothing', [], {}, { do: 'end', how: 'done' }],
    ['begins nothing after a failure', [A, B], { phases: { a0: 'failed' } }, { do: 'end', how: 'failed', wave: 'a' }],
    ['lets those that run end first', [A, B], { phases: { a0: 'failed', a1: 'running' } }, { do: 'await', wave: 'a' }],
    [
      'goes on within what is tolerated',
      [{ ...A, tolerated: 1 }, B],
      { phases: { a0: 'failed', a1: 'running' } },
      { do: 'start', wave: 'a', targets: ['a2'] },
    ],
    [
      'tolerates no more than that',
      [{ ...A, tolerated: 1 }, B],
      { phases: { a0: 'failed', a1: 'failed' } },
      { do: 'end', how: 'failed', wave: 'a' },
    ],
    [
      'goes on to the next wave within that',
      [{ ...A, tolerated: 1 }, B],
      { phases: { ...through, a0: 'failed' } },
      { do: 'start', wave: 'b', targets: ['b0'] },
    ],
    [
      'begins nothing beside a paused target',
      [A, B],
      { phases: { a0: 'paused' } },
      { do: 'end', how: 'paused', wave: 'a' },
    ],
    [
      'waits for others beside a paused one',
      [A, B],
      { phases: { a0: 'paused', a1: 'running' } },
      { do: 'await', wave: 'a' },
    ],
    ['begins nothing after a signal', [A, B], { stopping: true }, { do: 'end', how: 'stopped', wave: 'a' }],
    [
      'waits for those that run after a signal',
      [A, B],
      { stopping: true, phases: { a0: 'running' } },
      { do: 'await', wave: 'a' },
    ],
    [
      'is stopped, not failed, when a signal brought targets back',
      [A, B],
      { stopping: true, phases: { ...through, a0: 'failed' } },
      { do: 'end', how: 'stopped', wave: 'a' },
    ],
    ['is done when the signal came too late', [A], { stopping: true, phases: through }, { do: 'end', how: 'done' }],
    ['asks whether a wave may begin', [{ ...A, approval: true }], {}, { do: 'approve', wave: 'a' }],
    [
      'begins a wave that may',
      [{ ...A, approval: true }],
      { approvals: new Map([['a', true]]) },
      { do: 'start', wave: 'a', targets: ['a0', 'a1'] },
    ],
    [
      'stops before a wave that may not',
      [{ ...A, approval: true }],
      { approvals: new Map([['a', false]]) },
      { do: 'end', how: 'approval', wave: 'a' },
    ],
    ['begins the time after a wave', [baked, B], { phases: through }, { do: 'bake', wave: 'a' }],
    [
      'sleeps until its end',
      [baked, B],
      { phases: through, bakes: bake() },
      { do: 'sleep', wave: 'a', until: NOW + MINUTE },
    ],
    [
      'begins the next wave at its end',
      [baked, B],
      { phases: through, bakes: bake({ until: NOW }) },
      { do: 'start', wave: 'b', targets: ['b0'] },
    ],
    ['asks the alarms', [watched, B], { phases: through, bakes: bake({ nextLook: NOW }) }, { do: 'look', wave: 'a' }],
    [
      'sleeps until they are asked again',
      [watched, B],
      { phases: through, bakes: bake({ nextLook: NOW + 5 }) },
      { do: 'sleep', wave: 'a', until: NOW + 5 },
    ],
    [
      'asks them once more at the end',
      [watched, B],
      { phases: through, bakes: bake({ until: NOW - 9, nextLook: NOW - 9 }) },
      { do: 'look', wave: 'a' },
    ],
    [
      'ends when one rings',
      [watched, B],
      { phases: through, bakes: bake({ rings: 'errors' }) },
      { do: 'end', how: 'alarm', wave: 'a' },
    ],
    [
      'ends in that time after a signal',
      [baked, B],
      { phases: through, stopping: true, bakes: bake() },
      { do: 'end', how: 'stopped', wave: 'a' },
    ],
    ['waits for nothing after the last wave', [baked], { phases: through }, { do: 'end', how: 'done' }],
    ['but for its alarms', [watched], { phases: through }, { do: 'bake', wave: 'a' }],
  ] as const)
    it(name, () => {
      const { phases, ...others } = now as Parameters<typeof seen>[0];
      const found = nextStep(waves as readonly Wave[], seen({ ...others, ...(phases !== undefined && { phases }) }));
      expect(found).to.deep.include(step);
      if (found.do === 'end') expect(found.why).to.match(/\w/);
    });
});
