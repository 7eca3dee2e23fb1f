import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CommandResult } from '../../src/index.js';
import { run, start, type Running } from './support/cli.js';

/**
 * Nobody listens there, so a command line that is accepted gets as far as "cannot be reached"; at this
 * speed without long pauses before the next try.
 */
const NOBODY = {
  HA_UPDATER_SPEED: '100',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'y',
  AWS_REGION: 'eu-west-1',
};

describe('the command line', () => {
  it('never takes a missing STACK from what is piped in', async () => {
    for (const command of ['update-stack', 'update-asgs', 'status']) {
      const { code, stderr } = await run([command], { stdin: 'production\n' });
      expect(code, command).to.equal(2);
      expect(stderr, command)
        .to.match(/STACK is missing|Say which groups/)
        .and.not.include('production');
    }
  });

  for (const [name, args] of [
    ['an unknown flag', ['update-stack', 'web', '--nope']],
    ['a flag without its value', ['update-asgs', 'web', '--region']],
    ['a value that is not offered', ['update-asgs', 'web', '--swap', 'some']],
    ['a number that is none', ['update-asgs', 'web', '--deadline', 'soon']],
    ['a parameter without =', ['update-stack', 'web', 'novalue']],
    ['a parameter given twice', ['update-stack', 'web', 'A=1', 'A=2']],
    ['a missing STACK', ['update-stack']],
    ['no group at all', ['update-asgs']],
    ['STACK and --asg', ['update-asgs', 'web', '--asg', 'x']],
    ['an empty STACK', ['update-stack', '']],
  ] as const) {
    it(`answers ${name} with exit 2, with and without --json`, async () => {
      const [plain, json] = await Promise.all([run(args), run([...args, '--json'])]);
      expect(plain.code, plain.stderr).to.equal(2);
      expect(plain.stdout).to.equal('');
      expect(plain.stderr).to.include('USAGE ERROR (exit 2): ').and.include('Nothing was changed.');
      expect(json.code).to.equal(2);
      const document = JSON.parse(json.stdout) as CommandResult;
      expect(document).to.include({ v: 1, outcome: 'usage', exitCode: 2 });
      expect(document.failure?.what).to.be.a('string').and.not.equal('');
    });
  }

  it('keeps groups and parameters apart: a repeated flag takes one value each', async () => {
    const asgs = await run(['update-asgs', '--asg', 'one', '--asg', 'two', 'web']);
    expect(asgs.stderr).to.include('Give either STACK or --asg, not both (STACK is "web").');
    const stack = await run(['update-stack', 'web', '--capabilities', 'CAPABILITY_IAM', 'A=b=c', 'B='], {
      env: NOBODY,
    });
    expect(stack.code, stack.stderr).to.equal(3);
    expect(stack.stderr).to.include('cannot be reached');
  });

  it('takes the seed spelling of the look-back', async () => {
    const { code, stderr } = await run(
      ['update-stack', 'web', '--lenient_look_back', '7', '--warmup-seconds', '1', '--action-timeout', '9'],
      { env: NOBODY },
    );
    expect(code, stderr).to.equal(3);
    const wrong = await run(['update-stack', 'web', '--lenient_look_back', 'x']);
    expect(wrong.stderr).to.include('--lenient-look-back');
  });

  it('never lets the clock run at another speed against AWS', async () => {
    const { code, stderr } = await run(['update-asgs', 'web'], {
      env: { ...NOBODY, AWS_ENDPOINT_URL: 'https://autoscaling.eu-west-1.amazonaws.com', HA_UPDATER_SPEED: '60' },
    });
    expect(code).to.equal(2);
    expect(stderr).to.include('HA_UPDATER_SPEED=60');
  });

  it('writes commands and names to the end, however narrow the terminal', async () => {
    const long = `a-${'very-'.repeat(40)}long-name`;
    const { stderr } = await run(['update-asgs', long, '--asg', 'x'], { env: { COLUMNS: '40' } });
    expect(stderr).to.include(`(STACK is "${long}")`);
  });
});

describe('a run that cannot start', () => {
  it('says that AWS cannot be reached, with exit 3 and one document', async () => {
    const { code, stdout, stderr } = await run(['update-asgs', '--asg', 'web', '--json'], { env: NOBODY });
    expect(code).to.equal(3);
    expect(JSON.parse(stdout)).to.include({ outcome: 'refused', exitCode: 3, command: 'update-asgs' });
    expect(stderr).to.include('127.0.0.1:9').and.include('[aws.unreachable]');
  });

  it('says that there are no credentials, and what to check', async () => {
    const { code, stderr } = await run(['update-asgs', '--asg', 'web'], {
      env: { AWS_ENDPOINT_URL: NOBODY.AWS_ENDPOINT_URL },
    });
    expect(code).to.equal(2);
    expect(stderr)
      .to.include('no usable AWS credentials')
      .and.include('aws sts get-caller-identity --region eu-west-1');
  });

  it('speaks JSON Lines on stdout and nothing on stderr when asked to', async () => {
    const { stdout, stderr, code } = await run(['update-asgs', '--asg', 'web', '--output', 'jsonl'], { env: NOBODY });
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; event: { type: string; exitCode?: number } });
    expect(events.map(({ seq }) => seq)).to.deep.equal(events.map((_, index) => index + 1));
    expect(events.at(-1)?.event).to.include({ type: 'run.finished', exitCode: 3 });
    expect({ stderr, code }).to.deep.equal({ stderr: '', code: 3 });
  });

  it('ends at a signal, having changed nothing', async () => {
    const child = start(['update-asgs', '--asg', 'web'], { env: { ...NOBODY, HA_UPDATER_SPEED: '1' } });
    await child.sees(/attempt 2/);
    child.child.kill('SIGTERM');
    const { code, stdout, stderr } = await child.finished;
    expect(stdout).to.include('SIGTERM: Stops before anything is changed');
    expect(code, stderr).to.equal(3);
  });
});

describe('a run against the sandbox', () => {
  let sandbox: Running;
  let env: Record<string, string>;

  before(async () => {
    sandbox = start(['sandbox', '--port', '0', '--speed', '60']);
    const text = await sandbox.sees(/HA_UPDATER_SPEED=60/);
    env = Object.fromEntries([...text.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key ?? '', value ?? '']));
  });
  after(async () => {
    sandbox.child.kill('SIGTERM');
    await sandbox.finished;
  });

  it('stamps its lines with the time of the service', async () => {
    const { stdout, code, stderr } = await run(['update-asgs', '--asg', 'nope'], { env });
    expect(code, stderr).to.equal(3);
    expect(stdout).to.match(/^2026-11-21T03:/);
    expect(stderr).to.include('nope').and.include('[group.missing]');
  });

  it('names a template that is not there, or broken, before anything is sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
    const bad = join(folder, 'bad.yaml');
    await writeFile(bad, 'Resources:\n  A: [\n');
    const [missing, broken] = await Promise.all([
      run(['update-stack', 'web', '--template', join(folder, 'none.yaml')], { env }),
      run(['update-stack', 'web', '--template', bad], { env }),
    ]);
    expect(missing.code).to.equal(2);
    expect(missing.stderr).to.include('There is no file');
    expect(broken.code, broken.stderr).to.equal(2);
    expect(broken.stderr).to.include('bad.yaml').and.include('Nothing was changed.');
  });

  it('goes on when nobody reads its output any more', async () => {
    const child = start(['update-asgs', '--asg', 'nope'], { env });
    child.child.stdout?.destroy();
    child.child.stderr?.destroy();
    expect((await child.finished).code).to.equal(3);
  });
});
