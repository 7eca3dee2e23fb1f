import { relative, resolve } from 'node:path';
import { Failure, usage } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { findSettings, readSettingsFile, type FlagShape, type Said, type SettingsFile } from './settings-file.js';
import type { Environment } from './simulation-speed.js';

/** What a command line is made of beside the words that were typed. */
export interface SettingsAsked {
  /** Flags of this command. */
  readonly flags: readonly FlagShape[];
  /** Flags of all commands: what the file may hold. */
  readonly known: () => Promise<readonly FlagShape[]>;
  /** Names of flags that were typed. */
  readonly typed: ReadonlySet<string>;
  readonly stack?: string | undefined;
  /** `--config`: a path, '' for none, absent to look for one. */
  readonly config?: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
}

/** The settings that hold for one command line. */
export interface Settings {
  /** The file that was read, as messages call it. */
  readonly file?: string;
  /** Names of the stacks for which the file says something. */
  readonly stacks?: readonly string[];
  /** What holds, beside what was typed. */
  readonly said: readonly Said[];
  /** What does not hold, because something stronger was said, or of the names of `instead`. */
  readonly overridden: readonly (Said & { readonly by: string })[];
  /** What looks like a mistake and changes nothing. */
  readonly remarks: readonly string[];
}

/** Flags of a whole run, never of a file: how a single call is shown, and what it is about. */
const TYPED_ONLY: ReadonlySet<string> = new Set(['help', 'version', 'json', 'debug', 'config', 'schema']);

/** What a file or a variable may set. */
export function settable(flags: readonly FlagShape[]): readonly FlagShape[] {
  return flags.filter(({ name }) => !TYPED_ONLY.has(name));
}

/** Only one of each pair makes sense: what is said nearer to the command line wins. */
const INSTEAD: readonly (readonly [string, string])[] = [
  ['template', 'app'],
  ['to', 'template'],
  ['to', 'app'],
  ['to', 'change-set'],
  ['to', 'parameters-file'],
  ['to', 'use-default'],
  ['change-set', 'template'],
  ['change-set', 'app'],
  ['change-set', 'parameters-file'],
  ['change-set', 'use-default'],
  ['change-set', 'execute'],
  ['first-event-timeout', 'warmup-seconds'],
  ['STACK', 'asg'],
  ['STACK', 'asg-tag'],
  ['STACK', 'all-matching'],
];

/** Variables of AWS's own that say the same: the environment is stronger than the file. */
const AWS_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  region: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
  profile: ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID'],
};

/**
 * Finds out what holds: flag, then variable (`HA_UPDATER_` and the flag's name), then the file's section of
 * the stack, then its defaults.
 * @throws Failure `usage` when the file or a variable cannot be used
 */
export async function readSettings(asked: SettingsAsked): Promise<Settings> {
  const { flags, typed, env, stack, cwd } = asked;
  const mine = settable(flags);
  const variables = fromEnvironment(mine, env);
  const path = asked.config ?? env['HA_UPDATER_CONFIG'] ?? (await findSettings(cwd));
  const origin = path === undefined ? '' : relative(cwd, path) || path;
  const file: SettingsFile =
    path === undefined || path === ''
      ? { defaults: [], stacks: new Map() }
      : await readSettingsFile(resolve(cwd, path), origin, settable(await asked.known()));

  const layers = [variables.said, (stack === undefined ? undefined : file.stacks.get(stack)) ?? [], file.defaults];
  const { said, overridden } = strongestFirst(
    layers.map((layer) => layer.filter((one) => mine.some(({ name }) => name === one.name))),
    {
      typed: new Map([
        ...[...typed].map((name) => [name, `--${name}`] as const),
        ...(stack === undefined ? [] : [['STACK', 'STACK'] as const]),
      ]),
      aws: awsVariables(env),
    },
  );
  const remarks = await unknownVariables(asked);
  const read = path === undefined || path === '' ? {} : { file: origin, stacks: [...file.stacks.keys()] };
  return { ...read, said, overridden, remarks };
}

