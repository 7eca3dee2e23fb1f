import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import { createCommandStage, type CommandStage, type Ended } from '../../support/command-stage.js';
import { standardGroup } from '../../support/sandbox.js';

const HOUR = 3_600_000;

/** `--pause-timeout` through the commands. */
describe('a pause that ends by itself', function () {
  this.timeout(30_000);
  let stage: CommandStage;
  beforeEach(() => {
    stage = createCommandStage();
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
  });
  afterEach(() => expect(stage.sandbox.monitor.violations).to.deep.equal([]));

  const run = (...words: readonly string[]): Promise<Ended> => stage.run([...words, '--asg', 'web']);
  const pause = (ends: string): Promise<Ended> =>
    run('update-asgs', '--swap', 'always', '--pause-at', '100%', '--pause-timeout', ends);
  const status = async (): Promise<StatusDocument['groups'][number] | undefined> =>
    ((await run('status')).document as unknown as StatusDocument).groups[0];

  it('with rollback: says until when, is told as overdue, and resume does what is due', async () => {
    const { code, document } = await pause('1h=rollback');
    expect([code, document?.outcome]).to.deep.equal([0, 'paused']);
    expect(document?.groups?.[0]).to.deep.include({ outcome: 'paused', then: 'rollback' });
    expect((await status())?.remarks.join('\n')).to.match(
      /Paused at 100 % since \S+Z, as asked, until somebody resumes it; from \S+Z on the next command that may change the group rolls it back\./,
    );
    const early = await run('update-asgs');
    expect([early.code, early.document?.failure?.reasons[0]?.code]).to.deep.equal([3, 'group.paused']);
    stage.sandbox.clock.advance(HOUR);
    const late = await status();
    expect(late?.remarks.join('\n')).to.match(
      /Paused at 100 % since \S+Z, overdue since \S+Z: the next command that may change it rolls it back\./,
    );
    expect(late?.next.map((line) => line.split(' ')[1])).to.deep.equal(['rollback']);
    const ended = await run('resume');
    expect([ended.code, ended.document?.failure?.code]).to.deep.equal([4, 'swap.rolledBack']);
    expect(ended.document?.failure?.what).to.match(/nobody resumed it until \S+Z \(--pause-timeout\)/);
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
  });

  it('with resume: an update command goes on with it', async () => {
    await pause('1h=resume');
    stage.sandbox.clock.advance(HOUR);
    expect((await status())?.remarks.join('\n')).to.include('the next command that may change it goes on with it.');
    const ended = await run('update-asgs');
    expect([ended.code, ended.document?.groups?.map(({ outcome }) => outcome)]).to.deep.equal([0, ['promoted']]);
    expect(ended.said).to.match(/resumed at 100 % by --pause-timeout; it waited for that until /);
  });

  it('with resume: rollback takes it back all the same, and names who asked', async () => {
    await pause('1h=resume');
    stage.sandbox.clock.advance(HOUR);
    const { code, said } = await run('rollback');
    expect(code).to.equal(0);
    expect(said).to.match(/a person asked for it \(rollback on agent\)/);
  });

  for (const [words, what] of [
    [['--pause-timeout', '1h=rollback'], '--pause-timeout is for --pause-at'],
    [['--pause-at', '50%', '--pause-timeout', '1h'], 'such as 4h=rollback'],
    [['--pause-at', '50%', '--pause-timeout', '1h=promote'], 'such as 4h=rollback'],
    [['--pause-at', '50%', '--strategy', 'rolling', '--pause-timeout', '1h=rollback'], 'is for --strategy swap'],
  ] as const)
    it(`refuses ${words.join(' ')}`, async () => {
      const { document } = await run('update-asgs', ...words);
      expect([document?.outcome, JSON.stringify(document?.failure)]).to.satisfy(
        ([outcome, said]: readonly string[]) => outcome === 'usage' && said?.includes(what) === true,
        JSON.stringify(document),
      );
    });
});
