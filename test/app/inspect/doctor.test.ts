import { expect } from 'chai';
import { doctor, type DoctorAsked, type DoctorDocument } from '../../../src/index.js';
import type { Scenario } from '../../../src/sandbox/scenario.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { inProcess } from '../../support/in-process.js';
import { call, standardGroup } from '../../support/sandbox.js';
import { threeGroups } from '../../support/three-groups.js';

interface Printed {
  readonly document: DoctorDocument;
  readonly stdout: string;
}

/** Asks in a world of its own. */
async function ask(
  scenario: Partial<Scenario>,
  asked: Partial<DoctorAsked> = { stack: 'shop' },
  prepare: (sandbox: Sandbox) => void = threeGroups,
): Promise<Printed> {
  const world = await inProcess(prepare, scenario);
  try {
    const task = doctor as (...of: Parameters<typeof doctor>) => Promise<DoctorDocument>;
    return await world.run('doctor', task, { asgs: [], ...asked });
  } finally {
    await world.stop();
  }
}

const states = ({ document }: Printed): Record<string, string> =>
  Object.fromEntries(document.checks.map(({ topic, state }) => [topic, state]));

const codes = ({ document }: Printed): readonly string[] =>
  document.checks.flatMap(({ findings }) => findings.map(({ code }) => code));

const refuse = (calls: string, code = 'AccessDenied') => ({ kind: 'refuse', calls, code, message: 'not you' }) as const;

