import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { expect } from 'chai';
import { updaterOver } from '../../dist/src/library/updater.js';
import { ssmState } from '../../dist/src/sandbox/world/ssm/ssm-state.js';
import { checkJournal } from '../../dist/src/check/check-journal.js';
import { nameOfPart, readInput } from '../input.js';
import { nameOf, rolloutHandler } from '../rollout.js';
import { groupStage } from './support/stage.js';

/** A sandbox with a group, and a function that works on it. Waits are skipped, and the world's time goes on by as much. */
function stage({ dies = () => undefined, ...more } = {}) {
  const { sandbox, group, world } = groupStage({ images: { 'ami-bad': { behaviour: 'missing' } } });
  const { clock } = sandbox;
  const lines = [];
  const tries = [];
  let due = 0;
  const updater = {
    look: (asked) => {
      clock.advanceTo(Math.max(clock.now(), due));
      // Whatever is kept is JSON, and each look is taken by an updater of its own.
      const run = updaterOver({ region: 'eu-west-1' }, world).look(JSON.parse(JSON.stringify(asked)));
      tries.push(asked.again);
      const nth = tries.length;
      return {
        [Symbol.asyncIterator]: () => run[Symbol.asyncIterator](),
        then: (onEnd, onFailure) =>
          run
            .then((look) => {
              if ('forMs' in look && !dies(nth)) due = clock.now() + Math.ceil(look.forMs / 1000) * 1000;
              if (dies(nth)) throw new Error('The sandbox of the function is gone.');
              return look;
            })
            .then(onEnd, onFailure),
      };
    },
  };
  const handler = rolloutHandler({ updater, log: (line) => lines.push(line), by: 'lambda:updater:1', ...more });
  return { sandbox, group, lines, tries, runner: new LocalDurableTestRunner({ handlerFunction: handler }) };
}

const ASKED = { command: 'update-asgs', options: { groups: ['web'], healthyTimeout: 120 } };

const eventsOf = (lines) => lines.map((line) => JSON.parse(line));

const brokenIn = (lines) =>
  checkJournal(eventsOf(lines).map((stamped, index) => ({ line: index + 1, stamped }))).flatMap(({ invariants }) =>
    invariants.filter(({ verdict }) => verdict === 'broken'),
  );

