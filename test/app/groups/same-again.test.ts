import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import { decodeNotes, encodeNotes } from '../../../src/aws/groups/note-tags.js';
import { createCommandStage, type CommandStage, type Ended } from '../../support/command-stage.js';
import { scriptedHooks } from '../../support/scripted-hooks.js';
import { standardGroup } from '../../support/sandbox.js';

const PLACE = '--region eu-west-1';

/** The commands that a roll-back prints, and status after it. */
describe('the same again', function () {
  this.timeout(30_000);
  let stage: CommandStage;
  beforeEach(() => {
    stage = createCommandStage();
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 6 });
  });

  const hooks = (): object => ({ hooks: scriptedHooks(stage.sandbox.clock, () => ({})).hooks });
  const begin = (...words: readonly string[]): Promise<Ended> =>
    stage.run(['update-asgs', '--asg', 'web', '--swap', 'always', '--pause-at', '100%', ...words], hooks());
  const group = async (): Promise<StatusDocument['groups'][number] | undefined> =>
    ((await stage.run(['status', '--asg', 'web'])).document as unknown as StatusDocument).groups[0];
  const frozen = async (): Promise<readonly string[] | undefined> => (await group())?.frozen?.flags;

  it('has the flags of the rollout after rollback, on any machine, and the freeze notes them', async () => {
    await begin('--canary', '1', '--bake', '60', '--no-together', '--gate-command', 'ask');
    const { code, document, said } = await stage.run(['rollback', '--asg', 'web', '--output', 'lines'], {
      elsewhere: true,
    });
    expect([code, document?.outcome]).to.deep.equal([0, 'undone']);
    // What was asked for and done is no error.
    expect(said).to.match(/ web Rolled back: a person asked for it/);
    expect(said).to.not.include('ERROR');
    const flags = ['--no-together', '--canary', '1', '--bake', '60', '--pause-at', '100%'];
    expect(await frozen()).to.deep.equal(flags);
    expect((await group())?.frozen?.needs).to.deep.equal(['gate']);
    expect(document?.next?.at(-1)).to.match(/^ha-updater (unfreeze|update-asgs) /);
  });

  it('is what cancel prints, too', async () => {
    await begin('--canary', '1');
    const { document, said } = await stage.run(['cancel', '--asg', 'web', '--output', 'lines']);
    expect(said).to.not.include('ERROR');
    const back = await group();
    expect(document?.next).to.deep.equal(back?.next);
    expect(document?.next?.join('\n')).to.include('ha-updater unfreeze --asg web');
  });

  it('says in status which flags resume needs again, and under which lock', async () => {
    await begin('--gate-command', 'ask', '--check-command', 'look');
    expect((await group())?.next).to.deep.equal([
      `ha-updater resume --asg web ${PLACE}   # with --check-command and --gate-command as they were given, or --without-gates`,
      `ha-updater rollback --asg web ${PLACE}`,
    ]);
  });

  it('takes no other flags out of a note: whoever may write tags must not write commands', () => {
    const frozen = (flags: string): ReturnType<typeof decodeNotes> =>
      decodeNotes([
        { key: 'ha-updater:frozen', value: `v=1 run=r at=2026-11-21T03:05:12Z processes=- flags=${flags} why=w` },
      ]);
    expect(frozen('n/c1').frozen?.flags).to.deep.equal(['--no-together', '--canary', '1']);
    for (const flags of ['x1', 'c+24+x', 'c', 'n1', '--exec', 'p25-x'])
      expect(frozen(flags), flags).to.have.property('unreadable').that.includes('is no flag of a rollout');
    const odd = encodeNotes({ frozen: { run: 'r', at: 0, processes: [], why: 'w', flags: ['--exec', 'x'] } });
    expect(odd[0]?.value).to.not.include('flags');
  });
});
