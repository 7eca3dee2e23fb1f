import { expect } from 'chai';
import { remedyText } from '../../../src/text/commands/remedy.js';
import { lookAtGroups } from '../../../src/app/inspect/read-only.js';
import { groupStatus } from '../../../src/app/inspect/status-group.js';
import { createGateway } from '../../../src/aws/gateway.js';
import { diagnose } from '../../../src/engine/diagnosis/diagnose.js';
import type { Deps } from '../../../src/engine/deps.js';
import { call } from '../../support/sandbox.js';
import { createStage, stateOf, type Stage } from '../../support/stage.js';

const ODD = 'web prod/blue (v2); x';

/** A group of that name and one that is well; the balancer of a third is attached to the first too, and deleted. */
function stageOf(name: string, kind: 'classic' | 'target-group'): Stage {
  const stage = createStage({}, [
    { name: 'gone', size: 1, balancers: [kind], healthCheckType: 'EC2' },
    { name, size: 2, min: 1, max: 4, balancers: [], healthCheckType: 'EC2' },
    { name: 'api', size: 2, min: 1, max: 4 },
  ]);
  for (const group of stage.groups) group.changeImage('ami-new');
  const { classic, targetGroup } = stage.groups[0] ?? {};
  call(stage.sandbox.world, 'autoscaling', 'AttachTrafficSources', {
    AutoScalingGroupName: name,
    TrafficSources: [
      kind === 'classic' ? { Identifier: classic, Type: 'elb' } : { Identifier: targetGroup, Type: 'elbv2' },
    ],
  });
  stage.sandbox.clock.advance(120_000);
  remove(stage, 0);
  return stage;
}

function remove({ sandbox: { world }, groups }: Stage, index: number): void {
  const { classic, targetGroup, loadBalancer } = groups[index] ?? {};
  if (classic !== undefined) call(world, 'elb', 'DeleteLoadBalancer', { LoadBalancerName: classic });
  if (loadBalancer !== undefined) call(world, 'elbv2', 'DeleteLoadBalancer', { LoadBalancerArn: loadBalancer });
  if (targetGroup !== undefined) call(world, 'elbv2', 'DeleteTargetGroup', { TargetGroupArn: targetGroup });
}

function depsOf({ sandbox }: Stage): Deps {
  const { region, credentials, requestHandler } = sandbox.clientConfig();
  return {
    gateway: createGateway({ region, credentials: () => Promise.resolve(credentials), requestHandler }),
    clock: sandbox.clock,
    emit: () => undefined,
    interrupt: { received: undefined, wake: new AbortController().signal },
    holderIsGone: () => false,
  };
}

