import type { Clock, Milliseconds } from '../../clock.js';
import type { CommandState } from '../../model/rollout/decision.js';
import type { Commands } from './instance-commands.js';
import type { Gateway } from '../gateway.js';
import type { Hooks, HookSubject } from './shell-runner.js';

/** A command line of the user's for this machine's shell, such as one with ssh. */
export interface LocalCommand {
  readonly line: string;
  readonly run: string;
  /** '' without a stack. */
  readonly stack: string;
  readonly commandMs: Milliseconds;
}

/**
 * Commands on this machine, one for each instance, told by the environment which instance is meant. They die with
 * the run.
 */
export function localCommands(
  deps: { readonly gateway: Gateway; readonly clock: Clock; readonly hooks: Hooks },
  command: LocalCommand,
): Commands {
  const states = new Map<string, CommandState>();
  const stops = new Map<string, AbortController>();
  const addresses = new Map<string, Pick<HookSubject, 'privateIp' | 'publicIp'>>();

  const addressOf = async (group: string, instance: string): Promise<Pick<HookSubject, 'privateIp' | 'publicIp'>> => {
    if (!addresses.has(instance))
      for (const [id, row] of Object.entries(await deps.gateway.addresses([group]))) addresses.set(id, row);
    return addresses.get(instance) ?? { privateIp: '', publicIp: '' };
  };
  return {
    start: async ({ group, instance }) => {
      if (states.has(instance)) return;
      const subject = {
        instance,
        ...(await addressOf(group, instance)),
        group,
        stack: command.stack,
        rollout: command.run,
      };
      const since = deps.clock.now();
      const stop = new AbortController();
      stops.set(instance, stop);
      // The shell ends it itself when its time is over: by the wall clock, which a rehearsal does not speed up.
      states.set(instance, { state: 'running', since, limited: true });
      void deps.hooks
        .run({ line: command.line, side: 'both', subject, timeoutMs: command.commandMs }, stop.signal)
        .then(({ ok, words, output }) => {
          states.set(instance, { state: 'ended', ok, how: words, output, elapsedMs: deps.clock.now() - since });
          stops.delete(instance);
        });
    },
    look: () => Promise.resolve(Object.fromEntries(states)),
    cancel: (instance) => {
      const state = states.get(instance);
      if (state?.state === 'running')
        states.set(instance, {
          state: 'ended',
          ok: false,
          how: 'stopped by this run',
          output: '',
          elapsedMs: deps.clock.now() - state.since,
        });
      stops.get(instance)?.abort();
      return Promise.resolve();
    },
    end: () => stops.forEach((stop) => stop.abort()),
  };
}
