import type { Clock, Milliseconds } from '../../clock.js';
import { AwsFault } from '../../errors.js';
import type { CommandState } from '../../model/rollout/decision.js';
import type { Commands } from './instance-commands.js';
import type { Gateway } from '../gateway.js';
import { command, commandLine } from '../../text/commands/next-command.js';
import type { Redact } from '../../text/secrets/redact.js';

/** A document of SSM with its parameters, as asked for. */
export interface RemoteCommand {
  readonly document: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** Our run's id: the comment of its commands tells them from all others. */
  readonly run: string;
  readonly commandMs: Milliseconds;
  /** Takes out of an output what must not be shown; it gets the whole, so that no half of a secret is left. */
  readonly redact: Redact;
  /** The output stays where the service keeps it, and the command that shows it is told in its place. */
  readonly outputStays?: boolean;
}

/** What is known of the commands of a run, for whoever goes on with them in another process. */
export interface CommandMemory {
  /** By instance. */
  readonly started: Map<string, Started>;
  /** Instances whose command may be under way although nobody told us. */
  readonly unsure: Set<string>;
}

/** No command was started yet. */
export function noneStarted(): CommandMemory {
  return { started: new Map(), unsure: new Set() };
}

/** The most of an output that is kept: its end says how it ended. */
const OUTPUT_MOST = 2_000;

/** Faults after which a command may be under way although nobody told us. */
const UNSURE: ReadonlySet<AwsFault['kind']> = new Set(['transient', 'unreachable']);

/** Faults that no waiting heals: they are how the command of this one instance ended. */
const FINAL: ReadonlySet<AwsFault['kind']> = new Set(['invalid', 'denied', 'missing', 'unsupported']);

/**
 * Commands by SSM Run Command, one for each instance. What the service refuses of one instance is how its command
 * ended.
 *
 * @param memory is changed in place
 */
export function remoteCommands(
  { gateway, clock }: { readonly gateway: Gateway; readonly clock: Clock },
  order: RemoteCommand,
  { started, unsure }: CommandMemory = noneStarted(),
): Commands {
  const commentOf = (instance: string): string => `ha-updater ${order.run} ${instance}`.slice(0, 100);

  const send = async (instance: string): Promise<string> => {
    const { document, parameters, commandMs: deliveryMs } = order;
    // A reply that was lost may hide a command: it is looked for before it is sent again.
    const found = unsure.has(instance) ? await gateway.findCommand(instance, commentOf(instance)) : undefined;
    if (found !== undefined) return found;
    try {
      return await gateway.sendCommand({ instance, document, parameters, comment: commentOf(instance), deliveryMs });
    } catch (error) {
      if (error instanceof AwsFault && UNSURE.has(error.kind)) unsure.add(instance);
      throw error;
    }
  };
  return {
    start: async ({ instance }) => {
      if (started.has(instance)) return;
      const since = clock.now();
      try {
        started.set(instance, { id: await send(instance), since });
      } catch (error) {
        if (!(error instanceof AwsFault) || !FINAL.has(error.kind)) throw error;
        started.set(instance, { id: '', since, ended: refusal(error) });
      }
    },
    look: async () => {
      for (const [instance, one] of started) {
        if (one.ended !== undefined) continue;
        const result = await resultOf(gateway, one.id, instance);
        if (result.state !== 'ended') continue;
        const output = shownOf(result.output, order, { id: one.id, instance });
        one.ended = { ...result, output, elapsedMs: clock.now() - one.since };
      }
      return Object.fromEntries([...started].map(([instance, one]) => [instance, stateOf(one)]));
    },
    cancel: async (instance) => {
      const one = started.get(instance);
      if (one === undefined || one.ended !== undefined) return;
      await gateway.cancelCommand(one.id, instance);
      one.ended = {
        state: 'ended',
        ok: false,
        how: 'stopped by this run',
        output: '',
        elapsedMs: clock.now() - one.since,
      };
    },
    end: () => undefined,
  };
}

/** The end of a command that never began. */
function refusal({ code, message }: AwsFault): NonNullable<Started['ended']> {
  return { state: 'ended', ok: false, how: `${code}: ${message}`, output: '', elapsedMs: 0, refused: true };
}

/** A command as far as it is. */
interface Started {
  readonly id: string;
  readonly since: number;
  ended?: Extract<CommandState, { state: 'ended' }>;
}

function stateOf({ since, ended }: Started): CommandState {
  return ended ?? { state: 'running', since };
}

/** How a command went; that nobody may tell is an end, too. */
async function resultOf(gateway: Gateway, id: string, instance: string): ReturnType<Gateway['commandResult']> {
  try {
    return await gateway.commandResult(id, instance);
  } catch (error) {
    if (!(error instanceof AwsFault) || !FINAL.has(error.kind)) throw error;
    const how = `how it went is not known: ${error.code}: ${error.message}`;
    return { state: 'ended', ok: false, how, output: '' };
  }
}

/** What is told of an output: its end, or the command that shows it. */
function shownOf(
  output: string,
  { outputStays = false, redact }: RemoteCommand,
  { id, instance }: { readonly id: string; readonly instance: string },
): string {
  if (output === '' || !outputStays) return endOf(redact(output));
  return commandLine(command`aws ssm get-command-invocation --command-id ${id} --instance-id ${instance}`);
}

/** The end of what a command printed, at a line's beginning. */
function endOf(output: string): string {
  const text = output.trimEnd();
  if (text.length <= OUTPUT_MOST) return text;
  const cut = text.slice(-OUTPUT_MOST);
  return cut.slice(cut.indexOf('\n') + 1);
}
