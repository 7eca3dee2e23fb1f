import { Config } from '@oclif/core/config';
import type { HttpHandler } from '@smithy/core/protocols';
import type { CommandResult, ProcessContext, Settings } from '../../src/index.js';
import { endWithError } from '../../src/run/end-with-error.js';
import type { Hooks } from '../../src/engine/commands/shell-runner.js';
import type { Stamped } from '../../src/model/event.js';
import { seededRandom } from '../../src/sandbox/random.js';
import type { Wire } from '../../src/sandbox/wire/wire.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../src/sandbox/scenario.js';
import { COMMANDS } from '../../commands/index.js';
import { ROOT } from './root.js';
import { sleepBeside } from './beside-clock.js';

/** More than any story needs: beyond it, something goes round in circles. */
const MOST_CALLS = 60_000;
/** What it is told then, by a failing call. */
export const ENDLESS = `a command that never ends: ${MOST_CALLS} calls`;
/** A process number that no machine gives out: whoever had it is known to be gone. */
const GONE_PID = 2 ** 30;
/** The first process of a machine: it is there, and it is none of ours. */
const THERE_PID = 1;

/** How one command ended. */
export interface Ended {
  /** Undefined when it was killed. */
  readonly code: number | undefined;
  /** What the document of `--json` says, or those of commands that only look. */
  readonly document: CommandResult | undefined;
  /** All that it printed. */
  readonly said: string;
  readonly events: readonly Stamped[];
}

/** What happens to a command from outside. */
export interface Happening {
  /** It is killed at the n-th change (1-based) whose operation matches: before it leaves, or after its effect. */
  readonly killedAt?: { readonly change: RegExp; readonly nth?: number; readonly when: 'before' | 'after' };
  /** Right after the first event that this says true to comes a signal, or `then`. */
  readonly when?: (stamped: Stamped) => boolean;
  readonly then?: () => void;
  /** It is killed so many simulated milliseconds after its start. */
  readonly killedAfterMs?: number;
  /** A signal comes so many simulated milliseconds after its start. */
  readonly signalAfterMs?: number;
  /** What its commands of the user's do, in place of this machine's shell. */
  readonly hooks?: Hooks;
  /** Somebody sits at a terminal and answers; `send` is another signal of theirs. */
  readonly choose?: (
    words: readonly string[],
    withdrawn: AbortSignal,
    send: (signal: string) => void,
  ) => Promise<string | undefined>;
  /** It runs on another machine: nobody here can see whether its process is gone. */
  readonly elsewhere?: boolean;
}

/** A simulated AWS, and the commands of this tool over it: each as somebody types it, in this process and its time. */
export interface CommandStage {
  readonly sandbox: Sandbox;
  /** Runs a command line, given as the words after `ha-updater`, to its end. */
  readonly run: (words: readonly string[], happening?: Happening) => Promise<Ended>;
  /** The same without the command line: reading one takes the machine's own time, in which a race goes on. */
  readonly call: (name: string, command: Called, happening?: Happening) => Promise<Ended>;
}

/** A function of the library, as a command calls it with its flags. */
export type Called = (surroundings: ProcessContext) => Promise<CommandResult>;

/** What happens to the process around a command, and what it hears of it. */
type Around = Pick<ProcessContext, 'stdout' | 'stderr' | 'host' | 'pid' | 'onSignal' | 'choose' | 'simulated'>;

/** The parts of a command of oclif's that are of use here. */
interface Typed {
  settings: Settings;
  run(): Promise<unknown>;
  surroundings(): ProcessContext;
  end(ending: unknown): unknown;
}

const config = Config.load({ root: ROOT, ignoreManifest: true });

/**
 * @param through the way of all calls over the wire, forms and XML included; without it they leave those out
 */
export function createCommandStage(
  scenario: Partial<Scenario> = {},
  through?: (wire: Wire) => HttpHandler<object>,
): CommandStage {
  const made = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  const sandbox = through === undefined ? made : overWire(made, through(made.wire));
  let calls = 0;
  sandbox.onCall(() => {
    if (++calls > MOST_CALLS) throw new Error(ENDLESS);
  });
  let runs = 0;
  const live = async (command: (around: Around) => Promise<CommandResult>, happening: Happening): Promise<Ended> => {
    calls = 0;
    const told = listen(happening);
    const life = lifeOf(sandbox, happening);
    const elsewhere = happening.elsewhere === true;
    if (happening.signalAfterMs !== undefined)
      sandbox.clock.after(happening.signalAfterMs, () => told.signal('SIGINT'));
    const random = seededRandom(sandbox.world.scenario.seed).fork(`run ${++runs}`);
    const { choose } = happening;
    const context: Around = {
      ...told.streams,
      ...(choose !== undefined && {
        choose: (_question, words, withdrawn) => choose(words, withdrawn, told.signal),
      }),
      simulated: {
        ...life.simulated,
        ...(happening.hooks !== undefined && { hooks: happening.hooks }),
        random: (bytes) => Array.from({ length: bytes }, () => random.int(0, 255)),
      },
      host: elsewhere ? 'elsewhere' : 'agent',
      pid: elsewhere ? THERE_PID : GONE_PID + runs,
    };
    const document = await Promise.race([command(context), life.killed]);
    return { code: document?.exitCode, document, said: told.said(), events: told.events };
  };
  return {
    sandbox,
    run: (words, happening = {}) => live((around) => typed(sandbox, words, around), happening),
    call: (name, command, happening = {}) =>
      live((around) => command(surroundingsOf(sandbox, name, around)), happening),
  };
}

