import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import { groupOutlook } from '../../../src/decide/stack/forecast.js';
import type { Observed } from '../../../src/model/rollout/decision.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { fresh, group, instance, LEASE, observed, PLAN, PROCESSES, sick, T0, verdict } from '../../support/groups.js';
import { old, ROLLING, rollingGroup, rollingPlan, young } from '../../support/rolling.js';
import { told } from '../../support/told.js';

const FOUR = old('i-1', 'i-2', 'i-3', 'i-4');
const MENDED = { record: ROLLING, verdict: verdict('promote'), lease: { ...LEASE, run: 'run-2' } };
const FIRST_OUT = { surge: 0, unavailable: 1 };
const before = group({ size: { min: 1, max: 4, desired: 4 }, instances: FOUR });
const justNow = (...ids: readonly string[]): { readonly inServiceSince: Record<string, number> } => ({
  inServiceSince: Object.fromEntries(ids.map((id) => [id, T0 + 99_000])),
});
const asOf = (at: number): Partial<Parameters<typeof rollingGroup>[1]> => ({
  group: { notes: { record: ROLLING, verdict: verdict('promote'), lease: { ...LEASE, at } } },
});

const rows: readonly {
  readonly when: string;
  readonly look: Observed;
  readonly plan?: Partial<Plan>;
  readonly then: string;
}[] = [
  // Whether it starts.
  { when: 'outdated and settled', look: observed([before]), then: 'record web' },
  {
    when: 'nothing is allowed at all',
    look: observed([before]),
    plan: rollingPlan({ surge: { count: 0 }, unavailable: { percent: 20 } }),
    then: 'refuse: group.noRoom',
  },
  {
    when: 'all might be out of service',
    look: observed([before]),
    plan: rollingPlan({ unavailable: { count: 4 } }),
    then: 'refuse: group.allUnavailable',
  },
  {
    when: 'a single one may be out of service, said as a part',
    look: observed([group({ size: { min: 1, max: 1, desired: 1 }, instances: old('i-1') })]),
    plan: rollingPlan({ surge: { count: 0 }, unavailable: { percent: 99 } }),
    then: 'refuse: group.noRoom',
  },
  {
    when: 'a single one may be out of service, said as a number',
    look: observed([group({ size: { min: 1, max: 1, desired: 1 }, instances: old('i-1') })]),
    plan: rollingPlan({ surge: { count: 0 }, unavailable: { count: 1 } }),
    then: 'record web',
  },
  {
    when: 'Launch is suspended',
    look: observed([{ ...before, suspended: ['Launch'] }]),
    then: 'refuse: group.suspended',
  },

  // Before the verdict.
  {
    when: 'recorded',
    look: observed([rollingGroup(FOUR, { judged: false, group: { suspended: [] } })]),
    then: `suspend ${PROCESSES.join(',')}`,
  },
  { when: 'suspended', look: observed([rollingGroup(FOUR, { judged: false })]), then: 'surge 1/5/5' },
  {
    when: 'suspended, two above',
    look: observed([rollingGroup(FOUR, { judged: false, surge: 2 })]),
    then: 'surge 1/6/6',
  },
  {
    when: 'surged, nothing launched yet',
    look: observed([rollingGroup(FOUR, { judged: false, desired: 5 })]),
    then: 'wait: 0 of 1 new instances are proven; 1 still to launch',
  },
  {
    when: 'the first new one is sick',
    look: observed([rollingGroup([...FOUR, fresh('i-5', { health: sick() })], { judged: false, desired: 5 })]),
    then: 'wait: 0 of 1 new instances are proven',
  },
  {
    when: 'the first new one is in service but not warm',
    look: observed([rollingGroup([...FOUR, ...young('i-5')], { judged: false, desired: 5 })], { seen: justNow('i-5') }),
    then: 'wait: 0 of 1 new instances are proven',
  },
  {
    when: 'the first new one is proven',
    look: observed([rollingGroup([...FOUR, ...young('i-5')], { judged: false, desired: 5 })]),
    then: 'promote web',
  },
  {
    when: 'one of the first two is proven',
    look: observed([
      rollingGroup([...FOUR, ...young('i-5'), fresh('i-6', { health: sick() })], {
        judged: false,
        surge: 2,
        desired: 6,
      }),
    ]),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'terminate first: the verdict comes before anything is terminated',
    look: observed([rollingGroup(FOUR, { judged: false, ...FIRST_OUT })]),
    then: 'promote web',
  },
  {
    when: 'the first new one is never proven',
    look: observed([rollingGroup([...FOUR, fresh('i-5', { health: sick() })], { judged: false, desired: 5 })], {
      at: T0 + 700_000,
      seen: { progressAt: { web: { proven: 0, at: T0 + 50_000 } } },
    }),
    then: 'rollBack web',
  },
  {
    when: 'the image does not exist',
    look: observed([rollingGroup(FOUR, { judged: false, desired: 5 })], {
      failures: [
        {
          id: 'a',
          group: 'web',
          startedAt: T0 + 30_000,
          message: "The image id '[ami-0bad]' does not exist",
          cause: '',
        },
      ],
    }),
    then: 'rollBack web',
  },
  {
    when: 'a signal comes before the verdict',
    look: observed([rollingGroup([...FOUR, ...young('i-5')], { judged: false, desired: 5 })], {
      cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' },
    }),
    then: 'rollBack web',
  },
  {
    when: 'rolled back',
    look: observed([
      rollingGroup([...FOUR, fresh('i-5', { health: sick() })], {
        desired: 5,
        group: {
          suspended: [...PROCESSES, 'Launch'],
          notes: { record: ROLLING, lease: LEASE, verdict: verdict('rollBack') },
        },
      }),
    ]),
    then: 'terminate new i-5',
  },
  {
    when: 'one of two groups fails',
    look: observed(
      [
        rollingGroup([...FOUR, ...young('i-5')], { judged: false, desired: 5 }),
        rollingGroup([...old('i-a1', 'i-a2', 'i-a3', 'i-a4'), fresh('i-a5', { health: sick() })], {
          judged: false,
          desired: 5,
          group: { name: 'api' },
        }),
      ],
      { at: T0 + 700_000, seen: { progressAt: { api: { proven: 0, at: T0 } } } },
    ),
    plan: { groups: ['web', 'api'] },
    then: 'rollBack web,api',
  },

  // Launch first, after the verdict.
  {
    when: 'one is proven: the oldest goes and is replaced',
    look: observed([rollingGroup([...FOUR, ...young('i-5')], { desired: 5 })]),
    then: 'terminate old i-1 to be replaced',
  },
  {
    when: 'two are proven: the two oldest go',
    look: observed([rollingGroup([...FOUR, ...young('i-5', 'i-6')], { surge: 2, desired: 6 })]),
    then: 'terminate old i-1,i-2 to be replaced',
  },
  {
    when: 'its replacement is launching',
    look: observed([rollingGroup([...FOUR.slice(1), ...young('i-5')], { desired: 5 })]),
    then: 'wait: 1 of 4 instances are new and proven; 1 still to launch',
  },
  {
    when: 'its replacement warms up',
    look: observed([rollingGroup([...FOUR.slice(1), ...young('i-5', 'i-6')], { desired: 5 })], {
      seen: { inServiceSince: { 'i-5': T0, 'i-6': T0 + 99_000 } },
    }),
    then: 'wait: 1 of 4 instances are new and proven',
  },
  {
    when: 'the one before it drains still',
    look: observed([
      rollingGroup([instance('i-1', { lifecycle: 'Terminating' }), ...FOUR.slice(1), ...young('i-5', 'i-6')], {
        desired: 5,
      }),
    ]),
    then: 'terminate old i-2 to be replaced',
  },
  {
    when: 'the last one goes with decrement',
    look: observed([rollingGroup([...FOUR.slice(3), ...young('i-5', 'i-6', 'i-7', 'i-8')], { desired: 5 })]),
    then: 'terminate old i-4',
  },
  {
    when: 'the last batch is of both kinds: first those that are replaced',
    look: observed([rollingGroup([...FOUR.slice(1), ...young('i-5', 'i-6', 'i-7')], { surge: 2, desired: 6 })]),
    then: 'terminate old i-2 to be replaced',
  },
  {
    when: 'the last two go together',
    look: observed([rollingGroup([...FOUR.slice(2), ...young('i-5', 'i-6', 'i-7', 'i-8')], { surge: 2, desired: 6 })]),
    then: 'terminate old i-3,i-4',
  },
  {
    when: 'without the last one the zones would be uneven: it is replaced as well',
    look: observed([rollingGroup([...FOUR.slice(3), ...young('i-5', 'i-7', 'i-9'), fresh('i-6')], { desired: 5 })]),
    then: 'terminate old i-4 to be replaced',
  },
  {
    when: 'what evens the zones is launching',
    look: observed([
      rollingGroup([...FOUR.slice(3), ...young('i-5', 'i-7', 'i-9'), fresh('i-6')], { surge: 2, desired: 6 }),
    ]),
    then: 'wait: 4 of 4 instances are new and proven; 1 still to launch',
  },
  {
    when: 'nothing evens zones where an operator suspended that',
    look: observed([
      rollingGroup([...FOUR.slice(3), ...young('i-5', 'i-7', 'i-9'), fresh('i-6')], {
        desired: 5,
        suspended: ['ReplaceUnhealthy'],
      }),
    ]),
    then: 'terminate old i-4',
  },
  {
    when: 'none is old, one too many is there and all serve',
    look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8', 'i-9'), { desired: 5 })]),
    then: 'restore 1/4/4',
  },
  {
    when: 'none is old, one too many is still to launch',
    look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8'), { desired: 5 })]),
    then: 'wait: all 4 are new and proven; 1 still to launch, before those that are too many go',
  },
  {
    when: 'none is old, one too many was to launch for too long',
    look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8'), { desired: 5 })], {
      at: T0 + 700_000,
      seen: { progressAt: { web: { proven: 4, at: T0 + 50_000 } } },
    }),
    then: 'renew web + restore 1/4/4',
  },
  {
    when: 'none is old, one too many cannot launch',
    look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8'), { desired: 5 })], {
      seen: { progressAt: { web: { proven: 4, at: T0 + 50_000 } } },
      failures: [
        {
          id: 'a',
          group: 'web',
          startedAt: T0 + 60_000,
          message: 'We currently do not have sufficient capacity',
          cause: '',
        },
      ],
    }),
    then: 'restore 1/4/4',
  },
  {
    when: 'none is old, one too many is there and one is sick',
    look: observed([
      rollingGroup([...young('i-5', 'i-6', 'i-7', 'i-8'), fresh('i-9', { health: sick() })], { desired: 5 }),
    ]),
    then: 'wait: 5 instances are there and 4 should stay; those that leave are chosen by Auto Scaling, so all must serve first',
  },
  {
    when: 'none is old, the last one leaves',
    look: observed([
      rollingGroup([instance('i-4', { lifecycle: 'Terminating' }), ...young('i-5', 'i-6', 'i-7', 'i-8')], {
        group: { suspended: [] },
      }),
    ]),
    then: 'wait: 1 instance is draining and leaving',
  },
  {
    when: 'none is old, max was raised',
    look: observed([
      rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8'), { group: { size: { min: 1, max: 5, desired: 4 } } }),
    ]),
    then: 'restore 1/4/4',
  },
  {
    when: 'none is old, sizes are as they were',
    look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8'))]),
    then: `resume ${PROCESSES.join(',')}`,
  },
  {
    when: 'all is as it was',
    look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8'), { group: { suspended: [] } })]),
    then: 'clear web',
  },

  // Who goes first.
  {
    when: 'those of the same minute go by zones',
    look: observed([
      rollingGroup(
        [
          instance('i-1', { zone: 'eu-west-1a' }),
          instance('i-2', { zone: 'eu-west-1a' }),
          instance('i-3', { zone: 'eu-west-1b' }),
          instance('i-4', { zone: 'eu-west-1b' }),
          ...young('i-5', 'i-6'),
        ],
        { surge: 2, desired: 6 },
      ),
    ]),
    then: 'terminate old i-1,i-3 to be replaced',
  },
  {
    when: 'one zone has more left of the same minute',
    look: observed([
      rollingGroup(
        [
          instance('i-2', { zone: 'eu-west-1b' }),
          instance('i-3', { zone: 'eu-west-1b' }),
          instance('i-4', { zone: 'eu-west-1a' }),
          ...young('i-5', 'i-6'),
        ],
        { desired: 5 },
      ),
    ]),
    then: 'terminate old i-2 to be replaced',
  },
  {
    when: 'one that does not serve goes before older ones',
    look: observed([
      rollingGroup([...FOUR.slice(0, 3), instance('i-4', { health: sick() }), ...young('i-5')], { desired: 5 }),
    ]),
    then: 'terminate old i-4 to be replaced',
  },
  {
    when: 'nobody old seems to serve: still no more than one goes',
    look: observed([
      rollingGroup([...FOUR.map((one) => ({ ...one, health: sick() })), ...young('i-5')], { desired: 5 }),
    ]),
    then: 'terminate old i-1 to be replaced',
  },
  {
    when: 'a new one that was proven fell sick',
    look: observed([
      rollingGroup([...FOUR.slice(1), ...young('i-5'), fresh('i-6', { health: sick() })], { desired: 5 }),
    ]),
    then: 'wait: 1 of 4 instances are new and proven',
  },

  // Terminate first.
  {
    when: 'terminate first: the oldest goes',
    look: observed([rollingGroup(FOUR, FIRST_OUT)]),
    then: 'terminate old i-1 to be replaced',
  },
  {
    when: 'terminate first, two may be out',
    look: observed([rollingGroup(FOUR, { surge: 0, unavailable: 2 })]),
    then: 'terminate old i-1,i-2 to be replaced',
  },
  {
    when: 'terminate first: the next waits for the replacement',
    look: observed([rollingGroup([...FOUR.slice(1), ...young('i-5')], FIRST_OUT)], { seen: justNow('i-5') }),
    then: 'wait: 1 of 4 instances are new and proven'.replace('1 of', '0 of'),
  },
  {
    when: 'terminate first: the replacement is proven',
    look: observed([rollingGroup([...FOUR.slice(1), ...young('i-5')], FIRST_OUT)]),
    then: 'terminate old i-2 to be replaced',
  },
  {
    when: 'terminate first: one is missing by itself',
    look: observed([rollingGroup(FOUR.slice(1), { ...FIRST_OUT })]),
    then: 'wait: 0 of 4 instances are new and proven; 1 still to launch',
  },
  {
    when: 'terminate first: the last replacement is not proven yet',
    look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8'), FIRST_OUT)], {
      seen: { inServiceSince: { 'i-5': T0, 'i-6': T0, 'i-7': T0, 'i-8': T0 + 99_000 } },
    }),
    then: 'wait: 3 of 4 instances are new and proven',
  },
  {
    when: 'one above and one below: two go',
    look: observed([rollingGroup([...FOUR, ...young('i-5')], { unavailable: 1, desired: 5 })]),
    then: 'terminate old i-1,i-2 to be replaced',
  },

  // When it cannot go on.
  {
    when: 'no further one is proven in time',
    look: observed(
      [
        rollingGroup([...FOUR.slice(1), ...young('i-5'), fresh('i-6', { health: sick() })], {
          desired: 5,
          ...asOf(T0 + 690_000),
        }),
      ],
      { at: T0 + 700_000, seen: { progressAt: { web: { proven: 1, at: T0 + 100_000 } } } },
    ),
    then: 'finish: web stuck',
  },
  {
    when: 'one was proven lately, however long it takes in all',
    look: observed(
      [
        rollingGroup([...FOUR.slice(1), ...young('i-5'), fresh('i-6', { health: sick() })], {
          desired: 5,
          ...asOf(T0 + 9_000_000),
        }),
      ],
      { at: T0 + 9_000_000, seen: { progressAt: { web: { proven: 1, at: T0 + 8_900_000 } } } },
    ),
    then: 'wait: 1 of 4 instances are new and proven',
  },
  {
    when: 'launching cannot succeed any more',
    look: observed([rollingGroup([...FOUR.slice(1), ...young('i-5')], { desired: 5 })], {
      failures: [
        {
          id: 'a',
          group: 'web',
          startedAt: T0 + 90_000,
          message: "The image id '[ami-0bad]' does not exist",
          cause: '',
        },
      ],
      seen: { progressAt: { web: { proven: 1, at: T0 + 80_000 } } },
    }),
    then: 'finish: web stuck',
  },
  {
    when: 'launching failed before the last batch and works again',
    look: observed([rollingGroup([...FOUR.slice(1), ...young('i-5')], { desired: 5 })], {
      failures: [
        {
          id: 'a',
          group: 'web',
          startedAt: T0 + 70_000,
          message: "The image id '[ami-0bad]' does not exist",
          cause: '',
        },
      ],
      seen: { progressAt: { web: { proven: 1, at: T0 + 80_000 } } },
    }),
    then: "wait: 1 of 4 instances are new and proven; 1 still to launch (The image id '[ami-0bad]' does not exist)",
  },
  {
    when: 'a new one died after the verdict',
    look: observed([
      rollingGroup([...FOUR.slice(1), ...young('i-5'), fresh('i-6', { healthy: false, health: sick() })], {
        desired: 5,
      }),
    ]),
    then: 'resume ReplaceUnhealthy',
  },
  {
    when: 'somebody shrank the group',
    look: observed([rollingGroup([...FOUR.slice(2), ...young('i-5', 'i-6')], { desired: 4 })]),
    then: 'surge 1/5/5',
  },
  {
    when: 'somebody goes on shrinking it',
    look: observed([rollingGroup([...FOUR.slice(2), ...young('i-5', 'i-6')], { desired: 4 })], {
      seen: { doubled: { web: 11 } },
    }),
    then: 'finish: web stuck',
  },
  {
    when: 'an earlier roll-back left Launch suspended',
    look: observed([
      rollingGroup(FOUR, {
        ...FIRST_OUT,
        suspended: [...PROCESSES, 'Launch'],
        group: { suspended: [...PROCESSES, 'Launch'] },
      }),
    ]),
    then: 'resume Launch',
  },

  // Stopping on the way.
  {
    when: 'a signal comes after the verdict, launch first: it stops at once',
    look: observed([rollingGroup([...FOUR.slice(1), ...young('i-5')], { desired: 5 })], {
      cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' },
    }),
    then: 'finish: web stuck',
  },
  {
    when: 'a signal comes while one is missing: it waits for the replacement',
    look: observed([rollingGroup([...FOUR.slice(1), fresh('i-5', { health: sick() })], FIRST_OUT)], {
      cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' },
    }),
    then: 'wait: interrupted by SIGINT; before it stops, what was taken out is replaced: 3 of 4 serve',
  },
  {
    when: 'a signal comes and the replacement never comes',
    look: observed(
      [
        rollingGroup([...FOUR.slice(1), fresh('i-5', { health: sick() })], {
          ...FIRST_OUT,
          group: {
            notes: {
              record: { ...ROLLING, ...FIRST_OUT },
              verdict: verdict('promote'),
              lease: { ...LEASE, at: T0 + 690_000 },
            },
          },
        }),
      ],
      {
        at: T0 + 700_000,
        cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' },
        seen: { progressAt: { web: { proven: 0, at: T0 } } },
      },
    ),
    then: 'finish: web stuck',
  },
  {
    when: 'a signal comes when none is old any more: it is finished',
    look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8'))], {
      cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' },
    }),
    then: `resume ${PROCESSES.join(',')}`,
  },
  {
    when: 'its mate cannot go on: it stops as well',
    look: observed([
      rollingGroup([...FOUR, ...young('i-5')], { desired: 5 }),
      rollingGroup(old('i-a1', 'i-a2', 'i-a3', 'i-a4', 'i-a5'), { group: { name: 'api' } }),
    ]),
    plan: { groups: ['web', 'api'] },
    then: 'finish: web stuck, api stuck',
  },
  {
    when: 'its neighbour cannot go on, judged alone: it goes on',
    look: observed([
      rollingGroup([...FOUR, ...young('i-5')], { desired: 5, together: false }),
      rollingGroup(old('i-a1', 'i-a2', 'i-a3', 'i-a4', 'i-a5'), { together: false, group: { name: 'api' } }),
    ]),
    plan: { groups: ['web', 'api'], together: false },
    then: 'terminate old i-1 to be replaced',
  },
  {
    when: 'asked to roll back what was judged while it was taken over: it stops',
    look: observed(
      [
        rollingGroup([...FOUR, ...young('i-5')], {
          desired: 5,
          group: { notes: { record: ROLLING, verdict: verdict('promote'), lease: { ...LEASE, run: 'run-2' } } },
        }),
      ],
      { seen: { adoptedAt: { web: T0 } } },
    ),
    plan: { run: 'run-2', adoptOnly: true, undo: true },
    then: 'finish: web stuck',
  },
  {
    when: 'asked to roll back what another run judged',
    look: observed([rollingGroup([...FOUR, ...young('i-5')], { desired: 5 })]),
    plan: { run: 'run-2', adoptOnly: true, undo: true },
    then: 'refuse: rollback.judged',
  },

  // Whoever resumes obeys the record.
  {
    when: 'resumed by a run that was asked for a swap',
    look: observed([rollingGroup([...FOUR, ...young('i-5')], { desired: 5 })]),
    plan: { strategy: 'swap' },
    then: 'terminate old i-1 to be replaced',
  },
  {
    when: 'resumed after its image was mended: what it had launched from the bad one goes first',
    look: observed(
      [
        rollingGroup([...FOUR.slice(1), fresh('i-5', { health: sick() }), fresh('i-6', { health: sick() })], {
          desired: 5,
          group: { configurations: ['lc/three'], notes: MENDED },
        }),
      ],
      { seen: { adoptedAt: { web: T0 + 90_000 } } },
    ),
    plan: { run: 'run-2' },
    then: 'terminate old i-5 to be replaced',
  },
  {
    when: 'resumed after its image was mended: what serves goes by age',
    look: observed(
      [
        rollingGroup(
          [...FOUR.slice(1), ...young('i-5'), fresh('i-6', { configuration: 'lc/three', launchedAt: T0 + 95_000 })],
          { desired: 5, group: { configurations: ['lc/three'], notes: MENDED } },
        ),
      ],
      { seen: { adoptedAt: { web: T0 + 90_000 } } },
    ),
    plan: { run: 'run-2' },
    then: 'terminate old i-2 to be replaced',
  },
  {
    when: 'the configuration changes while the same run goes on',
    look: observed([
      rollingGroup([...FOUR.slice(1), fresh('i-5', { health: sick() })], {
        desired: 5,
        group: { configurations: ['lc/three'] },
      }),
    ]),
    then: 'wait: 0 of 4 instances are new and proven; 1 still to launch',
  },
  {
    when: 'resumed by a run that was asked for other limits',
    look: observed([rollingGroup([...FOUR, ...young('i-5')], { desired: 5 })]),
    plan: rollingPlan({ unavailable: { count: 2 } }),
    then: 'terminate old i-1 to be replaced',
  },
  {
    when: 'what was done is not visible yet',
    look: observed([rollingGroup([...FOUR, ...young('i-5')], { desired: 5 })], {
      seen: {
        pending: [
          {
            action: { type: 'terminate', group: 'web', half: 'old', instances: ['i-1'], decrement: false },
            since: T0 + 99_000,
            sure: true,
          },
        ],
      },
    }),
    then: 'wait: waiting until AWS shows what was just done',
  },
];

