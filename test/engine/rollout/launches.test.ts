import { expect } from 'chai';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { idsOf } from '../../support/ask.js';
import { PLAN } from '../../support/groups.js';
import { LAUNCH_WORDS } from '../../support/launch-words.js';
import { call, type standardGroup } from '../../support/sandbox.js';
import { createStage, type Ending, type Stage } from '../../support/stage.js';

/** Making the group takes the world that long, in seconds. */
const SETTLED = 300;

const ROLLING: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
};

type Options = Parameters<typeof standardGroup>[1];

function stageOf(faults: readonly Fault[], differs: Options = {}): Stage {
  const stage = createStage({ faults: faults.map((fault) => ({ from: SETTLED, ...fault })) }, [
    { name: 'web', size: 3, min: 1, max: 6, ...differs },
  ]);
  stage.groups[0]?.changeImage('ami-new');
  return stage;
}

/** Runs, and answers how it ended and how many simulated seconds it took. */
async function timed(stage: Stage, plan: Partial<Plan> = {}): Promise<Ending & { readonly seconds: number }> {
  const began = stage.sandbox.clock.now();
  const ending = await stage.run(plan);
  return { ...ending, seconds: (stage.sandbox.clock.now() - began) / 1000 };
}

/** How many of these words Auto Scaling told, and in which zones. */
function failedIn(stage: Stage): readonly string[] {
  const { Activities } = call<{ Activities: { StatusCode: string; Details: string }[] }>(
    stage.sandbox.world,
    'autoscaling',
    'DescribeScalingActivities',
    { AutoScalingGroupName: 'web' },
  );
  return Activities.filter(({ StatusCode }) => StatusCode === 'Failed').map(({ Details }) => Details.slice(-3, -2));
}

