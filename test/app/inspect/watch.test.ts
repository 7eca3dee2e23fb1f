import { expect } from 'chai';
import { updateStack, watch, type CommandResult, type ProcessContext } from '../../../src/index.js';
import { iamActions } from '../../../src/sandbox/wire/iam.js';
import { actionsOf, READ_ONLY, readPolicy } from '../../permissions/policy.js';
import { createCommandStage, type CommandStage, type Ended, type Happening } from '../../support/command-stage.js';
import { scriptedHooks } from '../../support/scripted-hooks.js';
import { sampleStack } from '../../support/sample-stack.js';
import { call, standardGroup } from '../../support/sandbox.js';
import { IMAGES, threeGroups } from '../../support/three-groups.js';

const GOOD = 'ami-0123456789abcdef1';
const BAD = 'ami-0bad0bad0bad0bad0';

/** Watches from another machine: nobody there can see whether the other process runs. */
function watching(stage: CommandStage, asked: object = {}, happening: Happening = {}): Promise<Ended> {
  const task = (context: ProcessContext): Promise<CommandResult> =>
    watch({ stack: 'web', asgs: [], output: 'jsonl', ...asked }, context);
  return stage.call('watch', task, { elsewhere: true, ...happening });
}

/** Types of the events, each once in the order in which it came first. */
const types = ({ events }: Ended): readonly string[] => [...new Set(events.map(({ event }) => event.type))];

const releases =
  (image: string, more: object = {}) =>
  (context: ProcessContext): Promise<CommandResult> =>
    updateStack(
      {
        stack: 'web',
        parameters: [`ImageId=${image}`],
        capabilities: [],
        'on-interrupt': 'cancel',
        output: 'jsonl',
        ...more,
      },
      context,
    );

