import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { expect } from 'chai';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { BIN, CLEAN_ENV } from './support/cli.js';
import { CALM, commandWorld, type CommandWorld } from './support/world.js';
import { ROOT } from '../support/root.js';

const HERE = ROOT;
const NETWORK = [`VpcId=${DEFAULT_VPC}`, `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`];
const BAD = 'ami-0bad0bad0bad0bad0';
const CALM_STACK = ['--warmup-seconds', '3600', '--action-timeout', '7200'];

/** One secret for each place where a user can have one. None may come out anywhere. */
const MARKS = {
  'NoEcho parameter from a variable': 'mark-one-from-env-93',
  'NoEcho parameter from a file': 'mark-two-from-file-93',
  'NoEcho parameter on the command line': 'mark-three-typed-93',
  'NoEcho parameter that is too short': 'mk-4-93',
  'NoEcho parameter from a parameters file': 'mark-five-parameters-93',
  'default of a NoEcho parameter': 'mark-six-default-93',
  'value of the parameter store': 'mark-seven-stored-93',
  'secret key': 'mark-eight-secret-key-93',
  'session token': 'mark-nine-session-token-93',
  'environment of a command of the user': 'mark-ten-hook-93',
  'NoEcho parameter that a command of the user prints': 'mark-hook-prints-93',
  'word that is no KEY=VALUE': 'mark-eleven-no-equals-93',
  'password in the address of a lock': 'mark-lock-address-93',
  'password of a lock in a variable': 'mark-lock-variable-93',
  'value of a parameter that the template does not declare': 'mark-twelve-undeclared-93',
} as const;

const SCENARIO = `images: {${BAD}: {behaviour: unhealthy}}
parameters: {/db/password: ${MARKS['value of the parameter store']}}
faults:
  # Services repeat in their messages what they were given.
  - {kind: stackFails, stack: other, logicalId: Launch, reason: "Invalid user data: DB_PASSWORD=${MARKS['NoEcho parameter from a file']}"}
`;