/** The same sandbox, whose clients all take this way to it. */
export function overWire(sandbox: Sandbox, requestHandler: HttpHandler<object>): Sandbox {
  return {
    ...sandbox,
    requestHandler,
    clientConfig: () => ({ ...sandbox.clientConfig(), requestHandler }),
    straight: () => ({}),
  };
}

function surroundingsOf(sandbox: Sandbox, command: string, around: Around): ProcessContext {
  return {
    ...around,
    env: { AWS_REGION: sandbox.world.scenario.region },
    command,
    version: '0.0.0',
    json: false,
    debug: false,
    leave: () => undefined,
  };
}

interface CommandClass {
  new (argv: string[], config: Config): unknown;
  readonly flags: object;
}

/** Their commands have two words. */
const TOPICS: ReadonlySet<string> = new Set(['fleet', 'lock', 'server']);

/** Types the command, and answers its document. */
async function typed(sandbox: Sandbox, words: readonly string[], around: Around): Promise<CommandResult> {
  const [first = '', second = ''] = words;
  const [id, rest] = TOPICS.has(first) ? [`${first}:${second}`, words.slice(2)] : [first, words.slice(1)];
  const Named = (COMMANDS as Readonly<Record<string, CommandClass>>)[id];
  if (Named === undefined) throw new Error(`there is no command ${id}`);
  const tells = 'output' in Named.flags && !rest.includes('--output');
  const command = new Named([...rest, ...(tells ? ['--output', 'jsonl'] : [])], await config) as Typed;
  const plain = surroundingsOf(sandbox, id.replace(':', ' '), around);
  command.surroundings = () => ({ ...plain, settings: command.settings });
  let document: unknown;
  command.end = (ending) => (document = ending);
  try {
    await command.run();
  } catch (error) {
    document = endWithError(error, plain.command, command.surroundings());
  }
  return document as CommandResult;
}

/** Reads what a command prints: all of it, and its events. */
function listen({ when, then }: Happening): {
  readonly streams: Pick<ProcessContext, 'stdout' | 'stderr' | 'onSignal'>;
  readonly said: () => string;
  readonly events: readonly Stamped[];
  readonly signal: (name: string) => void;
} {
  const printed: string[] = [];
  const events: Stamped[] = [];
  let signal: (name: string) => void = () => undefined;
  let happened = false;
  const see = (line: string): void => {
    const stamped = JSON.parse(line) as Stamped;
    events.push(stamped);
    if (happened || when?.(stamped) !== true) return;
    happened = true;
    (then ?? (() => signal('SIGINT')))();
  };
  const write = (text: string): boolean => {
    printed.push(text);
    if (text.startsWith('{"v":1,"seq":')) see(text);
    return true;
  };
  const stream = { write, on: () => undefined };
  return {
    streams: {
      stdout: stream,
      stderr: stream,
      onSignal: (listener) => {
        signal = listener;
        return () => void (signal = () => undefined);
      },
    },
    said: () => printed.join(''),
    events,
    signal: (name) => signal(name),
  };
}

/** The way of one process to AWS and its time, until it is killed: then nothing of it goes on any more. */
export function lifeOf(
  { clock, straight, clientConfig }: Sandbox,
  { killedAt, killedAfterMs }: Happening,
): { readonly simulated: NonNullable<ProcessContext['simulated']>; readonly killed: Promise<undefined> } {
  const { credentials, requestHandler } = clientConfig();
  let dead = false;
  let die: () => void = () => undefined;
  const killed = new Promise<undefined>((resolve) => {
    die = () => {
      dead = true;
      resolve(undefined);
    };
  });
  if (killedAfterMs !== undefined) clock.after(killedAfterMs, () => die());
  let nth = 0;
  const mortal = (handler: HttpHandler<object>): HttpHandler<object> => ({
    ...handler,
    handle: async (request, options) => {
      if (dead) return never();
      const { operation = '' } = (request.body ?? {}) as { readonly operation?: string };
      const last = killedAt?.change.test(operation) === true && ++nth === (killedAt.nth ?? 1);
      if (!last) return handler.handle(request, options);
      if (killedAt.when === 'after') await handler.handle(request, options);
      die();
      return never();
    },
  });
  return {
    killed,
    simulated: {
      clock: { now: () => clock.now(), sleep: (ms, signal) => (dead ? never() : clock.sleep(ms, signal)) },
      beside: {
        now: () => clock.now(),
        sleep: (ms, signal) => sleepBeside(clock, ms, signal).then(() => (dead ? never() : undefined)),
      },
      client: {
        credentials: () => Promise.resolve(credentials),
        requestHandler: mortal(requestHandler),
        straight: (service) => {
          const way = straight(service) as { readonly requestHandler?: HttpHandler<object> };
          return way.requestHandler === undefined ? way : { ...way, requestHandler: mortal(way.requestHandler) };
        },
      },
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
