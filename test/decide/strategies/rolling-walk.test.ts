import { expect } from 'chai';
import fc from 'fast-check';
import { serving, units } from '../../../src/decide/instances/classify.js';
import { decide } from '../../../src/decide/decide.js';
import { guard } from '../../../src/decide/guard/guard.js';
import type { Action } from '../../../src/model/rollout/action.js';
import type { Group, Instance } from '../../../src/model/rollout/group.js';
import { told } from '../../support/told.js';
import { group, instance, observed, PLAN, T0 } from '../../support/groups.js';

interface DrawnGroup {
  readonly weights: readonly number[];
  /** Weights that Auto Scaling launches, in turn. */
  readonly launches: readonly number[];
  readonly surge: number;
  readonly unavailable: number;
  readonly serial: boolean;
}

const anyGroup = (weight: fc.Arbitrary<number>): fc.Arbitrary<DrawnGroup> =>
  fc
    .record({
      weights: fc.array(weight, { minLength: 1, maxLength: 9 }),
      launches: fc.array(weight, { minLength: 1, maxLength: 3 }),
      limits: fc.constantFrom([1, 0], [2, 0], [3, 0], [9, 0], [0, 1], [0, 2], [1, 1], [2, 3]),
      serial: fc.boolean(),
    })
    .map(({ limits: [surge = 1, unavailable = 0], serial, ...rest }) => ({
      ...rest,
      surge,
      unavailable,
      serial: serial && surge + unavailable === 1,
    }));

/** Auto Scaling as the rollout needs it: it launches what is missing, in the emptiest zone, and takes out what is too many, in the fullest. All that it launches is good. */
function walk({ weights, launches, surge, unavailable, serial }: DrawnGroup): {
  readonly ends: string;
  readonly least: number;
  readonly most: number;
  readonly steps: number;
  readonly terminated: readonly string[];
} {
  const desired = units(weights.map((weight, index) => instance(`i-${index}`, { weight })));
  const plan = {
    ...PLAN,
    strategy: 'rolling' as const,
    rolling: { surge: { count: surge }, unavailable: { count: unavailable }, serial },
  };
  let now: Group = group({
    weighted: [...weights, ...launches].some((weight) => weight > 1),
    size: { min: desired, max: desired, desired },
    instances: weights.map((weight, index) =>
      instance(`i-${index}`, { weight, launchedAt: T0 - 864_000_000 + index * 600_000 }),
    ),
  });
  let launched = 0;
  let least = desired;
  let most = 0;
  const terminated: string[] = [];
  const apply = (action: Action): void => {
    if (action.type === 'record') now = { ...now, notes: { record: action.record, lease: action.lease } };
    else if (action.type === 'judge')
      now = { ...now, notes: { ...now.notes, verdict: action.verdict, lease: action.lease } };
    else if (action.type === 'suspend') now = { ...now, suspended: [...now.suspended, ...action.processes] };
    else if (action.type === 'resume')
      now = { ...now, suspended: now.suspended.filter((process) => !action.processes.includes(process)) };
    else if (action.type === 'resize') now = { ...now, size: action.size };
    else if (action.type === 'terminate') {
      terminated.push(...action.instances);
      const weight = units(now.instances.filter(({ id }) => action.instances.includes(id)));
      now = {
        ...now,
        instances: now.instances.filter(({ id }) => !action.instances.includes(id)),
        size: { ...now.size, desired: now.size.desired - (action.decrement ? weight : 0) },
      };
    }
  };
  const inZone = (zone: string): number => now.instances.filter((one) => one.zone === zone).length;
  const fill = (): void => {
    while (!now.weighted && units(now.instances) > now.size.desired) {
      const [fullest] = [...now.zones].sort((a, b) => inZone(b) - inZone(a));
      const victim = now.instances.find(({ zone }) => zone === fullest);
      now = { ...now, instances: now.instances.filter((one) => one !== victim) };
    }
    while (units(now.instances) < now.size.desired) {
      const weight = launches[launched % launches.length] ?? 1;
      const [zone] = [...now.zones].sort((a, b) => inZone(a) - inZone(b));
      const fresh: Instance = instance(`i-new${launched++}`, {
        weight,
        zone: zone ?? '',
        launchedAt: T0 + 1_000,
        configuration: 'lc/two',
      });
      now = { ...now, instances: [...now.instances, fresh] };
    }
  };
  for (let steps = 0; steps < 200; steps++) {
    const look = observed([now], { at: now.notes.record === undefined ? T0 : T0 + 100_000 });
    const decision = decide(look, plan);
    if (decision.kind === 'refuse') return { ends: 'refused', least, most, steps, terminated };
    if (decision.kind === 'wait') {
      const before = units(now.instances);
      fill();
      if (units(now.instances) === before)
        return { ends: `waits for ever: ${decision.waits[0]?.why ?? ''}`, least, most, steps, terminated };
    }
    if (decision.kind !== 'act') {
      if (decision.kind === 'wait') continue;
      return {
        ends: told(decision) + (decision.kind === 'finish' ? `: ${decision.results[0]?.why ?? ''}` : ''),
        least,
        most,
        steps,
        terminated,
      };
    }
    for (const { action } of decision.actions) {
      const broken = guard(look, plan, action);
      if (broken !== undefined) return { ends: `guard: ${broken}`, least, most, steps, terminated };
      if (action.type === 'clear')
        return {
          ends:
            JSON.stringify(now.size) === JSON.stringify({ min: desired, max: desired, desired })
              ? 'done'
              : JSON.stringify(now.size),
          least,
          most,
          steps,
          terminated,
        };
      apply(action);
      least = Math.min(least, units(serving(now)));
      fill();
      most = Math.max(most, units(now.instances));
    }
  }
  return { ends: 'never ends', least, most, steps: 200, terminated };
}

