import { expect } from 'chai';
import type { DiagnoseDocument, StatusDocument } from '../../../src/index.js';
import { emptyGroups } from '../support/empty-groups.js';
import { commandWorld, type CommandWorld } from '../support/world.js';

/** Prefixes and tags mean the same to every command that takes groups. */
describe('groups by name or tag, in every command', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  before(async () => {
    world = await commandWorld('', 400);
    await emptyGroups({
      endpoint: world.env['AWS_ENDPOINT_URL'] ?? '',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
  });
  after(() => world.stop());

  /** Every other command that takes groups, with what else it wants, and how it ends where there is nothing to do. */
  const OTHERS: readonly (readonly [readonly string[], number, string])[] = [
    [['restart', '--exec', 'true'], 0, 'nothing'],
    [['resume'], 0, 'nothing'],
    [['rollback'], 0, 'nothing'],
    [['unfreeze'], 0, 'nothing'],
    [['status'], 0, 'shown'],
    [['diagnose'], 0, 'shown'],
    [['cancel'], 3, 'refused'],
    [['lock', 'show', '--lock', 'redis://127.0.0.1:1'], 3, 'refused'],
    [['lock', 'release', '--force', '--lock', 'redis://127.0.0.1:1'], 3, 'refused'],
  ];
  /** Where it got to with the groups that were found. */
  const NEXT: Readonly<Record<string, string>> = { cancel: 'cancel.nothing', lock: 'lock.unreachable' };

  for (const [command, exit, outcome] of OTHERS) {
    const name = command.filter((word) => /^[a-z]+$/.test(word) && word !== 'true').join(' ');

    it(`${name} takes them in the same way`, async () => {
      for (const choice of [
        ['--asg', 'web-b*'],
        ['--asg-tag', 'env=test', '--all-matching'],
      ]) {
        const { code, document, stderr } = await world.json([...command, ...choice]);
        expect([code, document.outcome, document.failure?.code], `${choice.join(' ')} ${stderr}`).to.deep.equal([
          exit,
          outcome,
          NEXT[command[0] ?? ''],
        ]);
      }
      for (const [choice, problem, at] of [
        [['--asg', 'web-*'], 'target.several', 3],
        [['--asg-tag', 'env=dev'], 'target.none', 3],
        [['web', '--asg-tag', 'env=prod'], 'usage.flags', 2],
        [['--asg', 'web-blue', '--all-matching'], 'usage.flags', 2],
        [[], 'usage.flags', 2],
      ] as const) {
        const { code, document } = await world.json([...command, ...choice]);
        expect([code, document.failure?.code], choice.join(' ')).to.deep.equal([at, problem]);
      }
    });
  }

  it('status and diagnose show the groups that were meant', async () => {
    for (const choice of [
      ['--asg', 'web-*', '--all-matching'],
      ['--asg-tag', 'app=web', '--all-matching'],
    ]) {
      const shown = await world.json<StatusDocument>(['status', ...choice]);
      expect(shown.document.groups.map(({ name }) => name).sort()).to.deep.equal(['web-blue', 'web-green']);
      const diagnosed = await world.json<DiagnoseDocument>(['diagnose', ...choice]);
      expect([...diagnosed.document.groups].sort()).to.deep.equal(['web-blue', 'web-green']);
    }
  });

  it('what is told names the groups themselves', async () => {
    const { stderr } = await world.run(['rollback', '--asg-tag', 'env=test', '--output', 'jsonl', '--json']);
    expect(stderr).to.include('"groups":["web-green"]');
  });
});
