import { expect } from 'chai';
import { createClients } from '../../src/aws/session/clients.js';
import { AwsFault } from '../../src/errors.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Fault } from '../../src/sandbox/scenario.js';
import { drawRestart, simulateRestart } from './restart-simulator.js';
import { draw, drawSwarm, simulate } from './simulator.js';

/** Calls that fail together fail in another order over the wire, and then the same draws meet other calls. */
const UNORDERED: ReadonlySet<Fault['kind']> = new Set(['throttle', 'serverError', 'lostReply']);

function ordered<T extends { readonly scenario: { readonly faults?: readonly Fault[] } }>(story: T): T {
  return {
    ...story,
    scenario: { ...story.scenario, faults: (story.scenario.faults ?? []).filter(({ kind }) => !UNORDERED.has(kind)) },
  };
}

describe('calls that leave out forms, XML and signatures', function () {
  this.timeout(120_000);

  const PLAYED = {
    'drawn worlds': (seed: number, wire: boolean) => simulate(ordered(draw(seed)), { wire }),
    swarms: (seed: number, wire: boolean) => simulate(ordered(drawSwarm(seed)), { wire }),
    'one instance at a time': (seed: number, wire: boolean) => simulate(ordered(draw(seed, 'serial')), { wire }),
    restarts: (seed: number, wire: boolean) => simulateRestart(ordered(drawRestart(seed)), { wire }),
  };
  for (const [stories, play] of Object.entries(PLAYED)) {
    it(`tell the same story as the wire, event by event: ${stories}`, async () => {
      for (const seed of [1, 2, 3, 4])
        expect((await play(seed, false)).journal, `seed ${seed}`).to.equal((await play(seed, true)).journal);
    });
  }

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
            (error: unknown) => (error instanceof AwsFault ? { ...error, message: error.message } : error),
          ),
        ),
      );
    };
    const [straight, wire] = [await told(true), await told(false)];
    expect(straight).to.deep.equal(wire);
    expect(straight.every((one) => typeof one === 'object')).to.equal(true);
  });
});
