import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findSettings, parseSettings, type FlagShape, type SettingsFile } from '../../src/config/settings-file.js';
import { readSettings, withOrigins, type Settings, type SettingsAsked } from '../../src/config/settings.js';
import { Failure, badFlags, problem, usage } from '../../src/errors.js';

const text = (name: string, more: Partial<FlagShape> = {}): FlagShape => ({
  name,
  kind: 'text',
  many: false,
  negatable: false,
  ...more,
});
const FLAGS: readonly FlagShape[] = [
  text('warmup', { takes: 'SECONDS' }),
  text('region'),
  text('profile'),
  text('swap', { options: ['outdated', 'always', 'never'] }),
  text('template', { takes: 'FILE|URL' }),
  text('app', { takes: 'FOLDER|COMMAND' }),
  text('expect-account', { many: true, takes: 'ID' }),
  text('tag', { many: true, takes: 'KEY=VALUE' }),
  { name: 'together', kind: 'switch', many: false, negatable: true },
  { name: 'force', kind: 'switch', many: false, negatable: false },
];

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const parse = (yaml: string): Promise<SettingsFile> => parseSettings(yaml, 'f.yml', FLAGS, (path) => `/here/${path}`);
const valuesOf = (said: readonly { readonly name: string; readonly value: unknown }[]): object =>
  Object.fromEntries(said.map(({ name, value }) => [name, value]));

describe('a settings file', () => {
  it('holds flags by name, for all stacks and for one', async () => {
    const { defaults, stacks } = await parse(
      'defaults: {warmup: 40, together: false}\nstacks:\n  web:\n    tag: {team: web, note: ""}\n    swap: always\n',
    );
    expect(defaults).to.deep.equal([
      { name: 'warmup', value: '40', at: 'f.yml:1:12' },
      { name: 'together', value: false, at: 'f.yml:1:24' },
    ]);
    expect(valuesOf(stacks.get('web') ?? [])).to.deep.equal({ tag: ['team=web', 'note='], swap: 'always' });
  });

  it('keeps values as they are written, and a single one stands for a list of it', async () => {
    const { defaults } = await parse('defaults: {expect-account: 012345678901, tag: [a=1, "b=2"], warmup: 1.50}\n');
    expect(valuesOf(defaults)).to.deep.equal({
      'expect-account': ['012345678901'],
      tag: ['a=1', 'b=2'],
      warmup: '1.50',
    });
  });

  it('reads paths from its own folder, and nothing else', async () => {
    const { defaults, stacks } = await parse(
      'defaults: {template: a.yaml, region: a.yaml}\nstacks: {x: {app: cdk.out}}\n',
    );
    expect(valuesOf(defaults)).to.deep.equal({ template: '/here/a.yaml', region: 'a.yaml' });
    expect(valuesOf(stacks.get('x') ?? [])).to.deep.equal({ app: '/here/cdk.out' });
  });

  for (const empty of ['', '# nothing\n', 'defaults:\nstacks:\n  web:\n']) {
    it(`may say nothing: ${JSON.stringify(empty)}`, async () =>
      expect((await parse(empty)).defaults).to.deep.equal([]));
  }

  for (const [yaml, ...says] of [
    ['defaults: {warmap: 1}', 'f.yml:1:12: There is no flag warmap. Did you mean warmup?'],
    ['defaults: {no-together: true}', 'f.yml:1:12: There is no flag no-together. Write together: false.'],
    ['defaults: {parameters: {A: 1}}', 'Parameters of the template stand in a file of their own: parameters-file.'],
    ['warmup: 1', 'f.yml:1:1: warmup is no part of a settings file. Write it below defaults'],
    ['default: {}', 'Did you mean defaults?'],
    ['defaults: {force: yes}', 'f.yml:1:19: force takes true or false.'],
    ['defaults: {swap: sometimes}', 'f.yml:1:18: swap takes outdated, always, never, not "sometimes".'],
    ['defaults:\n  warmup:\n', 'f.yml:2:3: warmup has no value.'],
    ['defaults: {warmup: [1, 2]}', 'f.yml:1:20: warmup takes one value.'],
    ['defaults: [1]', 'f.yml:1:11: defaults is no map.'],
    ['defaults: {warmup: 1, warmup: 2}', 'f.yml:1:23: not a settings file: the same key stands twice'],
    ['defaults: {warmup: 1', 'f.yml:1:', 'not a settings file'],
    ['defaults: {a: 1, b: 2}', 'f.yml has 2 faults.'],
  ] as const) {
    it(`is refused with the place: ${JSON.stringify(yaml)}`, async () => {
      const failure = await failureOf(parse(yaml));
      expect(failure.outcome).to.equal('usage');
      for (const words of says) expect(failure.facts.what).to.include(words);
    });
  }

  it('is looked for up to the root of the repository and no further', async () => {
    const top = await mkdtemp(join(tmpdir(), 'ha-updater-'));
    const deep = join(top, 'repository', 'a', 'b');
    await mkdir(deep, { recursive: true });
    await writeFile(join(top, 'ha-updater.yml'), '');
    expect(await findSettings(deep), 'no repository').to.equal(undefined);
    expect(await findSettings(top), 'the folder itself').to.equal(join(top, 'ha-updater.yml'));
    await mkdir(join(top, 'repository', '.git'));
    expect(await findSettings(deep), 'above the repository').to.equal(undefined);
    await writeFile(join(top, 'repository', 'ha-updater.yaml'), '');
    expect(await findSettings(deep)).to.equal(join(top, 'repository', 'ha-updater.yaml'));
    await writeFile(join(top, 'repository', 'ha-updater.yml'), '');
    expect((await failureOf(findSettings(deep))).facts.code).to.equal('config.file');
    await rm(top, { recursive: true });
  });
});

