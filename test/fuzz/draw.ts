import { Config } from '@oclif/core/config';
import fc from 'fast-check';
import { ROOT } from '../support/root.js';
import { edit, editText, editWords, ODD_WORDS } from './edits.js';
import type { FuzzInput } from './input.js';
import { ASSEMBLY, PAIRS, SETTINGS } from './seeds.js';

const { commands } = await Config.load({ root: ROOT, ignoreManifest: true });

/** Sensible beginnings, each with what others would add; the sandbox command serves until it is stopped. */
const LINES: readonly (readonly string[])[] = [
  ['update-stack', 'web', 'ImageId=ami-00000000000000002'],
  // Long enough to be rolled back; whoever waits for longer only looks more often.
  ['update-stack', 'web', 'ImageId=ami-0000000000000bad0', '--healthy-timeout', '180'],
  ['update-stack', 'web', '--template', 'template.yaml', 'ImageId=ami-00000000000000002'],
  ['update-stack', 'new', '--template', 'template.yaml', '--parameters-file', 'values.json'],
  ['update-stack', 'web', '--parameters-file', 'values.json', '--outputs', 'outputs.json'],
  ['update-stack', 'Web', '--app', 'cdk.out'],
  ['plan', 'web', 'ImageId=ami-00000000000000002'],
  ['plan', 'web', '--template', 'template.yaml', '--parameters-file', 'values.json'],
  ['plan', 'Web', '--app', 'cdk.out'],
  ['plan', '--asg', 'web-group'],
  ['validate', 'template.yaml'],
  ['validate', 'template.yaml', 'values.json', '--offline'],
  ['validate', 'template.yaml', '--offline', '--format', 'sarif'],
  ['update-asgs', 'web', '--swap', 'always'],
  ['update-asgs', '--asg', 'web-group', '--strategy', 'rolling', '--swap', 'always'],
  ['restart', 'web', '--exec', 'true'],
  ['resume', 'web'],
  ['rollback', 'web'],
  ['cancel', 'web'],
  ['unfreeze', 'web'],
  ['status', 'web', '--events'],
  ['status', '--asg', 'web*', '--all-matching'],
  ['diagnose', 'web'],
  ['list', '--asg-tag', 'team=web'],
  ['history', 'web', '--history', 's3://runs/kept'],
  ['update-stack', 'web', '--to', '2026', '--history', 's3://runs/kept'],
  ['config', 'web'],
  ['config', '--schema'],
  ['explain', 'template.syntax'],
  ['server', 'deploy', 'rollouts', '--s3-bucket', 'mine', '--stacks', 'web'],
  ['server', 'status', 'rollouts'],
  ['server', 'remove', 'rollouts', '--force'],
  ['lock', 'show', 'web', '--lock', 'redis://127.0.0.1:1'],
  ['lock', 'release', 'web', '--lock', 'redis://127.0.0.1:1', '--force'],
];

/** How many words of a line name the command: they stay. */
const headOf = (line: readonly string[]): number => (line[0] === 'lock' || line[0] === 'server' ? 2 : 1);

/** Values that fit flags, by what their help calls the value; other flags get words that mean something to nobody. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  SECONDS: ['0', '1', '5', '60', '3600', '7200'],
  MINUTES: ['1', '60'],
  'N|P%': ['1', '50%', '0', '100%'],
  N: ['1', '2'],
  PERCENT: ['50%', '25%,50%'],
  '0.66|N': ['0.66', '1'],
  'KEY=VALUE': ['team=web', 'a=b'],
  'FILE|URL': ['template.yaml'],
  'FOLDER|COMMAND': ['cdk.out'],
  FILE: ['values.json', 'ha-updater.yml'],
  'FILE|-': ['outputs.json', '-'],
  COMMAND: ['true', 'false', 'echo x'],
  NAME: ['web-group', 'web*', 'CAPABILITY_IAM'],
  GROUP: ['Group', 'web-group', 'G*'],
  ADDRESS: ['redis://127.0.0.1:1'],
};

/** A flag of the command with a value, mostly one that fits. */
function flagWords(line: readonly string[]): fc.Arbitrary<string[]> {
  const id = line.slice(0, headOf(line)).join(':');
  const flags = Object.entries(commands.find((command) => command.id === id)?.flags ?? {});
  if (flags.length === 0) return fc.constant([]);
  return fc.constantFrom(...flags).chain(([name, flag]) => {
    if (flag.type === 'boolean') return fc.constantFrom([`--${name}`], [`--no-${name}`]);
    const fitting = flag.options ?? FITTING[String(flag.helpValue)] ?? ['x'];
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...fitting) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD_WORDS) },
    );
    return value.map((said) => [`--${name}`, said]);
  });
}