describe('decide: the rolling rollout', () => {
  for (const row of rows) {
    it(`${row.when} → ${row.then}`, () => {
      expect(told(decide(row.look, { ...PLAN, ...rollingPlan(), ...row.plan }))).to.equal(row.then);
    });
  }

  it('notes the limits in units, the surge rounded up and the unavailable down', () => {
    const limits = (desired: number, surge: string, unavailable: string): readonly number[] => {
      const share = (text: string): { readonly count: number } | { readonly percent: number } =>
        text.endsWith('%') ? { percent: Number(text.slice(0, -1)) } : { count: Number(text) };
      const look = observed([
        group({
          size: { min: 1, max: desired, desired },
          instances: old(...Array.from({ length: desired }, (_, index) => `i-${index + 1}`)),
        }),
      ]);
      const decision = decide(look, {
        ...PLAN,
        ...rollingPlan({ surge: share(surge), unavailable: share(unavailable) }),
      });
      const action = decision.kind === 'act' ? decision.actions[0]?.action : undefined;
      return action?.type === 'record' && action.record.strategy === 'rolling'
        ? [action.record.surge, action.record.unavailable]
        : [];
    };
    expect(limits(10, '1', '0')).to.deep.equal([1, 0]);
    expect(limits(10, '25%', '25%')).to.deep.equal([3, 2]);
    expect(limits(70, '10%', '10%')).to.deep.equal([7, 7]);
    expect(limits(4, '1%', '0')).to.deep.equal([1, 0]);
    // More than the whole again is of no use.
    expect(limits(4, '9', '0')).to.deep.equal([4, 0]);
    expect(limits(4, '0', '50%')).to.deep.equal([0, 2]);
  });

  it('terminates at most 100 in one call', () => {
    const many = Array.from({ length: 150 }, (_, index) =>
      instance(`i-old${String(index).padStart(3, '0')}`, { zone: index < 75 ? 'eu-west-1a' : 'eu-west-1b' }),
    );
    const young150 = Array.from({ length: 150 }, (_, index) =>
      fresh(`i-new${index}`, { zone: index < 75 ? 'eu-west-1a' : 'eu-west-1b' }),
    );
    const decision = decide(
      observed([
        rollingGroup([...many, ...young150], {
          surge: 150,
          old: 150,
          size: { min: 1, max: 150, desired: 150 },
          desired: 300,
        }),
      ]),
      { ...PLAN, ...rollingPlan() },
    );
    const cuts =
      decision.kind === 'act'
        ? decision.actions.flatMap(({ action }) => (action.type === 'terminate' ? [action.instances] : []))
        : [];
    expect(cuts.map((cut) => cut.length)).to.deep.equal([100]);
    expect(cuts[0]?.slice(0, 4)).to.deep.equal(['i-old000', 'i-old075', 'i-old001', 'i-old076']);
  });
});