describe('a balancer that was deleted and is still attached', () => {
  for (const kind of ['classic', 'target-group'] as const)
    it(`refuses the start of all, and names the group, the ${kind} and the way out`, async () => {
      const stage = stageOf(ODD, kind);
      const before = stateOf(stage);
      for (const plan of [{}, { force: true }, { swap: 'always' as const }]) {
        const { outcome, failure } = await stage.run({ groups: [ODD, 'api'], ...plan });
        expect(outcome).to.equal('refused');
        const [reason, ...more] = failure?.facts.reasons ?? [];
        expect(more).to.deep.equal([]);
        expect(reason?.code).to.equal('group.balancerDeleted');
        const id = (kind === 'classic' ? stage.groups[0]?.classic : stage.groups[0]?.targetGroup) ?? '';
        expect(reason?.text)
          .to.contain(ODD)
          .and.to.contain(kind === 'classic' ? id : id.split('/')[1]);
        const quoted = /^[\w:/-]+$/.test(id) ? id : `'${id}'`;
        expect(remedyText(reason?.remedy ?? '')).to.contain(
          kind === 'classic'
            ? `aws autoscaling detach-load-balancers --auto-scaling-group-name '${ODD}' --load-balancer-names ${quoted}`
            : `detach-load-balancer-target-groups --auto-scaling-group-name '${ODD}' --target-group-arns ${quoted}`,
        );
      }
      expect(stateOf(stage)).to.deep.equal(before);
      expect(stage.changes()).to.deep.equal([]);
    });

  it('is told by a group that has nothing to replace too', async () => {
    const stage = createStage({}, [{ name: 'web', size: 2, max: 4, healthCheckType: 'EC2' }]);
    remove(stage, 0);
    const [result] = (await stage.run()).results;
    expect(result?.outcome).to.equal('skipped');
    expect(result?.why).to.contain('detach-load-balancer-target-groups').and.to.contain('detach-load-balancers');
  });

  it('does not blind status and diagnose for the other group', async () => {
    const stage = stageOf('web', 'target-group');
    const deps = depsOf(stage);
    const { at, groups, failures } = await lookAtGroups(deps, ['web', 'api'], 'eu-west-1');
    const around = { at, place: { region: 'eu-west-1' }, holderIsGone: () => false, failures };
    const [web, api] = groups.map((group) => groupStatus(group, around));
    expect(web?.remarks.join(' ')).to.contain('was deleted').and.to.contain('detach-load-balancer-target-groups');
    expect(web?.serves).to.match(/^0 of 2 serve/);
    expect(api?.serves).to.match(/^2 of 2 serve/);
    const { findings, missed } = await diagnose(deps, { groups, since: 0 });
    expect(missed).to.deep.equal([]);
    expect(findings.map(({ code, group }) => [code, group])).to.deep.equal([['diagnose.balancerDeleted', 'web']]);
    expect(remedyText(findings[0]?.remedy ?? '')).to.contain(
      'detach-load-balancer-target-groups --auto-scaling-group-name web',
    );
  });

  it('whoever else judges says who serves', async () => {
    const stage = createStage({}, [{ name: 'web', size: 2, max: 4, healthCheckType: 'EC2' }]);
    const { targetGroup, loadBalancer } = stage.groups[0] ?? {};
    call(stage.sandbox.world, 'elbv2', 'DeleteLoadBalancer', { LoadBalancerArn: loadBalancer });
    call(stage.sandbox.world, 'elbv2', 'DeleteTargetGroup', { TargetGroupArn: targetGroup });
    const { at, groups, failures } = await lookAtGroups(depsOf(stage), ['web'], 'eu-west-1');
    const [web] = groups.map((group) =>
      groupStatus(group, { at, place: { region: 'eu-west-1' }, holderIsGone: () => false, failures }),
    );
    expect(web?.serves).to.match(/^2 of 2 serve/);
  });

  it('in the middle of a rollout nothing new is proven by what is left, and the old ones stay', async () => {
    const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 4, healthCheckType: 'EC2' }]);
    stage.groups[0]?.changeImage('ami-new');
    stage.sandbox.clock.after(45_000, () => remove(stage, 0));
    const { outcome, failure, events } = await stage.run();
    expect(outcome, failure?.message).to.equal('stopped');
    expect(failure?.facts.what).to.contain('it no longer exists');
    const warned = events.flatMap((event) => (event.type === 'warning' ? [event.reason] : []));
    const detach = warned.filter(({ code }) => code === 'group.balancerDeleted').map(({ remedy }) => remedy);
    expect(detach).to.have.length(2);
    expect(stateOf(stage)[0]).to.deep.include({ size: [1, 4, 4] });
    const { classic, targetGroup } = stage.groups[0] ?? {};
    call(stage.sandbox.world, 'autoscaling', 'DetachLoadBalancers', {
      AutoScalingGroupName: 'web',
      LoadBalancerNames: [classic],
    });
    call(stage.sandbox.world, 'autoscaling', 'DetachLoadBalancerTargetGroups', {
      AutoScalingGroupName: 'web',
      TargetGroupARNs: [targetGroup],
    });
    expect((await stage.run({ adoptOnly: true })).outcome).to.equal('swapped');
  });
});
