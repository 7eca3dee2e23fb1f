import { expect } from 'chai';
import { createClients } from '../../src/aws/session/clients.js';
import { AwsFault } from '../../src/errors.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Fault } from '../../src/sandbox/scenario.js';
import { tellTheSameStory } from './worlds/same-story.js';

describe('calls that leave out forms, XML and signatures', function () {
  this.timeout(120_000);

  // The others are in longer.story.ts.
  tellTheSameStory([1]);

  it('fail with the same words', async () => {
    const faults: readonly Fault[] = [
      { kind: 'throttle', calls: 'elb:*', rate: 1, code: 'Throttling' },
      { kind: 'serverError', calls: 'ec2:*', rate: 1 },
      { kind: 'lostReply', calls: 'autoscaling:SetDesiredCapacity', rate: 1 },
    ];
    const told = async (straight: boolean): Promise<readonly unknown[]> => {
      const sandbox = createSandbox({ ...DEFAULT_SCENARIO, faults });
      const { region, credentials, requestHandler } = sandbox.clientConfig();
      const clients = createClients({
        region,
        credentials: () => Promise.resolve(credentials),
        requestHandler,
        ...(straight && { straight: sandbox.straight }),
      });
      const calls = [
        async () => (await clients.elb()).describeLoadBalancers({}),
        async () => (await clients.ec2()).describeInstances({}),
        async () =>
          (await clients.autoScaling()).setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 2 }),
        async () => (await clients.autoScaling()).suspendProcesses({ AutoScalingGroupName: 'nobody' }),
        async () => (await clients.cloudFormation()).describeStacks({ StackName: 'nobody' }),
      ];
      return Promise.all(
        calls.map((call) =>
          call().then(
            () => 'no fault',
            (error: unknown) =>
              error instanceof AwsFault
                ? { ...Object.fromEntries(Object.entries(error)), message: error.message }
                : error,
          ),
        ),
      );
    };
    const [straight, wire] = [await told(true), await told(false)];
    expect(straight).to.deep.equal(wire);
    expect(straight.every((one) => typeof one === 'object')).to.equal(true);
  });
});
