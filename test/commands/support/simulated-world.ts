import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepActions } from '../../../src/app/sandbox.js';
import type { CommandResult, ProcessContext } from '../../../src/index.js';
import { createSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { parseScenario } from '../../../src/sandbox/scenario-file.js';
import { SAMPLE_IMAGES } from '../../../src/sandbox/scenario.js';
import { inProcessHandler } from '../../../src/sandbox/wire/handler.js';
import type { CallSeen } from '../../../src/sandbox/wire/wire.js';
import { callsFile } from '../../permissions/calls.js';
import { lifeOf, overWire } from '../../support/command-stage.js';
import { typed, type TypedEnd } from '../../support/typed.js';
import { CLEAN_ENV } from './cli.js';

/**
 * A sandbox in this process, a folder for files, and command lines as somebody types them, in simulated time: nobody waits,
 * and a busy machine changes nothing. All calls go over the wire, forms and XML included.
 */
export interface SimulatedWorld {
  readonly sandbox: Sandbox;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Writes a file into the folder and answers its path. */
  readonly file: (name: string, text: string) => Promise<string>;
  /** @param ask answers questions as a person at a terminal would; without it there is no terminal */
  readonly run: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    ask?: ProcessContext['ask'],
  ) => Promise<TypedEnd>;
  /** The same with --json, its document read. */
  readonly json: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly code: number; readonly document: CommandResult; readonly stderr: string }>;
  /** Everything that any command has said. */
  readonly said: () => string;
  /** The calls of this operation that came from outside. */
  readonly calls: (operation: string) => readonly CallSeen[];
  /** Runs an operation of CloudFormation from outside. */
  readonly ask: (operation: string, input: object) => object;
  /** How many change sets of this stack could be executed. */
  readonly changeSets: (stack: string) => number;
  readonly stop: () => Promise<void>;
}

/** @param scenario its YAML */
export async function simulatedWorld(scenario = '{}'): Promise<SimulatedWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
  const given = parseScenario(scenario);
  const made = createSandbox({ ...given, images: { ...SAMPLE_IMAGES, ...given.images } });
  const sandbox = overWire(made, inProcessHandler(made.wire));
  await keepActions(sandbox, callsFile());
  const seen: CallSeen[] = [];
  sandbox.onCall((call) => seen.push(call));
  const env = { ...CLEAN_ENV, AWS_REGION: sandbox.world.scenario.region };
  let said = '';
  const run: SimulatedWorld['run'] = async (args, more = {}, ask) => {
    const around = { simulated: lifeOf(sandbox, {}).simulated, ...(ask !== undefined && { ask }) };
    const ended = await typed(args, { env: { ...env, ...more }, around });
    said += ended.stdout + ended.stderr;
    return ended;
  };
  return {
    sandbox,
    env,
    folder,
    file: async (name, text) => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    run,
    json: async (args, more) => {
      const { code, stdout, stderr } = await run([...args, '--json'], more);
      return { code, document: JSON.parse(stdout) as CommandResult, stderr };
    },
    said: () => said,
    calls: (operation) => seen.filter((call) => call.operation === operation),
    ask: (operation, input) => sandbox.invoke('cloudformation', operation, input),
    changeSets: (stack) => {
      const { Summaries: all } = sandbox.invoke('cloudformation', 'ListChangeSets', { StackName: stack }) as {
        readonly Summaries: readonly { readonly ExecutionStatus: string }[];
      };
      return all.filter(({ ExecutionStatus }) => ExecutionStatus === 'AVAILABLE').length;
    },
    stop: () => rm(folder, { recursive: true }),
  };
}
