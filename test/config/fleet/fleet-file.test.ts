import { expect } from 'chai';
import { parseFleet } from '../../../src/config/fleet/fleet-file.js';
import { Failure } from '../../../src/errors.js';
import type { Fleet } from '../../../src/fleet/waves.js';

const flag = (name: string, more = {}) => ({ name, kind: 'text' as const, many: false, negatable: false, ...more });
const SHARED = [flag('strategy', { options: ['swap', 'rolling'] }), flag('canary'), flag('warmup'), flag('confirm')];
const CALENDAR = flag('change-calendar', { many: true });
const SHAPES = {
  stack: [
    ...SHARED,
    CALENDAR,
    flag('template', { takes: 'FILE|URL' }),
    flag('tag', { many: true, takes: 'KEY=VALUE' }),
  ],
  groups: [...SHARED, CALENDAR, flag('image')],
};

const parse = (text: string): Promise<Fleet> =>
  parseFleet(text, { file: 'f.yaml', folder: '/fleets', shapes: SHAPES, readPath: (path) => `/fleets/${path}` });

/** Every problem of a text, as it is told. */
async function problems(text: string): Promise<readonly string[]> {
  try {
    await parse(text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.exitCode).to.equal(2);
    const { what, reasons } = error.facts;
    return reasons.length === 0
      ? [what]
      : reasons.map((reason) => `${reason.text} ${typeof reason.remedy === 'string' ? reason.remedy : ''}`.trim());
  }
  return [];
}

/** One wave with these lines of targets, each indented as an item. */
const waveOf = (...targets: readonly string[]): string =>
  `waves:\n  - name: one\n    targets:\n${targets.map((line) => `      - ${line}\n`).join('')}`;

