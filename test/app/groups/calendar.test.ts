import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import type { Fault, Scenario } from '../../../src/sandbox/scenario.js';
import { createCommandStage, type CommandStage, type Ended } from '../../support/command-stage.js';
import { scriptedHooks } from '../../support/scripted-hooks.js';
import { standardGroup } from '../../support/sandbox.js';

const CLOSED: Fault = { kind: 'calendar', name: 'freeze', at: 400, state: 'CLOSED', for: 36_000 };

/** `--change-calendar`, as it is typed. */
describe('a change calendar', function () {
  this.timeout(30_000);

  function stageWith(scenario: Partial<Scenario> = {}): CommandStage {
    const stage = createCommandStage({ calendars: { freeze: 'OPEN', other: 'OPEN' }, ...scenario });
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
    return stage;
  }
  const closed = (): CommandStage => stageWith({ calendars: { freeze: 'CLOSED', other: 'OPEN' } });
  const update = (stage: CommandStage, ...words: readonly string[]): Promise<Ended> =>
    stage.run(['update-asgs', '--asg', 'web', '--swap', 'always', ...words]);
  const FREEZE = ['--change-calendar', 'freeze'];
  const changed = (stage: CommandStage): readonly string[] =>
    [...stage.sandbox.calls.keys()].filter((call) => !/:(Describe|Get|List)/.test(call));

  it('that is open lets a rollout through', async () => {
    expect((await update(stageWith(), ...FREEZE)).code).to.equal(0);
  });

  it('that is closed refuses before anything, and says until when', async () => {
    const until: Fault = { kind: 'calendar', name: 'freeze', at: 0, state: 'CLOSED', for: 36_000 };
    const stage = stageWith({ faults: [until] });
    const { code, document } = await update(stage, ...FREEZE, '--change-calendar', 'other');
    expect([code, document?.failure?.code]).to.deep.equal([3, 'calendar.closed']);
    expect(document?.failure?.what).to.match(
      /^Nothing was started: the change calendars freeze, other are together closed until 2026-11-21T13:00:00Z\.$/,
    );
    expect(changed(stage)).to.deep.equal([]);
  });

  it('that cannot be read refuses, and is never taken for open', async () => {
    const stage = stageWith();
    const { code, document } = await update(stage, '--change-calendar', 'frieze');
    expect([code, document?.failure?.code]).to.deep.equal([3, 'calendar.unread']);
    expect(document?.failure?.what).to.include('Document with name frieze does not exist');
    expect(changed(stage)).to.deep.equal([]);
  });

  it('that is closed refuses a restart before anything, and puts nothing on its record where it is open', async () => {
    const exec = ['restart', '--asg', 'web', '--exec', 'true', '--quorum', '1', ...FREEZE];
    const { code, document } = await closed().run(exec);
    expect([code, document?.failure?.code]).to.deep.equal([3, 'calendar.closed']);
    const stage = stageWith();
    const { hooks } = scriptedHooks(stage.sandbox.clock, () => ({}));
    const ended = await stage.run(exec, { hooks });
    expect([ended.code, ended.document?.outcome]).to.deep.equal([0, 'restarted']);
    const shut = closed();
    const calm = scriptedHooks(shut.sandbox.clock, () => ({}));
    const { events } = await shut.run([...exec, '--despite-calendar', 'hot fix'], { hooks: calm.hooks });
    expect(events.flatMap(({ event }) => (event.type === 'warning' ? [event.reason.code] : []))).to.include(
      'calendar.despite',
    );
  });

  it('is taken by its ARN', async () => {
    const arn = 'arn:aws:ssm:eu-west-1:123456789012:document/freeze';
    expect((await update(closed(), '--change-calendar', arn)).code).to.equal(3);
  });

  it('does not count where somebody says why: told, noted, and shown by status', async () => {
    const stage = closed();
    const why = ['--despite-calendar', 'hot fix, asked for by Ann'];
    const { code, events } = await update(stage, ...FREEZE, ...why, '--pause-at', '100%');
    expect(code).to.equal(0);
    const warned = events.flatMap(({ event }) => (event.type === 'warning' ? [event.reason] : []));
    expect(warned.find(({ code: one }) => one === 'calendar.despite')).to.deep.include({
      text: 'the change calendar freeze is closed',
      remedy: 'The run goes on despite that: hot fix, asked for by Ann',
    });
    const status = (await stage.run(['status', '--asg', 'web'])).document as unknown as StatusDocument;
    expect(status.groups[0]?.remarks).to.include('Begun despite its change calendar: hot fix, asked for by Ann.');
  });

  it('that closed while a rollout was paused refuses resume, and never a way back', async () => {
    const stage = stageWith({ faults: [CLOSED] });
    expect((await update(stage, ...FREEZE, '--pause-at', '100%')).document?.outcome).to.equal('paused');
    stage.sandbox.clock.advance(600_000);
    const { code, document } = await stage.run(['resume', '--asg', 'web', ...FREEZE]);
    expect([code, document?.failure?.code]).to.deep.equal([3, 'calendar.closed']);
    const without = await stage.run(['resume', '--asg', 'web']);
    expect(without.document?.failure?.reasons.map((reason) => reason.code)).to.deep.equal(['group.gates']);
    expect((await stage.run(['rollback', '--asg', 'web', ...FREEZE])).code).to.equal(0);
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
  });

  it('that closed while a rollout was paused lets resume go on once it is open', async () => {
    const stage = stageWith({ faults: [CLOSED] });
    await update(stage, ...FREEZE, '--pause-at', '100%');
    stage.sandbox.clock.advance(40_000_000);
    expect((await stage.run(['resume', '--asg', 'web', ...FREEZE])).code).to.equal(0);
  });

  for (const [why, ...words] of [
    ['--despite-calendar is for --change-calendar', '--despite-calendar', 'x'],
    ['--despite-calendar must say why', ...FREEZE, '--despite-calendar', ' '],
    ['--change-calendar must not be empty', '--change-calendar', ''],
  ] as const)
    it(`is refused with exit 2: ${words.join(' ')}`, async () => {
      const { code, document, said } = await update(stageWith(), ...words);
      expect(code).to.equal(2);
      expect(document?.failure?.what ?? said).to.include(why);
    });

  it('is shown by plan, with what it says now, which refuses no plan', async () => {
    const { code, document } = await closed().run(['plan', '--asg', 'web', '--swap', 'always', ...FREEZE]);
    expect(code).to.equal(0);
    expect(document?.plan?.gates).to.deep.equal([
      'change calendar asked before the start and at: verdict: freeze',
      'the change calendar freeze is closed: a run would be refused now.',
    ]);
  });
});
