import { isAbsolute, join } from 'node:path';
import { isSeq, type Node } from 'yaml';
import { readValue, type FlagShape, type PathReader, type Said } from '../reading/flag-values.js';
import { didYouMean, entries, isNothing, type YamlFile } from '../reading/yaml-file.js';
import { texts, textOf, type Entries } from './wave-keys.js';

/** Flags of the two commands that roll a target out, as the command line declares them. */
export interface TargetFlagShapes {
  /** Of `update-stack`. */
  readonly stack: readonly FlagShape[];
  /** Of `update-asgs`. */
  readonly groups: readonly FlagShape[];
}

/** What targets and defaults are read with. */
export interface TargetReader extends YamlFile {
  readonly shapes: TargetFlagShapes;
  readonly readPath: PathReader;
  /** Folder of the file, from which `@file:` reads. */
  readonly folder: string;
}

/** Some words of a target, or of the defaults of all of them. */
export interface TargetWords {
  readonly stack?: string;
  readonly asgs?: readonly string[];
  readonly region?: string;
  readonly profile?: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, Said>;
}

/** Keys of a target that are no flags. */
const OWN = ['name', 'stack', 'asg', 'region', 'profile', 'role', 'parameters'] as const;

/**
 * Flags that a fleet has no use for: how one run is shown or asked about, what is made for later, and where it runs.
 * Whoever writes one of them is told why.
 */
const NOT_HERE: Readonly<Record<string, string>> = {
  'all-matching': 'Name the groups by asg.',
  'asg-tag': 'Name the groups by asg.',
  'change-set': 'A fleet makes a change set for each target by itself.',
  'ci-log': 'How a fleet is shown is said on the command line.',
  confirm: 'Use approval: true of a wave.',
  execute: 'fleet plan FILE shows what would happen.',
  on: 'A fleet runs in one process; there is no --on server for it yet.',
  output: 'How a fleet is shown is said on the command line.',
  quiet: 'How a fleet is shown is said on the command line.',
  server: 'A fleet runs in one process; there is no --on server for it yet.',
  to: 'Give the target what it should have; update-stack --to goes back with one stack.',
};

/** All names that a target may hold. */
function targetKeys({ stack, groups }: TargetFlagShapes): readonly string[] {
  const flags = [...stack, ...groups].map(({ name }) => name).filter((name) => NOT_HERE[name] === undefined);
  return [...new Set([...OWN, ...flags])].sort();
}

/**
 * Reads the keys of a target or of the defaults.
 * @param noun what messages call it
 * @param kind of which command its flags have to be; `any` for defaults, of which each target takes what it knows
 */
export async function readTarget(
  reader: TargetReader,
  all: Entries,
  kind: 'stack' | 'groups' | 'any',
): Promise<TargetWords> {
  const settings = new Map<string, Said>();
  for (const [name, [key, node]] of all) {
    if (OWN.some((own) => own === name)) continue;
    const flag = flagFor(reader, { name, key, kind });
    const value = flag === undefined ? undefined : await readValue(reader, flag, key, node);
    if (value !== undefined) settings.set(name, { name, value, at: reader.place(key) });
  }
  refuseRole(reader, all.get('role'));
  const stack = one(reader, 'stack', all.get('stack'));
  const region = one(reader, 'region', all.get('region'));
  const profile = one(reader, 'profile', all.get('profile'));
  const asg = all.get('asg');
  return {
    ...(stack !== undefined && { stack }),
    ...(asg !== undefined && { asgs: texts(reader, 'asg', asg) }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    parameters: parameters(reader, all.get('parameters')),
    settings,
  };
}

function flagFor(
  reader: TargetReader,
  { name, key, kind }: { readonly name: string; readonly key: Node; readonly kind: 'stack' | 'groups' | 'any' },
): FlagShape | undefined {
  const { shapes } = reader;
  const why = NOT_HERE[name];
  const find = (of: readonly FlagShape[]): FlagShape | undefined => of.find((flag) => flag.name === name);
  const known =
    kind === 'groups'
      ? find(shapes.groups)
      : (find(shapes.stack) ?? (kind === 'any' ? find(shapes.groups) : undefined));
  if (known !== undefined && why === undefined) return known;
  if (why !== undefined) reader.wrong(key, `${name} is no setting of a target.`, why);
  else if (find(shapes.stack) !== undefined)
    reader.wrong(key, `${name} is for a stack, and this target names groups.`, 'Remove it.');
  else if (find(shapes.groups) !== undefined)
    reader.wrong(key, `${name} is for groups, and this target names a stack.`, 'Remove it.');
  else reader.wrong(key, `There is no setting ${name} of a target.`, didYouMean(name, targetKeys(shapes)));
  return undefined;
}

/** Commands that are printed for a target have to work in its account, and none of them can take a role. */
function refuseRole(reader: TargetReader, entry: readonly [Node, Node | null] | undefined): void {
  if (entry === undefined) return;
  reader.wrong(
    entry[0],
    'A target takes no role.',
    'Write profile: NAME, and role_arn below that profile of the AWS configuration files (docs/ACCOUNTS.md).',
  );
}

function one(reader: TargetReader, name: string, entry: readonly [Node, Node | null] | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const [key, node] = entry;
  const text = textOf(node);
  if (text !== undefined && text !== '') return text;
  reader.wrong(node ?? key, `${name} takes one text.`, '');
  return undefined;
}

/** A list becomes text with commas, as CloudFormation has it. */
function parameters(
  reader: TargetReader,
  entry: readonly [Node, Node | null] | undefined,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (entry === undefined) return found;
  for (const [key, name, node] of entries(reader, entry[1], 'parameters')) {
    const items = isSeq(node)
      ? node.items.map((item) => textOf(reader.follow(item)))
      : [isNothing(node) ? '' : textOf(node)];
    if (items.includes(undefined))
      reader.wrong(node ?? key, `Parameter ${name} takes one value, or a list of values.`, '');
    else found.set(name, inFolder(items.join(','), reader.folder));
  }
  return found;
}

/** Paths are read from the folder of the file, as everywhere in it. */
function inFolder(value: string, folder: string): string {
  const [, path] = /^@file:(.+)$/s.exec(value) ?? [];
  return path === undefined || isAbsolute(path) ? value : `@file:${join(folder, path)}`;
}
