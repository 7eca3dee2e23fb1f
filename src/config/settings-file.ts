import { lstat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Node } from 'yaml';
import { usage } from '../errors.js';
import { readBounded } from '../files/read-bounded.js';
import { whyNot } from '../files/system-fault.js';
import { pathReader, readValue, type FlagShape, type PathReader, type Said } from './reading/flag-values.js';
import { didYouMean, entries, openYaml, type YamlFile } from './reading/yaml-file.js';

export type { FlagShape, Said };

type Section = readonly Said[];

export interface SettingsFile {
  readonly defaults: Section;
  readonly stacks: ReadonlyMap<string, Section>;
}

const NAMES = ['ha-updater.yml', 'ha-updater.yaml'];

/**
 * The settings file that belongs to a folder: there, or above it up to the root of its repository. Without
 * a repository only the folder itself counts: what lies in a parent folder may be anybody's, and settings
 * may name commands to run.
 */
export async function findSettings(folder: string): Promise<string | undefined> {
  for (const place of await placesFrom(folder)) {
    const here = await Promise.all(
      NAMES.map(async (name) => ((await exists(join(place, name))) ? [join(place, name)] : [])),
    );
    const [first, second] = here.flat();
    if (second !== undefined)
      throw usage('config.file', `There are both ${NAMES.join(' and ')} in ${place}; keep one.`);
    if (first !== undefined) return first;
  }
  return undefined;
}

async function placesFrom(folder: string): Promise<readonly string[]> {
  const places: string[] = [];
  for (let place = resolve(folder); ; place = dirname(place)) {
    places.push(place);
    if (await exists(join(place, '.git'))) return places;
    if (dirname(place) === place) return [resolve(folder)];
  }
}

/** A link that leads nowhere is there too: whoever made it wants to hear of it. */
async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Far more than settings can be. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a settings file.
 * @param path where it is, absolute; relative paths in it are read from its folder
 * @param origin how messages call it
 * @param known flags that it may set
 * @throws Failure `usage` with every problem, each with its line and column
 */
export async function readSettingsFile(
  path: string,
  origin: string,
  known: readonly FlagShape[],
): Promise<SettingsFile> {
  const bytes = await readBounded(path, MAX_BYTES).catch((thrown: unknown) => {
    throw usage('config.file', `The settings file ${origin} cannot be read: ${whyNot(thrown)}.`);
  });
  if (bytes === undefined)
    throw usage('config.file', `The settings file ${origin} has more than ${MAX_BYTES} bytes, far more than settings.`);
  return parseSettings(bytes.toString('utf8'), origin, known, pathReader(dirname(path)));
}

const KIND = { noun: 'settings file', syntax: 'config.syntax', value: 'config.value' };

/** The same from its text. */
export async function parseSettings(
  text: string,
  origin: string,
  known: readonly FlagShape[],
  readPath: PathReader,
): Promise<SettingsFile> {
  const file = openYaml(text, origin, KIND);
  const reader: Reader = { ...file, known, readPath };
  let defaults: Section = [];
  const stacks = new Map<string, Section>();
  for (const [key, name, value] of entries(reader, file.root, 'The file')) {
    if (name === 'defaults') defaults = await section(reader, value, 'defaults');
    else if (name === 'stacks')
      for (const [, stack, inner] of entries(reader, value, 'stacks'))
        stacks.set(stack, await section(reader, inner, `stack ${stack}`));
    else
      file.wrong(
        key,
        `${name} is no part of a settings file.`,
        known.some((flag) => flag.name === name)
          ? 'Write it below defaults, or below stacks and the name of a stack.'
          : didYouMean(name, ['defaults', 'stacks']),
      );
  }
  file.expectRight();
  return { defaults, stacks };
}

interface Reader extends YamlFile {
  readonly known: readonly FlagShape[];
  readonly readPath: PathReader;
}

async function section(reader: Reader, node: Node | null, noun: string): Promise<Section> {
  const said: Said[] = [];
  for (const [key, name, value] of entries(reader, node, noun)) {
    const flag = reader.known.find((one) => one.name === name);
    if (flag === undefined) {
      reader.wrong(key, `There is no flag ${name}.`, hint(name, reader.known));
      continue;
    }
    const read = await readValue(reader, flag, key, value);
    // An empty list says nothing: so a stack can do without what the defaults list.
    if (read !== undefined) said.push({ name, value: read, at: reader.place(key) });
  }
  return said;
}

function hint(name: string, known: readonly FlagShape[]): string {
  const [, rest] = /^no-(.+)$/.exec(name) ?? [];
  if (known.some((flag) => flag.name === rest && flag.negatable)) return `Write ${rest ?? ''}: false.`;
  if (name === 'parameters') return 'Parameters of the template stand in a file of their own: parameters-file.';
  return didYouMean(
    name,
    known.map((flag) => flag.name),
  );
}
