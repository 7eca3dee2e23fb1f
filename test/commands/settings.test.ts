import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { SettingsDocument } from '../../src/index.js';
import UpdateStack from '../../commands/stack/update-stack.js';
import { typed, type TypedEnd } from '../support/typed.js';
import { CLEAN_ENV } from './support/cli.js';
import { NETWORK } from './support/live.js';
import { simulatedWorld, type SimulatedWorld } from './support/simulated-world.js';
import { ROOT } from '../support/root.js';

const TEMPLATES = join(ROOT, 'templates');

describe('the settings file', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
  });
  after(() => rm(folder, { recursive: true }));
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<TypedEnd> =>
    typed(args, { env: { ...CLEAN_ENV, ...env } });
  const config = async (
    yaml: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<TypedEnd> => {
    await writeFile(join(folder, 'ha-updater.yml'), yaml);
    return run([...args, '--config', join(folder, 'ha-updater.yml')], env);
  };

  it('takes every flag of update-stack: whoever adds one need not think of it', async () => {
    const other = new Set(['asg', 'config', 'debug', 'json']);
    const lines = Object.entries(UpdateStack.flags)
      .filter(([name]) => !other.has(name))
      .map(([name, flag]) => {
        const { type, options } = flag as { type: string; options?: readonly string[] };
        return `  ${name}: ${type === 'boolean' ? 'true' : (options?.[0] ?? 'x=1')}`;
      });
    expect(lines.length).to.be.greaterThan(40);
    const { code, stdout, stderr } = await config(`defaults:\n${lines.join('\n')}\n`, ['config', 'web', '--json']);
    expect(code, stderr).to.equal(0);
    const { settings, overridden } = JSON.parse(stdout) as SettingsDocument;
    expect([...settings, ...overridden].length).to.equal(lines.length);
  });

  it('can be contradicted on the command line, whatever it says: every switch can be typed off', async () => {
    const switches = Object.entries(UpdateStack.flags).flatMap(([name, flag]) =>
      (flag as { type: string }).type === 'boolean' && !['debug', 'json'].includes(name) ? [[name, flag] as const] : [],
    );
    expect(switches.length).to.be.greaterThan(15);
    expect(switches.filter(([, flag]) => !(flag as { allowNo?: boolean }).allowNo).map(([name]) => name)).to.deep.equal(
      [],
    );
    const both = 'defaults: {offline: true, strict: true}\n';
    const template = join(folder, 'warned.yaml');
    await writeFile(
      template,
      "Resources:\n  Group: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {AvailabilityZones: !GetAZs '', LaunchConfigurationName: lc, MinSize: 1, MaxSize: 2}}\n",
    );
    const strict = await config(both, ['validate', template, '--lint', 'off']);
    const lenient = await config(both, ['validate', template, '--lint', 'off', '--no-strict']);
    expect(strict.code, strict.stdout).not.to.equal(0);
    expect(lenient.code, lenient.stdout).to.equal(0);
  });

  it('has a sample that is right, and the page shows what holds and why', async () => {
    await copyFile(join(TEMPLATES, 'ha-updater.yml'), join(folder, 'sample.yml'));
    const { code, stdout, stderr } = await run(['config', 'web', '--config', join(folder, 'sample.yml')], {
      HA_UPDATER_WARMUP: '30',
      AWS_REGION: 'eu-west-2',
    });
    expect(code, stderr).to.equal(0);
    expect(stdout)
      .to.include('warmup: 30   (HA_UPDATER_WARMUP)')
      .and.to.match(/region: eu-west-1 .*not in force because of AWS_REGION/);
    expect(stdout).to.match(/tag: team=web, stage=live {3}\(.*sample\.yml:\d+:5\)/);
    expect(stdout).to.include(`template: ${join(folder, 'web-stack.yaml')}`);
  });

  it('never shows the password of an address', async () => {
    const { stdout } = await config('defaults: {template: "https://me:hidden-7@host/t.yaml"}\n', ['config', 'web']);
    expect(stdout).to.include('https://me:****@host').and.not.to.include('hidden-7');
  });

  it('with mistakes stops every command, before anything', async () => {
    for (const args of [
      ['update-stack', 'web'],
      ['update-asgs', 'web'],
      ['plan', 'web'],
      ['status', 'web'],
      ['cancel', 'web'],
    ]) {
      const { code, stderr } = await config('defaults:\n  healthy-timeut: 5\n', args);
      expect(code, args.join(' ')).to.equal(2);
      expect(stderr).to.match(/ha-updater\.yml:2:3: There is no flag healthy-timeut\. Did you mean healthy-timeout\?/);
    }
  });

  it('is blamed for a value that its flag does not take', async () => {
    const { code, stderr } = await config('defaults: {poll: soon}\n', ['update-asgs', 'web']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/--poll must be a number of seconds.*--poll comes from .*ha-updater\.yml:1:12\./);
  });

  it('has a schema that knows every flag', async () => {
    const { code, stdout } = await run(['config', '--schema']);
    expect(code).to.equal(0);
    const schema = JSON.parse(stdout) as {
      properties: { defaults: { properties: Record<string, object>; additionalProperties: boolean } };
    };
    expect(schema.properties.defaults.additionalProperties).to.equal(false);
    expect(schema.properties.defaults.properties).to.include.keys(
      'healthy-timeout',
      'tag',
      'asg',
      'events',
      'detailed-exitcode',
    );
    expect(schema.properties.defaults.properties).not.to.include.keys('config', 'json', 'help', 'schema');
  });
});