describe('decide: rolling over several groups, one instance at a time', () => {
  const serial = { serial: true };
  const both = { ...rollingPlan(serial), groups: ['web', 'api'] };
  const api = (
    names: readonly string[],
    differs: Parameters<typeof rollingGroup>[1] = {},
  ): ReturnType<typeof rollingGroup> => rollingGroup(old(...names), { ...serial, ...differs, group: { name: 'api' } });
  const A = ['i-a1', 'i-a2', 'i-a3', 'i-a4'];
  const turns: readonly { readonly when: string; readonly look: Observed; readonly then: string }[] = [
    {
      when: 'the first group was paused, and the note of the second is missing still',
      look: observed(
        [
          {
            ...rollingGroup([...FOUR, ...young('i-5')], {
              ...serial,
              judged: false,
              desired: 5,
              gates: { pauseAt: [25], paused: 25 },
            }),
            notes: { record: { ...ROLLING, ...serial, gates: { pauseAt: [25], paused: 25 } } },
          },
          api(A, { judged: false, gates: { pauseAt: [25] } }),
        ],
        { seen: { results: { web: { group: 'web', outcome: 'paused', why: '' } } } },
      ),
      then: 'pause api',
    },
    {
      when: 'only the first group is surged',
      look: observed([rollingGroup(FOUR, { ...serial, judged: false }), api(A, { judged: false })]),
      then: 'surge 1/5/5',
    },
    {
      when: 'its first new one is proven for all',
      look: observed([
        rollingGroup([...FOUR, ...young('i-5')], { ...serial, judged: false, desired: 5 }),
        api(A, { judged: false }),
      ]),
      then: 'promote web,api',
    },
    {
      when: 'one goes',
      look: observed([rollingGroup([...FOUR, ...young('i-5')], { ...serial, desired: 5 }), api(A)]),
      then: 'terminate old i-1 to be replaced',
    },
    {
      when: 'the next waits until it has left',
      look: observed([
        rollingGroup([instance('i-1', { lifecycle: 'Terminating' }), ...FOUR.slice(1), ...young('i-5', 'i-6')], {
          ...serial,
          desired: 5,
        }),
        api(A),
      ]),
      then: 'wait: 1 instance is draining and leaving | one instance at a time over all groups: it is the turn of web',
    },
    {
      when: 'the first group is through',
      look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8'), { ...serial }), api(A)]),
      then: `resume ${PROCESSES.join(',')} + surge 1/5/5`,
    },
    {
      when: 'the first group has one too many, which Auto Scaling has not let go of yet',
      look: observed([rollingGroup(young('i-5', 'i-6', 'i-7', 'i-8', 'i-9'), { ...serial }), api(A)]),
      then: 'wait: 1 instance more than 4 will be taken out by Auto Scaling | one instance at a time over all groups: it is the turn of web',
    },
    {
      when: 'the second is under way whatever the order',
      look: observed([
        rollingGroup(FOUR, serial),
        { ...rollingGroup([...old(...A), ...young('i-a5')], { ...serial, desired: 5 }), name: 'api' },
      ]),
      then: 'terminate old i-a1 to be replaced',
    },
    {
      when: 'the first has overshot by its weights from the start: the second is under way',
      look: observed([
        rollingGroup(
          FOUR.map((one) => ({ ...one, weight: 2 })),
          { ...serial, old: 8, group: { weighted: true } },
        ),
        { ...rollingGroup([...old(...A), ...young('i-a5')], { ...serial, desired: 5 }), name: 'api' },
      ]),
      then: 'terminate old i-a1 to be replaced',
    },
    {
      when: 'one of the second is missing: its replacement comes first',
      look: observed([
        rollingGroup([...FOUR.slice(1), ...young('i-5')], { ...serial, unavailable: 1, surge: 0 }),
        api(A.slice(1), { unavailable: 1, surge: 0 }),
      ]),
      then: 'wait: one instance at a time over all groups: it is the turn of api | 0 of 4 instances are new and proven; 1 still to launch',
    },
    {
      when: 'the first failed',
      look: observed(
        [
          rollingGroup([...FOUR, fresh('i-5', { health: sick() })], { ...serial, judged: false, desired: 5 }),
          api(A, { judged: false }),
        ],
        { at: T0 + 700_000, seen: { progressAt: { web: { proven: 0, at: T0 } } } },
      ),
      then: 'rollBack web,api',
    },
  ];
  for (const row of turns) {
    it(`${row.when} → ${row.then}`, () => expect(told(decide(row.look, { ...PLAN, ...both }))).to.equal(row.then));
  }
});

