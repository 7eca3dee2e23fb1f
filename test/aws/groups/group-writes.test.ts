import { expect } from 'chai';
import { HttpResponse } from '@smithy/core/protocols';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import { faultOf, gatewayOver, gatewayTo } from '../support.js';

const ACTIVITY = {
  ActivityId: 'a',
  AutoScalingGroupName: 'web',
  Cause: '',
  StartTime: new Date(0),
  StatusCode: 'InProgress',
};

const gone = (id: string): ServiceFault =>
  new ServiceFault('ValidationError', `Instance Id not found - No managed instance found for instance ID: ${id}`);

const members = (...rows: readonly (readonly [string, string])[]): object => ({
  AutoScalingGroups: [
    {
      AutoScalingGroupName: 'web',
      MinSize: 0,
      MaxSize: 9,
      DesiredCapacity: 2,
      DefaultCooldown: 300,
      AvailabilityZones: ['a'],
      HealthCheckType: 'EC2',
      Instances: rows.map(([id, state]) => ({
        InstanceId: id,
        LifecycleState: state,
        AvailabilityZone: 'a',
        HealthStatus: 'Healthy',
        ProtectedFromScaleIn: false,
      })),
    },
  ],
});

describe('terminate', () => {
  it('is one call for all, with the group, and with decrement', async () => {
    const { gateway, calls } = gatewayTo({
      autoscaling: { TerminateInstanceInAutoScalingGroup: { Activities: [ACTIVITY, ACTIVITY] } },
    });
    await gateway.terminate('web', ['i-1', 'i-2'], true);
    expect(calls.map((call) => call.input)).to.deep.equal([
      { AutoScalingGroupName: 'web', InstanceIds: ['i-1', 'i-2'], ShouldDecrementDesiredCapacity: true },
    ]);
  });

  it('leaves the desired capacity alone when replacements shall come', async () => {
    const { gateway, calls } = gatewayTo({
      autoscaling: { TerminateInstanceInAutoScalingGroup: { Activities: [ACTIVITY] } },
    });
    await gateway.terminate('web', ['i-1'], false);
    expect(calls.map((call) => call.input)).to.deep.equal([
      { AutoScalingGroupName: 'web', InstanceIds: ['i-1'], ShouldDecrementDesiredCapacity: false },
    ]);
  });

  it('leaves out ids that are gone: AWS rejects the whole call for one of them', async () => {
    const { gateway, inputsOf } = gatewayTo({
      autoscaling: { TerminateInstanceInAutoScalingGroup: [gone('i-0b'), gone('i-0a'), { Activities: [ACTIVITY] }] },
    });
    await gateway.terminate('web', ['i-0a', 'i-0b', 'i-0c'], true);
    expect(
      inputsOf('TerminateInstanceInAutoScalingGroup').map((input) => (input as { InstanceIds: string[] }).InstanceIds),
    ).to.deep.equal([['i-0a', 'i-0b', 'i-0c'], ['i-0a', 'i-0c'], ['i-0c']]);
  });

  it('is done when all are gone', async () => {
    const { gateway, calls } = gatewayTo({ autoscaling: { TerminateInstanceInAutoScalingGroup: gone('i-0a') } });
    await gateway.terminate('web', ['i-0a'], true);
    expect(calls).to.have.length(1);
  });

  it('asks the group which are left when the message names none of them', async () => {
    const { gateway, calls } = gatewayTo({
      autoscaling: {
        TerminateInstanceInAutoScalingGroup: [
          new ServiceFault('ValidationError', 'Instance Id not found'),
          { Activities: [ACTIVITY] },
        ],
        DescribeAutoScalingGroups: members(['i-2', 'InService']),
      },
    });
    await gateway.terminate('web', ['i-1', 'i-2'], true);
    expect(calls.map((call) => call.operation)).to.deep.equal([
      'TerminateInstanceInAutoScalingGroup',
      'DescribeAutoScalingGroups',
      'TerminateInstanceInAutoScalingGroup',
    ]);
    expect((calls[2]?.input as { InstanceIds: string[] }).InstanceIds).to.deep.equal(['i-2']);
  });

  it('gives up, rather than ask for ever, when nothing that it named is gone', async () => {
    const { gateway } = gatewayTo({
      autoscaling: {
        TerminateInstanceInAutoScalingGroup: gone('i-0f'),
        DescribeAutoScalingGroups: members(['i-1', 'InService']),
      },
    });
    expect((await faultOf(gateway.terminate('web', ['i-1'], true))).kind).to.equal('missing');
  });

  it('falls back to single ids where the batch is unknown, remembers it, and never counts one twice', async () => {
    const { gateway, calls } = gatewayTo({
      autoscaling: {
        TerminateInstanceInAutoScalingGroup: (input) => {
          if (input['InstanceId'] === undefined)
            throw new ServiceFault(
              'ValidationError',
              "1 validation error detected: Value null at 'instanceId' failed to satisfy constraint: Member must not be null",
            );
          if (input['InstanceId'] === 'i-4') throw gone('i-4');
          return { Activity: ACTIVITY };
        },
        // i-2 leaves already: a repeated termination would lower desired once more. i-3 is no member.
        DescribeAutoScalingGroups: members(['i-1', 'InService'], ['i-2', 'Terminating:Wait'], ['i-4', 'Pending']),
      },
    });
    await gateway.terminate('web', ['i-1', 'i-2', 'i-3', 'i-4'], true);
    await gateway.terminate('web', ['i-1'], true);
    const single = { ShouldDecrementDesiredCapacity: true };
    expect(calls.filter((call) => call.operation.startsWith('Terminate')).map((call) => call.input)).to.deep.equal([
      { AutoScalingGroupName: 'web', InstanceIds: ['i-1', 'i-2', 'i-3', 'i-4'], ...single },
      { InstanceId: 'i-1', ...single },
      { InstanceId: 'i-4', ...single },
      { InstanceId: 'i-1', ...single },
    ]);
  });

  it('a refusal that has nothing to do with the form of the call is a fault', async () => {
    const { gateway, calls } = gatewayTo({
      autoscaling: {
        TerminateInstanceInAutoScalingGroup: new ServiceFault(
          'ValidationError',
          "Currently, desiredSize equals minSize (2). Terminating instance without replacement will violate group's min size constraint.",
        ),
      },
    });
    expect((await faultOf(gateway.terminate('web', ['i-1', 'i-2'], true))).kind).to.equal('invalid');
    expect(calls).to.have.length(1);
  });

  /** A service that answers the batch with a page and everything else as it should. */
  const breaking = (status: number): { gateway: ReturnType<typeof gatewayOver>; bodies: string[] } => {
    const bodies: string[] = [];
    const gateway = gatewayOver((request) => {
      const body = String(request.body);
      bodies.push(body);
      if (body.includes('InstanceIds'))
        return Promise.resolve({
          response: new HttpResponse({
            statusCode: status,
            headers: {},
            body: Buffer.from('<!doctype html><title>Oops'),
          }),
        });
      const member = (id: string, state: string): string =>
        `<member><InstanceId>${id}</InstanceId><LifecycleState>${state}</LifecycleState></member>`;
      const answer = body.includes('Describe')
        ? `<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member><Instances>${member('i-1', 'InService')}${member('i-2', 'Terminating')}</Instances></member></AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`
        : '<TerminateInstanceInAutoScalingGroupResponse><TerminateInstanceInAutoScalingGroupResult/></TerminateInstanceInAutoScalingGroupResponse>';
      return Promise.resolve({
        response: new HttpResponse({ statusCode: 200, headers: {}, body: Buffer.from(answer) }),
      });
    });
    return { gateway, bodies };
  };

  it('a service that crashes at the batch gets single ids, and only those that its crash left', async () => {
    const { gateway, bodies } = breaking(500);
    await gateway.terminate('web', ['i-1', 'i-2'], true);
    expect(bodies.slice(1).map((body) => /Action=(\w+)/.exec(body)?.[1])).to.deep.equal([
      'DescribeAutoScalingGroups',
      'TerminateInstanceInAutoScalingGroup',
    ]);
    expect(bodies[2]).to.contain('InstanceId=i-1').and.to.contain('ShouldDecrementDesiredCapacity=true');
  });

  it('a service that is away for a moment is no reason to do without the batch', async () => {
    const { gateway, bodies } = breaking(503);
    expect((await faultOf(gateway.terminate('web', ['i-1', 'i-2'], true))).kind).to.equal('transient');
    expect(bodies).to.have.length(1);
  });
});

