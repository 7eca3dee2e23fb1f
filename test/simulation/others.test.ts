import { expect } from 'chai';
import type { Meddling } from '../../src/sandbox/scenario.js';
import { call } from '../support/sandbox.js';
import { commandText } from '../../src/text/commands/next-command.js';
import { groupOf, resize, resume, suspend } from '../support/ask.js';
import { PLAN } from '../support/groups.js';
import { callBackAll, createStage, stateOf, type Ending, type Stage } from '../support/stage.js';
import { meddle } from '../../src/sandbox/world/autoscaling/interfere.js';

/** One group of two behind both kinds of balancers, whose new instances take a minute to boot. */
function stageOf(size = 2): Stage {
  const stage = createStage({ images: { 'ami-new': { behaviour: 'healthy', boot: [60, 70] } } }, [
    { name: 'web', size, min: 1, max: size + 1 },
  ]);
  stage.groups[0]?.changeImage('ami-new');
  return stage;
}

/** Does something once, as soon as the run has made its n-th call of an operation that worked. */
function after(stage: Stage, operation: string, act: () => void, nth = 1): void {
  let seen = 0;
  stage.sandbox.onCall((one) => {
    if (one.operation === operation && one.outcome === 'ok' && one.agent !== 'somebody' && ++seen === nth)
      stage.sandbox.clock.after(0, act);
  });
}

const somebody = (stage: Stage, does: Meddling, instance: 'oldest' | 'newest' = 'oldest'): void =>
  meddle(stage.sandbox.world, 'web', { kind: 'meddle', group: 'web', at: 0, does, instance, image: 'ami-other' });
const theyResize = (stage: Stage, min: number, max: number, desired: number): void =>
  void stage.sandbox.world.invoke(
    'autoscaling',
    'UpdateAutoScalingGroup',
    { AutoScalingGroupName: 'web', MinSize: min, MaxSize: max, DesiredCapacity: desired },
    'others',
  );
const done = (ending: Ending): readonly string[] =>
  ending.events.flatMap((event) => (event.type === 'action.done' ? [event.action.type] : []));
const warnings = (ending: Ending): readonly string[] =>
  ending.events.flatMap((event) => (event.type === 'warning' ? [event.reason.code] : []));
const protectedOnes = (stage: Stage): number =>
  (groupOf(stage.sandbox.world).Instances ?? []).filter((one) => one.ProtectedFromScaleIn === true).length;
const oldOnes = (stage: Stage): number =>
  (groupOf(stage.sandbox.world).Instances ?? []).filter(
    (one) => one.LaunchTemplate?.Version === '1' && one.LifecycleState === 'InService',
  ).length;

