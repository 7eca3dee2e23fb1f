import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { FleetBackDocument } from '../../../src/app/fleet/fleet-back.js';
import { all, BAD, fleetForEach, GOOD, NAMES, outcomes, type FleetStage } from './fleet-stage.js';

describe('a fleet of six targets, with all that may happen to it', function () {
  this.timeout(60_000);
  const each = fleetForEach();
  let stage: FleetStage;
  beforeEach(() => {
    stage = each.stage();
  });

  it('goes on where a wave tolerates the failure, and says so with its exit code', async () => {
    await stage.write('    tolerated-failures: 1');
    stage.to(GOOD, ...NAMES);
    stage.to(BAD, 'c');
    const ended = await stage.rollOut();
    expect(outcomes(ended)).to.deep.equal([
      'swapped 0',
      'swapped 0',
      'swapRolledBack 4',
      'swapped 0',
      'swapped 0',
      'swapped 0',
    ]);
    expect([ended.exitCode, ended.failure?.code]).to.deep.equal([4, 'fleet.tolerated']);
  });

  it('waits before a wave that needs a person, unless nothing is to do there', async () => {
    await stage.write('', '    approval: true');
    stage.to(GOOD, 'a', 'e');
    const waits = await stage.rollOut();
    expect([waits.exitCode, waits.outcome]).to.deep.equal([0, 'paused']);
    expect(waits.waves.map(({ state }) => state)).to.deep.equal(['through', 'through', 'waits']);
    expect(waits.next?.[0]).to.match(/^ha-updater fleet run \S+ --approve three /);
    const ended = await stage.rollOut(['--approve', 'three']);
    expect(outcomes(ended)).to.deep.equal([
      'nothing 0',
      'nothing 0',
      'nothing 0',
      'nothing 0',
      'swapped 0',
      'nothing 0',
    ]);
    expect(outcomes(await stage.rollOut())).to.deep.equal(all('nothing 0'));
  });

  it('refuses to begin where a target or an alarm does not exist, before anything is changed', async () => {
    stage.to(GOOD, ...NAMES);
    await stage.write('    alarms: [errors, gone]');
    const missing = await stage.rollOut();
    expect([missing.exitCode, missing.failure?.code]).to.deep.equal([3, 'alarm.missing']);
    expect(missing.failure?.reasons.map(({ text }) => text)).to.deep.equal([
      'wave two: there is no CloudWatch alarm gone in the region of the environment',
    ]);
    await stage.write('', '', ', asg: nowhere');
    await writeFile(
      stage.file,
      'waves: [{name: one, targets: [{name: a, asg: a}, {name: x, asg: nowhere}, {name: y, stack: none}]}]',
    );
    const absent = await stage.rollOut();
    expect([absent.exitCode, absent.failure?.code]).to.deep.equal([3, 'fleet.unknown']);
    expect(absent.failure?.reasons.length).to.equal(2);
    await stage.write();
    expect(await stage.states()).to.deep.equal(all('outdated'));
  });

  for (const change of [/CreateOrUpdateTags/, /UpdateAutoScalingGroup/, /TerminateInstanceInAutoScalingGroup/])
    it(`loses nothing when it is killed after ${change.source}: the same command goes on`, async () => {
      stage.to(GOOD, ...NAMES);
      await stage.rollOut([], { killedAt: { change, nth: 4, when: 'after' } });
      expect((await stage.states()).filter((state) => state === 'current').length).to.be.lessThan(6);
      const ended = await stage.rollOut();
      expect(ended.exitCode, JSON.stringify(ended.failure)).to.equal(0);
      expect(await stage.states()).to.deep.equal(all('current'));
    });

  it('tells every event with the name of its target', async () => {
    stage.to(GOOD, 'a', 'b');
    const { said } = await stage.fleet('run', ['--output', 'jsonl']);
    const lines = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly target?: string; readonly event: { readonly type: string } });
    expect(new Set(lines.flatMap(({ target }) => target ?? []))).to.deep.equal(new Set(['a', 'b']));
    const ours = lines.filter(({ target }) => target === undefined).map(({ event }) => event.type);
    expect(ours[0]).to.equal('fleet.started');
    expect(ours.at(-1)).to.equal('fleet.finished');
    expect(ours.filter((type) => type === 'fleet.targetFinished').length).to.equal(6);
    const plain = (await stage.fleet('run', ['--output', 'lines'])).said;
    expect(plain).to.match(/^\[fleet\] \S+Z Wave one begins: 1 target, 1 at a time\.$/m);
    expect(plain).to.match(/^WAVE +TARGET +OUTCOME +TOOK +EXIT +WHAT MATTERS$/m);
  });

  it('leaves alone what is paused, until somebody resumes it', async () => {
    await stage.write('', '', ', pause-at: 100%');
    stage.to(GOOD, 'a', 'b');
    const paused = await stage.rollOut();
    expect(outcomes(paused).slice(0, 2)).to.deep.equal(['paused 0', 'notBegun -']);
    expect([paused.exitCode, paused.outcome]).to.deep.equal([0, 'paused']);
    expect((await stage.states())[0]).to.equal('paused');
    const again = await stage.rollOut();
    expect(outcomes(again)[0]).to.equal('paused 0');
    expect(again.targets[0]?.next[0]).to.match(/^ha-updater resume /);
  });

  it('is taken back where something is kept or paused, and says what is promoted', async () => {
    await stage.write('', '', ', keep-old: 4h, detach: true');
    stage.to(GOOD, 'a', 'b');
    const kept = await stage.rollOut();
    expect(outcomes(kept).slice(0, 2)).to.deep.equal(['kept 0', 'kept 0']);
    expect((await stage.states()).slice(0, 3)).to.deep.equal(['kept', 'kept', 'current']);
    expect(outcomes(await stage.rollOut()).slice(0, 2)).to.deep.equal(['kept 0', 'kept 0']);
    const cancelled = (await stage.fleet('cancel')).document as unknown as FleetBackDocument;
    expect([cancelled.outcome, cancelled.targets[0]?.says]).to.deep.equal([
      'nothing',
      'it is promoted, and its old half is kept: fleet rollback takes it back',
    ]);
    const back = (await stage.fleet('rollback')).document as unknown as FleetBackDocument;
    expect([back.exitCode, back.outcome]).to.deep.equal([0, 'undone']);
    expect(back.targets.map(({ outcome }) => outcome)).to.deep.equal(['undone', 'undone', ...all('nothing').slice(2)]);
    expect((await stage.states()).slice(0, 2)).to.deep.equal(['frozen', 'frozen']);
    for (const name of NAMES) expect(stage.sandbox.monitor.inService(name)).to.equal(2);
  });

  it('is called back where a dead run left something', async () => {
    stage.to(GOOD, 'a');
    await stage.rollOut([], { killedAt: { change: /UpdateAutoScalingGroup/, when: 'after' } });
    expect((await stage.states())[0]).to.equal('interrupted');
    const back = (await stage.fleet('cancel')).document as unknown as FleetBackDocument;
    expect([back.exitCode, back.targets[0]?.outcome]).to.deep.equal([0, 'cancelled']);
    expect((await stage.states())[0]).to.equal('frozen');
  });

  it('begins no further wave when an alarm rings in the bake time, and goes on once it is quiet', async () => {
    await writeFile(
      stage.file,
      `waves:
  - {name: one, bake: 30m, alarms: [errors], targets: [{name: a, asg: a}]}
  - {name: two, targets: [{name: b, asg: b}]}
`,
    );
    stage.to(GOOD, 'a', 'b');
    const set = (StateValue: string): void =>
      void stage.sandbox.invoke('cloudwatch', 'SetAlarmState', {
        AlarmName: 'errors',
        StateValue,
        StateReason: 'too many of them.',
      });
    const rang = await stage.rollOut([], {
      when: ({ event }) => event.type === 'run.finished',
      then: () => void stage.sandbox.clock.after(10 * 60_000, () => set('ALARM')),
    });
    expect(outcomes(rang)).to.deep.equal(['swapped 0', 'notBegun -']);
    expect([rang.exitCode, rang.failure?.code, rang.failure?.what]).to.deep.equal([
      5,
      'fleet.alarm',
      'Wave one: the alarm errors in the region of the environment is in ALARM (too many of them).',
    ]);
    expect(rang.elapsedMs).to.be.within(10 * 60_000, 30 * 60_000);
    // What rings already counts, and nothing was begun behind it: the whole time is waited for again.
    expect((await stage.rollOut()).failure?.code).to.equal('fleet.alarm');
    set('OK');
    const ended = await stage.rollOut();
    expect(outcomes(ended)).to.deep.equal(['nothing 0', 'swapped 0']);
    expect(ended.elapsedMs).to.be.at.least(30 * 60_000);
    expect((await stage.rollOut()).elapsedMs).to.be.lessThan(60_000);
  });

  it('takes over what a dead run on another machine left on a target, and goes on', async () => {
    stage.to(GOOD, ...NAMES);
    const alone = ['update-asgs', '--asg', 'c'];
    const other = await stage.run(alone, {
      killedAt: { change: /UpdateAutoScalingGroup/, when: 'after' },
      elsewhere: true,
    });
    expect(other.document).to.equal(undefined);
    expect((await stage.states())[2]).to.equal('underWay');
    const ended = await stage.rollOut();
    expect(outcomes(ended)).to.deep.equal(all('swapped 0'));
    expect(ended.exitCode).to.equal(0);
  });
});
