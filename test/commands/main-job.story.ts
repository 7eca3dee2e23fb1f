import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/clock.js';
import type { CommandResult, StatusDocument } from '../../src/index.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { BIN, CLEAN_ENV, run, start, type Finished, type Running } from './support/cli.js';
import { ROOT } from '../support/root.js';

const TEMPLATE = join(ROOT, 'templates', 'web-stack.yaml');
const SECRET = 'never-to-be-seen-93';
const BAD = 'ami-0bad0bad0bad0bad0';
const good = (n: number): string => `ImageId=ami-0123456789abcde${String(n).padStart(2, '0')}`;

/** At this speed a short pause of the machine is minutes of the world; no limit may judge by that. */
const SPEED = 200;
const GROUPS_CALM = ['--healthy-timeout', '7200', '--deadline', '14400'];
const CALM = ['--first-event-timeout', '3600', '--action-timeout', '7200', ...GROUPS_CALM];

/** Leaving takes long enough for a person to press Ctrl-C twice. */
const SLOW_SHUTDOWN = 'timing:\n  shutdown: [120, 140]\n';

/**
 * The main job through the real commands against the sandbox over HTTP. The steps build on each other,
 * as they do for a person: create, update, again, signals, kill -9, and what is left at the end.
 */
describe('the commands, from creation to roll-back', function () {
  this.timeout(60_000);
  let folder: string;
  let sandbox: Running;
  let env: Record<string, string>;
  let said = '';

  const keep = (finished: Finished): Finished => {
    said += finished.stdout + finished.stderr;
    return finished;
  };
  const json = async (
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly document: CommandResult; readonly stderr: string }> => {
    const { code, stdout, stderr } = keep(await run([...args, '--json'], { env }));
    return { code, document: JSON.parse(stdout) as CommandResult, stderr };
  };
  const status = async (): Promise<StatusDocument> =>
    (await json('status', 'web', '--events')).document as unknown as StatusDocument;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
    await writeFile(join(folder, 'scenario.yaml'), `images:\n  ${BAD}: {behaviour: unhealthy}\n${SLOW_SHUTDOWN}`);
    sandbox = start(['sandbox', '--port', '0', '--speed', String(SPEED), '--scenario', join(folder, 'scenario.yaml')]);
    const text = await sandbox.sees(/HA_UPDATER_SPEED=\d+/);
    env = Object.fromEntries([...text.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, key, value]) => [key ?? '', value ?? '']));
  });

  after(async () => {
    sandbox.child.kill('SIGTERM');
    await sandbox.finished;
    await rm(folder, { recursive: true });
  });

  it('create a stack and prove its fresh instances', async () => {
    const network = [`VpcId=${DEFAULT_VPC}`, `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`];
    const { code, document, stderr } = await json(
      'update-stack',
      'web',
      '--template',
      TEMPLATE,
      ...network,
      good(1),
      `DbPassword=${SECRET}`,
      ...CALM,
    );
    expect(code, stderr).to.equal(0);
    expect(document.outcome).to.equal('created');
    expect(document.groups?.map(({ outcome }) => outcome)).to.deep.equal(['proven']);
  });

  it('find nothing to do when nothing changed', async () => {
    const { code, document, stderr } = await json('update-stack', 'web');
    expect(code, stderr).to.equal(0);
    expect(document.outcome).to.equal('nothing');
    expect(stderr).to.include('No updates are to be performed');
  });

  it('update it with a good image, keep the other parameters, and promote', async () => {
    const { code, stdout, stderr } = keep(await run(['update-stack', 'web', good(2), ...CALM], { env }));
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/Parameters that keep their value: .*DbPassword/);
    expect(stdout).to.match(/ Promoted: /);
    const { groups } = await status();
    expect(groups[0]?.instances.map(({ side, inService }) => ({ side, inService }))).to.deep.equal(
      Array.from({ length: 2 }, () => ({ side: 'current', inService: true })),
    );
    expect(groups[0]?.suspended).to.deep.equal([]);
  });

  // util-linux makes a pseudo-terminal; where it is missing, nothing else here can.
  if (process.platform === 'linux' && existsSync('/usr/bin/script')) {
    it('draw a live tree on a terminal, give the cursor back, and leave whole lines', async () => {
      const command = `stty cols 100 rows 40; '${process.execPath}' '${BIN}' update-asgs web --swap always ${GROUPS_CALM.join(' ')}`;
      const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
        env: { ...CLEAN_ENV, ...env, TERM: 'xterm', SHELL: '/bin/sh' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect(code, text).to.equal(0);
      expect(text.lastIndexOf('\u001b[?25l'), 'the cursor is not left hidden').to.be.at.most(
        text.lastIndexOf('\u001b[?25h'),
      );
      const screen = text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '');
      expect(screen).to.match(/Group {2}old 2 in service {2}new [█▓░·]{2}/);
      expect(screen).to.match(
        /\n✔ web-Group-\w+: promoted, all 2 new instances are proven\.\n(?: {4}[^\n]+\n)+✔ Swapped after [^\n]+; exit 0\.\n*$/,
      );
    });
  }

  it('roll back at the first signal, freeze, and say how to go on', async () => {
    const child = start(['update-stack', 'web', `ImageId=${BAD}`, '--json', ...CALM], { env });
    await child.sees(/ prove: /);
    child.child.kill('SIGTERM');
    const { code, stdout, stderr } = keep(await child.finished);
    expect(code, stderr).to.equal(4);
    const document = JSON.parse(stdout) as CommandResult;
    expect(document).to.include({ outcome: 'swapRolledBack', interrupted: 'SIGTERM', exitCode: 4 });
    expect(document.failure?.next[0]).to.match(/^ha-updater update-stack web ImageId=\S+ .*--region eu-west-1$/);
    expect(document.failure?.next).to.include('ha-updater status web --region eu-west-1');
    expect(stderr)
      .to.include('SIGTERM: Rolls back')
      .and.match(/ROLLED BACK \(exit 4\)/);
    const [group] = (await status()).groups;
    expect(group?.frozen?.processes).to.include('Launch');
    expect(group?.record).to.equal(undefined);
    expect(group?.instances.map(({ side }) => side)).to.deep.equal(['outdated', 'outdated']);
    expect(group?.next.find((command) => command.startsWith('ha-updater unfreeze web --region eu-west-1'))).to.match(
      / # .* the next scale-out launches what was rolled back$/,
    );
  });

  it('take over what kill -9 left, and unfreeze with the next good image', async () => {
    const child = start(['update-stack', 'web', good(3), ...CALM], { env });
    await child.sees(/ prove: /);
    child.child.kill('SIGKILL');
    keep(await child.finished);
    const [dead] = (await status()).groups;
    expect(dead?.record).not.to.equal(undefined);
    expect(dead?.remarks.join('\n')).to.include('holder');
    const { code, document, stderr } = await json('update-stack', 'web', good(3), ...CALM);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include('Takes over run');
    expect(document.outcome).to.equal('swapped');
    expect(document.groups?.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    const [group] = (await status()).groups;
    expect(group?.instances.map(({ side, inService }) => ({ side, inService }))).to.deep.equal(
      Array.from({ length: 2 }, () => ({ side: 'current', inService: true })),
    );
    expect({ suspended: group?.suspended, frozen: group?.frozen, record: group?.record }).to.deep.equal({
      suspended: [],
      frozen: undefined,
      record: undefined,
    });
  });

  it('leave at once at the second signal, with the record kept and the command that finishes it', async () => {
    const child = start(['update-asgs', 'web', '--swap', 'always', '--json', ...GROUPS_CALM], { env });
    // Once both new ones are there: taking them away again lasts longer than the person hesitates, however fast we are.
    await child.sees(/ prove: [^\n]*new 2\b/);
    child.child.kill('SIGINT');
    await child.sees(/SIGINT: Rolls back/);
    // A person takes a moment; what comes sooner is an echo of the first.
    await systemClock().sleep(500);
    child.child.kill('SIGINT');
    const { code, stdout, stderr } = keep(await child.finished);
    expect(code, stderr).to.equal(5);
    const document = JSON.parse(stdout) as CommandResult;
    expect(document).to.include({ outcome: 'stopped', exitCode: 5, interrupted: 'SIGINT' });
    // Whether rolling back is still to be offered depends on whether the verdict was written by then.
    expect(document.failure?.next.filter((next) => !next.includes('rollback'))).to.deep.equal(
      ['status', 'resume'].map((command) => `ha-updater ${command} web --region eu-west-1`),
    );
    expect((await status()).groups[0]?.record).not.to.equal(undefined);
    const again = await json('rollback', 'web', ...GROUPS_CALM);
    expect(again.code, again.stderr).to.equal(0);
    expect(again.document.outcome).to.equal('undone');
    expect(again.document.groups?.map(({ outcome }) => outcome)).to.deep.equal(['rolledBack']);
    expect((await status()).groups[0]?.record).to.equal(undefined);
  });

  it('unfreeze: resume exactly what the roll-back left suspended', async () => {
    expect((await status()).groups[0]?.frozen?.processes).to.include('Launch');
    const { code, document, stderr } = await json('unfreeze', 'web');
    expect(code, stderr).to.equal(0);
    expect(document.outcome).to.equal('unfrozen');
    const [group] = (await status()).groups;
    expect({ suspended: group?.suspended, frozen: group?.frozen }).to.deep.equal({ suspended: [], frozen: undefined });
    expect((await json('unfreeze', 'web')).document.outcome).to.equal('nothing');
  });

  it('resume what kill -9 left, without the parameters of the run', async () => {
    const child = start(['update-asgs', 'web', '--swap', 'always', ...GROUPS_CALM], { env });
    await child.sees(/ prove: /);
    child.child.kill('SIGKILL');
    keep(await child.finished);
    const [dead] = (await status()).groups;
    expect(dead?.next).to.deep.equal([
      'ha-updater resume web --region eu-west-1',
      'ha-updater rollback web --region eu-west-1',
    ]);
    expect(dead?.remarks.join('\n')).to.include('Interrupted');
    const { code, document, stderr } = await json('resume', 'web', ...GROUPS_CALM);
    expect(code, stderr).to.equal(0);
    expect(document.groups?.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    expect((await json('resume', 'web')).document.outcome).to.equal('nothing');
  });

  it('fail with exit 7 and leave the groups alone when CloudFormation rolls the stack back', async () => {
    const { code, document, stderr } = await json('update-stack', 'web', 'MaxSize=1', '--sizes', 'template', ...CALM);
    expect(code, stderr).to.equal(7);
    expect(document.outcome).to.equal('stackFailed');
    // Looked up, not supposed.
    expect(document.failure?.serves).to.match(
      / This run did not touch its groups\. \S+: 2 of 2 serve, min \d, desired 2, max \d\.$/,
    );
    expect(stderr)
      .to.match(/Root cause: the template of stack web:\d+:\d+ Group \(/, stderr)
      .and.not.include('Write the rollout record');
  });

  it('refuse what cannot work, with all reasons, before anything is sent', async () => {
    const unknown = await json('update-stack', 'web', 'Nope=1', 'Amy=2');
    expect(unknown.code, unknown.stderr).to.equal(2);
    expect(unknown.stderr).to.include('Nope').and.include('Amy');
    const noStack = await json('update-stack', 'other');
    expect(noStack.code, noStack.stderr).to.equal(3);
    expect(noStack.stderr).to.include('There is no stack other');
    const noGroups = await json('update-asgs', 'other');
    expect(noGroups.code, noGroups.stderr).to.equal(3);
  });

  it('show the state as a page, with the stack’s events on request', async () => {
    const { code, stdout } = keep(await run(['status', 'web', '--events'], { env }));
    expect(code).to.equal(0);
    for (const words of [
      'Stack web: UPDATE_ROLLBACK_COMPLETE',
      'DbPassword       ****',
      'Group web-Group-',
      'User Initiated',
    ])
      expect(stdout).to.include(words);
  });

  it('never say a secret, and never serve with less than before', async () => {
    expect(said).not.to.include(SECRET);
    // The SDK writes this on Node 20 unless it is told not to.
    expect(said).not.to.include('NodeVersionSupportWarning');
    const ask = async (what: string): Promise<readonly { readonly new: number }[]> =>
      (await (await fetch(`${env['AWS_ENDPOINT_URL']}/_sandbox/${what}`)).json()) as never;
    expect(await ask('violations')).to.deep.equal([]);
    // Something was watched: new instances beside old ones.
    expect((await ask('timeline')).some((point) => point.new > 0)).to.equal(true);
  });
});