describe('somebody else', function () {
  this.timeout(30_000);

  it('lowers the desired capacity of a group that a dead run left doubled: the old ones stay, and the next run finishes', async () => {
    const stage = stageOf();
    // Its fourth change doubles.
    expect((await stage.run({}, { killAt: { change: 4, when: 'after' } })).outcome).to.equal('killed');
    expect(protectedOnes(stage)).to.equal(2);
    stage.sandbox.clock.advance(300_000);
    resize(stage.sandbox.world, 1, 4, 2);
    stage.sandbox.clock.advance(300_000);
    expect(oldOnes(stage), 'old ones in service').to.equal(2);
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(stateOf(stage)).to.deep.equal([
      { name: 'web', size: [1, 2, 3], instances: ['InService 2', 'InService 2'], suspended: [], tags: [] },
    ]);
    expect(protectedOnes(stage)).to.equal(0);
  });

  it('had protected an instance before: then none is shielded, and the protection is as it was', async () => {
    const stage = stageOf();
    somebody(stage, 'protect');
    const ending = await stage.run({ protected: 'refresh' }, { interruptAfterMs: 60_000 });
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(done(ending)).not.to.include('shield');
    expect(protectedOnes(stage)).to.equal(1);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('forbids SetInstanceProtection: a warning, and the swap goes on without', async () => {
    const stage = createStage(
      {
        faults: [
          {
            kind: 'refuse',
            calls: 'autoscaling:SetInstanceProtection',
            code: 'AccessDenied',
            message: 'not authorized to perform: autoscaling:SetInstanceProtection',
          },
        ],
      },
      [{ name: 'web', size: 2, min: 1, max: 3 }],
    );
    stage.groups[0]?.changeImage('ami-new');
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(warnings(ending).filter((code) => code === 'group.unshielded')).to.have.length(1);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('rolls back more than fifty: the shield goes up and down in calls of fifty, and nothing is left of it', async () => {
    const stage = createStage({ images: { 'ami-bad': { behaviour: 'missing' } } }, [
      { name: 'web', size: 60, min: 1, max: 60, balancers: ['target-group'] },
    ]);
    stage.groups[0]?.changeImage('ami-bad');
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(
      ending.events.flatMap((event) =>
        event.type === 'action.done' && event.action.type === 'shield'
          ? [[event.action.on, event.action.instances.length]]
          : [],
      ),
    ).to.deep.equal([
      [true, 50],
      [true, 10],
      [false, 50],
      [false, 10],
    ]);
    expect(protectedOnes(stage)).to.equal(0);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('resumes processes after the verdict: in the end they are as they were', async () => {
    const stage = stageOf();
    after(stage, 'TerminateInstanceInAutoScalingGroup', () => {
      somebody(stage, 'resumeProcesses');
    });
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(stateOf(stage)).to.have.nested.property('[0].suspended').that.deep.equals([]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('publishes a version of the launch template in the middle: a warning says that two of them run', async () => {
    const stage = stageOf();
    // Launches come in waves; one of them already follows the newest version.
    after(stage, 'UpdateAutoScalingGroup', () => {
      stage.sandbox.clock.after(40_000, () => {
        somebody(stage, 'publishVersion');
        somebody(stage, 'detach', 'newest');
      });
    });
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(warnings(ending)).to.include('group.versions');
    expect(stage.violations()).to.deep.equal([]);
  });

  it('takes the balancers away in the middle: a warning says that nothing judges any more', async () => {
    const stage = stageOf();
    after(stage, 'UpdateAutoScalingGroup', () =>
      stage.sandbox.clock.after(20_000, () => somebody(stage, 'detachBalancers')),
    );
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(warnings(ending)).to.include('group.noBalancer');
  });

  for (const does of ['terminate', 'interruptSpot', 'endLifetime'] as const) {
    it(`takes a new instance away while it is proven (${does}): Auto Scaling replaces it, and the swap goes on`, async () => {
      const stage = stageOf();
      after(stage, 'UpdateAutoScalingGroup', () =>
        stage.sandbox.clock.after(60_000, () => somebody(stage, does, 'newest')),
      );
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      const replaces = ending.events.flatMap((event) =>
        event.type === 'action.done' && event.action.type === 'resume' ? [event.action.processes.join(',')] : [],
      );
      // What AWS replaces by itself needs nothing of us; the other time is the end, when all is resumed.
      expect(replaces.filter((processes) => processes === 'ReplaceUnhealthy')).to.have.length(
        does === 'endLifetime' ? 0 : 1,
      );
      expect(stateOf(stage)).to.deep.equal([
        { name: 'web', size: [1, 2, 3], instances: ['InService 2', 'InService 2'], suspended: [], tags: [] },
      ]);
      expect(stage.violations()).to.deep.equal([]);
    });
  }

  for (const operation of ['TerminateInstances', 'TerminateInstanceInAutoScalingGroup'] as const) {
    it(`terminates all new ones after the verdict to promote (${operation}): the old ones serve until those are replaced`, async () => {
      const stage = stageOf();
      const { world, clock, monitor } = stage.sandbox;
      // Its sixth change writes the verdict.
      expect((await stage.run({}, { killAt: { change: 6, when: 'after' } })).outcome).to.equal('killed');
      expect(stage.changes().at(-1)).to.contain('promote');
      for (const { InstanceId } of (groupOf(world).Instances ?? []).filter(
        (one) => one.LaunchTemplate?.Version === '2',
      )) {
        if (operation === 'TerminateInstances') world.invoke('ec2', operation, { InstanceIds: [InstanceId] }, 'others');
        else world.invoke('autoscaling', operation, { InstanceId, ShouldDecrementDesiredCapacity: false }, 'others');
      }
      clock.advance(60_000);
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      expect(stateOf(stage)).to.deep.equal([
        { name: 'web', size: [1, 2, 3], instances: ['InService 2', 'InService 2'], suspended: [], tags: [] },
      ]);
      expect(
        Math.min(
          ...monitor.timeline
            .slice(monitor.timeline.findIndex(({ inService }) => inService === 2))
            .map(({ inService }) => inService),
        ),
      ).to.equal(2);
      expect(stage.violations()).to.deep.equal([]);
    });
  }

  it('gets a new instance that shut itself down: that is a bad version, and it rolls back', async () => {
    const stage = createStage({ images: { 'ami-dies': { behaviour: 'dies', diesAfter: 60, boot: [20, 30] } } }, [
      { name: 'web', size: 1, min: 1, max: 2 },
    ]);
    stage.groups[0]?.changeImage('ami-dies');
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(ending.failure?.facts.what).to.match(/i-[0-9a-f]+ Auto Scaling: Unhealthy/);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('calls it off right after a lost instance was to be replaced: the group is left frozen, replacing included', async () => {
    const stage = stageOf();
    after(stage, 'UpdateAutoScalingGroup', () =>
      stage.sandbox.clock.after(60_000, () => somebody(stage, 'interruptSpot', 'newest')),
    );
    after(stage, 'ResumeProcesses', () => callBackAll(stage.sandbox));
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(stateOf(stage)).to.have.nested.property('[0].suspended').that.includes('ReplaceUnhealthy');
    expect(stage.violations()).to.deep.equal([]);
  });

  it('deletes one of two groups that a dead run left: the other one is finished all the same', async () => {
    const stage = createStage({}, [
      { name: 'web', size: 2, min: 1, max: 3 },
      { name: 'api', size: 1, min: 0, max: 1, balancers: ['target-group'] },
    ]);
    for (const group of stage.groups) group.changeImage('ami-new');
    expect((await stage.run({}, { killAt: { change: 9, when: 'after' } })).outcome).to.equal('killed');
    call(stage.sandbox.world, 'autoscaling', 'DeleteAutoScalingGroup', {
      AutoScalingGroupName: 'api',
      ForceDelete: true,
    });
    stage.sandbox.clock.advance(60_000);
    const ending = await stage.run();
    expect(ending.outcome).to.equal('stopped');
    expect(ending.failure?.facts.reasons.map(({ group, text }) => [group, text])).to.deep.include([
      'api',
      'there is no such Auto Scaling group',
    ]);
    expect(stateOf(stage)).to.deep.equal([
      { name: 'web', size: [1, 2, 3], instances: ['InService 2', 'InService 2'], suspended: [], tags: [] },
    ]);
  });

  for (const strategy of ['swap', 'rolling'] as const)
    it(`asks for more while a ${strategy} rolls back: the next one starts, and launches what the freeze had kept back`, async () => {
      const stage = createStage({ images: { 'ami-bad': { behaviour: 'unhealthy' } } }, [
        { name: 'web', size: 2, min: 1, max: 8 },
      ]);
      const [web] = stage.groups;
      const plan = { strategy, timing: { ...PLAN.timing, progressMs: 120_000 } };
      web?.changeImage('ami-bad');
      after(stage, 'SuspendProcesses', () => stage.sandbox.clock.after(30_000, () => theyResize(stage, 1, 8, 5)));
      const failed = await stage.run(plan);
      expect([failed.outcome, failed.failure?.facts.serves]).to.deep.equal([
        'swapRolledBack',
        'web: 2 of 2 serve (2 old), min 1, desired 5, max 8.',
      ]);
      expect(groupOf(stage.sandbox.world).DesiredCapacity).to.equal(5);
      stage.sandbox.clock.advance(60_000);
      web?.changeImage('ami-good');
      const ending = await stage.run(plan);
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      expect(stateOf(stage)).to.deep.equal([
        { name: 'web', size: [1, 5, 8], instances: Array(5).fill('InService 3'), suspended: [], tags: [] },
      ]);
      expect(stage.violations()).to.deep.equal([]);
    });

  it('suspends Launch while new ones are to be proven: the reason of the roll-back says so', async () => {
    const stage = stageOf();
    after(stage, 'UpdateAutoScalingGroup', () => suspend(stage.sandbox.world, 'Launch'));
    const ending = await stage.run({ timing: { ...PLAN.timing, progressMs: 120_000 } });
    expect(ending.failure?.facts.what).to.equal(
      'The swap of web was rolled back: no further instance was proven for 120 s (0 of 2): 2 were not launched ' +
        '(nothing is launched while the process Launch is suspended).',
    );
  });

  it('suspends Terminate while the old half leaves: what stops says so, and the command that resumes it comes first', async () => {
    const stage = stageOf();
    after(stage, 'TerminateInstanceInAutoScalingGroup', () => suspend(stage.sandbox.world, 'Terminate'));
    const ending = await stage.run({ timing: { ...PLAN.timing, drainMs: 300_000 } });
    expect(ending.failure?.facts.what).to.match(
      /^web: after 300 s, 2 instances are draining and leaving \(nothing leaves while the process Terminate is suspended\)/,
    );
    expect(ending.failure?.facts.left).to.match(/ Somebody has suspended Terminate of web\.$/);
    expect(ending.failure?.facts.next.slice(0, 2).map(commandText)).to.deep.equal([
      'aws autoscaling resume-processes --auto-scaling-group-name web --scaling-processes Terminate',
      'ha-updater resume --asg web',
    ]);
    resume(stage.sandbox.world, 'Terminate');
    expect((await stage.run({ adoptOnly: true, goOn: true })).outcome).to.equal('swapped');
    expect(stage.violations()).to.deep.equal([]);
  });

  it('asks for more: what is given back in the end is not said to be as before', async () => {
    const stage = stageOf();
    after(stage, 'UpdateAutoScalingGroup', () => stage.sandbox.clock.after(20_000, () => theyResize(stage, 1, 3, 3)));
    const ending = await stage.run();
    expect(
      ending.events.flatMap((event) =>
        event.type === 'action.started' && event.action.type === 'resize' && event.action.purpose === 'restore'
          ? [event.why]
          : [],
      ),
    ).to.deep.equal(['somebody else set desired 3 meanwhile, and that stays; all else is as before the swap']);
    expect(groupOf(stage.sandbox.world)).to.include({ MinSize: 1, MaxSize: 3, DesiredCapacity: 3 });
  });

  it('moves what the group launches once all is launched: a warning says which instance runs what', async () => {
    const stage = stageOf();
    const template = stage.groups[0]?.configuration;
    const set = (version: string): object =>
      call(stage.sandbox.world, 'ec2', 'ModifyLaunchTemplate', { LaunchTemplateId: template, DefaultVersion: version });
    set('2');
    call(stage.sandbox.world, 'autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateId: template, Version: '$Default' },
    });
    after(stage, 'UpdateAutoScalingGroup', () => stage.sandbox.clock.after(60_000, () => set('1')));
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapped');
    expect(
      ending.events.flatMap((event) =>
        event.type === 'warning' && event.reason.code === 'group.launchMoved' ? [event.reason.text] : [],
      ),
    ).to.have.length(1);
    const text = `its new instances are not what it launches by now (lt/${template}:1): `;
    expect(ending.events).to.satisfy((events: Ending['events']) =>
      events.some((event) => event.type === 'warning' && event.reason.text.startsWith(text)),
    );
  });

  it('sets sizes: who did it is told once, in the words of AWS, and what the rollout sets later is not held against them', async () => {
    const stage = stageOf();
    after(stage, 'UpdateAutoScalingGroup', () => stage.sandbox.clock.after(20_000, () => theyResize(stage, 2, 7, 3)));
    const ending = await stage.run();
    expect(
      ending.events.flatMap((event) =>
        event.type === 'warning' && event.reason.code === 'group.resized' && event.reason.evidence !== undefined
          ? [event.reason.evidence]
          : [],
      ),
    ).to.satisfy(
      (told: readonly (readonly string[])[]) =>
        told.length === 1 &&
        told[0]?.length === 1 &&
        told[0][0]?.includes('min: 2, max: 7, desired: 3 changing the desired capacity from 4 to 3.') === true,
    );
  });

  it('suspends Terminate after the verdict: what is kept is said to be finished by going on alone', async () => {
    const stage = stageOf();
    after(stage, 'TerminateInstanceInAutoScalingGroup', () => suspend(stage.sandbox.world, 'Terminate'));
    const ending = await stage.run({ timing: { ...PLAN.timing, drainMs: 60_000 } });
    expect(ending.failure?.facts.left).to.match(/; the same command or resume, on any machine, finishes it\. /);
    expect(ending.failure?.facts.next.map(commandText).join()).not.to.match(/rollback/);
  });

  it('lifts the freeze of a group that still launches what was rolled back: that is said', async () => {
    const stage = createStage({ images: { 'ami-bad': { behaviour: 'missing' } } }, [
      { name: 'web', size: 2, min: 1, max: 8 },
    ]);
    stage.groups[0]?.changeImage('ami-bad');
    expect((await stage.run()).outcome).to.equal('swapRolledBack');
    const { results } = await stage.run({ strategy: 'unfreeze' });
    expect(results.map(({ why }) => why)).to.deep.equal([
      'what the roll-back had left suspended runs again; it launches ' +
        `lt/${stage.groups[0]?.configuration}:2 from now on, and 2 of 2 instances are outdated`,
    ]);
  });

  it('terminates an old instance of a paused swap: a roll-back says that a new one stays for it', async () => {
    const stage = stageOf();
    const gates = { words: [], pauseAt: [100] };
    expect((await stage.run({ gates })).results.map(({ outcome }) => outcome)).to.deep.equal(['paused']);
    const oldest = groupOf(stage.sandbox.world).Instances?.find((one) => one.LaunchTemplate?.Version === '1');
    stage.sandbox.world.invoke('ec2', 'TerminateInstances', { InstanceIds: [oldest?.InstanceId] }, 'others');
    stage.sandbox.clock.advance(300_000);
    const { results } = await stage.run({ adoptOnly: true, undo: true });
    expect(results.map(({ why }) => why)).to.deep.equal([
      'a person asked for it (rollback on agent); 1 new instance stays for old ones that are gone',
    ]);
    expect(stateOf(stage)).to.have.nested.property('[0].instances').that.deep.equals(['InService 1', 'InService 2']);
  });
});
