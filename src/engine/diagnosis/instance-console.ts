import type { PrintedLine } from '../../model/rollout/decision.js';
import type { Redact } from '../../text/secrets/redact.js';
import { plainText } from '../../text/plain.js';

/** Instances whose console is shown, and how much of it: the end tells why something did not start. */
const MOST_CONSOLES = 3;
const MOST_LINES = 15;
const MOST_CHARACTERS = 300;

/** The last lines that an instance has printed; none when it was asked before, or enough were. */
export type ConsoleReader = (instance: string) => Promise<readonly PrintedLine[]>;

/** Reads consoles of a few instances, with what is known to be secret taken out. */
export function consoleReader(read: (instance: string) => Promise<string>, redact: Redact): ConsoleReader {
  const asked = new Set<string>();
  return async (instance) => {
    if (asked.has(instance) || asked.size >= MOST_CONSOLES) return [];
    asked.add(instance);
    return lastLines(redact(plainText(await read(instance), ''))).map((line) => ({ instance, line }));
  };
}

/** Redacted as a whole before it is cut, so that no half of a secret is left. */
function lastLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-MOST_LINES)
    .map((line) => (line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line));
}
