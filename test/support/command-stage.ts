import { Config } from '@oclif/core/config';
import type { HttpHandler } from '@smithy/core/protocols';
import type { CommandResult, ProcessContext } from '../../src/index.js';
import { endWithError } from '../../src/run/end-with-error.js';
import type { Stamped } from '../../src/model/event.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../src/sandbox/scenario.js';
import { ROOT } from './root.js';

/** More than any story needs: beyond it, something goes round in circles. */
const MOST_CALLS = 60_000;
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
  /** It runs on another machine: nobody here can see whether its process is gone. */
  readonly elsewhere?: boolean;
}

/** A simulated AWS, and the commands of this tool over it: each as somebody types it, in this process and its time. */
export interface CommandStage {
  readonly sandbox: Sandbox;
  /** Runs a command line, given as the words after `ha-updater`, to its end. */
  readonly run: (words: readonly string[], happening?: Happening) => Promise<Ended>;
}

/** The parts of a command of oclif's that are of use here. */
interface Typed {
  run(): Promise<unknown>;
  surroundings(): ProcessContext;
  end(ending: unknown): unknown;
}

const config = Config.load({ root: ROOT, ignoreManifest: true });

export function createCommandStage(scenario: Partial<Scenario> = {}): CommandStage {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  let calls = 0;
  sandbox.onCall(() => {
    if (++calls > MOST_CALLS) throw new Error(`a command that never ends: ${MOST_CALLS} calls`);
  });
  let runs = 0;
  return {
    sandbox,
    run: async (words, happening = {}) => {
      calls = 0;
      const told = listen(happening);
      const life = lifeOf(sandbox, happening.killedAt);
      const elsewhere = happening.elsewhere === true;
      const context = {
        ...told.streams,
        ...life,
        host: elsewhere ? 'elsewhere' : 'agent',
        pid: elsewhere ? THERE_PID : GONE_PID + ++runs,
      };
      const document = await Promise.race([typed(sandbox, words, context), life.killed]);
      return { code: document?.exitCode, document, said: told.said(), events: told.events };
    },
  };
}

/** Types the command, and answers its document. */
async function typed(
  sandbox: Sandbox,
  words: readonly string[],
  context: Pick<ProcessContext, 'stdout' | 'stderr' | 'host' | 'pid' | 'onSignal' | 'simulated'>,
): Promise<CommandResult> {
  const [first = '', second = ''] = words;
  const [path, rest] = first === 'lock' ? [`${first}/${second}`, words.slice(2)] : [first, words.slice(1)];
  const module = (await import(`../../commands/${path}.js`)) as {
    readonly default: { new (argv: string[], config: Config): unknown; readonly flags: object };
  };
  const tells = 'output' in module.default.flags && !rest.includes('--output');
  const command = new module.default([...rest, ...(tells ? ['--output', 'jsonl'] : [])], await config) as Typed;
  const surroundings: ProcessContext = {
    ...context,
    env: { AWS_REGION: sandbox.world.scenario.region },
    command: path.replace('/', ' '),
    version: '0.0.0',
    json: false,
    debug: false,
    leave: () => undefined,
  };
  command.surroundings = () => surroundings;
  let document: unknown;
  command.end = (ending) => (document = ending);
  try {
    await command.run();
  } catch (error) {
    document = endWithError(error, surroundings.command, surroundings);
  }
  return document as CommandResult;
}

/** Reads what a command prints: all of it, and its events. */
function listen({ when, then }: Happening): {
  readonly streams: Pick<ProcessContext, 'stdout' | 'stderr' | 'onSignal'>;
  readonly said: () => string;
  readonly events: readonly Stamped[];
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
  };
}

/** The way of one process to AWS and its time, until it is killed: then nothing of it goes on any more. */
function lifeOf(
  { clock, straight, clientConfig }: Sandbox,
  killedAt: Happening['killedAt'],
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
  const beside = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', wake);
        cancel();
        resolve();
      };
      const cancel = clock.after(ms, () => (dead ? undefined : wake()));
      signal?.addEventListener('abort', wake, { once: true });
    });
  return {
    killed,
    simulated: {
      clock: { now: () => clock.now(), sleep: (ms, signal) => (dead ? never() : clock.sleep(ms, signal)) },
      beside: { now: () => clock.now(), sleep: beside },
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
