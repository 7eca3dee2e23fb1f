import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import type { Fault } from '../../../src/sandbox/scenario.js';
import type { CallSeen } from '../../../src/sandbox/wire/wire.js';
import type { WiredWorld } from '../../../src/sandbox/index.js';
import type { Services, World } from '../../../src/sandbox/world/world.js';
import { failure, faulty, sandboxOf } from './support.js';

/** A service with one number in it. */
const counter: Services = {
  autoscaling: {
    SetDesiredCapacity: (world: World, input: { DesiredCapacity: number }) => {
      world.state('autoscaling', () => ({ size: 0 })).size = input.DesiredCapacity;
      return {};
    },
    DescribeAutoScalingGroups: (world: World) => ({
      AutoScalingGroups: [{ DesiredCapacity: world.state('autoscaling', () => ({ size: 0 })).size }],
    }),
  },
  ec2: { DescribeInstances: () => ({ Reservations: [] }) },
};

const set = (sandbox: WiredWorld, size: number): Promise<unknown> =>
  new AutoScalingClient(sandbox.clientConfig()).send(
    new SetDesiredCapacityCommand({ AutoScalingGroupName: 'g', DesiredCapacity: size }),
  );
const get = async (sandbox: WiredWorld): Promise<number | undefined> =>
  (await new AutoScalingClient(sandbox.clientConfig()).send(new DescribeAutoScalingGroupsCommand({})))
    .AutoScalingGroups?.[0]?.DesiredCapacity;
const list = (sandbox: WiredWorld): Promise<unknown> =>
  new EC2Client(sandbox.clientConfig()).send(new DescribeInstancesCommand({}));
const status = (error: Record<string, unknown>): unknown =>
  (error['$metadata'] as { httpStatusCode?: number }).httpStatusCode;

describe('faults on the wire', () => {
  it('throttle a call before it has any effect, in the words of each service', async () => {
    const sandbox = sandboxOf(counter, faulty({ kind: 'throttle', calls: '*', rate: 1 }));
    const throttled = await failure(set(sandbox, 3));
    expect([throttled.name, throttled.message, status(throttled)]).to.deep.equal(['Throttling', 'Rate exceeded', 400]);
    expect((await failure(list(sandbox))).name).to.equal('RequestLimitExceeded');
    expect(sandbox.world.state('autoscaling', () => ({ size: 0 })).size).to.equal(0);
  });

  it('throttle with the code that the scenario names', async () => {
    const sandbox = sandboxOf(
      counter,
      faulty({ kind: 'throttle', calls: 'autoscaling:*', rate: 1, code: 'RateExceeded' }),
    );
    expect((await failure(get(sandbox))).name).to.equal('RateExceeded');
  });

  it('answer with errors of the server', async () => {
    const sandbox = sandboxOf(counter, faulty({ kind: 'serverError', calls: 'ec2:*', rate: 1 }));
    const error = await failure(list(sandbox));
    expect([error.name, status(error)]).to.deep.equal(['InternalError', 500]);
    expect(await get(sandbox)).to.equal(0);
  });

  it('lose the reply of a call that had its effect', async () => {
    const sandbox = sandboxOf(counter, faulty({ kind: 'lostReply', calls: 'autoscaling:Set*', rate: 1 }));
    const lost = await failure(set(sandbox, 5));
    expect(lost['code']).to.equal('ECONNRESET');
    expect(await get(sandbox)).to.equal(5);
  });

  it('refuse with the words of the scenario', async () => {
    const sandbox = sandboxOf(
      counter,
      faulty({ kind: 'refuse', calls: 'autoscaling:SetDesiredCapacity', code: 'AccessDenied', message: 'not you' }),
    );
    const refused = await failure(set(sandbox, 5));
    expect([refused.name, refused.message, status(refused)]).to.deep.equal(['AccessDenied', 'not you', 403]);
    expect(await get(sandbox)).to.equal(0);
  });

  it('happen only in their window of simulated seconds', async () => {
    const sandbox = sandboxOf(
      counter,
      faulty({ kind: 'throttle', calls: '*:Describe*', rate: 1, from: 10, until: 20 }),
    );
    const works = (): Promise<boolean> =>
      get(sandbox).then(
        () => true,
        () => false,
      );
    expect(await works()).to.equal(true);
    sandbox.clock.advance(10_000);
    expect(await works()).to.equal(false);
    sandbox.clock.advance(9_999);
    expect(await works()).to.equal(false);
    sandbox.clock.advance(1);
    expect(await works()).to.equal(true);
  });

  it('happen as often as their rate says', async () => {
    const sandbox = sandboxOf(counter, faulty({ kind: 'throttle', calls: '*', rate: 0.25 }));
    let throttled = 0;
    sandbox.onCall((call) => (throttled += call.outcome === 'Throttling' ? 1 : 0));
    for (let n = 0; n < 400; n++) await get(sandbox).catch(() => undefined);
    expect(throttled).to.be.within(70, 130);
  });

  it('show the past to reads, never further back than the scenario says', async () => {
    const sandbox = sandboxOf(counter, faulty({ kind: 'staleReads', service: 'autoscaling', seconds: 10 }));
    const seen = new Set<number | undefined>();
    for (let second = 1; second <= 100; second++) {
      sandbox.clock.advance(1000);
      await set(sandbox, second);
      const read = await get(sandbox);
      expect(read).to.be.within(Math.max(0, second - 10), second);
      seen.add(second - read!);
    }
    expect(seen.size).to.be.greaterThan(5);
    sandbox.clock.advance(11_000);
    expect(await get(sandbox)).to.equal(100);
  });

  it('are seen by whoever listens to calls', async () => {
    const sandbox = sandboxOf(counter, faulty({ kind: 'refuse', calls: 'ec2:*', code: 'Nope', message: '' }));
    const seen: CallSeen[] = [];
    sandbox.onCall((call) => seen.push(call));
    await set(sandbox, 1);
    await failure(list(sandbox));
    expect(
      seen.map(({ service, operation, input, outcome }) => ({ service, operation, input, outcome })),
    ).to.deep.equal([
      {
        service: 'autoscaling',
        operation: 'SetDesiredCapacity',
        input: { AutoScalingGroupName: 'g', DesiredCapacity: 1 },
        outcome: 'ok',
      },
      { service: 'ec2', operation: 'DescribeInstances', input: {}, outcome: 'Nope' },
    ]);
  });

  it('are the same for the same seed and others for another, byte by byte', () => {
    const faults: Fault[] = [
      { kind: 'throttle', calls: '*', rate: 0.3 },
      { kind: 'lostReply', calls: '*', rate: 0.3 },
      { kind: 'staleReads', service: 'autoscaling', seconds: 5 },
    ];
    const story = (seed: number): string => {
      const sandbox = sandboxOf(counter, { seed, faults });
      const answers: unknown[] = [];
      for (let n = 0; n < 30; n++) {
        sandbox.clock.advance(700);
        const body =
          n % 3 === 0
            ? `Action=SetDesiredCapacity&AutoScalingGroupName=g&DesiredCapacity=${n}`
            : 'Action=DescribeAutoScalingGroups';
        answers.push(
          sandbox.wire.answer({
            method: 'POST',
            host: 'h',
            path: '/',
            query: new URLSearchParams(),
            headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a/1/eu-west-1/autoscaling/aws4_request' },
            body: `${body}&Version=2011-01-01`,
          }),
        );
      }
      return JSON.stringify(answers);
    };
    expect(story(1)).to.equal(story(1));
    expect(story(1)).to.not.equal(story(2));
  });
});
