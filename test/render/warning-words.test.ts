import { warningsAbout } from '../../src/decide/rollout/start/warnings.js';
import type { Observed } from '../../src/model/rollout/decision.js';
import type { Group } from '../../src/model/rollout/group.js';
import type { Plan } from '../../src/model/rollout/rollout-plan.js';
import { describe as told } from '../../src/render/describe.js';
import { asTold } from '../../src/text/commands/remedy.js';
import { expectGolden } from '../golden.js';
import { BALANCER, doubledGroup, fresh, group, observed, PLAN, RECORD, T0, verdict } from '../support/groups.js';

interface Case {
  readonly of: Group;
  readonly plan?: Partial<Plan>;
  readonly sees?: Partial<Pick<Observed, 'changes'>>;
}

const hook = (holds: 'Pending:Wait' | 'Terminating:Wait', hours: number) => ({
  name: 'hold',
  holds,
  heartbeatMs: hours * 3_600_000,
  notifies: true,
  otherwise: 'CONTINUE' as const,
});
const theirs = doubledGroup({ notes: { record: { ...RECORD, theirs: { desired: 5, max: 9 } } } });
const promoted = { record: RECORD, verdict: verdict('promote') };

const CASES: readonly Case[] = [
  { of: group({ balancers: [] }) },
  { of: group({ balancers: [{ ...BALANCER, judged: false, note: 'it has no listener' }] }) },
  { of: group({ balancers: [{ ...BALANCER, slowStartMs: 900_000, drainMs: 3_600_000 }] }) },
  { of: group(), plan: { gates: { words: [], canary: 1, bakeMs: 3_550_000 } } },
  { of: group(), plan: { gates: { words: [], skipBalancers: true } } },
  { of: group(), plan: { gates: { words: [], keepMs: 1_800_000 } } },
  { of: group({ hooks: [hook('Pending:Wait', 2), hook('Terminating:Wait', 2)] }) },
  { of: group({ balancers: [{ ...BALANCER, healthFloorMs: 150_000 }], healthCheckGraceMs: 120_000 }) },
  {
    of: theirs,
    sees: {
      changes: {
        web: [
          'At 2026-11-21T03:02:00Z a user request update of AutoScalingGroup constraints to min: 1, max: 9, desired: 7 changing the desired capacity from 5 to 7.',
          'At 2026-11-21T03:01:00Z a user request update of AutoScalingGroup constraints to min: 1, max: 9, desired: 5 changing the desired capacity from 4 to 5.',
        ],
      },
    },
  },
  {
    of: group({
      notes: promoted,
      instances: [
        fresh('i-new1', { configuration: 'lt/lt-1:2' }),
        fresh('i-new2', { configuration: 'lt/lt-1:3', launchedAt: T0 + 40_000 }),
      ],
    }),
  },
  { of: group({ notes: promoted, configurations: ['lc/three'], instances: [fresh('i-new1'), fresh('i-new2')] }) },
];

describe('the words of warnings about groups', () => {
  it('stand in a golden, with what AWS said where that shows them', () => {
    const lines = CASES.flatMap(({ of, plan = {}, sees = {} }) =>
      warningsAbout({ observed: observed([of], sees), plan: { ...PLAN, ...plan } }, of).flatMap((reason) =>
        told({ type: 'warning', reason: asTold(reason) }, T0).map(
          ({ level, scope, text }) => `${level} ${scope}: ${text}`,
        ),
      ),
    );
    expectGolden('messages/warnings.txt', `${[...new Set(lines)].join('\n')}\n`);
  });
});
