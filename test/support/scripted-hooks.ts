import type { HookCall, HookEnd, Hooks } from '../../src/engine/commands/shell-runner.js';
import type { SandboxClock } from '../../src/sandbox/clock.js';

/** One command that was run: what, for whom, from when to when. */
export interface Ran {
  readonly line: string;
  readonly instance: string;
  readonly call: HookCall;
  readonly from: number;
  until?: number;
  ended?: 'by itself' | 'killed';
}

/** What a scripted command does; a plain 0 ends at once and well. */
export interface Does {
  readonly code?: number;
  readonly takesMs?: number;
  readonly output?: string;
}

/** Commands that run on the world's clock and do as the script says: `nth` counts the tries of this line for this instance. */
export function scriptedHooks(
  clock: SandboxClock,
  script: (call: HookCall, nth: number) => Does,
): { readonly hooks: Hooks; readonly ran: readonly Ran[] } {
  const ran: Ran[] = [];
  const run = (call: HookCall, signal: AbortSignal): Promise<HookEnd> =>
    new Promise((resolve) => {
      const { line, subject } = call;
      const nth = ran.filter((one) => one.line === line && one.instance === subject.instance).length + 1;
      const mine: Ran = { line, instance: subject.instance, call, from: clock.now() };
      ran.push(mine);
      const { code = 0, takesMs = 0, output = '' } = script(call, nth);
      const end = (how: NonNullable<Ran['ended']>, words: string): void => {
        if (mine.ended !== undefined) return;
        mine.until = clock.now();
        mine.ended = how;
        const ended = how === 'by itself' ? { code } : {};
        resolve({ ok: how === 'by itself' && code === 0, ...ended, words, output });
      };
      // What ends at once is heard at once, as by the real runner: the clock does not wait for promises.
      if (takesMs === 0) return void end('by itself', `exit ${code}`);
      const cancel = clock.after(Math.min(takesMs, call.timeoutMs), () =>
        end(
          takesMs > call.timeoutMs ? 'killed' : 'by itself',
          takesMs > call.timeoutMs ? `killed after ${call.timeoutMs / 1000} s` : `exit ${code}`,
        ),
      );
      signal.addEventListener('abort', () => {
        cancel();
        end('killed', 'ended together with the run');
      });
    });
  return { hooks: { run }, ran };
}