describe('launches that fail', () => {
  it('in one zone of three, which does not offer the type, do not end a rollout (RO-001)', async () => {
    for (const plan of [{}, ROLLING]) {
      const stage = stageOf([{ ...LAUNCH_WORDS.notInZone, zone: 'eu-west-1c' }]);
      const ending = await timed(stage, plan);
      expect(ending.outcome, ending.failure?.message).to.equal('swapped');
      expect(new Set(failedIn(stage))).to.deep.equal(new Set(['c']));
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('in every zone end it as soon as each was tried', async () => {
    const stage = stageOf([LAUNCH_WORDS.notInZone]);
    const ending = await timed(stage);
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(ending.failure?.facts.what).to.match(
      /launching cannot succeed in any of its zones \(eu-west-1a, eu-west-1b, eu-west-1c\): Your requested instance type \(t3\.micro\)/,
    );
    expect(new Set(failedIn(stage))).to.deep.equal(new Set(['a', 'b', 'c']));
    expect(ending.seconds).to.be.below(150);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('for a quota that twice the instances do not fit into say so and end at once; --strategy rolling fits (RO-006)', async () => {
    const quota = { ...LAUNCH_WORDS.vcpuLimit, running: 4 };
    const swap = stageOf([quota]);
    const ending = await timed(swap);
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(ending.failure?.facts.what).to.match(
      /there is no room to run old and new instances side by side \(--strategy rolling needs fewer at once, or ask for a larger quota\): You have requested more vCPU capacity/,
    );
    expect(ending.seconds).to.be.below(200);
    expect(swap.violations()).to.deep.equal([]);
    const rolling = stageOf([quota]);
    expect((await timed(rolling, ROLLING)).outcome).to.equal('swapped');
    expect(rolling.violations()).to.deep.equal([]);
  });

  it('for a quota are waited for where it is raised before every zone was tried', async () => {
    const stage = stageOf([{ ...LAUNCH_WORDS.instanceLimit, running: 4, until: SETTLED + 60 }], { size: 1, max: 2 });
    expect((await timed(stage)).outcome).to.equal('swapped');
  });

  it('because the image is still pending are waited for', async () => {
    const stage = stageOf([{ ...LAUNCH_WORDS.imagePending, until: SETTLED + 240 }]);
    const ending = await timed(stage);
    expect(ending.outcome, ending.failure?.message).to.equal('swapped');
    expect(failedIn(stage)).to.have.length.above(3);
    expect(ending.seconds).to.be.above(240);
  });

  it('for want of capacity or because of throttling are waited for', async () => {
    for (const words of [LAUNCH_WORDS.noCapacity, LAUNCH_WORDS.throttled]) {
      const stage = stageOf([{ ...words, until: SETTLED + 200 }]);
      expect((await timed(stage)).outcome).to.equal('swapped');
    }
  });

  it('with one type of a mixed group do not end a rollout while another one can be launched', async () => {
    const weights = { weights: [1, 1], size: 2, max: 4 };
    const one = stageOf([{ ...LAUNCH_WORDS.notInZone, type: 'm5.xlarge' }], weights);
    const ending = await timed(one);
    expect(ending.outcome, ending.failure?.message).to.equal('swapped');
    const both = await timed(stageOf([LAUNCH_WORDS.notInZone], weights));
    expect(both.outcome).to.equal('swapRolledBack');
    expect(both.failure?.facts.what).to.match(
      /in any of its zones .*Could not launch On-Demand Instances\. Unsupported - /,
    );
    expect(both.seconds).to.be.below(400);
  });

  it('from a launch template version that was deleted end it at once (RO-012)', async () => {
    const stage = stageOf([]);
    const template = stage.groups[0]?.configuration;
    call(stage.sandbox.world, 'autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateId: template, Version: '2' },
    });
    let gone = false;
    stage.sandbox.onCall(({ operation }) => {
      if (operation !== 'SuspendProcesses' || gone) return;
      gone = true;
      call(stage.sandbox.world, 'ec2', 'DeleteLaunchTemplateVersions', { LaunchTemplateId: template, Versions: ['2'] });
    });
    const ending = await timed(stage);
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(ending.failure?.facts.what).to.match(
      /launching cannot succeed: Could not find the specified version 2 for the launch template/,
    );
    expect(ending.seconds).to.be.below(150);
  });

  it('are foreseen where the version was deleted before the start: nothing is changed (RO-012)', async () => {
    const stage = stageOf([]);
    const template = stage.groups[0]?.configuration;
    call(stage.sandbox.world, 'autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateId: template, Version: '2' },
    });
    call(stage.sandbox.world, 'ec2', 'DeleteLaunchTemplateVersions', { LaunchTemplateId: template, Versions: ['2'] });
    const ending = await timed(stage);
    expect([ending.outcome, ending.changes.length]).to.deep.equal(['refused', 0]);
    expect(ending.failure?.facts.reasons.map(({ code }) => code)).to.deep.equal(['group.launchGone']);
    expect(ending.failure?.facts.what).to.match(/does not exist: Could not find the specified version 2/);
    expect(ending.seconds).to.be.within(100, 140);
  });

  it('because a key pair is gone end it at once, also half-way through a rolling rollout', async () => {
    const stage = stageOf([{ ...LAUNCH_WORDS.keyGone, after: 1 }]);
    const ending = await timed(stage, ROLLING);
    expect(ending.outcome).to.equal('stopped');
    expect(ending.failure?.facts.what).to.match(/launching cannot succeed: The key pair 'ops' does not exist/);
    expect(ending.seconds).to.be.below(400);
  });

  for (const [how, plan] of [
    ['swap', {}],
    ['rolling', ROLLING],
  ] as const)
    it(`that somebody else takes away again and again are told so (${how})`, async () => {
      const stage = stageOf([]);
      const { world, clock } = stage.sandbox;
      const before = new Set(idsOf(world, 'web'));
      const take = (): void => {
        for (const InstanceId of idsOf(world, 'web').filter((id) => !before.has(id)))
          try {
            const which = { InstanceId, ShouldDecrementDesiredCapacity: false };
            world.invoke('autoscaling', 'TerminateInstanceInAutoScalingGroup', which, 'others');
          } catch {
            // It is leaving already.
          }
        clock.after(20_000, take);
      };
      clock.after(20_000, take);
      const { outcome, failure } = await timed(stage, { ...plan, timing: { ...PLAN.timing, progressMs: 240_000 } });
      expect(outcome).to.equal('swapRolledBack');
      expect(failure?.facts.what).to.match(
        /: \d+ new instances were terminated before the proof, and not by this rollout \(i-\S+, i-.* more\); the act/,
      );
      expect(stage.violations()).to.deep.equal([]);
    });
});