describe('a rollout as a durable execution', function () {
  this.timeout(120_000);
  before(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
  after(() => LocalDurableTestRunner.teardownTestEnvironment());

  it('promotes a good image with nobody watching, and takes no look again in a replay', async () => {
    const { sandbox, group, lines, tries, runner } = stage();
    group.changeImage('ami-new');
    const execution = await runner.run({ payload: ASKED });
    expect(execution.getStatus()).to.equal('SUCCEEDED');
    expect(execution.getResult()).to.include({ command: 'update-asgs', outcome: 'swapped', exitCode: 0 });
    const events = eventsOf(lines);
    expect(events.map(({ seq }) => seq)).to.deep.equal(events.map((_, index) => index + 1));
    expect(events[0].event).to.include({ type: 'run.started', byLooks: true, host: 'lambda:updater:1' });
    expect(new Set(events.map(({ run }) => run)).size).to.equal(1);
    expect(brokenIn(lines)).to.deep.equal([]);
    expect(sandbox.monitor.violations).to.deep.equal([]);
    const looks = execution.getOperations().filter((operation) => operation.getName() === 'look');
    expect(tries.length).to.equal(looks.length);
    expect(tries.some((again) => again)).to.equal(false);
    const sizes = looks.map((operation) => JSON.stringify(operation.getStepDetails()?.result ?? '').length);
    expect(Math.max(...sizes)).to.be.lessThan(16_000);
    const operations = execution.getOperations().length;
    expect(operations).to.be.lessThan(120);
    console.log(
      `      ${operations} operations, ${looks.length} looks, ${execution.getInvocations().length} invocations, largest result ${Math.max(...sizes)} bytes, all ${sizes.reduce((a, b) => a + b, 0)}`,
    );
  });

  it('rolls a bad image back, and ends with what a command says', async () => {
    const { sandbox, group, runner } = stage();
    group.changeImage('ami-bad');
    const execution = await runner.run({ payload: ASKED });
    expect(execution.getStatus()).to.equal('SUCCEEDED');
    const result = execution.getResult();
    expect(result).to.include({ outcome: 'swapRolledBack', exitCode: 4 });
    expect(result.failure.next.join('\n')).to.contain('ha-updater unfreeze');
    expect(sandbox.monitor.violations).to.deep.equal([]);
  });

  for (const dies of [() => false, (nth) => nth % 3 === 0])
    it(`restarts in place, by one command on each instance${dies(3) ? ', though every third look dies' : ''}`, async () => {
      const { sandbox, lines, runner } = stage({ dies });
      const options = { groups: ['web'], ssm: 'supervisorctl restart all', quorum: '1' };
      const execution = await runner.run({ payload: { command: 'restart', options } });
      expect(execution.getResult()).to.include({ command: 'restart', outcome: 'restarted', exitCode: 0 });
      const sent = ssmState(sandbox.world).commands.flatMap(({ invocations }) => [...invocations.keys()]);
      expect([sent.length, new Set(sent).size]).to.deep.equal([2, 2]);
      const outputs = eventsOf(lines).flatMap(({ event }) => (event.type === 'command.ended' ? [event.output] : []));
      for (const output of outputs) expect(output).to.match(/^(|aws ssm get-command-invocation --command-id .*)$/);
      expect(brokenIn(lines)).to.deep.equal([]);
      expect(sandbox.monitor.violations).to.deep.equal([]);
    });

  for (const [image, outcome] of [
    ['ami-new', 'swapped'],
    ['ami-bad', 'swapRolledBack'],
  ])
    it(`ends the same (${outcome}) when every third look dies at its checkpoint, and does nothing twice`, async () => {
      const { sandbox, group, lines, tries, runner } = stage({ dies: (nth) => nth % 3 === 0 });
      group.changeImage(image);
      const execution = await runner.run({ payload: ASKED });
      expect(execution.getResult()).to.include({ outcome });
      expect(tries.filter((again) => again).length).to.be.greaterThan(3);
      expect(brokenIn(lines)).to.deep.equal([]);
      expect(sandbox.monitor.violations).to.deep.equal([]);
      const theirs = eventsOf(lines).filter(({ event }) => event.reason?.code === 'group.resized');
      expect(theirs).to.deep.equal([]);
    });

  it('stands with its record where operations run out and no next execution can be started', async () => {
    const startNext = () => Promise.reject(new Error('AccessDenied'));
    const first = stage({ mostOperations: 14, startNext });
    first.group.changeImage('ami-new');
    const execution = await first.runner.run({ payload: ASKED });
    const result = execution.getResult();
    expect(result).to.include({ outcome: 'stopped', exitCode: 5 });
    expect(result.failure.what).to.contain('AccessDenied');
    expect(first.sandbox.monitor.violations).to.deep.equal([]);
  });

  it('hands over what it has come to, once though nobody heard of it, and looks no more', async () => {
    const started = [];
    const startNext = (next) => {
      started.push(next);
      if (started.length === 1) throw new Error('The answer is lost.');
      return Promise.resolve({ arn: `arn:next/${next.name}` });
    };
    const first = stage({ mostOperations: 14, startNext });
    first.group.changeImage('ami-new');
    const execution = await first.runner.run({ payload: ASKED });
    const { handedOver } = execution.getResult();
    expect(handedOver).to.include({ part: 2, arn: `arn:next/${started[0].name}` });
    expect(started.map(({ name }) => name)).to.deep.equal([
      nameOfPart(handedOver.run, 2),
      nameOfPart(handedOver.run, 2),
    ]);
    expect(JSON.stringify(started[0])).to.equal(JSON.stringify(started[1]));
    expect(started[0].input).to.deep.include(ASKED);
    expect(eventsOf(first.lines).some(({ event }) => event.type === 'run.finished')).to.equal(false);
    expect(brokenIn(first.lines)).to.deep.equal([]);
  });

  it('takes what was handed over under its own name alone', () => {
    const from = { run: 'web-1', part: 2, memory: {} };
    expect(readInput({ ...ASKED, from }, 'web-1-part2')).to.deep.include({ from });
    for (const [name, wrong] of [
      ['web-1-part3', from],
      ['web-1', { ...from, part: 1 }],
      ['web-1-part2', { ...from, memory: [] }],
      ['web-1-part2', { ...from, run: 'web-2' }],
      ['web-1-part2', 'web-1'],
    ])
      expect(readInput({ ...ASKED, from: wrong }, name).refused, name).to.include({ exitCode: 2 });
    expect(nameOfPart('x'.repeat(64), 12)).to.equal(`${'x'.repeat(57)}-part12`);
  });

  it('refuses what cannot run there with the command that works, sends nothing, and repeats no value', async () => {
    for (const [payload, words] of [
      [
        { command: 'update-stack', options: { stack: 'web', parameters: { DbPassword: 'hunter2hunter2' } } },
        /Run ha-updater update-stack/,
      ],
      [{ command: 'restart', options: { exec: 'ssh it' } }, /Run ha-updater restart/],
      [
        {
          command: 'restart',
          options: { groups: ['web'], ssmDocument: 'Deploy', ssmParameter: ['Password=hunter2hunter2'] },
        },
        /--ssm-parameter Password would be kept .*Password=\{\{ssm:NAME\}\}/,
      ],
      [{ ...ASKED, options: { ...ASKED.options, checkCommand: 'curl it' } }, /ha-updater update-asgs --asg web/],
      [{ ...ASKED, options: { ...ASKED.options, profile: 'x' } }, /profile/],
      [{ ...ASKED, options: { ...ASKED.options, parameters: { DbPassword: 'hunter2hunter2' } } }, /parameters/],
      [{ ...ASKED, password: 'hunter2hunter2' }, /no field password/],
      ['hunter2hunter2', /input/],
    ]) {
      const { sandbox, lines, runner } = stage();
      const before = sandbox.calls.size;
      const execution = await runner.run({ payload });
      const result = execution.getResult();
      expect(result, JSON.stringify(payload)).to.include({ outcome: 'usage', exitCode: 2 });
      expect(JSON.stringify(result.failure), JSON.stringify(payload)).to.match(words);
      expect(JSON.stringify([result, lines])).to.not.contain('hunter2');
      expect(sandbox.calls.size).to.equal(before);
    }
  });

  it('names its run by the execution', () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:updater:3/durable-execution/web-118/0f0e';
    expect(nameOf(arn)).to.equal('web-118');
    expect(nameOf('a1b2')).to.equal('a1b2');
  });
});
