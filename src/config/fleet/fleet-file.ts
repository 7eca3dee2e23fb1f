import { dirname, resolve } from 'node:path';
import { isSeq, type Node } from 'yaml';
import { Failure, usage } from '../../errors.js';
import { readBounded } from '../../files/read-bounded.js';
import { whyNot } from '../../files/system-fault.js';
import { placeOf, type Fleet, type Target, type Wave } from '../../fleet/waves.js';
import { pathReader, type PathReader } from '../reading/flag-values.js';
import { didYouMean, entries, isNothing, openYaml } from '../reading/yaml-file.js';
import { readWanted } from '../rollout-plan.js';
import { readTarget, type TargetFlagShapes, type TargetReader, type TargetWords } from './target-keys.js';
import { readName, readWave, type Entries } from './wave-keys.js';

const KIND = { noun: 'fleet file', syntax: 'fleet.syntax', value: 'fleet.value' };

/** Far more than a thousand targets need. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Most targets of one file: what one process keeps an eye on. */
const MOST_TARGETS = 2000;

/**
 * Reads a fleet file.
 * @param file as it was typed
 * @param cwd the folder from which `file` is read; relative paths in it are read from its own folder
 * @throws Failure `usage` with every problem, each with its line and column
 */
export async function readFleetFile(file: string, cwd: string, shapes: TargetFlagShapes): Promise<Fleet> {
  if (file === '') throw usage('fleet.file', 'FILE must not be empty.');
  const path = resolve(cwd, file);
  const bytes = await readBounded(path, MAX_BYTES).catch((thrown: unknown) => {
    throw usage('fleet.file', `The fleet file ${file} cannot be read: ${whyNot(thrown)}.`);
  });
  if (bytes === undefined)
    throw usage('fleet.file', `The fleet file ${file} has more than ${MAX_BYTES} bytes, far more than a fleet needs.`);
  const folder = dirname(path);
  return parseFleet(bytes.toString('utf8'), { file, folder, shapes, readPath: pathReader(folder) });
}

/** What the text of a fleet file is read with. */
export interface FleetSource {
  /** As messages call it. */
  readonly file: string;
  readonly folder: string;
  readonly shapes: TargetFlagShapes;
  readonly readPath: PathReader;
}

/** The same from its text. */
export async function parseFleet(text: string, { file, folder, shapes, readPath }: FleetSource): Promise<Fleet> {
  const yaml = openYaml(text, file, KIND);
  const reader: TargetReader = { ...yaml, shapes, readPath, folder };
  const top = byName(reader, yaml.root, 'The file');
  for (const [name, [key]] of top)
    if (name !== 'defaults' && name !== 'waves')
      yaml.wrong(key, `${name} is no part of a fleet file.`, didYouMean(name, ['defaults', 'waves']));
  const defaults = await readDefaults(reader, top.get('defaults')?.[1] ?? null);
  const items = itemsOf(reader, top.get('waves'), { noun: 'waves', owner: yaml.root });
  const waves: Wave[] = [];
  for (const item of items) waves.push(await readOneWave(reader, item, defaults));
  twice(reader, items, waves);
  yaml.expectRight();
  return { file, waves };
}

function byName(reader: TargetReader, node: Node | null, noun: string): Entries {
  return new Map(entries(reader, node, noun).map(([key, name, value]) => [name, [key, value] as const]));
}

async function readDefaults(reader: TargetReader, node: Node | null): Promise<TargetWords> {
  const all = byName(reader, node, 'defaults');
  const name = all.get('name');
  if (name !== undefined) reader.wrong(name[0], 'Each target has a name of its own.', 'Remove it.');
  return readTarget(reader, all, 'any');
}

/** The items of a list that has to be there, and to hold something. */
function itemsOf(
  reader: TargetReader,
  entry: readonly [Node, Node | null] | undefined,
  { noun, owner }: { readonly noun: string; readonly owner: Node | null },
): readonly Node[] {
  const [key = owner, node = null] = entry ?? [];
  if (isSeq(node)) {
    const items = node.items.map((item) => reader.follow(item) ?? node);
    if (items.length > 0) return items;
  }
  reader.wrong(
    isNothing(node) ? key : node,
    `${noun} has to be a list that is not empty.`,
    `Write - name: NAME below it.`,
  );
  return [];
}

async function readOneWave(reader: TargetReader, node: Node, defaults: TargetWords): Promise<Wave> {
  const all = byName(reader, node, 'A wave');
  const { calendars, ...words } = readWave(reader, all, node);
  const items = itemsOf(reader, all.get('targets'), { noun: `targets of wave ${words.name || '?'}`, owner: node });
  const targets: Target[] = [];
  for (const item of items) targets.push(await readOneTarget(reader, item, { defaults, calendars, wave: words.name }));
  return { ...words, targets };
}