describe('doctor', () => {
  it('finds nothing against a rollout where there is nothing, and ends with 0', async () => {
    const seen = await ask({});
    expect(seen.document.exitCode).to.equal(0);
    expect(seen.document.outcome).to.equal('shown');
    expect(states(seen)).to.deep.equal({
      caller: 'ok',
      clock: 'ok',
      permissions: 'ok',
      // It states a desired capacity, and no balancer judges the groups; plan says both, too.
      template: 'warning',
      groups: 'warning',
      room: 'ok',
    });
    expect(seen.stdout.trimEnd().split('\n').at(-1)).to.equal('Nothing stands against a rollout of shop.');
  });

  it('names each action that IAM does not allow, tells which a run can do without, and ends with 3', async () => {
    const seen = await ask({
      caller: 'assumed-role/deploy/ci',
      faults: [refuse('autoscaling:TerminateInstance*'), refuse('ec2:GetConsoleOutput', 'UnauthorizedOperation')],
    });
    expect([seen.document.exitCode, seen.document.outcome, states(seen)['permissions']]).to.deep.equal([
      3,
      'refused',
      'against',
    ]);
    expect(seen.stdout).to.include('autoscaling:TerminateInstanceInAutoScalingGroup. [permission.denied]');
    expect(seen.stdout).to.include('ec2:GetConsoleOutput. [permission.lacking]');
    expect(seen.stdout).to.include('arn:aws:sts::123456789012:assumed-role/deploy/ci of account 123456789012');
    expect(seen.stdout.trimEnd().split('\n').at(-1)).to.match(/would fail or be refused: permissions\.$/);
  });

  for (const [what, calls] of [
    ['the simulation', 'iam:SimulatePrincipalPolicy'],
    ['reading the role, whose path is not known then,', 'iam:GetRole'],
  ] as const)
    it(`says that permissions are not known where ${what} is refused, and is not failed by it`, async () => {
      const seen = await ask({ caller: 'assumed-role/deploy/ci', faults: [refuse(calls)] });
      expect([states(seen)['permissions'], seen.document.exitCode]).to.deep.equal(['unknown', 0]);
      expect(codes(seen)).to.include('permission.unknown');
      expect(seen.stdout.trimEnd()).to.match(/Not known: permissions\.$/);
    });

  it('does not ask IAM about the root user, who may do everything', async () => {
    expect(states(await ask({ caller: 'root' }))['permissions']).to.equal('ok');
  });

  it('refuses where a quota leaves no room for a second half, and the world then does so too', async () => {
    // Three instances of two vCPUs run; three more do not fit.
    const seen = await ask({ quotas: { 'L-1216C47A': 10 } });
    expect([states(seen)['room'], seen.document.exitCode]).to.deep.equal(['against', 3]);
    expect(seen.stdout).to.include('needs 6 more vCPUs of "Running On-Demand Standard');
    expect(seen.stdout).to.include('6 of 10 are in use. [room.vcpus]');
    expect(seen.stdout).to.include('--quota-code L-1216C47A --desired-value 12');
    expect(states(await ask({ quotas: { 'L-1216C47A': 12 } }))['room']).to.equal('ok');
    await ask({ quotas: { 'L-1216C47A': 10 } }, {}, (sandbox) => {
      threeGroups(sandbox);
      standardGroup(sandbox.world, { name: 'web', size: 3, balancers: [], settle: false });
      sandbox.clock.advance(600_000);
      const { Activities: tries } = call<{ readonly Activities: readonly { readonly StatusMessage?: string }[] }>(
        sandbox.world,
        'autoscaling',
        'DescribeScalingActivities',
        { AutoScalingGroupName: 'web' },
      );
      expect(tries.some(({ StatusMessage: text = '' }) => text.includes('vCPU limit of 10'))).to.equal(true);
    });
  });

  it('refuses where the subnets have too few free addresses', async () => {
    const small = (sandbox: Sandbox): void => {
      const { Subnet } = call<{ Subnet: { SubnetId: string } }>(sandbox.world, 'ec2', 'CreateSubnet', {
        VpcId: 'vpc-0a0a0a0a0a0a0a0a0',
        CidrBlock: '172.31.240.0/28',
      });
      standardGroup(sandbox.world, {
        name: 'web',
        size: 7,
        balancers: [],
        settings: { VPCZoneIdentifier: Subnet.SubnetId },
      });
    };
    // 16 addresses, 5 of them AWS's, 7 in use.
    const seen = await ask({}, { asgs: ['web'] }, small);
    expect([states(seen)['room'], seen.document.exitCode]).to.deep.equal(['against', 3]);
    expect(seen.stdout).to.include(
      'web: a rollout launches 7 more instances, and only 4 addresses are free in its subnets. [room.addresses]',
    );
    const rolling = await ask({}, { asgs: ['web'], strategy: 'rolling' }, small);
    expect(states(rolling)['room']).to.equal('ok');
  });

  it('says what of the room is not known, by the call that was refused', async () => {
    const seen = await ask({
      faults: [refuse('servicequotas:*', 'AccessDeniedException'), refuse('ec2:DescribeSubnets')],
    });
    expect([states(seen)['room'], seen.document.exitCode]).to.deep.equal(['unknown', 0]);
    expect(seen.stdout).to.include('servicequotas:GetServiceQuota');
    expect(seen.stdout).to.include('ec2:DescribeSubnets');
  });

  it('says of groups what plan says: the same code, the same remedy', async () => {
    const suspended = (sandbox: Sandbox): void => {
      standardGroup(sandbox.world, { name: 'web', size: 1, balancers: [] });
      call(sandbox.world, 'autoscaling', 'SuspendProcesses', {
        AutoScalingGroupName: 'web',
        ScalingProcesses: ['Launch'],
      });
    };
    const seen = await ask({}, { asgs: ['web'] }, suspended);
    expect([states(seen)['groups'], seen.document.exitCode]).to.deep.equal(['against', 3]);
    expect(codes(seen)).to.include('group.suspended');
    expect(seen.stdout).to.match(/-> aws autoscaling resume-processes --region eu-west-1 .*Launch/);
  });

  describe('asks what a run that is given more asks', () => {
    const given = { stack: 'shop', 'change-calendar': ['freeze'] };
    const HISTORY = 's3://my-runs/ha-updater';
    const role = { caller: 'assumed-role/deploy/ci' };

    it('its change calendars: closed refuses, open and a reason do not', async () => {
      const closed = await ask({ calendars: { freeze: 'CLOSED' } }, given);
      expect([states(closed)['calendar'], closed.document.exitCode]).to.deep.equal(['against', 3]);
      expect(codes(closed)).to.include('calendar.closed');
      expect(closed.stdout).to.match(/^FAIL {2}calendar {5}the change calendar freeze is closed$/m);
      const open = await ask({ calendars: { freeze: 'OPEN' } }, given);
      expect([states(open)['calendar'], open.document.exitCode]).to.deep.equal(['ok', 0]);
      const why = await ask({ calendars: { freeze: 'CLOSED' } }, { ...given, 'despite-calendar': 'hot fix' });
      expect([states(why)['calendar'], why.document.exitCode]).to.deep.equal(['warning', 0]);
    });

    for (const [what, scenario, name] of [
      ['is not there', {}, 'frieze'],
      ['the role may not ask', { faults: [refuse('ssm:GetCalendarState', 'AccessDeniedException')] }, 'freeze'],
    ] as const)
      it(`a calendar that ${what}`, async () => {
        const seen = await ask({ calendars: { freeze: 'OPEN' }, ...scenario }, { ...given, 'change-calendar': [name] });
        expect([states(seen)['calendar'], seen.document.exitCode]).to.deep.equal(['against', 3]);
        expect(codes(seen)).to.include('calendar.unread');
      });

    it('its metrics, whatever settings say of how long they are asked', async () => {
      const seen = await ask({}, { metric: ['FOO(m:A/b{stat=Sum}) < 5'] });
      expect([states(seen)['metrics'], codes(seen).includes('metric.invalid')]).to.deep.equal(['against', true]);
      expect(states(await ask({}, { 'gate-timeout': '3000' }))).to.not.have.property('metrics');
    });

    it('its history: read by a list, writing it by IAM alone', async () => {
      const sandboxes: Sandbox[] = [];
      const bucket = (sandbox: Sandbox): void => {
        threeGroups(sandbox);
        call(sandbox.world, 's3', 'CreateBucket', { Bucket: 'my-runs' });
        sandboxes.push(sandbox);
      };
      const seen = await ask(role, { stack: 'shop', history: HISTORY }, bucket);
      expect([states(seen)['history'], states(seen)['permissions']]).to.deep.equal(['ok', 'ok']);
      expect(seen.stdout).to.include(`${HISTORY} can be read, and holds no run on shop yet`);
      expect([...(sandboxes[0]?.calls.keys() ?? [])].filter((one) => one.startsWith('s3:'))).to.deep.equal([
        's3:ListObjectsV2',
      ]);
      const denied = await ask(
        { ...role, faults: [refuse('s3:PutObject')] },
        { stack: 'shop', history: HISTORY },
        bucket,
      );
      expect([states(denied)['history'], states(denied)['permissions'], denied.document.exitCode]).to.deep.equal([
        'ok',
        'warning',
        0,
      ]);
      expect(denied.stdout).to.match(
        /keeping runs in the history is not allowed for .*: s3:PutObject\. \[permission\.lacking\]/,
      );
      for (const [what, scenario, prepare] of [
        ['not there', {}, threeGroups],
        ['not to be listed', { faults: [refuse('s3:ListObjectsV2')] }, bucket],
      ] as const) {
        const lost = await ask(scenario, { stack: 'shop', history: HISTORY }, prepare);
        expect([states(lost)['history'], lost.document.exitCode], what).to.deep.equal(['warning', 0]);
        expect(codes(lost), what).to.include('history.unreachable');
      }
      expect((await ask({}, { history: HISTORY }, bucket)).stdout).to.include(`${HISTORY} can be read\n`);
    });

    it('its event bus, and what IAM says of it', async () => {
      const denied = await ask({ ...role, faults: [refuse('events:PutEvents')] }, { 'event-bus': 'releases' });
      expect([states(denied)['permissions'], denied.document.exitCode]).to.deep.equal(['warning', 0]);
      expect(denied.stdout).to.match(
        /telling the event bus is not allowed for .*event-bus\/releases: events:PutEvents/,
      );
      expect(states(await ask(role, { 'event-bus': 'releases' }))['permissions']).to.equal('ok');
    });
  });

  it('checks the account alone without STACK', async () => {
    const seen = await ask({}, {});
    expect(Object.keys(states(seen))).to.deep.equal(['caller', 'clock', 'permissions']);
    expect(seen.stdout).to.include('With STACK or --asg, its template, groups and room are checked too.');
  });

  it('refuses a stack that is not there, as every command does', async () => {
    const { document } = await ask({}, { stack: 'nosuch' });
    expect([document.exitCode, document.outcome]).to.deep.equal([3, 'refused']);
  });
});
