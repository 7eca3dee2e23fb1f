import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isStackItself } from '../../decide/diagnosis/root-causes.js';
import type { Deps } from '../../engine/deps.js';
import { QUICK } from '../../run/run.js';
import type { Locate } from '../../engine/stack/change-stack.js';
import { AwsFault, Failure } from '../../errors.js';
import type { StackEvent } from '../../model/stack/stack.js';
import { isFile } from './examine-template.js';
import type { LoadedTemplate } from '../../model/stack/template.js';
import { readTemplateFile } from '../../template/io.js';
import { readPlaces, type Places } from '../../template/places.js';
import { objectOf } from '../../template/s3-address.js';
import { retrying } from '../../engine/retrying-gateway.js';

/** A template of the operation, as far as it is known. */
interface Source extends Places {
  /** Its name for people, before `:LINE:COLUMN`. */
  readonly origin: string;
  /** Its path on this machine, beside which files of nested stacks may be. */
  readonly path?: string;
}

type Row = Pick<StackEvent, 'stackId' | 'logicalId' | 'templateUrl'>;

/**
 * Finds where templates declare resources. The template of a nested stack is the file that its parent names (or
 * that CDK wrote beside it), else the object that its row in the events names, else what GetTemplate answers: of a
 * stack that was rolled back the former one, which is then said.
 * @param root the template that this run deployed; absent: the service is asked for it
 */
export function createLocator(deps: Deps, root?: LoadedTemplate): Locate {
  const known = new Map<string, Promise<Source | undefined>>();
  const sourceOf = (stackId: string, events: readonly StackEvent[]): Promise<Source | undefined> => {
    const found = known.get(stackId) ?? find(stackId, events);
    known.set(stackId, found);
    return found;
  };
  const find = async (stackId: string, events: readonly StackEvent[]): Promise<Source | undefined> => {
    const row = rowOf(stackId, events);
    if (row === undefined) return root === undefined ? asked(deps, stackId, events) : deployed(root);
    const parent = await sourceOf(row.stackId, events);
    return (await ofFile(row, parent)) ?? (await ofObject(deps, row)) ?? asked(deps, stackId, events);
  };
  return async (event, events) => {
    // The row of a nested stack is declared in its parent, and so is everything that is not a stack itself.
    const source = await sourceOf(event.stackId, events);
    const place = source?.places[event.logicalId];
    return source === undefined || place === undefined ? undefined : `${source.origin}:${place.line}:${place.column}`;
  };
}

/**
 * The row of a nested stack in its parent; the first one that names its template, because a roll-back names the
 * former one.
 */
function rowOf(stackId: string, events: readonly StackEvent[]): Row | undefined {
  const rows = events.filter((event) => event.physicalId === stackId && !isStackItself(event));
  const [row] = rows;
  if (row === undefined) return undefined;
  const { templateUrl } =
    events.find(
      ({ stackId: parent, logicalId, templateUrl: url }) =>
        parent === row.stackId && logicalId === row.logicalId && url !== undefined,
    ) ?? {};
  return { stackId: row.stackId, logicalId: row.logicalId, ...(templateUrl !== undefined && { templateUrl }) };
}

function deployed({ source, origin, places, nestedFiles = {} }: LoadedTemplate): Source | undefined {
  if (places === undefined) return undefined;
  return { origin, places, nestedFiles, ...(isFile(origin, source.kind) && { path: origin }) };
}

async function ofFile({ logicalId, templateUrl }: Row, parent: Source | undefined): Promise<Source | undefined> {
  if (parent?.path === undefined) return undefined;
  const folder = dirname(parent.path);
  const file = parent.nestedFiles[logicalId] ?? (await assetFile(folder, templateUrl));
  if (file === undefined) return undefined;
  const path = join(folder, file);
  return quietly(async () => ({ origin: path, path, ...readPlaces(await readTemplateFile(path), path) }));
}

/** CDK's list of assets says which file was published as the object that the URL names. */
async function assetFile(folder: string, templateUrl: string | undefined): Promise<string | undefined> {
  const key = templateUrl === undefined ? undefined : objectOf(templateUrl)?.key;
  if (key === undefined) return undefined;
  try {
    for (const name of (await readdir(folder)).filter((file) => file.endsWith('.assets.json'))) {
      const { files = {} } = JSON.parse(await readFile(join(folder, name), 'utf8')) as AssetList;
      const asset = Object.values(files).find(({ destinations = {} }) =>
        Object.values(destinations).some(({ objectKey }) => objectKey === key),
      );
      if (typeof asset?.source?.path === 'string') return asset.source.path;
    }
  } catch {
    // No folder, or no list of assets: then it is no app of CDK.
  }
  return undefined;
}

interface AssetList {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source?: { readonly path?: unknown };
        readonly destinations?: Readonly<Record<string, { readonly objectKey?: unknown }>>;
      }
    >
  >;
}

function ofObject(deps: Deps, { templateUrl }: Row): Promise<Source | undefined> {
  const object = templateUrl === undefined ? undefined : objectOf(templateUrl);
  if (object === undefined) return Promise.resolve(undefined);
  const origin = (templateUrl ?? '').replace(/\?.*$/s, '');
  return quietly(async () => ({
    origin,
    ...readPlaces(await retrying(deps, QUICK).readObject(object.bucket, object.key), origin),
  }));
}

function asked(deps: Deps, stackId: string, events: readonly StackEvent[]): Promise<Source | undefined> {
  const own = events.filter((event) => isStackItself(event) && event.stackId === stackId);
  const created = own.some(({ status }) => status === 'CREATE_IN_PROGRESS');
  const former = !created && own.some(({ status }) => status.includes('ROLLBACK'));
  const origin = `${former ? 'former ' : ''}template of stack ${own[0]?.stackName ?? stackId}`;
  return quietly(async () => ({
    origin,
    ...readPlaces(await retrying(deps, QUICK).stackTemplate(stackId), origin),
  }));
}

/** What cannot be read, or is no template that we can read, is not known. */
async function quietly(read: () => Promise<Source>): Promise<Source | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AwsFault || error instanceof Failure) return undefined;
    throw error;
  }
}
