import { expect } from 'chai';
import { statusReader } from '../../../src/engine/rollout/reads/status-reader.js';
import type { RunEvent } from '../../../src/model/event.js';
import type { ApplicationStatus } from '../../../src/model/rollout/group.js';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { PLAN } from '../../support/groups.js';
import { call } from '../../support/sandbox.js';
import { createStage, type Stage } from '../../support/stage.js';

/** A group that no balancer judges, whose instances an application status check looks at, and a change of its image. */
function checked(
  image: string,
  faults: readonly Fault[] = [],
  { balancers = [], ...settings }: { readonly balancers?: readonly 'target-group'[]; readonly Interval?: number } = {},
): Stage {
  const stage = createStage({ faults, images: { 'ami-bad': { behaviour: 'unhealthy' } } }, [
    { name: 'web', size: 3, min: 1, max: 6, balancers },
  ]);
  const { world } = stage.sandbox;
  const { ApplicationStatusCheck: check } = call<{ ApplicationStatusCheck: { ApplicationStatusCheckId: string } }>(
    world,
    'ec2',
    'CreateApplicationStatusCheck',
    { Protocol: 'HTTP', Port: 80, Path: '/health', ...(balancers.length > 0 && { SuccessThreshold: 10 }), ...settings },
  );
  call(world, 'ec2', 'AssociateApplicationStatusCheck', {
    ApplicationStatusCheckId: check.ApplicationStatusCheckId,
    TargetTagAssociations: [{ Key: 'aws:autoscaling:groupName', Value: 'web' }],
  });
  stage.groups[0]?.changeImage(image);
  return stage;
}

const warned = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.reason.code] : []));

/** What such checks say in one look after the other, seconds apart, of one old instance and one of 0 s. */
async function told(
  answers: readonly Readonly<Record<string, ApplicationStatus>>[],
  everySeconds: number,
): Promise<readonly (string | undefined)[]> {
  const left = [...answers];
  const gateway = { applicationStatus: () => Promise.resolve(left.shift() ?? {}) };
  const read = statusReader(gateway, gateway);
  const row = { lifecycle: 'InService', healthy: true };
  const instances = [
    { ...row, id: 'i-old', launchedAt: -9_000_000 },
    { ...row, id: 'i-new', launchedAt: 0 },
  ];
  const groups = [{ name: 'web', instances }] as unknown as Parameters<typeof read>[0];
  const said: (string | undefined)[] = [];
  for (const look of answers.keys()) {
    const web = new Set(['web']);
    const { of } = await read(groups, { matter: web, unjudged: web }, look * everySeconds * 1000);
    said.push(of['i-new']?.reason);
  }
  return said;
}

const OK: ApplicationStatus = { verdict: 'healthy', reason: 'ok' };

describe('what an answer about application status leaves out', () => {
  it('is not told yet of a new instance: silence of an answer that lags is no health', async () => {
    const old = { 'i-old': OK };
    expect(await told([old, old, { ...old, 'i-new': OK }], 20)).to.deep.equal(['not told yet', 'not told yet', 'ok']);
  });

  it('is what was said last, for a minute', async () => {
    const first = { 'i-old': OK, 'i-new': { verdict: 'starting', reason: 'initializing' } } as const;
    const silent = { 'i-old': OK };
    expect(await told([first, silent, silent, silent, silent], 20)).to.deep.equal([
      'initializing',
      'initializing',
      'initializing',
      'initializing',
      undefined,
    ]);
  });

  it('is nothing of an instance that no check applies to, nor in a group without such checks', async () => {
    const old = { 'i-old': OK };
    expect((await told([old, old, old, old, old], 20)).at(-1)).to.equal(undefined);
    expect(await told([{}, {}], 20)).to.deep.equal([undefined, undefined]);
  });
});