describe('decide: rolling over a weighted group', () => {
  const plan = { ...PLAN, ...rollingPlan() };
  const heavy = { weighted: true };
  const two = (id: string): ReturnType<typeof instance> => instance(id, { weight: 2 });
  const record = { size: { min: 4, max: 4, desired: 4 }, old: 4, surge: 2 };

  it('surges by at least the heaviest instance', () => {
    const decision = decide(
      observed([group({ ...heavy, size: { min: 4, max: 4, desired: 4 }, instances: [two('i-1'), two('i-2')] })]),
      plan,
    );
    const action = decision.kind === 'act' ? decision.actions[0]?.action : undefined;
    expect(action?.type === 'record' && action.record.strategy === 'rolling' && action.record.surge).to.equal(2);
  });

  it('counts units, and lets the desired capacity fall back with the last one', () => {
    const look = (instances: readonly ReturnType<typeof instance>[], desired: number): Observed =>
      observed([
        rollingGroup(instances, { ...record, desired, group: { ...heavy, size: { min: 4, max: 6, desired } } }),
      ]);
    expect(told(decide(look([two('i-1'), two('i-2'), fresh('i-3', { weight: 2 })], 6), plan))).to.equal(
      'terminate old i-1 to be replaced',
    );
    expect(
      told(decide(look([two('i-2'), fresh('i-3', { weight: 2 }), fresh('i-4', { weight: 2 })], 6), plan)),
    ).to.equal('terminate old i-2');
  });

  it('takes out no light one that serves where a heavy one that does not is too much', () => {
    const look = observed([
      rollingGroup(
        [instance('i-1', { weight: 1 }), instance('i-2', { weight: 3, health: sick() }), fresh('i-3', { weight: 2 })],
        { ...record, desired: 6, group: { ...heavy, size: { min: 4, max: 6, desired: 6 } } },
      ),
    ]);
    expect(told(decide(look, plan))).to.equal('wait: 2 of 4 instances are new and proven');
  });

  it('raises the desired capacity rather than let it fall below the original', () => {
    const look = observed([
      rollingGroup([instance('i-1', { weight: 3 }), fresh('i-3', { weight: 2 }), fresh('i-4', { weight: 2 })], {
        ...record,
        surge: 2,
        desired: 6,
        group: { ...heavy, size: { min: 4, max: 6, desired: 6 } },
      }),
    ]);
    expect(told(decide(look, plan))).to.equal('surge 4/7/7');
  });
});