describe('other changes of a group', () => {
  const quiet = {
    CreateOrUpdateTags: {},
    DeleteTags: {},
    SuspendProcesses: {},
    ResumeProcesses: {},
    UpdateAutoScalingGroup: {},
  };

  it('sends all three sizes together', async () => {
    const { gateway, calls } = gatewayTo({ autoscaling: quiet });
    await gateway.resize('web', { min: 0, max: 4, desired: 0 });
    expect(calls.map((call) => call.input)).to.deep.equal([
      { AutoScalingGroupName: 'web', MinSize: 0, MaxSize: 4, DesiredCapacity: 0 },
    ]);
  });

  it('suspends and resumes exactly what was named, and sends nothing when nothing was: AWS would take that for all', async () => {
    const { gateway, calls } = gatewayTo({ autoscaling: quiet });
    await gateway.suspend('web', []);
    await gateway.resume('web', []);
    await gateway.terminate('web', [], true);
    await gateway.deleteNotes('web', []);
    await gateway.writeNotes(['web'], {});
    expect(calls).to.deep.equal([]);
    await gateway.suspend('web', ['AZRebalance']);
    await gateway.resume('web', ['AZRebalance']);
    expect(calls.map((call) => [call.operation, call.input])).to.deep.equal([
      ['SuspendProcesses', { AutoScalingGroupName: 'web', ScalingProcesses: ['AZRebalance'] }],
      ['ResumeProcesses', { AutoScalingGroupName: 'web', ScalingProcesses: ['AZRebalance'] }],
    ]);
  });

  it('writes all notes on all groups in one call, and instances do not inherit them', async () => {
    const { gateway, calls } = gatewayTo({ autoscaling: quiet });
    await gateway.writeNotes(['web', 'api'], {
      verdict: { run: 'r', outcome: 'promote', at: 0, why: 'all proven' },
      lease: { run: 'r', host: 'h', pid: 1, beat: 1, ttlMs: 1, at: 0 },
    });
    const tags = (
      calls[0]?.input as {
        Tags: { ResourceId: string; ResourceType: string; Key: string; PropagateAtLaunch: boolean }[];
      }
    ).Tags;
    expect(calls).to.have.length(1);
    expect(tags.map((tag) => [tag.ResourceId, tag.ResourceType, tag.Key, tag.PropagateAtLaunch])).to.deep.equal([
      ['web', 'auto-scaling-group', 'ha-updater:verdict', false],
      ['web', 'auto-scaling-group', 'ha-updater:lease', false],
      ['api', 'auto-scaling-group', 'ha-updater:verdict', false],
      ['api', 'auto-scaling-group', 'ha-updater:lease', false],
    ]);
  });

  it('removes notes by their key, whatever they say', async () => {
    const { gateway, calls } = gatewayTo({ autoscaling: quiet });
    await gateway.deleteNotes('web', ['record', 'frozen']);
    expect(calls[0]?.input).to.deep.equal({
      Tags: [
        { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'ha-updater:rollout' },
        // The record's gates go with it.
        { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'ha-updater:gates' },
        { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'ha-updater:image' },
        { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'ha-updater:frozen' },
      ],
    });
  });
});