describe('settings', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
    await writeFile(
      join(folder, 'ha-updater.yml'),
      'defaults: {warmup: 40, region: eu-west-3, template: t.yaml, expect-account: ["1"], force: true}\nstacks: {web: {warmup: 50, app: npx cdk synth, expect-account: []}}\n',
    );
  });
  after(() => rm(folder, { recursive: true }));
  const read = (more: Partial<SettingsAsked> = {}): Promise<Settings> =>
    readSettings({
      flags: FLAGS,
      known: () => Promise.resolve(FLAGS),
      typed: new Set(),
      env: {},
      cwd: folder,
      ...more,
    });

  it('of the stack replace the defaults, a list as a whole, and what excludes them', async () => {
    const { said, overridden } = await read({ stack: 'web' });
    expect(valuesOf(said)).to.deep.equal({ warmup: '50', app: 'npx cdk synth', region: 'eu-west-3', force: true });
    expect(overridden.map(({ name, by }) => `${name} by ${by}`)).to.deep.equal([
      'warmup by ha-updater.yml:2:16',
      'template by ha-updater.yml:2:28',
      'expect-account by ha-updater.yml:2:48',
    ]);
    expect(valuesOf((await read({ stack: 'other' })).said)).to.include({
      warmup: '40',
      template: join(folder, 't.yaml'),
    });
  });

  it('give way to what is typed, then to variables', async () => {
    const env = { HA_UPDATER_WARMUP: '60', HA_UPDATER_FORCE: 'false', HA_UPDATER_TAG: 'a=1\nb=2', HA_UPDATER_SWAP: '' };
    expect(valuesOf((await read({ stack: 'web', env })).said)).to.deep.equal({
      warmup: '60',
      tag: ['a=1', 'b=2'],
      force: false,
      app: 'npx cdk synth',
      region: 'eu-west-3',
    });
    const typed = await read({ stack: 'web', env, typed: new Set(['warmup', 'template']) });
    expect(valuesOf(typed.said)).to.deep.equal({ tag: ['a=1', 'b=2'], force: false, region: 'eu-west-3' });
    expect(typed.overridden.map(({ name, by }) => `${name} by ${by}`)).to.include.members([
      'warmup by --warmup',
      'app by --template',
      'force by HA_UPDATER_FORCE',
    ]);
  });

  it("know AWS's own variables as stronger than the file, and weaker than ours", async () => {
    expect(valuesOf((await read({ env: { AWS_REGION: 'us-east-1' } })).said)).not.to.have.property('region');
    expect(
      valuesOf((await read({ env: { AWS_REGION: 'us-east-1', HA_UPDATER_REGION: 'eu-west-2' } })).said),
    ).to.include({ region: 'eu-west-2' });
  });

  it('leave alone what only other commands know', async () => {
    const { said } = await read({ flags: FLAGS.filter(({ name }) => name === 'warmup') });
    expect(valuesOf(said)).to.deep.equal({ warmup: '40' });
  });

  it('come from the file that is named, or from none', async () => {
    expect((await read({ config: '' })).said).to.deep.equal([]);
    expect((await read({ env: { HA_UPDATER_CONFIG: '' } })).said).to.deep.equal([]);
    expect((await failureOf(read({ config: 'none.yml' }))).facts.what).to.include(
      'none.yml cannot be read: there is no such file',
    );
  });

  it('tell of variables that are wrong or look mistyped', async () => {
    const wrong = await failureOf(read({ env: { HA_UPDATER_FORCE: 'maybe', HA_UPDATER_SWAP: 'x' } }));
    expect(wrong.facts.what)
      .to.include('HA_UPDATER_FORCE takes true or false, not "maybe".')
      .and.to.include('HA_UPDATER_SWAP takes outdated');
    const { remarks } = await read({
      env: { HA_UPDATER_WARMPU: '1', HA_UPDATER_VERSION: '1.2', HA_UPDATER_SPEED: '1' },
    });
    expect(remarks).to.deep.equal(['HA_UPDATER_WARMPU means nothing here; did you mean HA_UPDATER_WARMUP?']);
  });

  it('are named by a failure that blames their flag', () => {
    const said = [{ name: 'warmup', value: 'x', at: 'f.yml:3:3' }];
    expect(
      (withOrigins(badFlags([problem('--warmup must be a number.', 'warmup')]), said) as Failure).facts.what,
    ).to.equal('--warmup must be a number. --warmup comes from f.yml:3:3.');
    expect(
      (withOrigins(usage('usage.flags', 'The sentence names --warmup, and blames nothing.'), said) as Failure).facts
        .what,
    ).not.to.include('f.yml');
  });
});