describe('decide: a rolling rollout from its start to its end', () => {
  it('of any size and limits ends, within the limits, oldest first, with every old one gone', () => {
    fc.assert(
      fc.property(anyGroup(fc.constant(1)), (drawn) => {
        const went = walk(drawn);
        const desired = drawn.weights.length;
        if (drawn.unavailable >= desired && desired > 1) {
          expect(went.ends).to.equal('refused');
          return;
        }
        expect(went.ends).to.equal('done');
        expect(went.least).to.be.at.least(desired - drawn.unavailable);
        expect(went.most).to.be.at.most(desired + drawn.surge);
        expect(went.terminated).to.deep.equal(drawn.weights.map((_, index) => `i-${index}`));
      }),
      { numRuns: 300 },
    );
  });

  it('of weighted instances ends too, above what may be missing, with every old one gone', () => {
    fc.assert(
      fc.property(anyGroup(fc.integer({ min: 1, max: 4 })), (drawn) => {
        const went = walk(drawn);
        const desired = drawn.weights.reduce((sum, weight) => sum + weight, 0);
        const heaviest = Math.max(...drawn.weights, ...drawn.launches);
        // The heaviest old one must fit into what may be missing.
        if (went.ends === 'refused') {
          expect(
            drawn.unavailable >= desired || (drawn.surge === 0 && Math.max(...drawn.weights) > drawn.unavailable),
          ).to.equal(true);
          return;
        }
        expect(went.ends).to.equal('done');
        expect(went.least).to.be.at.least(desired - drawn.unavailable);
        // What is launched overshoots the desired capacity by all but one unit of the heaviest. The old ones that go last go
        // once another one of that weight would be too many; the desired capacity is raised by all of them before they do.
        const last = Math.max(drawn.surge, heaviest) + 2 * (heaviest - 1);
        expect(went.most).to.be.at.most(desired + last + (heaviest - 1));
        expect([...went.terminated].sort()).to.deep.equal(drawn.weights.map((_, index) => `i-${index}`).sort());
      }),
      {
        numRuns: 300,
        // Ten units of old ones go last, and four more are launched for the last unit.
        examples: [
          [{ weights: [3, 3, 1, 3, 1, 4, 4, 4, 2], launches: [4, 2], surge: 2, unavailable: 3, serial: false }],
        ],
      },
    );
  });
});