describe('a run with a settings file', function () {
  this.timeout(60_000);
  let world: SimulatedWorld;
  before(async () => {
    world = await simulatedWorld();
  });
  after(() => world.stop());

  it('found above the working folder does what flags would do, tells where they come from, and gives way to typed ones', async () => {
    const deep = join(world.folder, 'deploy', 'web');
    await mkdir(join(world.folder, '.git'), { recursive: true });
    await mkdir(deep, { recursive: true });
    await copyFile(join(TEMPLATES, 'web-stack.yaml'), join(world.folder, 'web.yaml'));
    await world.file(
      'web.parameters.yaml',
      NETWORK.map((pair) => pair.replace('=', ': '))
        .concat('ImageId: ami-0123456789abcdef0', 'DbPassword: not-a-real-one')
        .join('\n'),
    );
    await world.file(
      'ha-updater.yml',
      'defaults: {warmup-seconds: 3600, action-timeout: 7200, swap: never, create: false}\nstacks:\n  web: {template: web.yaml, parameters-file: web.parameters.yaml, create: true, tag: {team: web}}\n',
    );
    const here = process.cwd();
    process.chdir(deep);
    try {
      const { code, document, stderr } = await world.json(['update-stack', 'web', '--tag', 'team=ops']);
      expect(code, stderr).to.equal(0);
      expect(document.outcome).to.equal('created');
      expect(stderr).to.match(/Settings that were not typed: .*template \(\.\.\/\.\.\/ha-updater\.yml:3:9\)/);
      expect(stderr).to.match(/Settings not in force: tag \(.*because of --tag\)/);
      const { Stacks: stacks } = world.ask('DescribeStacks', { StackName: 'web' }) as {
        readonly Stacks: readonly { readonly Tags: unknown }[];
      };
      expect(stacks[0]?.Tags).to.deep.equal([{ Key: 'team', Value: 'ops' }]);
      const other = await world.json([
        'update-stack',
        'other',
        '--template',
        join(world.folder, 'web.yaml'),
        ...NETWORK,
        'ImageId=ami-0123456789abcdef0',
        'DbPassword=x',
      ]);
      expect([other.code, other.document.failure?.code], 'create: false of the defaults').to.deep.equal([
        3,
        'stack.missing',
      ]);
      const none = await world.json(['update-stack', 'web', '--config', '', 'ImageId=ami-0123456789abcdef0']);
      expect(none.stderr).not.to.include('Settings that were not typed');
    } finally {
      process.chdir(here);
    }
    expect(await readFile(join(world.folder, 'web.yaml'), 'utf8')).to.include('Resources');
  });
});