/** Few changes are worth more than many: what is changed beyond recognition is refused at the first word. */
const edits = fc.array(edit, { minLength: 1, maxLength: 3 });

/** What of an input is changed. One part mostly: two of them are refused for the first one. */
type Part = 'words' | 'template' | 'values' | 'settings' | 'assembly' | 'answers' | 'notes' | 'tags' | 'env';

/** A command line that is changed, or one of those that do something with the part that is changed. */
function wordsFor(part: Part): fc.Arbitrary<string[]> {
  if (part !== 'words') {
    const lines = LINES.filter(AFFECTED[part] ?? (() => true));
    return fc.constantFrom(...lines).map((line) => [...line, ...(part === 'answers' ? fewLooks(line) : [])]);
  }
  const change = fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: edits });
  return fc.constantFrom(...LINES).chain((line) =>
    fc.tuple(fc.array(flagWords(line), { maxLength: 3 }), change).map(([flags, changes]) => {
      const head = line.slice(0, headOf(line));
      return [...head, ...harmless(editWords([...line.slice(headOf(line)), ...flags.flat()], changes))];
    }),
  );
}

/** Each look is spoiled in the same few ways, and none of them is cheap over the wire. */
function fewLooks(line: readonly string[]): readonly string[] {
  return ROLLS.has(line[0] ?? '') ? ['--poll', '30'] : [];
}
const ROLLS: ReadonlySet<string> = new Set(['update-stack', 'update-asgs', 'restart', 'resume', 'rollback']);

const mentions =
  (word: string) =>
  (line: readonly string[]): boolean =>
    line.includes(word);
const AFFECTED: Partial<Readonly<Record<Part, (line: readonly string[]) => boolean>>> = {
  template: mentions('template.yaml'),
  values: mentions('values.json'),
  assembly: mentions('cdk.out'),
  notes: (line) =>
    ['update-asgs', 'resume', 'rollback', 'status', 'unfreeze', 'cancel', 'list'].includes(line[0] ?? ''),
  answers: (line) => !line.includes('--offline') && line[0] !== 'config' && line[0] !== 'explain',
};

/** Flags whose value a shell runs: what runs there is the user's own, and none of ours to try. */
const SHELL_FLAGS = commands
  .flatMap(({ flags }) => Object.entries(flags))
  .flatMap(([name, flag]) => ('helpValue' in flag && String(flag.helpValue) === 'COMMAND' ? [name] : []));
const RUNS = new RegExp(`^--(${[...new Set(SHELL_FLAGS)].join('|')})(=|$)`);
const HARMLESS = FITTING['COMMAND'] ?? [];

/** The same words, but nothing runs that was made up, and nothing is read or written outside of the folder. */
function harmless(list: readonly string[]): string[] {
  return list.map((word, index) => {
    const before = list[index - 1] ?? '';
    if (RUNS.test(word) && word.includes('=')) return `${word.slice(0, word.indexOf('='))}=true`;
    if (RUNS.test(before) && !before.includes('=') && !HARMLESS.includes(word)) return 'true';
    if (word.startsWith('--app=')) return '--app=cdk.out';
    return before === '--app' ? 'cdk.out' : word;
  });
}

