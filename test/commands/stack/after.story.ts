import { execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DiagnoseDocument, GroupsStatusDocument, StatusDocument } from '../../../src/index.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import { CALM, CALM_GROUPS, commandWorld, type CommandWorld } from '../support/world.js';
import { ROOT } from '../../support/root.js';

const TEMPLATE = join(ROOT, 'templates', 'web-stack.yaml');
const SECRET = 'never-to-be-seen-41';
const OTHER = 'never-to-be-seen-42';
const UNHEALTHY = 'ImageId=ami-0bad0bad0bad0bad0';
const MISSING = 'ImageId=ami-0f0f0f0f0f0f0f0f0';
const GOOD = 'ImageId=ami-0123456789abcde01';

/** What happens when a change is over, well or badly: outputs, diagnosis, and the way back. */
describe('after a change', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  before(async () => {
    world = await commandWorld(
      'images:\n  ami-0bad0bad0bad0bad0: {behaviour: unhealthy}\n  ami-0f0f0f0f0f0f0f0f0: {behaviour: missing}\n',
    );
  });
  after(() => world.stop());
  const update = (...args: readonly string[]) => world.json(['update-stack', 'web', ...args, ...CALM]);
  const diagnose = async (...args: readonly string[]) =>
    (await world.json<DiagnoseDocument>(['diagnose', 'web', ...args])).document;
  const status = async () => (await world.json<StatusDocument>(['status', 'web'])).document;

  it('the outputs go to a file, as JSON or as lines for a shell, or to stdout alone', async () => {
    const file = join(world.folder, 'outputs.json');
    const network = [`VpcId=${DEFAULT_VPC}`, `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`];
    const { code, stderr } = await update(
      '--template',
      TEMPLATE,
      ...network,
      GOOD,
      `DbPassword=${SECRET}`,
      '--outputs',
      file,
    );
    expect(code, stderr).to.equal(0);
    const outputs = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
    expect(outputs)
      .to.deep.equal((await status()).stack.outputs)
      .and.not.deep.equal({});
    const env = join(world.folder, 'outputs.env');
    await update('--outputs', env);
    const [name = '', value = ''] = Object.entries(outputs)[0] ?? [];
    expect(await readFile(env, 'utf8')).to.include(`${name}='${value}'\n`);
    const alone = await world.run(['update-stack', 'web', '--outputs', '-', ...CALM]);
    expect(JSON.parse(alone.stdout)).to.deep.equal(outputs);
    expect(alone.stderr).to.include('No updates are to be performed');
    expect((await update('--outputs', '-')).code).to.equal(2);
  });

  it('outputs hold whatever a value holds, and what cannot be written is said before anything, or is no good end', async () => {
    const template = await world.file(
      'motto.yaml',
      `Resources: {Topic: {Type: AWS::SNS::Topic}}\nOutputs:\n  Motto: {Value: "it's $HOME"}\n  Lines: {Value: "a\\nb"}\n`,
    );
    const env = await world.run([
      'update-stack',
      'motto',
      '--template',
      template,
      '--outputs',
      '-',
      '--outputs-format',
      'env',
      ...CALM,
    ]);
    expect(env.code, env.stderr).to.equal(0);
    const shell = execFileSync('sh', ['-c', `${env.stdout}\nprintf '%s|%s' "$Motto" "$Lines"`], { encoding: 'utf8' });
    expect(shell, 'a shell reads them back').to.equal("it's $HOME|a\nb");
    const to = async (path: string) => world.json(['update-stack', 'motto', '--outputs', path, ...CALM]);
    const nowhere = await to(join(world.folder, 'none', 'outputs.json'));
    expect([nowhere.code, nowhere.document.failure?.code]).to.deep.equal([2, 'usage.outputs']);
    const none = await to('');
    expect([none.code, none.document.failure?.code]).to.deep.equal([2, 'usage.flags']);
    const full = await to('/dev/full');
    expect([full.code, full.document.failure?.code]).to.deep.equal([5, 'outputs.notWritten']);
    expect(full.stderr).to.include('no space left on device (ENOSPC)');
    expect(full.document.failure?.next.join()).to.include('ha-updater update-stack motto --outputs /dev/full');
    expect((await stat('/dev/full')).isCharacterDevice()).to.equal(true);
    expect((await world.run(['update-stack', 'motto', '--outputs-format', 'env'])).code).to.equal(2);
  });

  it('nothing is found to have gone wrong when nothing has', async () => {
    expect((await diagnose()).findings).to.deep.equal([]);
    expect((await world.run(['diagnose', 'web'])).stdout).to.match(/^Nothing that went wrong was found\.\n/);
  });

  it('a swap that rolled back says why by itself, and the stack goes back when asked to', async () => {
    const { code, document, stderr } = await update(
      UNHEALTHY,
      'AppVersion=2',
      `DbPassword=${OTHER}`,
      '--revert-on-failure',
    );
    expect(code, stderr).to.equal(4);
    expect(document.failure?.reasons.map((reason) => reason.code)).to.include('diagnose.notProven');
    expect(document.failure?.left)
      .to.include('the template and the parameters that it had except DbPassword')
      .and.include('Resumed on');
    const { stack, groups } = await status();
    const values = Object.fromEntries(stack.parameters.map(({ key, value }) => [key, value]));
    expect(values).to.include({ ImageId: GOOD.slice('ImageId='.length), AppVersion: '1' });
    expect(stack.status).to.equal('UPDATE_COMPLETE');
    expect(groups[0]).to.deep.include({ suspended: [] });
    expect(groups[0]?.frozen).to.equal(undefined);
    expect(groups[0]?.instances.every(({ inService }) => inService)).to.equal(true);
    expect(await world.ask('violations')).to.deep.equal([]);
  });

  it('diagnose tells of launches that failed, and of what was frozen', async () => {
    const { code, document, stderr } = await update(MISSING);
    expect(code, stderr).to.equal(4);
    expect(document.failure?.reasons.map((reason) => reason.code)).to.include('diagnose.imageMissing');
    const { findings } = await diagnose();
    expect(findings.map((finding) => finding.code)).to.include.members([
      'diagnose.imageMissing',
      'diagnose.rolledBack',
    ]);
    const page = await world.run(['diagnose', 'web']);
    expect(page.stdout)
      .to.match(/Group web-Group-\S+ could not launch: .*\[diagnose\.imageMissing\]/)
      .and.include('    Remedy: ')
      .and.include('ha-updater explain diagnose.');
    const group = (await status()).groups[0]?.name ?? '';
    const named = (await world.json<DiagnoseDocument>(['diagnose', '--asg', group])).document;
    expect(named.findings).not.to.deep.equal([]);
    expect(named)
      .to.deep.include({ groups: [group], missed: [] })
      .and.to.include.keys('region', 'at', 'notes');
  });

  it('status tells scripts in one word where a stack and its groups stand, and shows groups by name', async () => {
    const { stackState, groups } = await status();
    expect(stackState).to.equal('ok');
    const [group] = groups;
    expect(group).to.include({ state: 'frozen', inService: 2, outdated: 2 });
    const name = group?.name ?? '';
    const { code, document } = await world.json<GroupsStatusDocument>(['status', '--asg', name]);
    expect(code).to.equal(0);
    expect(document).not.to.have.any.keys('stack', 'resources');
    expect(document.groups.map((one) => [one.name, one.state])).to.deep.equal([[name, 'frozen']]);
    const unfreeze = `ha-updater unfreeze --asg ${name} --region eu-west-1`;
    expect(document.groups[0]?.next.some((line) => line.startsWith(unfreeze))).to.equal(true);
    expect((await world.run(['status', '--asg', name])).stdout).to.match(
      new RegExp(`^1 group, seen .*\\n\\nGroup ${name}: 2 of 2 instances in service`),
    );
    for (const [args, exit] of [
      [['--asg', 'other'], 3],
      [['web', '--asg', name], 2],
      [['--asg', name, '--events'], 2],
      [[], 2],
    ] as const)
      expect((await world.run(['status', ...args])).code, args.join(' ')).to.equal(exit);
  });

  it('diagnose tells of a stack that failed, at the resource', async () => {
    await update(GOOD, ...CALM_GROUPS);
    const { code, stderr } = await update('MaxSize=1', '--sizes', 'template');
    expect(code, stderr).to.equal(7);
    const { findings } = await diagnose();
    expect(findings.find((finding) => finding.code === 'diagnose.resourceFailed')).to.include({ resource: 'Group' });
  });

  it('refuses what cannot be diagnosed', async () => {
    expect((await world.run(['diagnose'])).code).to.equal(2);
    expect((await world.run(['diagnose', 'other'])).code).to.equal(3);
    expect((await world.run(['diagnose', '--asg', 'other'])).code).to.equal(3);
  });

  it('explain describes a code, lists all, and guesses what was meant', async () => {
    const one = await world.run(['explain', 'diagnose.imageMissing']);
    expect({ code: one.code, lines: one.stdout.trim().split('\n').length }).to.deep.equal({ code: 0, lines: 1 });
    expect((await world.run(['explain', '[diagnose.imageMissing]'])).stdout).to.equal(one.stdout);
    expect((await world.run(['explain'])).stdout).to.include('swap.rolledBack: ');
    const wrong = await world.run(['explain', 'swap.roledBack']);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.include('Did you mean swap.rolledBack?');
  });

  it('no secret was said', () => {
    expect(world.said()).not.to.include(SECRET).and.not.include(OTHER);
  });
});
