import { sampleStack } from '../../test/support/sample-stack.js';
import { play } from '../../test/render/live/theatre.js';
import type { SandboxClock } from '../../src/sandbox/clock.js';
import { COLUMNS, ROWS, screenOf, type Screen } from './screen.js';

/** Turns of the event loop in which a call over the simulated wire is answered. */
const TURNS = 20;

/** The screen is kept so often, in seconds. */
const STEP = 4;

/** What a person would type, and see. */
export interface Recording {
  readonly command: string;
  readonly exitCode: number | undefined;
  /** The screen at its moments, oldest first; `at` in seconds since the command began. */
  readonly screens: readonly { readonly at: number; readonly screen: Screen }[];
}

/**
 * Creates the sample stack in a sandbox in this process, types the command, and keeps what a terminal shows of it. The
 * clock is the sandbox's, so the same command always gives the same recording.
 */
export async function record(words: readonly string[]): Promise<Recording> {
  const stage = await sampleStack(({ sandbox }) => takeTurns(sandbox.clock));
  const { code, events } = await stage.run(words);
  const lasts = ((events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0)) / 1000;
  const at = Array.from({ length: Math.floor(lasts / STEP) }, (_, step) => step * STEP);
  const screens: Screen[] = [];
  const look = { columns: COLUMNS, rows: ROWS, colour: true };
  await play(events, { ...look, at, watch: (terminal) => screens.push(screenOf(terminal)) });
  return {
    command: ['ha-updater', ...words].join(' '),
    exitCode: code,
    screens: screens.map((screen, index) => ({ at: at[index] ?? lasts, screen })),
  };
}

/** No time passes while the other half of a run works: its stack is followed and its groups are held at once. */
function takeTurns(clock: SandboxClock): void {
  const sleep = clock.sleep.bind(clock);
  clock.sleep = async (ms, signal) => {
    for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate);
    await sleep(ms, signal);
  };
}
