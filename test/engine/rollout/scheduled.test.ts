import { expect } from 'chai';
import type { Reason } from '../../../src/model/rollout/decision.js';
import { sizesOf, suspend } from '../../support/ask.js';
import { PLAN } from '../../support/groups.js';
import { call } from '../../support/sandbox.js';
import { createStage, type Ending, type Stage } from '../../support/stage.js';

const MINUTE = 60_000;
const BAD = { 'ami-bad': { behaviour: 'unhealthy' } } as const;

function stageOf(image = 'ami-new'): Stage {
  const stage = createStage({ images: BAD }, [{ name: 'web', size: 3, min: 1, max: 6, drain: 5 }]);
  stage.groups[0]?.changeImage(image);
  return stage;
}

/** An action that comes due so many minutes from now, once. */
function put({ sandbox: { world } }: Stage, name: string, minutes: number, sizes: object): void {
  call(world, 'autoscaling', 'PutScheduledUpdateGroupAction', {
    AutoScalingGroupName: 'web',
    ScheduledActionName: name,
    StartTime: new Date(world.clock.now() + minutes * MINUTE),
    ...sizes,
  });
}

/** One that comes due so many minutes from now, and every day at that time, in the zone's own time. */
function putDaily({ sandbox: { world } }: Stage, minutes: number, sizes: object): string {
  const due = new Date(world.clock.now() + minutes * MINUTE);
  due.setUTCSeconds(0, 0);
  const [, hour, minute] = /(\d+):(\d+)/.exec(due.toLocaleTimeString('en-GB', { timeZone: 'Asia/Kolkata' })) ?? [];
  call(world, 'autoscaling', 'PutScheduledUpdateGroupAction', {
    AutoScalingGroupName: 'web',
    ScheduledActionName: 'morning',
    Recurrence: `${minute} ${hour} * * *`,
    TimeZone: 'Asia/Kolkata',
    ...sizes,
  });
  return due.toISOString().replace('.000Z', 'Z');
}

const warned = ({ events }: Ending, code: string): readonly Reason[] =>
  events.flatMap((event) => (event.type === 'warning' && event.reason.code === code ? [event.reason] : []));
describe('scheduled actions', () => {
  it('that come due in a swap are told before it, and with the command once they are lost', async () => {
    const stage = stageOf();
    const at = putDaily(stage, 2, { MinSize: 4, DesiredCapacity: 5 });
    const ending = await stage.run({ timing: { ...PLAN.timing, warmupMs: 120_000 } });
    expect(ending.outcome).to.equal('swapped');
    expect(warned(ending, 'group.scheduled').map(({ text }) => text)).to.deep.equal([
      `a scheduled action comes due while a rollout may be under way: morning (min 4, desired 5) at ${at}. A rollout ` +
        'holds it back until its end, and AWS does not make up for what came due meanwhile',
    ]);
    const set =
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name web --min-size 4 --desired-capacity 5';
    expect(warned(ending, 'group.missed').map(({ text, remedy }) => [text, remedy])).to.deep.equal([
      [
        `a scheduled action came due and was lost, because ScheduledActions was suspended: morning (min 4, desired 5) at ${at}`,
        `AWS does not make up for it. To set what would have been set: ${set}`,
      ],
    ]);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 6, 3]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('that come due once, even where they were made meanwhile, are not forgotten; the last one counts', async () => {
    const stage = stageOf();
    put(stage, 'up', 2, { DesiredCapacity: 6 });
    stage.sandbox.clock.after(1.5 * MINUTE, () => put(stage, 'down', 2, { DesiredCapacity: 2 }));
    const ending = await stage.run({ timing: { ...PLAN.timing, warmupMs: 300_000 } });
    const [missed, ...more] = warned(ending, 'group.missed');
    expect(more).to.deep.equal([]);
    expect(missed?.text).to.match(/lost.*: up \(desired 6\) at .*, down \(desired 2\) at /);
    expect(missed?.remedy).to.include('--desired-capacity 2').and.not.include('6');
  });

  it('are not told where nothing was lost: due later, suspended by the owner, or set already', async () => {
    const later = stageOf();
    put(later, 'tomorrow', 1440, { DesiredCapacity: 6 });
    const quiet = stageOf();
    put(quiet, 'soon', 2, { DesiredCapacity: 6 });
    suspend(quiet.sandbox.world, 'ScheduledActions');
    const same = stageOf();
    put(same, 'same', 2, { DesiredCapacity: 3 });
    for (const stage of [later, quiet, same]) {
      const ending = await stage.run();
      expect(ending.outcome).to.equal('swapped');
      expect(warned(ending, 'group.missed')).to.deep.equal([]);
      if (stage !== same) expect(warned(ending, 'group.scheduled')).to.deep.equal([]);
    }
  });

  it('lost in a roll-back and in the freeze after it are told by both the run and unfreeze', async () => {
    const stage = stageOf('ami-bad');
    const at = putDaily(stage, 2, { DesiredCapacity: 5 });
    put(stage, 'evening', 90, { DesiredCapacity: 4 });
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapRolledBack');
    const [missed] = warned(ending, 'group.missed');
    expect(missed?.text)
      .to.include(`morning (desired 5) at ${at}`)
      .and.include('as long as ScheduledActions is suspended, so is lost what comes next: evening (desired 4) at ');
    stage.sandbox.clock.advance(120 * MINUTE);
    // Due again before this run: a process that knew nothing of it lists it no more, but what recurs it can tell.
    const thaw = await stage.run({ strategy: 'unfreeze' });
    expect(thaw.results.map(({ outcome }) => outcome)).to.deep.equal(['unfrozen']);
    expect(warned(thaw, 'group.missed').map(({ remedy }) => remedy)).to.deep.equal([
      'AWS does not make up for it. To set what would have been set: ' +
        'aws autoscaling update-auto-scaling-group --auto-scaling-group-name web --desired-capacity 5',
    ]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('lost while a run was dead are told by the one that goes on', async () => {
    const stage = stageOf();
    putDaily(stage, 2, { DesiredCapacity: 5 });
    expect((await stage.run({}, { killAt: { change: 3, when: 'after' } })).outcome).to.equal('killed');
    stage.sandbox.clock.advance(60 * MINUTE);
    const ending = await stage.run({ adoptOnly: true });
    expect(warned(ending, 'group.missed')).to.have.length(1);
  });

  it('that may not be read keep no rollout from its work', async () => {
    const denied = {
      kind: 'refuse',
      calls: 'autoscaling:DescribeScheduledActions',
      code: 'AccessDenied',
      message: 'no',
    } as const;
    const stage = createStage({ faults: [denied] }, [{ name: 'web', size: 2, drain: 5 }]);
    stage.groups[0]?.changeImage('ami-new');
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapped');
    expect(warned(ending, 'group.unchecked').map(({ text }) => text)).to.deep.equal([
      'It could not be read whether scheduled actions come due meanwhile (autoscaling:DescribeScheduledActions: AccessDenied).',
    ]);
  });

  it('are held back by a restart as well', async () => {
    const stage = createStage({}, [{ name: 'web', size: 3, drain: 5 }]);
    put(stage, 'up', 2, { DesiredCapacity: 4 });
    const restart = { quorum: 0.5, attempts: 20, onError: 'stop', commandMs: 600_000 } as const;
    const ending = await stage.run({ strategy: 'restart', restart });
    expect(ending.outcome).to.equal('restarted');
    expect(warned(ending, 'group.missed')).to.have.length(1);
  });
});
