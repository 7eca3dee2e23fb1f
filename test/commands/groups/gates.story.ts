import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import { start } from '../support/cli.js';
import { createWeb } from '../support/live.js';
import { CALM, CALM_GROUPS, commandWorld, type CommandWorld } from '../support/world.js';

const good = (n: number): string => `ImageId=ami-0123456789abcde0${n}`;

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What a rollout has to pass besides health, through the real commands with real processes. */
describe('gates of a rollout', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  const lines = async (name: string): Promise<readonly string[]> =>
    (await readFile(join(world.folder, name), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const group = async () => (await world.json<StatusDocument>(['status', 'web'])).document.groups[0];

  before(async () => {
    world = await commandWorld('alarms: {errors: {}, loud: {state: ALARM}}\n');
    const { code, stderr } = await world.json([...createWeb('ami-0123456789abcde01')]);
    expect(code, stderr).to.equal(0);
  });
  after(() => world.stop());

  it('the commands of the user run for the right instances, in the right order', async () => {
    const old = (await group())?.instances.map(({ id }) => id) ?? [];
    const log = join(world.folder, 'log');
    const { code, stderr } = await world.json([
      ...['update-stack', 'web', good(2), ...CALM],
      // The first try of each instance fails.
      ...[
        '--check-command',
        `echo "check $HA_UPDATER_INSTANCE_ID NEW_INSTANCE_PRIVATE_IP_ADDRESS $HA_UPDATER_STACK" >> ${log}; test -e ${log}-NEW_INSTANCE_ID || { echo 'not yet' > ${log}-NEW_INSTANCE_ID; echo 'come again'; exit 9; }`,
      ],
      ...['--before-terminate-command', `echo "before OLD_INSTANCE_ID $HA_UPDATER_PRIVATE_IP" >> ${log}`],
      ...['--after-terminate-command', `echo 'after OLD_INSTANCE_ID OLD_INSTANCE_PRIVATE_IP_ADDRESS' >> ${log}`],
    ]);
    expect(code, stderr).to.equal(0);
    const fresh = (await group())?.instances.map(({ id }) => id) ?? [];
    const said = await lines('log');
    const of = (word: string): readonly string[] => said.filter((line) => line.startsWith(word));
    expect([...new Set(of('check').map((line) => line.split(' ')[1] ?? ''))].sort()).to.deep.equal([...fresh].sort());
    expect(of('check').length).to.be.at.least(4);
    for (const line of of('check')) expect(line).to.match(/^check i-\w+ \d+\.\d+\.\d+\.\d+ web$/);
    for (const word of ['before', 'after'])
      expect(
        of(word)
          .map((line) => line.split(' ')[1] ?? '')
          .sort(),
      ).to.deep.equal([...old].sort());
    for (const line of [...of('before'), ...of('after')]) expect(line).to.match(/ \d+\.\d+\.\d+\.\d+$/);
    expect(said.findIndex((line) => line.startsWith('after'))).to.be.greaterThan(
      said.findLastIndex((line) => line.startsWith('check')),
    );
    expect(stderr)
      .to.match(/The check command for i-\w+: exit 9\./)
      .and.match(/i-\w+: come again/);
  });

  it('a command that fails before a termination stops the run, and the command that it prints goes on', async () => {
    const stopped = await world.json([
      'update-stack',
      'web',
      good(3),
      ...CALM,
      '--before-terminate-command',
      `test -e ${world.folder}/allowed`,
    ]);
    expect(stopped.code, stopped.stderr).to.equal(5);
    expect(stopped.document.failure?.what).to.include('the command before the termination of i-');
    const next = stopped.document.failure?.next[0] ?? '';
    expect(next).to.equal(
      `ha-updater resume web --before-terminate-command 'test -e ${world.folder}/allowed' --region eu-west-1`,
    );
    await world.file('allowed', '');
    const resumed = await world.json([
      'resume',
      'web',
      '--before-terminate-command',
      `test -e ${world.folder}/allowed`,
      ...CALM_GROUPS,
    ]);
    expect(resumed.code, resumed.stderr).to.equal(0);
    expect(resumed.document.groups?.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    expect((await group())?.record).to.equal(undefined);
  });

  it('a canary is paused after, shown by status, refused to whoever does not resume, and resumed', async () => {
    const paused = await world.json([
      'update-stack',
      'web',
      good(4),
      ...CALM,
      '--canary',
      '1',
      '--bake',
      '30',
      '--pause-at',
      '10%',
      '--alarm',
      'errors',
    ]);
    expect(paused.code, paused.stderr).to.equal(0);
    expect(paused.document).to.deep.include({
      outcome: 'paused',
      next: ['resume', 'rollback'].map((command) => `ha-updater ${command} web --alarm errors --region eu-west-1`),
    });
    expect(paused.stderr).to.include('Paused: at 10 %, as asked');
    // A machine that is busy with other tests stands still at this speed, and is told so.
    const warned = paused.stderr
      .split('\n')
      .filter((line) => line.includes('WARN') && !line.includes('did not look at its groups'));
    expect(warned).to.deep.equal([]);
    const half = await group();
    expect(half?.remarks.join('\n')).to.include('Paused at 10 %');
    expect(half?.instances.map(({ side }) => side).sort()).to.deep.equal(['new', 'old', 'old']);
    const again = await world.json(['update-asgs', 'web', ...CALM_GROUPS]);
    expect(again.code, again.stderr).to.equal(3);
    expect(again.document.failure?.reasons.map(({ code }) => code)).to.deep.equal(['group.paused', 'group.gates']);
    const without = await world.json(['resume', 'web', ...CALM_GROUPS]);
    expect(without.code, without.stderr).to.equal(3);
    const resumed = await world.json(['resume', 'web', '--alarm', 'errors', ...CALM_GROUPS]);
    expect(resumed.code, resumed.stderr).to.equal(0);
    expect(resumed.document.groups?.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    expect((await group())?.record).to.equal(undefined);
  });

  it('alarms that ring or do not exist are refused before anything is changed', async () => {
    const ringing = await world.json([
      'update-asgs',
      'web',
      '--swap',
      'always',
      '--alarm',
      'errors',
      '--alarm',
      'loud',
      ...CALM_GROUPS,
    ]);
    expect(ringing.code, ringing.stderr).to.equal(3);
    expect(ringing.document.failure?.reasons.map(({ code }) => code)).to.deep.equal(['alarm.ringing']);
    const unknown = await world.json(['update-asgs', 'web', '--swap', 'always', '--alarm', 'eros', ...CALM_GROUPS]);
    expect(unknown.code, unknown.stderr).to.equal(3);
    expect(unknown.document.failure?.reasons.map(({ code }) => code)).to.deep.equal(['alarm.missing']);
    const ignored = await world.json([
      'update-asgs',
      'web',
      '--swap',
      'always',
      '--alarm',
      'loud',
      '--ignore-ringing-alarms',
      '--strategy',
      'rolling',
      ...CALM_GROUPS,
    ]);
    expect(ignored.code, ignored.stderr).to.equal(0);
  });

  it('a command ends with the run, at the second signal too', async () => {
    const file = join(world.folder, 'pid');
    const child = start(
      [
        'update-asgs',
        'web',
        '--swap',
        'always',
        ...CALM_GROUPS,
        '--before-terminate-command',
        `echo $$ > ${file}; sleep 300`,
        '--command-timeout',
        '3600',
      ],
      { env: world.env },
    );
    await child.sees(/The command before termination runs/);
    let pid = 0;
    while (pid === 0) {
      pid = Number(await readFile(file, 'utf8').catch(() => '0'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.child.kill('SIGTERM');
    await child.sees(/SIGTERM: The verdict is written already/);
    expect(lives(pid)).to.equal(true);
    // A signal that comes at once again is taken for an echo.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    child.child.kill('SIGTERM');
    expect((await child.finished).code).to.equal(5);
    for (let tries = 0; tries < 100 && lives(pid); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lives(pid)).to.equal(false);
    const resumed = await world.json(['resume', 'web', '--before-terminate-command', 'true', ...CALM_GROUPS]);
    expect(resumed.code, resumed.stderr).to.equal(0);
  });

  it('commands that make no sense are a usage error', async () => {
    for (const words of [
      ['--check-command', ' '],
      ['--check-timeout', '10'],
      ['--command-timeout', '10', '--check-command', 'true'],
      ['--check-command', 'true', '--check-timeout', '0'],
      ['--check-command', '/no/such/check'],
      ['--gate-command', 'echo "open'],
    ]) {
      const { code, document } = await world.json(['update-asgs', 'web', ...words]);
      expect(code, words.join(' ')).to.equal(2);
      expect(document.failure?.code).to.equal('usage.flags');
    }
  });

  it('never serve with less than before', async () => {
    expect(await world.ask('violations')).to.deep.equal([]);
  });
});