describe('watch', function () {
  this.timeout(30_000);

  /** The same stack with a release under way, and somebody who watches it from its first event on. */
  async function watched(image: string, more: object = {}): Promise<{ readonly run: Ended; readonly seen: Ended }> {
    const stage = await sampleStack();
    let seen: Promise<Ended> | undefined;
    const run = await stage.call('update-stack', releases(image, more), {
      when: ({ event }) => event.type === 'stack.event',
      then: () => void (seen = watching(stage)),
    });
    expect(stage.sandbox.monitor.violations).to.deep.equal([]);
    return { run, seen: await seen! };
  }

  it('shows a release as its run does, and ends as it ends: promoted', async () => {
    const { run, seen } = await watched(GOOD);
    expect([run.code, seen.code, seen.document?.outcome]).to.deep.equal([0, 0, 'swapped']);
    expect(types(seen)).to.include.members([
      'rollout.watched',
      'group.instances',
      'group.progress',
      'group.waiting',
      'group.finished',
    ]);
    // Nothing of it is told as if it were done from here.
    expect(types(seen).filter((type) => /^(action|group\.adopted|stack\.started)/.test(type))).to.deep.equal([]);
    const last = (of: Ended): unknown =>
      of.events.flatMap(({ event }) => (event.type === 'group.progress' ? [event.progress] : [])).at(-1);
    expect(last(seen)).to.deep.include({ new: 2, proven: 2, verdict: 'promote' });
    // The flags of the run are not known here, so no limit of ours is told as if it were its own.
    for (const { event } of seen.events)
      if (event.type === 'group.waiting') expect(event.wait).to.not.have.any.keys('until', 'then');
  });

  it('ends with 4 when the run rolls back, and says who serves', async () => {
    const { run, seen } = await watched(BAD);
    expect([run.code, seen.code]).to.deep.equal([4, 4]);
    expect(seen.document?.failure).to.include({ code: 'watch.rolledBack' });
    expect(seen.document?.failure?.serves).to.match(/2 of 2 serve/);
    expect(seen.document?.groups?.[0]).to.include({ outcome: 'rolledBack' });
  });

  it('ends with 0 and says so when the run pauses, and at once when it is paused already', async () => {
    const { run, seen } = await watched(GOOD, { 'pause-at': '50%' });
    expect([run.document?.outcome, seen.document?.outcome, seen.code]).to.deep.equal(['paused', 'paused', 0]);
    expect(seen.document?.next?.[0]).to.match(/^ha-updater resume web /);
  });

  it('says at once that nothing is under way, with 0; or waits for it until its time is over, with 6', async () => {
    const stage = await sampleStack();
    const idle = await watching(stage);
    expect([idle.code, idle.document?.outcome, idle.document?.elapsedMs]).to.deep.equal([0, 'nothing', 0]);
    expect(idle.events.map(({ event }) => (event.type === 'group.skipped' ? event.why : ''))).to.include(
      'no rollout is under way',
    );
    const waited = await watching(stage, { wait: true, timeout: '10m' });
    expect([waited.code, waited.document?.failure?.code]).to.deep.equal([6, 'watch.underWay']);
    const left = await watching(stage, { wait: true }, { signalAfterMs: 60_000 });
    expect([left.code, left.document?.failure?.what]).to.deep.equal([
      6,
      'SIGINT came, and this command watches no longer. The rollout, if there is one, goes on.',
    ]);
  });

  it('says of a restart that lives what it waits for, and not that somebody has left it', async () => {
    const stage = createCommandStage();
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
    const { hooks } = scriptedHooks(stage.sandbox.clock, () => ({ takesMs: 60_000 }));
    let seen: Promise<Ended> | undefined;
    const ended = await stage.run(['restart', '--asg', 'web', '--exec', 'true', '--quorum', '1'], {
      hooks,
      when: ({ event }) => event.type === 'action.done' && event.action.type === 'deregister',
      then: () => void (seen ??= watching(stage, { stack: undefined, asgs: ['web'] })),
    });
    const { events, code } = await seen!;
    expect([ended.code, code]).to.deep.equal([0, 0]);
    const whys = events.flatMap(({ event }) => (event.type === 'group.waiting' ? [event.wait.why] : []));
    expect(whys.join('; ')).to.match(/instances that were taken out are not in service again yet/);
    expect(whys.join('; ')).not.to.include('left it');
  });

  it('says with 5 that a run is gone, once its last sign of life is too old, and which commands help', async () => {
    const stage = createCommandStage();
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
    await stage.run(['update-asgs', '--asg', 'web', '--swap', 'always'], {
      killedAt: { change: /UpdateAutoScalingGroup/, when: 'after' },
    });
    const began = stage.sandbox.clock.now();
    const seen = await watching(stage, { stack: undefined, asgs: ['web'] });
    expect([seen.code, seen.document?.failure?.code]).to.deep.equal([5, 'watch.interrupted']);
    expect(stage.sandbox.clock.now() - began).to.be.within(200_000, 400_000);
    expect(seen.document?.failure?.next.join('\n')).to.match(/resume --asg web[^]*rollback --asg web/);
    const here = await watching(stage, { stack: undefined, asgs: ['web'] }, { elsewhere: false });
    expect([here.code, here.document?.elapsedMs]).to.deep.equal([5, 0]);
  });

  it('follows the change of a stack that somebody else makes, to its end and to its root cause', async () => {
    const stage = createCommandStage({
      faults: [{ kind: 'stackFails', logicalId: 'Launch', reason: 'No such thing, says EC2', after: 2 }],
    });
    threeGroups(stage.sandbox);
    const change = (image: string): unknown =>
      call(stage.sandbox.world, 'cloudformation', 'UpdateStack', {
        StackName: 'shop',
        UsePreviousTemplate: true,
        Parameters: [{ ParameterKey: 'Image', ParameterValue: image }],
      });
    change(IMAGES.good);
    const well = await watching(stage, { stack: 'shop' });
    expect([well.code, well.document?.outcome]).to.deep.equal([0, 'updated']);
    expect(types(well)).to.include.members(['stack.event', 'stack.settled']);
    const told = well.events.flatMap(({ event }) => (event.type === 'stack.event' ? [event.event.id] : []));
    expect(new Set(told).size).to.equal(told.length);
    change(IMAGES.first);
    const bad = await watching(stage, { stack: 'shop' });
    expect([bad.code, bad.document?.failure?.code]).to.deep.equal([7, 'watch.stackFailed']);
    expect(bad.document?.failure?.reasons.map(({ resource }) => resource)).to.deep.equal(['Launch']);
  });

  it('takes what the policy for those who only look allows, a few calls in ten seconds at most', async () => {
    const stage = await sampleStack();
    const allowed = actionsOf(readPolicy(READ_ONLY));
    const denied = new Set<string>();
    let calls = 0;
    let began = 0;
    stage.sandbox.onCall(({ service, operation, agent }) => {
      if (!agent.includes('watch')) return;
      calls += 1;
      began ||= stage.sandbox.clock.now();
      for (const action of iamActions(service, operation)) if (!allowed.has(action)) denied.add(action);
    });
    let seen: Promise<Ended> | undefined;
    await stage.call('update-stack', releases(GOOD), {
      when: ({ event }) => event.type === 'stack.event',
      then: () => void (seen = watching(stage)),
    });
    expect((await seen!).code).to.equal(0);
    expect([...denied]).to.deep.equal([]);
    const seconds = (stage.sandbox.clock.now() - began) / 1000;
    expect(calls / seconds).to.be.below(2);
  });

  it('refuses what is neither a stack nor a group, and a stack that is not there', async () => {
    const stage = createCommandStage();
    expect((await stage.run(['watch'])).code).to.equal(2);
    expect((await stage.run(['watch', 'web', '--timeout', 'soon'])).code).to.equal(2);
    expect((await stage.run(['watch', 'web'])).document?.failure?.code).to.equal('stack.missing');
    expect((await stage.run(['watch', '--asg', 'web'])).code).to.equal(3);
  });
});