describe('a fleet file', () => {
  it('merges the defaults into each target, parameters one by one', async () => {
    const { waves } = await parse(`
defaults:
  stack: web
  region: eu-west-1
  template: web.yaml
  strategy: rolling
  image: ami-1
  parameters: {Image: ami-1, Size: 4, Nets: [a, b], Secret: "@file:s.txt", At: "@@x", Zero: 007}
waves:
  - name: canary
    bake: 1h30m
    alarms: [errors, slow]
    change-calendar: freeze
    targets:
      - name: ie
  - name: rest
    concurrency: 5
    approval: true
    tolerated-failures: 1
    on-failure: keep
    targets:
      - {name: us, region: us-east-1, profile: prod, parameters: {Size: 8}, strategy: swap, tag: {team: web}}
      - {name: groups, asg: [a, b], canary: 2}
`);
    expect(waves.map(({ targets: _targets, ...words }) => words)).to.deep.equal([
      { name: 'canary', concurrency: 1, bakeMs: 5_400_000, alarms: ['errors', 'slow'], approval: false, tolerated: 0 },
      { name: 'rest', concurrency: 5, bakeMs: 0, alarms: [], approval: true, tolerated: 1 },
    ]);
    const [ie, us, groups] = waves.flatMap(({ targets }) => targets);
    expect(ie).to.deep.equal({
      name: 'ie',
      wave: 'canary',
      stack: 'web',
      asgs: [],
      region: 'eu-west-1',
      parameters: ['Image=ami-1', 'Size=4', 'Nets=a,b', 'Secret=@file:/fleets/s.txt', 'At=@@x', 'Zero=007'],
      settings: { 'change-calendar': ['freeze'], template: '/fleets/web.yaml', strategy: 'rolling' },
      at: 'f.yaml:15:9',
    });
    expect(us).to.deep.include({ region: 'us-east-1', profile: 'prod', stack: 'web' });
    expect(us?.parameters).to.include('Size=8').and.include('Image=ami-1').and.not.include('Size=4');
    expect(us?.settings).to.deep.include({ strategy: 'swap', tag: ['team=web'] });
    // A target that names groups takes none of the stack's words.
    expect(groups).to.deep.include({ asgs: ['a', 'b'], parameters: [], region: 'eu-west-1' });
    expect(groups?.stack).to.equal(undefined);
    expect(groups?.settings).to.deep.equal({ strategy: 'rolling', image: 'ami-1', canary: '2' });
  });

  for (const [name, text, ...told] of [
    ['nothing at all', '', 'f.yaml:1:1: waves has to be a list that is not empty. Write - name: NAME below it.'],
    ['a list', '[]', 'The file is no map', 'waves has to be a list'],
    ['no YAML', 'waves: [', 'f.yaml:1:9: not a fleet file: Flow sequence'],
    ['a key of its own', `tasks: 1\n${waveOf('{name: a, stack: b}')}`, 'f.yaml:1:1: tasks is no part of a fleet file.'],
    [
      'a mistyped key of a wave',
      'waves: [{name: a, concurrency2: 2, targets: [{name: b, stack: c}]}]',
      'There is no concurrency2 of a wave. Did you mean concurrency?',
    ],
    [
      'too many at once',
      'waves: [{name: a, concurrency: 21, targets: [{name: b, stack: c}]}]',
      'concurrency takes a whole number from 1 to 20.',
    ],
    [
      'half a target at once',
      'waves: [{name: a, concurrency: 0.5, targets: [{name: b, stack: c}]}]',
      'concurrency takes a whole number',
    ],
    [
      'a bake of weeks',
      'waves: [{name: a, bake: 30d, targets: [{name: b, stack: c}]}]',
      'bake takes a time of at most 24 hours',
    ],
    ['a bake in words', 'waves: [{name: a, bake: long, targets: [{name: b, stack: c}]}]', 'bake takes a time'],
    [
      'an approval in words',
      'waves: [{name: a, approval: yes, targets: [{name: b, stack: c}]}]',
      'approval takes true or false.',
    ],
    [
      'fewer than no failures',
      'waves: [{name: a, tolerated-failures: -1, targets: [{name: b, stack: c}]}]',
      'tolerated-failures takes a whole number from 0',
    ],
    [
      'a way back that there is not',
      'waves: [{name: a, on-failure: back, targets: [{name: b, stack: c}]}]',
      'on-failure takes keep alone; there is no back yet.',
    ],
    [
      'an alarm that is no name',
      'waves: [{name: a, alarms: [{}], targets: [{name: b, stack: c}]}]',
      'alarms takes one text, or a list of texts.',
    ],
    [
      'two waves of one name',
      'waves:\n  - {name: a, targets: [{name: b, stack: c}]}\n  - {name: a, targets: [{name: d, stack: e}]}',
      'f.yaml:3:5: There are two waves a.',
    ],
    ['a wave without targets', 'waves: [{name: a, targets: []}]', 'f.yaml:1:28: targets of wave a has to be a list'],
    [
      'two targets of one name',
      waveOf('{name: a, stack: b}', '{name: a, stack: c}'),
      'f.yaml:5:9: There are two targets a. The other one stands at f.yaml:4:9.',
    ],
    [
      'the same stack twice',
      waveOf('{name: a, stack: b}', '{name: c, stack: b}'),
      'f.yaml:5:9: Target c is stack b, as target a is.',
    ],
    ['a target without a name', waveOf('{stack: b}'), 'f.yaml:4:9: A target has no name.'],
    ['a name with a space', waveOf('{name: a b, stack: b}'), 'f.yaml:4:16: The name of a target has 1 to 64'],
    ['neither stack nor groups', waveOf('{name: a}'), 'f.yaml:4:9: A target says no stack and no asg.'],
    ['both of them', waveOf('{name: a, stack: b, asg: c}'), 'A target has either stack or asg, not both.'],
    ['a role', waveOf('{name: a, stack: b, role: x}'), 'A target takes no role. Write profile: NAME'],
    [
      'a setting that there is not',
      waveOf('{name: a, stack: b, templates: x}'),
      'f.yaml:4:29: There is no setting templates of a target. Did you mean template?',
    ],
    [
      'a setting for one terminal',
      waveOf('{name: a, stack: b, confirm: true}'),
      'confirm is no setting of a target. Use approval: true of a wave.',
    ],
    [
      'a setting of stacks for groups',
      waveOf('{name: a, asg: b, template: x}'),
      'template is for a stack, and this target names groups.',
    ],
    [
      'a setting of groups for a stack',
      waveOf('{name: a, stack: b, image: x}'),
      'image is for groups, and this target names a stack.',
    ],
    [
      'parameters of groups',
      waveOf('{name: a, asg: b, parameters: {A: 1}}'),
      'parameters are for a stack, and this target names groups.',
    ],
    [
      'a parameter that is a map',
      waveOf('{name: a, stack: b, parameters: {A: {}}}'),
      'Parameter A takes one value, or a list of values.',
    ],
    [
      'a choice that there is not',
      waveOf('{name: a, stack: b, strategy: x}'),
      'strategy takes swap, rolling, not "x".',
    ],
    [
      'a number that is none',
      waveOf('{name: a, stack: b, warmup: soon}'),
      'f.yaml:4:29: --warmup must be a number of seconds',
    ],
    [
      'a name among the defaults',
      `defaults: {name: a}\n${waveOf('{name: a, stack: b}')}`,
      'Each target has a name of its own.',
    ],
  ] as const)
    it(`refuses ${name}`, async () => {
      const found = await problems(text);
      expect(found.length, found.join('\n')).to.equal(told.length);
      for (const [index, words] of told.entries()) expect(found[index]).to.include(words);
    });

  it('tells a fault of the defaults once, however many targets take it over', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `{name: t${index}, stack: s${index}}`);
    expect(await problems(`defaults: {warmup: soon}\n${waveOf(...many)}`)).to.have.length(1);
  });

  it('tells all faults at once', async () => {
    const found = await problems(`defaults: {x: 1}\n${waveOf('{name: a, stack: b, y: 1}', '{stack: c}')}`);
    expect(found).to.have.length(3);
  });

  it('takes as many targets as one process can keep an eye on', async () => {
    const many = (count: number) =>
      waveOf(...Array.from({ length: count }, (_, index) => `{name: t${index}, stack: s${index}}`));
    expect(await problems(many(2000))).to.deep.equal([]);
    expect(await problems(many(2001))).to.have.length(1);
  });
});
