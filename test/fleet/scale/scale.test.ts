import { expect } from 'chai';
import { parseFleet } from '../../../src/config/fleet/fleet-file.js';
import { targetShapes } from '../../../commands/base/fleet-command.js';
import { waveOf } from '../waves.js';
import { limitOf, QUOTAS } from './aws-limits.js';
import { playFleet, type FleetScene } from './play-fleet.js';
import { costOf } from './prices.js';
import { profileHere, profileOnServer, type ProfiledCall, type RolloutProfile } from './rollout-profile.js';
import { fleetCost, tellFleet, tellProfile } from './tell-scale.js';
import { fileOf, thousandScene, thousandWaves } from './thousand.js';

/** A rollout that asks exactly this. */
const rollout = (calls: readonly ProfiledCall[], tookMs = 10_000): RolloutProfile => ({
  ...{ calls, tookMs, outcome: 'swapped', looks: 2, operations: 4, bytesWritten: 1000, bytesLogged: 500 },
  ...{ largestStep: 600, input: 60 },
});
const reads = (many: number, afterMs = 0): readonly ProfiledCall[] =>
  Array.from({ length: many }, () => ({ afterMs, service: 'elbv2', operation: 'DescribeTargetHealth' }));

describe('a fleet in numbers', function () {
  this.timeout(20_000);
  const scene = (profile: RolloutProfile, more: Partial<FleetScene> = {}): FleetScene => ({
    waves: [waveOf('a', 4, { concurrency: 2 })],
    accountOf: () => 7,
    profileOf: () => profile,
    fails: () => false,
    approvesAfterMs: 0,
    takenByOthers: 0,
    ...more,
  });

  it('counts the requests of one second in one account, and the tokens that are left', async () => {
    const played = await playFleet(scene(rollout(reads(3))));
    expect(played.begun).to.have.length(4);
    expect(played).to.include({ calls: 12, throttled: 0, mostAtOnce: 2, tookMs: 20_000 });
    expect(played.busiest).to.deep.equal([{ name: 'elbv2:Describe*', account: 7, perSecond: 6, fewestTokens: 35 }]);
    const apart = await playFleet(scene(rollout(reads(3)), { accountOf: ({ name }) => Number(name.slice(1)) }));
    expect(apart.busiest).to.deep.equal([{ name: 'elbv2:Describe*', account: 0, perSecond: 3, fewestTokens: 38 }]);
  });

  it('lets requests beyond the bucket wait until tokens come back', async () => {
    // 60 ms apart, 20 targets ask three times each: the bucket has 40 tokens, and 1.2 have come back for the third time.
    const many = scene(rollout(reads(3)), { waves: [waveOf('a', 20, { concurrency: 20 })] });
    const played = await playFleet(many);
    // 19 wait a second, in which 10 come back; 9 wait two more.
    expect([played.calls, played.throttled]).to.deep.equal([60 + 28, 19 + 9]);
    // With half of it 20 wait, then 15, then 5.
    const crowded = await playFleet({ ...many, takenByOthers: 0.5 });
    expect([crowded.calls, crowded.throttled]).to.deep.equal([60 + 40, 20 + 15 + 5]);
  });

  it('knows no limit where AWS publishes none, and one per operation for EC2', () => {
    expect(limitOf('autoscaling', 'DescribeAutoScalingGroups')).to.equal(undefined);
    expect(limitOf('ec2', 'DescribeInstances')).to.include({ bucket: 100, refill: 20, perOperation: true });
    expect(limitOf('elb', 'DescribeInstanceHealth')).to.include({ bucket: 40, refill: 10, perOperation: false });
  });

  it('ends behind a wave that fails, and waits for a person and for bake times', async () => {
    const waves = [
      waveOf('a', 2, { bakeMs: 60_000, approval: true }),
      waveOf('b', 3, { tolerated: 1 }),
      waveOf('c', 1),
    ];
    const story = scene(rollout([]), { waves, approvesAfterMs: 3_600_000, fails: ({ wave }) => wave === 'b' });
    const played = await playFleet(story);
    expect([played.end.how, played.end.wave, played.begun.length]).to.deep.equal(['failed', 'b', 4]);
    expect(played.tookMs).to.equal(3_600_000 + 20_000 + 60_000 + 20_000);
  });

  it('costs what the price list says', async () => {
    const million = { looks: 1e6, operations: 1e6, bytesWritten: 1e9, bytesLogged: 1e9 };
    // Requests 0.20, a second of half a GB each, operations 8, a GB written and kept for 14 days, a GB of log.
    expect(costOf(million, 1)).to.be.closeTo(0.2 + 6.6667 + 8 + 0.25 + 0.07 + 0.5, 1e-9);
    expect(costOf({ looks: 0, operations: 0, bytesWritten: 0, bytesLogged: 0 }, 5)).to.equal(0);
    const one = rollout([]);
    expect(fleetCost(scene(one), await playFleet(scene(one)))).to.be.closeTo(4 * costOf(one, 2), 1e-12);
  });

  it('reads a file of 1,000 targets as the waves that it was made of', async () => {
    const waves = thousandWaves();
    const fleet = await parseFleet(fileOf(waves), {
      ...{ file: 'fleet.yaml', folder: '.', shapes: targetShapes(), readPath: (path: string) => path },
    });
    const shape = (all: typeof waves) =>
      all.map(({ name, concurrency, targets }) => [name, concurrency, targets.length]);
    expect(shape(fleet.waves)).to.deep.equal(shape(waves));
  });

  it('keeps within limits in one process, and within quotas on a server: the tenth part of it', async () => {
    const good = await profileHere(2);
    const bad = await profileHere(2, true);
    expect([good.outcome, bad.outcome]).to.deep.equal(['swapped', 'swapRolledBack']);
    const packed = thousandScene({ good: [good], bad }, { layout: 'packed', failing: 0.05, shrunkTo: 0.1 });
    const played = await playFleet(packed);
    expect([played.end.how, played.begun.length, played.throttled]).to.deep.equal(['done', 102, 0]);
    expect(fleetCost(packed, played)).to.equal(0);
    const server = await profileOnServer(2);
    expect(server.operations).to.be.within(20, QUOTAS.operations / 10);
    expect(server.largestStep).to.be.within(500, QUOTAS.stepBytes / 10);
    expect(costOf(server, 2)).to.be.within(0.0001, 0.01);
    const told = [...tellProfile('2 instances', server), ...tellFleet('packed', played, packed)].join('\n');
    expect(told).to.match(/2 instances: swapped in \d+ min, \d+ requests, \d+ looks/);
    expect(told).to.match(/elbv2:Describe\*\s+\d+ in the busiest second, of 40 at once and 10 per second/);
    expect(told).to.match(/autoscaling:\*\s+\d+ in the busiest second, AWS publishes no limit/);
  });
});