function insteadOf(name: string, taken: ReadonlyMap<string, string>): string | undefined {
  const rivals = INSTEAD.flatMap(([one, other]) => (one === name ? [other] : other === name ? [one] : []));
  return rivals.map((rival) => taken.get(rival)).find((by) => by !== undefined);
}

function variableOf(name: string): string {
  return `HA_UPDATER_${name.toUpperCase().replaceAll('-', '_')}`;
}

function fromEnvironment(flags: readonly FlagShape[], env: Environment): { readonly said: readonly Said[] } {
  const said: Said[] = [];
  const problems: string[] = [];
  for (const { name, kind, many, options } of flags) {
    const at = variableOf(name);
    const text = env[at];
    // Pipelines set what they leave out to nothing.
    if (text === undefined || text === '') continue;
    if (kind === 'switch') {
      if (/^(true|1)$/i.test(text)) said.push({ name, value: true, at });
      else if (/^(false|0)$/i.test(text)) said.push({ name, value: false, at });
      else problems.push(`${at} takes true or false, not "${text}".`);
    } else if (options !== undefined && !options.includes(text))
      problems.push(`${at} takes ${options.join(', ')}, not "${text}".`);
    else said.push({ name, value: many ? text.split(/\r?\n/).filter((line) => line !== '') : text, at });
  }
  if (problems.length > 0) throw usage('config.variable', problems.join(' '));
  return { said };
}

/** What AWS's own variables say, by the flag that says the same. */
function awsVariables(env: Environment): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(AWS_VARIABLES).flatMap(([name, variables]) => {
      const set = variables.find((variable) => (env[variable] ?? '') !== '');
      return set === undefined ? [] : [[name, set] as const];
    }),
  );
}

/**
 * What holds of the layers, the strongest first: our own variables, then the sections of the file. AWS's variables are
 * weaker than the first and stronger than the rest.
 */
function strongestFirst(
  layers: readonly (readonly Said[])[],
  { typed, aws }: { readonly typed: ReadonlyMap<string, string>; readonly aws: ReadonlyMap<string, string> },
): Pick<Settings, 'said' | 'overridden'> {
  const taken = new Map(typed);
  const said: Said[] = [];
  const overridden: (Said & { by: string })[] = [];
  for (const [index, layer] of layers.entries()) {
    const before = new Map(taken);
    for (const one of layer) {
      const by = before.get(one.name) ?? (index > 0 ? aws.get(one.name) : undefined) ?? insteadOf(one.name, before);
      if (by !== undefined) {
        overridden.push({ ...one, by });
        continue;
      }
      taken.set(one.name, one.at);
      // An empty list only keeps weaker ones away.
      if (!Array.isArray(one.value) || one.value.length > 0) said.push(one);
    }
  }
  return { said, overridden };
}

/** Variables that look mistyped. Others that begin like ours may be a pipeline's own. */
async function unknownVariables({ flags, known, env }: SettingsAsked): Promise<readonly string[]> {
  const ours = (list: readonly FlagShape[]): Set<string> =>
    new Set([...settable(list).map(({ name }) => variableOf(name)), 'HA_UPDATER_CONFIG', 'HA_UPDATER_SPEED']);
  const own = ours(flags);
  const strange = Object.keys(env).filter((name) => name.startsWith('HA_UPDATER_') && !own.has(name));
  if (strange.length === 0) return [];
  const all = ours(await known());
  return strange.flatMap((name) => {
    const meant = all.has(name)
      ? undefined
      : nearest(
          name.slice('HA_UPDATER_'.length),
          [...all].map((one) => one.slice('HA_UPDATER_'.length)),
        );
    return meant === undefined ? [] : [`${name} means nothing here; did you mean HA_UPDATER_${meant}?`];
  });
}

/** A failure that blames a flag which nobody typed says where it comes from. */
export function withOrigins(error: unknown, said: readonly Said[]): unknown {
  if (!(error instanceof Failure)) return error;
  const { outcome, facts, flags, cause } = error;
  const blamed = said.filter(({ name }) => flags.includes(name));
  if (blamed.length === 0) return error;
  const where = blamed.map(({ name, at }) => `--${name} comes from ${at}.`).join(' ');
  return new Failure(outcome, { ...facts, what: `${facts.what} ${where}` }, { cause, flags });
}
