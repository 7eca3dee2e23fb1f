import type { Clock, Milliseconds } from '../../clock.js';
import { AwsFault } from '../../errors.js';
import type { CommandState } from '../../model/rollout/decision.js';
import type { Commands } from './instance-commands.js';
import type { Gateway } from '../gateway.js';
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
 */
export function remoteCommands(gateway: Gateway, clock: Clock, command: RemoteCommand): Commands {
  const started = new Map<string, Started>();
  const unsure = new Set<string>();
  const commentOf = (instance: string): string => `ha-updater ${command.run} ${instance}`.slice(0, 100);

  const send = async (instance: string): Promise<string> => {
    // A reply that was lost may hide a command: it is looked for before it is sent again.
    const found = unsure.has(instance) ? await gateway.findCommand(instance, commentOf(instance)) : undefined;
    if (found !== undefined) return found;
    try {
      return await gateway.sendCommand({
        instance,
        document: command.document,
        parameters: command.parameters,
        comment: commentOf(instance),
        deliveryMs: command.commandMs,
      });
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
        started.set(instance, {
          id: '',
          since,
          ended: { state: 'ended', ok: false, how: `${error.code}: ${error.message}`, output: '', elapsedMs: 0 },
        });
      }
    },
    look: async () => {
      for (const [instance, one] of started) {
        if (one.ended !== undefined) continue;
        const result = await resultOf(gateway, one.id, instance);
        if (result.state === 'ended')
          one.ended = { ...result, output: endOf(command.redact(result.output)), elapsedMs: clock.now() - one.since };
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

/** The end of what a command printed, at a line's beginning. */
function endOf(output: string): string {
  const text = output.trimEnd();
  if (text.length <= OUTPUT_MOST) return text;
  const cut = text.slice(-OUTPUT_MOST);
  return cut.slice(cut.indexOf('\n') + 1);
}