const NO_EFFECT = { becomes: undefined, resized: undefined, replaced: [] };

describe('what a rolling rollout would do with a group', () => {
  const look = observed([before]);
  const outlook = (choice: Parameters<typeof rollingPlan>[0]): ReturnType<typeof groupOutlook> =>
    groupOutlook(look, { ...PLAN, ...rollingPlan(choice) }, before, NO_EFFECT);

  it('tells the largest size, the limits, and a time that grows with the number of batches', () => {
    const one = outlook({});
    expect([one.action, one.strategy, one.doubled.desired, one.rolling]).to.deep.equal([
      'swap',
      'rolling',
      5,
      { surge: 1, unavailable: 0, serial: false },
    ]);
    const two = outlook({ surge: { count: 2 } });
    const swap = groupOutlook(look, PLAN, before, NO_EFFECT);
    expect([two.expectedMs < one.expectedMs, swap.expectedMs < two.expectedMs]).to.deep.equal([true, true]);
    expect(outlook({ serial: true }).expectedMs).to.be.greaterThan(one.expectedMs);
    // A few instances for longer, or twice as many for a short time.
    expect([one.extraInstanceHours, swap.extraInstanceHours]).to.deep.equal([
      Math.round(one.expectedMs / 36_000) / 100,
      Math.round((4 * swap.expectedMs) / 36_000) / 100,
    ]);
  });

  it('tells what stands against it', () => {
    expect(outlook({ surge: { count: 0 }, unavailable: { count: 4 } })).to.deep.include({ action: 'refuse' });
    expect(outlook({ surge: { count: 0 }, unavailable: { count: 1 } }).warnings.map(({ code }) => code)).to.include(
      'group.fewer',
    );
  });
});
