import { expect } from 'chai';
import {
  cancel,
  updateGroups,
  watch,
  type CommandResult,
  type ProcessContext,
  type StatusDocument,
} from '../../../src/index.js';
import { describe as linesOf } from '../../../src/render/describe.js';
import { createCommandStage, type CommandStage, type Ended, type Happening } from '../../support/command-stage.js';
import { autoScalingState } from '../../../src/sandbox/world/autoscaling/state.js';
import { scriptedHooks } from '../../support/scripted-hooks.js';
import { sampleStack } from '../../support/sample-stack.js';
import { standardGroup, type StandardGroup } from '../../support/sandbox.js';

const HOUR = 3_600_000;

/** What other commands say and do where the old half of a swap is kept. */
describe('a group whose old half is kept', function () {
  this.timeout(30_000);
  let stage: CommandStage;
  let group: StandardGroup;
  beforeEach(() => {
    stage = createCommandStage();
    group = standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
  });
  afterEach(() => expect(stage.sandbox.monitor.violations).to.deep.equal([]));

  const run = (...words: readonly string[]): Promise<Ended> => happens({}, ...words);
  const happens = (happening: Happening, ...words: readonly string[]): Promise<Ended> =>
    stage.run([...words, '--asg', 'web'], happening);
  const keep = (...flags: readonly string[]): Promise<Ended> =>
    run('update-asgs', '--swap', 'always', '--keep-old', '1h', ...flags);
  const look = (happening: Happening = {}): Promise<Ended> =>
    stage.call(
      'watch',
      (context: ProcessContext): Promise<CommandResult> => watch({ asgs: ['web'], output: 'jsonl' }, context),
      { elsewhere: true, ...happening },
    );
  const stateNow = async (): Promise<string | undefined> =>
    ((await run('status')).document as unknown as StatusDocument).groups[0]?.state;

  it('is told as kept by status, and as interrupted once its time is over', async () => {
    expect((await keep('--detach')).document).to.include({ outcome: 'kept', exitCode: 0 });
    expect(await stateNow()).to.equal('kept');
    stage.sandbox.clock.advance(HOUR);
    expect(await stateNow()).to.equal('interrupted');
  });

  it('is no rollout whose run is lost for who watches: 0, with what goes back and what ends it', async () => {
    await keep('--detach');
    const { code, document } = await look();
    expect([code, document?.outcome]).to.deep.equal([0, 'kept']);
    expect(document?.next?.map((line) => line.split(' ')[1])).to.deep.equal(['resume', 'rollback']);
    stage.sandbox.clock.advance(HOUR);
    expect((await look()).document?.failure?.code).to.equal('watch.interrupted');
  });

  for (const flag of [[], ['--if-running']])
    it(`goes back with ${['cancel', ...flag].join(' ')} where no run waits`, async () => {
      await keep('--detach');
      const { code, document } = await run('cancel', ...flag);
      expect([code, document?.groups?.map(({ outcome }) => outcome)]).to.deep.equal([0, ['rolledBack']]);
      expect(stage.sandbox.monitor.inService('web')).to.equal(2);
      expect(await stateNow()).to.equal('frozen');
    });

  for (const name of ['rollback', 'cancel'])
    it(`ends ${name} with 5 where scaling asks for more than are kept, and says who serves and what replaces the rest`, async () => {
      group.changeImage('ami-new');
      await keep('--detach');
      const more = { AutoScalingGroupName: 'web', DesiredCapacity: 4 };
      stage.sandbox.world.invoke('autoscaling', 'SetDesiredCapacity', more, 'others');
      stage.sandbox.clock.advance(600_000);
      const { code, document } = await run(name);
      expect([code, document?.failure?.code]).to.deep.equal([5, 'swap.rolledBackInPart']);
      expect(document?.failure?.serves).to.include('4 of 4 serve (2 old, 2 new)');
      expect(document?.failure?.left).to.include('2 new instances serve on');
      expect(document?.failure?.next.join('\n')).to.match(/ha-updater update-asgs --asg web .*# then: replaces/);
    });

  it('has a new instance launched for one that somebody took out of it and counted in, and says so', async () => {
    const { world, clock } = stage.sandbox;
    const others = (operation: string, input: object): unknown =>
      world.invoke('autoscaling', operation, { AutoScalingGroupName: 'web', ...input }, 'others');
    await keep('--detach');
    const state = autoScalingState(world).groups.get('web');
    const parked = [...(state?.members.values() ?? [])].find(({ lifecycle }) => lifecycle === 'Standby');
    others('ExitStandby', { InstanceIds: [parked?.id] });
    clock.advance(120_000);
    others('SetDesiredCapacity', { DesiredCapacity: 2 });
    clock.advance(HOUR);
    const { code, events, said } = await run('resume');
    expect(code, said).to.equal(0);
    const told = events.flatMap(({ event, at }) => linesOf(event, at)).map(({ text }) => text);
    expect(told.filter((text) => text.startsWith('Note that')).map((text) => text.split(':')[0])).to.deep.equal([
      'Note that the old instances are not kept any longer',
    ]);
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
    expect([state?.min, state?.desired, state?.max]).to.deep.equal([2, 2, 4]);
  });

  it('is ended by --finish-kept, and what the new rollout keeps with --keep-old is kept as long as asked', async () => {
    group.changeImage('ami-new');
    await keep('--detach');
    group.changeImage('ami-newer');
    const began = stage.sandbox.clock.now();
    const ended = await run('update-asgs', '--finish-kept', '--keep-old', '30m');
    expect([ended.code, ended.document?.outcome], ended.said).to.deep.equal([0, 'swapped']);
    const times = (type: string): readonly number[] =>
      ended.events.flatMap(({ at, event }) => (event.type === 'action.done' && event.action.type === type ? [at] : []));
    const [gone = NaN, goneToo = NaN] = times('terminate');
    const [aside = NaN] = times('standby');
    expect(gone - began, 'the former time').to.be.lessThan(60_000);
    expect(goneToo - aside, 'the new time').to.be.greaterThan(HOUR / 2);
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
    expect(await stateNow()).to.equal('atRest');
  });

  it('can serve again after --finish-kept too: the version before, not the one before that', async () => {
    group.changeImage('ami-new');
    await keep('--detach');
    group.changeImage('ami-newer');
    const inWindow = stage.sandbox.clock.now() + HOUR;
    const ended = await happens(
      { when: ({ event, at }) => at > inWindow && event.type === 'group.waiting' && event.wait.phase === 'keep' },
      ...['update-asgs', '--finish-kept', '--keep-old', '2h'],
    );
    expect([ended.code, ended.document?.failure?.code], ended.said).to.deep.equal([4, 'swap.rolledBack']);
    expect(ended.document?.failure?.serves).to.include('2 of 2');
  });

  it('is gone on with, and no run is said to be gone where it was detached', async () => {
    await keep('--detach');
    const { said } = await stage.run(['rollback', '--asg', 'web', '--output', 'lines']);
    expect(said).to.match(/Goes on with run \S+, begun at \S+, which keeps its old instances until \S+\./);
    expect(said).not.to.include('which is gone');
  });

  it('goes back by the run that waits when its check command says no again and again', async () => {
    let isBroken = false;
    const { hooks } = scriptedHooks(stage.sandbox.clock, () => ({ takesMs: 1_000, code: isBroken ? 1 : 0 }));
    const { code, document } = await happens(
      {
        hooks,
        when: ({ event }) => event.type === 'group.waiting' && event.wait.phase === 'keep',
        then: () => void (isBroken = true),
      },
      ...['update-asgs', '--swap', 'always', '--keep-old', '1h', '--check-command', 'curl -f it'],
    );
    expect([code, document?.failure?.code]).to.deep.equal([4, 'swap.rolledBack']);
    expect(document?.failure?.what).to.match(/i-\w+: the check command says no: exit 1 \(3 times in a row\)/);
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
    expect(await stateNow()).to.equal('frozen');
  });

  it('goes back by the run that waits when its gate command fails there, which the record asks for again', async () => {
    const { hooks, ran } = scriptedHooks(stage.sandbox.clock, ({ variables = {} }) => ({
      code: variables['HA_UPDATER_STAGE'] === 'kept' ? 1 : 0,
    }));
    const gate = ['--keep-old', '1h', '--gate-command', './smoke.sh'];
    const { code, document } = await happens({ hooks }, 'update-asgs', '--swap', 'always', ...gate);
    expect([code, document?.failure?.code]).to.deep.equal([4, 'swap.rolledBack']);
    expect(document?.failure?.what).to.match(/the gate command fails the beginning of the time .*: exit 1/);
    expect(ran.map(({ line }) => line)).to.deep.equal(['./smoke.sh', './smoke.sh']);
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
  });

  describe('while its run waits and somebody presses Ctrl-C', () => {
    const inWindow: Happening['when'] = ({ event }) => event.type === 'group.waiting' && event.wait.phase === 'keep';
    const waits = (happening: Happening): Promise<Ended> =>
      happens({ when: inWindow, ...happening }, 'update-asgs', '--swap', 'always', '--keep-old', '10m');
    const answers = ({ events }: Ended): readonly string[] =>
      events.flatMap(({ event }) => (event.type === 'question.answered' ? [event.answer] : []));

    it('goes back as ever where nobody sits at a terminal', async () => {
      const ended = await waits({});
      expect([ended.code, ended.document?.interrupted]).to.deep.equal([4, 'SIGINT']);
      expect(ended.said).not.to.include('question.asked');
      expect(await stateNow()).to.equal('frozen');
    });

    it('goes back when that is the answer', async () => {
      const ended = await waits({ choose: () => Promise.resolve('back') });
      expect([ended.code, answers(ended)], ended.said).to.deep.equal([4, ['back']]);
      expect(stage.sandbox.monitor.inService('web')).to.equal(2);
      expect(await stateNow()).to.equal('frozen');
    });

    it('stays kept when that is the answer: the run ends with 0 and says what goes on', async () => {
      const before = stage.sandbox.clock.now();
      const { code, document } = await waits({ choose: () => Promise.resolve('leave') });
      expect([code, document?.outcome]).to.deep.equal([0, 'kept']);
      expect(document?.next?.map((line) => line.split(' ')[1])).to.deep.equal(['resume', 'rollback']);
      expect(stage.sandbox.clock.now() - before).to.be.lessThan(600_000);
      expect(await stateNow()).to.equal('kept');
      expect((await run('rollback')).code).to.equal(0);
      expect(stage.sandbox.monitor.inService('web')).to.equal(2);
    });

    for (const [what, choose] of [
      ['wait', () => Promise.resolve('wait')],
      ['nothing clear', () => Promise.resolve(undefined)],
      ['nothing at all, for two minutes', () => new Promise<undefined>(() => undefined)],
    ] as const)
      it(`is waited for when the answer is ${what}`, async () => {
        const ended = await waits({ choose });
        expect([ended.code, ended.document?.outcome, answers(ended)]).to.deep.equal([0, 'swapped', ['wait']]);
        expect(await stateNow()).to.equal('atRest');
      });

    it('is judged on while the question is open: an alarm brings it back', async () => {
      let isBroken = false;
      const { hooks } = scriptedHooks(stage.sandbox.clock, () => ({ takesMs: 1_000, code: isBroken ? 1 : 0 }));
      let taken = false;
      const ended = await happens(
        {
          hooks,
          when: inWindow,
          choose: (_words, withdrawn) => {
            isBroken = true;
            return new Promise((resolve) =>
              withdrawn.addEventListener('abort', () => resolve(((taken = true), undefined))),
            );
          },
        },
        ...['update-asgs', '--swap', 'always', '--keep-old', '1h', '--check-command', 'curl -f it'],
      );
      expect([ended.code, answers(ended), taken], ended.said).to.deep.equal([4, ['wait'], true]);
      expect(ended.document?.failure?.what).to.include('the check command says no');
    });

    it('goes back where SIGTERM follows: whoever sends it answers no question', async () => {
      const ended = await waits({
        choose: (_words, withdrawn, send) => {
          stage.sandbox.clock.after(5_000, () => send('SIGTERM'));
          return new Promise((resolve) => withdrawn.addEventListener('abort', () => resolve(undefined)));
        },
      });
      expect([ended.code, ended.document?.interrupted], ended.said).to.deep.equal([4, 'SIGTERM']);
    });
  });

  it('goes back with cancel by the run that waits', async () => {
    let cancelled: Promise<Ended> | undefined;
    const waits = await stage.call(
      'update-asgs',
      (context) => updateGroups({ asgs: ['web'], swap: 'always', 'keep-old': '1h', output: 'jsonl' }, context),
      {
        when: ({ event }) => event.type === 'group.waiting' && event.wait.phase === 'keep',
        then: () =>
          void (cancelled = stage.call('cancel', (context) => cancel({ asgs: ['web'], output: 'jsonl' }, context), {
            elsewhere: true,
          })),
      },
    );
    expect([waits.code, waits.document?.outcome]).to.deep.equal([4, 'swapRolledBack']);
    expect((await cancelled)?.document).to.include({ outcome: 'cancelled', exitCode: 0 });
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
  });
});

describe('a stack whose old instances were kept', () => {
  for (const [where, phase] of [
    ['while they are kept', 'keep'],
    ['before the verdict', 'prove'],
  ] as const)
    it(`goes back with --revert-on-failure after a Ctrl-C ${where}`, async () => {
      const stage = await sampleStack();
      const ended = await stage.run(
        ['update-stack', 'web', 'ImageId=ami-0123456789abcdef1', '--keep-old', '1h', '--revert-on-failure'],
        { when: ({ event }) => event.type === 'group.waiting' && event.wait.phase === phase },
      );
      const { code, document } = ended;
      expect([code, document?.failure?.code, document?.interrupted], ended.said).to.deep.equal([
        ...[4, 'swap.rolledBack', 'SIGINT'],
      ]);
      expect(document?.failure?.left).to.match(/^Nothing of the change: the stack has the template/);
      expect(ended.said).to.include('Then the stack goes back too.');
      const { document: now } = await stage.run(['status', 'web']);
      expect((now as unknown as StatusDocument).groups[0]).to.deep.include({ state: 'atRest', suspended: [] });
      expect(stage.sandbox.monitor.violations).to.deep.equal([]);
    });

  it('goes back with --revert-on-failure too where new ones have to serve on, and says what replaces these', async () => {
    const stage = await sampleStack();
    const group = [...autoScalingState(stage.sandbox.world).groups.keys()][0] ?? '';
    let cancelled: Promise<Ended> | undefined;
    const ended = await stage.run(
      ['update-stack', 'web', 'ImageId=ami-0123456789abcdef1', '--keep-old', '1h', '--revert-on-failure'],
      {
        when: ({ event }) => event.type === 'group.waiting' && event.wait.phase === 'keep',
        then: () => {
          if (cancelled !== undefined) return;
          const more = { AutoScalingGroupName: group, DesiredCapacity: 4 };
          stage.sandbox.world.invoke('autoscaling', 'SetDesiredCapacity', more, 'others');
          cancelled = stage.call('cancel', (context) => cancel({ stack: 'web', asgs: [], output: 'jsonl' }, context), {
            elsewhere: true,
          });
        },
      },
    );
    await cancelled;
    const { code, document } = ended;
    expect([code, document?.failure?.code], ended.said).to.deep.equal([5, 'swap.rolledBackInPart']);
    expect(ended.said).not.to.include('its 4 old instances are kept');
    expect(document?.failure?.left).to.match(/^Nothing of the change: .*New instances serve on beside the old ones/);
    expect(document?.groups?.[0]).to.include({ outcome: 'rolledBack', stay: 2 });
    const [next = ''] = document?.failure?.next ?? [];
    expect(next).to.match(/^ha-updater update-asgs web .*# then: replaces/);
    expect((await stage.run(['update-asgs', 'web'])).code).to.equal(0);
    const { document: now } = await stage.run(['status', 'web']);
    expect((now as unknown as StatusDocument).groups[0]).to.deep.include({ state: 'atRest', suspended: [] });
    expect(stage.sandbox.monitor.violations).to.deep.equal([]);
  });
});