/** What a target takes over from its wave and the defaults. */
interface Inherited {
  readonly defaults: TargetWords;
  readonly calendars: readonly string[] | undefined;
  readonly wave: string;
}

async function readOneTarget(
  reader: TargetReader,
  node: Node,
  { defaults, calendars, wave }: Inherited,
): Promise<Target> {
  const all = byName(reader, node, 'A target');
  const name = readName(reader, 'target', all.get('name'), node);
  const kind = all.has('asg') || (defaults.asgs !== undefined && !all.has('stack')) ? 'groups' : 'stack';
  const own = await readTarget(reader, all, kind);
  const which = whichOf(reader, node, { all, kind, own, defaults });
  const flags = new Set(reader.shapes[kind].map((flag) => flag.name));
  const theirs = [...defaults.settings].filter(([flag]) => flags.has(flag));
  const said = new Map([...theirs, ...own.settings]);
  const settings = {
    ...(calendars !== undefined && { 'change-calendar': calendars }),
    ...Object.fromEntries([...said.values()].map((one) => [one.name, one.value])),
  };
  expectLimits(reader, node, { settings, said, name });
  const region = own.region ?? defaults.region;
  const profile = own.profile ?? defaults.profile;
  return {
    name,
    wave,
    ...which,
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    settings,
    at: reader.place(node),
  };
}

/** The stack with its parameters, or the groups. */
function whichOf(
  reader: TargetReader,
  node: Node,
  {
    all,
    kind,
    own,
    defaults,
  }: {
    readonly all: Entries;
    readonly kind: 'stack' | 'groups';
    readonly own: TargetWords;
    readonly defaults: TargetWords;
  },
): Pick<Target, 'stack' | 'asgs' | 'parameters'> {
  const asgs = kind === 'groups' ? (own.asgs ?? defaults.asgs ?? []) : [];
  const stack = kind === 'groups' ? undefined : (own.stack ?? defaults.stack);
  if (all.has('asg') && all.has('stack')) reader.wrong(node, 'A target has either stack or asg, not both.', '');
  else if (stack === undefined && asgs.length === 0)
    reader.wrong(node, 'A target says no stack and no asg.', 'Write stack: NAME, or asg: NAME.');
  if (kind === 'groups' && own.parameters.size > 0)
    reader.wrong(node, 'parameters are for a stack, and this target names groups.', 'Remove them.');
  if (stack === undefined) return { asgs, parameters: [] };
  const given = [...new Map([...defaults.parameters, ...own.parameters])];
  return { stack, asgs, parameters: given.map(([key, value]) => `${key}=${value}`) };
}

/** Numbers and choices are held to what the command of the target takes, with the place that is to blame. */
function expectLimits(
  reader: TargetReader,
  node: Node,
  {
    settings,
    said,
    name,
  }: { readonly settings: Target['settings']; readonly said: TargetWords['settings']; readonly name: string },
): void {
  try {
    readWanted(settings);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [place] = error.flags.flatMap((flag) => said.get(flag)?.at ?? []);
    // What the defaults say is wrong once, however many targets take it over.
    reader.wrong(
      place ?? node,
      place === undefined ? `Target ${name || '?'}: ${error.facts.what}` : error.facts.what,
      '',
    );
  }
}

/** Names that stand twice, and targets that are the same one. */
function twice(reader: TargetReader, nodes: readonly Node[], waves: readonly Wave[]): void {
  const names = new Map<string, string>();
  for (const [index, wave] of waves.entries()) {
    if (wave.name !== '' && names.has(wave.name))
      reader.wrong(nodes[index] ?? null, `There are two waves ${wave.name}.`, 'Give each a name of its own.');
    names.set(wave.name, '');
  }
  const targets = waves.flatMap((wave) => wave.targets);
  const known = new Map<string, Target>();
  const there = new Map<string, Target>();
  const wrong = (target: Target, text: string, remedy: string): void => reader.wrong(target.at, text, remedy);
  for (const target of targets) {
    const other = known.get(target.name);
    if (other !== undefined && target.name !== '')
      wrong(target, `There are two targets ${target.name}.`, `The other one stands at ${other.at}.`);
    else known.set(target.name, target);
    for (const one of target.stack === undefined ? target.asgs : [`stack ${target.stack}`]) {
      const place = [one, target.region ?? '', target.profile ?? ''].join('\n');
      const same = there.get(place);
      if (same !== undefined && same.name !== target.name && one !== '')
        wrong(target, `Target ${target.name} is ${placeOf(target)}, as target ${same.name} is.`, 'Remove one of them.');
      there.set(place, target);
    }
  }
  if (targets.length > MOST_TARGETS)
    reader.wrong(reader.root, `There are ${targets.length} targets; one file may have ${MOST_TARGETS}.`, '');
}