describe('secrets', function () {
  this.timeout(120_000);
  let world: CommandWorld;
  let template: string;
  let secretEnv: Record<string, string>;
  /** Everything that came out of anything, with the place where it came out. */
  const sinks: { readonly where: string; readonly text: string }[] = [];

  /** Runs a command with all secrets in its environment, and keeps what it says. */
  const run = async (...args: readonly string[]): Promise<number | null> => {
    const { code, stdout, stderr } = await world.run(args, secretEnv);
    const where = `ha-updater ${args.slice(0, 2).join(' ')} ${args.filter((arg) => /^--(json|output|format|debug|events)/.test(arg)).join(' ')}`;
    sinks.push({ where: `${where}: stdout`, text: stdout }, { where: `${where}: stderr`, text: stderr });
    return code;
  };
  /** Marks that a sink holds, plainly or in base64, with the place. */
  const leaks = (): readonly string[] =>
    sinks.flatMap(({ where, text }) => {
      const decoded = (text.match(/[A-Za-z0-9+/]{24,}={0,2}/g) ?? []).map((blob) =>
        Buffer.from(blob, 'base64').toString('latin1'),
      );
      return Object.entries(MARKS).flatMap(([place, mark]) =>
        [text, ...decoded].some((one) => one.includes(mark)) ? [`${where} says the ${place}`] : [],
      );
    });

  before(async () => {
    world = await commandWorld(SCENARIO, 200);
    const plain = await readFile(join(HERE, 'templates', 'web-stack.yaml'), 'utf8');
    const more = `  ApiKey: {Type: String, NoEcho: true, Default: ${MARKS['default of a NoEcho parameter']}}\n  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /db/password}\n`;
    template = await world.file(
      'web.yaml',
      plain
        .replace('  InstanceType:\n', `${more}  InstanceType:\n`)
        .replace('echo ok > health\n', "echo ok > health\n            echo '${ApiKey} ${Stored}' > /etc/more\n"),
    );
    await world.file('password', `${MARKS['NoEcho parameter from a file']}\n`);
    await world.file('parameters.yaml', `ApiKey: ${MARKS['NoEcho parameter from a parameters file']}\n`);
    secretEnv = {
      AWS_SECRET_ACCESS_KEY: MARKS['secret key'],
      AWS_SESSION_TOKEN: MARKS['session token'],
      DB: MARKS['NoEcho parameter from a variable'],
      HOOK_TOKEN: MARKS['environment of a command of the user'],
    };
  });
  after(() => world.stop());

  it('are given in every place, through every command', async () => {
    const files = [
      '--parameters-file',
      join(world.folder, 'parameters.yaml'),
      '--outputs',
      join(world.folder, 'outputs.json'),
    ];
    expect(await run('validate', template)).to.equal(0);
    expect(await run('validate', template, '--format', 'sarif')).to.equal(0);
    expect(
      await run(
        'plan',
        'web',
        '--template',
        template,
        ...NETWORK,
        'ImageId=ami-0123456789abcdef0',
        'DbPassword=@env:DB',
      ),
    ).to.equal(0);
    expect(
      await run(
        'update-stack',
        'web',
        '--template',
        template,
        ...NETWORK,
        'ImageId=ami-0123456789abcdef0',
        'DbPassword=@env:DB',
        '--output',
        'lines',
        ...files,
        ...CALM,
      ),
    ).to.equal(0);
    sinks.push({ where: '--outputs', text: await readFile(join(world.folder, 'outputs.json'), 'utf8') });
    expect(await run('plan', 'web', `DbPassword=${MARKS['NoEcho parameter on the command line']}`, '--json')).to.equal(
      0,
    );
    expect(await run('plan', 'web', `DbPassword=${MARKS['NoEcho parameter on the command line']}`)).to.equal(0);
    expect(
      await run(
        'update-stack',
        'web',
        `DbPassword=${MARKS['NoEcho parameter on the command line']}`,
        '--output',
        'jsonl',
        ...CALM,
      ),
    ).to.equal(0);
    // Wrong in every way: nothing of it is repeated.
    expect(await run('update-stack', 'web', `DbPassword=${MARKS['NoEcho parameter that is too short']}`)).to.equal(2);
    expect(await run('update-stack', 'web', 'DbPassword', MARKS['word that is no KEY=VALUE'])).to.equal(2);
    expect(
      await run(
        'update-stack',
        'web',
        `Undeclared=${MARKS['value of a parameter that the template does not declare']}`,
      ),
    ).to.equal(2);
    expect(await run('status', 'web')).to.equal(0);
    expect(await run('status', 'web', '--json', '--events')).to.equal(0);
  });

  it('are there while a swap rolls back, with a command of the user’s', async () => {
    expect(
      await run(
        'update-stack',
        'web',
        `ImageId=${BAD}`,
        '--json',
        '--check-command',
        'test -n "$HOOK_TOKEN"',
        ...CALM_STACK,
        '--healthy-timeout',
        '150',
      ),
    ).to.equal(4);
    expect(await run('diagnose', 'web')).to.equal(0);
    expect(await run('diagnose', 'web', '--json')).to.equal(0);
    expect(await run('status', 'web', '--events')).to.equal(0);
    expect(
      await run('update-asgs', 'web', '--swap', 'always', '--output', 'jsonl', '--healthy-timeout', '150'),
    ).to.equal(4);
    expect(await run('unfreeze', 'web')).to.equal(0);
    expect(await run('resume', 'web')).to.equal(0);
    expect(await run('rollback', 'web', '--json')).to.equal(0);
  });

  it('are printed by commands of the user', async () => {
    // /proc is Linux's; elsewhere only the variables are printed.
    const printing = [
      '--check-command',
      'env | grep AWS_S; cat /proc/$PPID/cmdline; exit 1',
      '--healthy-timeout',
      '150',
    ];
    const secret = `DbPassword=${MARKS['NoEcho parameter that a command of the user prints']}`;
    for (const output of ['lines', 'jsonl']) {
      expect(
        await run(
          'update-stack',
          'web',
          'ImageId=ami-0123456789abcdef0',
          secret,
          '--swap',
          'always',
          '--tag',
          'team=web',
          '--output',
          output,
          ...printing,
          ...CALM_STACK,
        ),
      ).to.equal(4);
      expect(await run('unfreeze', 'web')).to.equal(0);
    }
    const said = sinks
      .slice(-4)
      .map(({ text }) => text)
      .join('');
    expect(said, 'what it printed is shown, without them')
      .to.include('AWS_SECRET_ACCESS_KEY=****')
      .and.to.include(process.platform === 'linux' ? 'DbPassword=****' : '');
  });

  it('are there while the service repeats them, on a terminal too', async () => {
    const args = [
      'update-stack',
      'other',
      '--template',
      template,
      ...NETWORK,
      'ImageId=ami-0123456789abcdef2',
      `DbPassword=@file:${join(world.folder, 'password')}`,
      ...CALM,
    ];
    if (process.platform === 'linux' && existsSync('/usr/bin/script')) {
      const command = `stty cols 100 rows 40; '${process.execPath}' '${BIN}' ${args.join(' ')}`;
      const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
        env: { ...CLEAN_ENV, ...world.env, ...secretEnv, TERM: 'xterm', SHELL: '/bin/sh' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      expect(await new Promise((resolve) => child.once('close', resolve)), text).to.equal(7);
      expect(text).to.include('Invalid user data: DB_PASSWORD=****');
      sinks.push({ where: 'terminal', text });
    }
    expect(await run(...args, '--replace-failed', '--output', 'lines')).to.equal(7);
    expect(await run(...args, '--replace-failed', '--json')).to.equal(7);
  });

  it('are there for who looks afterwards, without knowing them', async () => {
    for (const args of [
      ['status', 'other', '--events'],
      ['diagnose', 'other'],
    ]) {
      expect(await run(...args)).to.equal(0);
      expect(sinks.at(-2)?.text, args.join(' ')).to.include('DB_PASSWORD=****');
      expect(await run(...args, '--json')).to.equal(0);
    }
  });

  it('are there while a lock cannot be reached', async () => {
    const lock = `redis://somebody:${MARKS['password in the address of a lock']}@127.0.0.1:1`;
    secretEnv = { ...secretEnv, HA_UPDATER_LOCK_PASSWORD: MARKS['password of a lock in a variable'] };
    expect(await run('update-asgs', 'web', '--lock', lock)).to.equal(3);
    expect(await run('resume', 'web', '--lock', 'redis://127.0.0.1:1', '--json')).to.equal(3);
    expect(await run('lock', 'show', 'web', '--lock', lock, '--debug')).not.to.equal(0);
    expect(await run('update-asgs', 'web', '--lock', `redis//${MARKS['password in the address of a lock']}`)).to.equal(
      2,
    );
    secretEnv = { ...secretEnv, HA_UPDATER_LOCK: lock };
    expect(await run('update-asgs', 'web', '--output', 'jsonl')).to.equal(3);
    expect(await run('config', 'web')).to.equal(0);
    expect(await run('config', 'web', '--json')).to.equal(0);
  });

  it('are there when nothing works: no network, expired credentials, a bug shown by --debug', async () => {
    const away = await world.run(['update-asgs', 'web', '--debug', '--json'], {
      ...secretEnv,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    });
    expect(away.code).to.be.oneOf([1, 3, 5]);
    sinks.push({ where: 'no network', text: away.stdout + away.stderr });
    const nobody = await world.run(['status', 'web', '--debug'], { ...secretEnv, AWS_ACCESS_KEY_ID: '' });
    sinks.push({ where: 'no credentials', text: nobody.stdout + nobody.stderr });
    expect(await run('config', 'web', '--json')).to.equal(0);
    expect(await run('config', 'web')).to.equal(0);
  });

  it('come out nowhere', async () => {
    const way = {
      endpoint: world.env['AWS_ENDPOINT_URL'] ?? '',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    };
    const { AutoScalingGroups } = await new AutoScaling(way).describeAutoScalingGroups({});
    sinks.push({ where: 'tags of the groups', text: JSON.stringify(AutoScalingGroups) });
    const { Stacks } = await new CloudFormation(way).describeStacks({});
    sinks.push({ where: 'tags of the stacks', text: JSON.stringify(Stacks?.map(({ Tags }) => Tags)) });
    const changes = await world.ask<readonly { readonly operation: string; readonly input: object }[]>('changes');
    sinks.push({
      where: 'notes on the groups',
      text: JSON.stringify(changes.filter(({ operation }) => operation === 'CreateOrUpdateTags')),
    });
    expect(sinks.length).to.be.greaterThan(40);
    expect(leaks()).to.deep.equal([]);
  });

  it('would be found: in plain words and within base64', () => {
    sinks.push(
      { where: 'here', text: `x${MARKS['secret key']}y` },
      { where: 'there', text: Buffer.from(`#!/bin/sh\n${MARKS['session token']}`).toString('base64') },
    );
    expect(leaks()).to.deep.equal(['here says the secret key', 'there says the session token']);
  });
});
