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