describe('application status checks', () => {
  it('prove a group that no balancer judges', async () => {
    const stage = checked('ami-new');
    const { outcome, events } = await stage.run();
    expect(outcome).to.equal('swapped');
    expect(warned(events)).to.deep.equal([]);
    const by = events.flatMap((event) => (event.type === 'group.progress' ? [event.progress.serving?.by] : []));
    expect(new Set(by)).to.deep.equal(new Set(['statusChecks']));
    expect(stage.violations()).to.deep.equal([]);
  });

  it('are a judge beside the balancers: nothing is proven before both say so', async () => {
    // The target group calls an instance healthy within seconds, the check after ten minutes.
    const stage = checked('ami-new', [], { balancers: ['target-group'], Interval: 60 });
    stage.sandbox.clock.advance(600_000);
    const began = stage.sandbox.clock.now();
    const { outcome, events, failure } = await stage.run({ timing: { ...PLAN.timing, progressMs: 900_000 } });
    expect(outcome, failure?.facts.what).to.equal('swapped');
    expect(warned(events)).to.deep.equal([]);
    expect(stage.sandbox.clock.now() - began).to.be.greaterThan(540_000);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('that may not be read beside a balancer are told once, and the balancer judges alone', async () => {
    const refusal = { kind: 'refuse', calls: 'ec2:DescribeApplicationStatus', code: 'InvalidAction', message: 'no' };
    const stage = checked('ami-new', [refusal as Fault], { balancers: ['target-group'] });
    const { outcome, events } = await stage.run();
    expect(outcome).to.equal('swapped');
    expect(warned(events)).to.deep.equal(['group.statusChecks']);
  });

  it('keep an image out whose application does not answer', async () => {
    const stage = checked('ami-bad');
    const timing = { ...PLAN.timing, progressMs: 120_000 };
    const { outcome, failure } = await stage.run({ timing });
    expect(outcome).to.equal('swapRolledBack');
    expect(failure?.facts.what).to.include('application status: impaired: asc-');
    expect(failure?.facts.serves).to.include('by their application status checks');
    expect(stage.violations()).to.deep.equal([]);
  });

  for (const code of ['UnauthorizedOperation', 'InvalidAction'])
    it(`are told once and not waited for where AWS answers ${code}`, async () => {
      const refusal = { kind: 'refuse', calls: 'ec2:DescribeApplicationStatus', code, message: 'no' } as const;
      const stage = checked('ami-new', [refusal]);
      const { outcome, events } = await stage.run();
      expect(outcome).to.equal('swapped');
      expect(warned(events)).to.deep.equal(['group.statusChecks', 'group.noBalancer']);
    });

  for (const how of ['html', 'empty'] as const)
    it(`hold nobody up who has none, where the endpoint has no readable answer (${how})`, async () => {
      const broken = { kind: 'brokenAnswer', calls: 'ec2:DescribeApplicationStatus', rate: 1, how } as const;
      const stage = createStage({ faults: [broken] }, [{ name: 'web', size: 2, min: 1, max: 4 }]);
      stage.groups[0]?.changeImage('ami-new');
      const began = stage.sandbox.clock.now();
      const { outcome, failure } = await stage.run();
      expect(outcome, failure?.facts.what).to.equal('swapped');
      expect(stage.sandbox.clock.now() - began, 'no longer than without').to.be.below(600_000);
      expect(stage.violations()).to.deep.equal([]);
    });

  it('judge nothing while they are suppressed', async () => {
    const stage = checked('ami-new');
    const { Instances: instances } = call<{ AutoScalingGroups: { Instances: { InstanceId: string }[] }[] }>(
      stage.sandbox.world,
      'autoscaling',
      'DescribeAutoScalingGroups',
    ).AutoScalingGroups[0] ?? { Instances: [] };
    const InstanceIds = instances.map(({ InstanceId }) => InstanceId);
    call(stage.sandbox.world, 'ec2', 'EnableApplicationStatusCheckSuppression', { InstanceIds });
    const rows = call<{ ApplicationStatuses: { Instances: { ApplicationStatus: { Status: string } }[] } }>(
      stage.sandbox.world,
      'ec2',
      'DescribeApplicationStatus',
      { InstanceIds },
    ).ApplicationStatuses.Instances.map(({ ApplicationStatus }) => ApplicationStatus.Status);
    expect(new Set(rows)).to.deep.equal(new Set(['suppressed']));
    expect((await stage.run()).outcome).to.equal('swapped');
  });
});
