import { expect } from 'chai';
import { AwsFault } from '../../src/errors.js';
import type { Around } from '../../src/conformance/aws.js';
import { playOnSandbox } from './world.js';

/** One fact that is not so: what becomes of a call's input, of its answer or of its refusal. */
interface Falsification {
  /** What AWS does instead. */
  readonly does: string;
  readonly story: string;
  readonly operation: string;
  readonly input?: (input: Record<string, unknown>) => object;
  readonly answer?: (answer: object) => object;
  /** In place of a refusal; none: the call passes. */
  readonly refusal?: (fault: AwsFault) => AwsFault | undefined;
}

const FALSIFIED: readonly Falsification[] = [
  {
    does: 'takes standby below the minimum',
    story: 'standby-below-min',
    operation: 'enterStandby',
    refusal: () => undefined,
  },
  {
    does: 'leaves the desired capacity as it is at EnterStandby',
    story: 'standby-sizes',
    operation: 'enterStandby',
    input: (input) => ({ ...input, ShouldDecrementDesiredCapacity: false }),
  },
  {
    does: 'skips launching hooks on the way out of standby',
    story: 'standby-hooks',
    operation: 'putLifecycleHook',
    input: (input) => ({ ...input, LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' }),
  },
  {
    does: 'does not count an instance in standby that is terminated with a decrement',
    story: 'standby-terminated',
    operation: 'terminateInstanceInAutoScalingGroup',
    input: (input) => ({ ...input, ShouldDecrementDesiredCapacity: false }),
  },
  {
    does: 'has other words in the causes of activities',
    story: 'terminate-sizes',
    operation: 'describeScalingActivities',
    answer: reworded(/taken out of service in response to a user request/g, 'ended by a user'),
  },
  {
    does: 'does not say in causes who set the size',
    story: 'words-of-sizes',
    operation: 'describeScalingActivities',
    answer: reworded(/changing the desired capacity from/g, 'with a capacity that was'),
  },
  {
    does: 'launches although Launch is suspended',
    story: 'suspended-launch',
    operation: 'suspendProcesses',
    input: (input) => ({ ...input, ScalingProcesses: ['AlarmNotification'] }),
  },
  {
    does: 'scales in what is protected',
    story: 'scale-in-protection',
    operation: 'setInstanceProtection',
    input: (input) => ({ ...input, ProtectedFromScaleIn: false }),
  },
  {
    does: 'replaces marked instances although ReplaceUnhealthy is suspended',
    story: 'marked-unhealthy',
    operation: 'suspendProcesses',
    input: (input) => ({ ...input, ScalingProcesses: ['AlarmNotification'] }),
  },
  {
    does: 'takes more ids in one call',
    story: 'ids-per-call',
    operation: 'setInstanceProtection',
    refusal: () => undefined,
  },
  {
    does: 'cuts tags off instead of refusing them',
    story: 'notes-and-lag',
    operation: 'createOrUpdateTags',
    refusal: () => undefined,
  },
  {
    does: 'has another code for a group that is not there',
    story: 'refusals',
    operation: 'setDesiredCapacity',
    refusal: (fault) => new AwsFault('invalid', fault.operation, 'ValidationError', 'There is no such thing.'),
  },
  {
    does: 'has other words for a change set without changes',
    story: 'change-sets',
    operation: 'describeChangeSet',
    answer: (answer) => ({ ...answer, StatusReason: 'Nothing to do.' }),
  },
  {
    does: 'calls new targets healthy at once',
    story: 'target-states',
    operation: 'describeTargetHealth',
    answer: (answer) => JSON.parse(JSON.stringify(answer).replaceAll('"initial"', '"healthy"')) as object,
  },
  {
    does: 'calls a draining instance of a classic balancer OutOfService',
    story: 'classic-states',
    operation: 'describeInstanceHealth',
    answer: reworded(
      /"State":"InService","ReasonCode":"N\/A","Description":"Instance dereg/g,
      '"State":"OutOfService","Description":"Instance dereg',
    ),
  },
];

/** The same answer with other words; dates stay dates. */
function reworded(from: RegExp, to: string): (answer: object) => object {
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
  return (answer) =>
    JSON.parse(JSON.stringify(answer).replace(from, to), (_, value: unknown) =>
      typeof value === 'string' && time.test(value) ? new Date(value) : value,
    ) as object;
}

function falsify({ operation, input, answer, refusal }: Falsification): Around {
  return async (call, send) => {
    if (call.operation !== operation) return send(call.input);
    try {
      const said = await send(input === undefined ? call.input : input(call.input as Record<string, unknown>));
      return answer === undefined ? said : answer(said);
    } catch (error) {
      if (!(error instanceof AwsFault) || refusal === undefined) throw error;
      const other = refusal(error);
      if (other !== undefined) throw other;
      return {};
    }
  };
}

describe('conformance: an AWS of which one fact is not so', () => {
  for (const falsification of FALSIFIED)
    it(`is noticed by ${falsification.story}: it ${falsification.does}`, async () => {
      const { results, left } = await playOnSandbox([falsification.story], falsify(falsification));
      expect(results.map(({ verdict }) => verdict)).to.deep.equal(['differs']);
      expect(left).to.equal(undefined);
    });

  it('is there for every story', async () => {
    const { STORIES } = await import('../../src/conformance/stories/index.js');
    const tried = new Set(FALSIFIED.map(({ story }) => story));
    expect(STORIES.map(({ name }) => name).filter((name) => !tried.has(name))).to.deep.equal([]);
  });

  it('of which nothing is falsified agrees: the patches themselves make no difference', async () => {
    const { results } = await playOnSandbox(['words-of-sizes'], async ({ input }, send) =>
      reworded(/none of these words/g, '')(await send(input)),
    );
    expect(results.map(({ verdict }) => verdict)).to.deep.equal(['as expected']);
  });
});