/** A file, changed when it is its turn. */
const file = (seeds: readonly string[], changed: boolean): fc.Arbitrary<string> =>
  changed
    ? fc.tuple(fc.constantFrom(...seeds), edits).map(([seed, changes]) => editText(seed, changes))
    : fc.constantFrom(...seeds);

/** An assembly in which one file is changed. */
const assembly = (changed: boolean): fc.Arbitrary<Record<string, string>> =>
  fc
    .tuple(fc.constantFrom(...Object.keys(ASSEMBLY)), changed ? edits : fc.constant([]))
    .map(([name, changes]) =>
      Object.fromEntries(
        Object.entries(ASSEMBLY).map(([each, text]) => [
          `cdk.out/${each}`,
          each === name ? editText(text, changes) : text,
        ]),
      ),
    );

const filesFor = (part: Part): fc.Arbitrary<Record<string, string>> =>
  fc
    .tuple(
      fc
        .constantFrom(...PAIRS)
        .chain((pair) => fc.tuple(file([pair.template], part === 'template'), file(pair.values, part === 'values'))),
      part === 'settings' ? file(SETTINGS, true) : fc.constant(undefined),
      assembly(part === 'assembly'),
    )
    .map(([[template, values], settings, synthesized]) => ({
      'template.yaml': template,
      'values.json': values,
      ...(settings === undefined ? {} : { 'ha-updater.yml': settings }),
      ...synthesized,
    }));

const env = fc
  .tuple(
    fc.constantFrom('SWAP', 'WARMUP', 'STRATEGY', 'TAG', 'OUTPUT', 'LOCK', 'CONFIG', 'SPEED'),
    fc.constantFrom(...ODD_WORDS.filter((word) => word !== '\0')),
  )
  .map(([name, value]) => ({ [`HA_UPDATER_${name}`]: value }));

/** Tags of ours with what no version of ours writes. */
const tags = fc
  .tuple(
    fc.constantFrom('rollout', 'lease', 'verdict', 'frozen', 'out', 'wish', 'gates', 'never', 'other'),
    fc.oneof(fc.constantFrom(...ODD_WORDS), fc.json(), fc.constant('{"v":1}')),
  )
  .map(([name, value]) => ({ [`ha-updater:${name}`]: value.slice(0, 256) }));

const answers = fc.array(
  fc.record({
    from: fc.nat({ max: 40 }),
    count: fc.constantFrom(1, 1, 3, 1000),
    edits: fc.array(edit, { minLength: 1, maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 2 },
);

const kindFor = (part: Part): fc.Arbitrary<FuzzInput['world']['kind']> =>
  part === 'notes'
    ? fc.constant('interrupted' as const)
    : fc.oneof(
        { weight: 1, arbitrary: fc.constant('empty' as const) },
        { weight: 6, arbitrary: fc.constant('stack' as const) },
        { weight: 1, arbitrary: fc.constant('interrupted' as const) },
      );

const inputFor = (part: Part): fc.Arbitrary<FuzzInput> =>
  fc.record({
    world: fc.record({
      kind: kindFor(part),
      tags: part === 'tags' ? tags : fc.constant({}),
      noteEdits: part === 'notes' ? edits : fc.constant([]),
    }),
    words: wordsFor(part),
    files: filesFor(part),
    env: part === 'env' ? env : fc.constant({}),
    answers: part === 'answers' ? answers : fc.constant([]),
  });

/** Everything that a run takes in, one part of it changed a little. */
export const fuzzInput: fc.Arbitrary<FuzzInput> = fc.oneof(
  { weight: 8, arbitrary: inputFor('words') },
  { weight: 6, arbitrary: inputFor('template') },
  { weight: 4, arbitrary: inputFor('answers') },
  ...(['values', 'settings', 'assembly', 'notes'] as const).map((part) => ({ weight: 2, arbitrary: inputFor(part) })),
  ...(['tags', 'env'] as const).map((part) => ({ weight: 1, arbitrary: inputFor(part) })),
);
