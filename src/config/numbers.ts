import { type FlagProblem, problem } from '../errors.js';
/** A flag that takes a number: what it means when it is not given, and what makes sense. */
export interface NumberFlag {
  readonly fallback: number;
  readonly least: number;
  readonly most: number;
  readonly unit: 'seconds';
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/**
 * Every limit and pace that a user can set, by flag name. A day is the most for any wait: beyond it a
 * typing mistake is likelier than a wish.
 */
export const NUMBERS = {
  'first-event-timeout': { fallback: 25, least: 0, most: DAY, unit: 'seconds' },
  /** The former name of the same. */
  'warmup-seconds': { fallback: 25, least: 0, most: DAY, unit: 'seconds' },
  'action-timeout': { fallback: 300, least: 1, most: DAY, unit: 'seconds' },
  'wait-timeout': { fallback: HOUR, least: 1, most: DAY, unit: 'seconds' },
  'lenient-look-back': { fallback: 5, least: 0, most: HOUR, unit: 'seconds' },
  'healthy-timeout': { fallback: 600, least: 1, most: DAY, unit: 'seconds' },
  warmup: { fallback: 25, least: 0, most: HOUR, unit: 'seconds' },
  deadline: { fallback: HOUR, least: 1, most: DAY, unit: 'seconds' },
  'drain-timeout': { fallback: HOUR, least: 1, most: DAY, unit: 'seconds' },
  'wait-for-lock': { fallback: 0, least: 0, most: DAY, unit: 'seconds' },
  bake: { fallback: 0, least: 0, most: DAY, unit: 'seconds' },
  'keep-old': { fallback: 0, least: 0, most: DAY, unit: 'seconds' },
  'check-timeout': { fallback: 60, least: 1, most: HOUR, unit: 'seconds' },
  'command-timeout': { fallback: 300, least: 1, most: DAY, unit: 'seconds' },
  'gate-timeout': { fallback: 600, least: 1, most: DAY, unit: 'seconds' },
  timeout: { fallback: DAY, least: 1, most: DAY, unit: 'seconds' },
  poll: { fallback: 5, least: 1, most: 300, unit: 'seconds' },
} as const satisfies Record<string, NumberFlag>;

export type NumberName = keyof typeof NUMBERS;

/** Flags as the command line gave them: text, unchecked. Absent means the fallback. */
export type NumberTexts = Readonly<Partial<Record<NumberName, string | undefined>>>;

/**
 * Reads the numbers named, in milliseconds. Problems are added to `problems` as whole sentences, so
 * that the user sees all of them at once; the value is then the fallback.
 */
export function readNumbers<N extends NumberName>(
  names: readonly N[],
  given: NumberTexts,
  problems: FlagProblem[],
): Record<N, number> {
  const entries = names.map((name) => [name, readNumber(name, given[name], problems) * 1000] as const);
  return Object.fromEntries(entries) as Record<N, number>;
}

function readNumber(name: NumberName, text: string | undefined, problems: FlagProblem[]): number {
  const { fallback, least, most, unit }: NumberFlag = NUMBERS[name];
  if (text === undefined) return fallback;
  const value = readSeconds(text);
  if (value !== undefined && value >= least && value <= most) return value;
  problems.push(
    problem(
      `--${name} must be a number of ${unit} from ${least} to ${most}, or a time such as 90s, 5m or 1h30m, ` +
        `not "${text}".`,
      name,
    ),
  );
  return fallback;
}

/** Seconds of each unit, in the order in which they may be written. */
const UNITS = { d: DAY, h: HOUR, m: 60, s: 1 } as const;

/**
 * Seconds of what a person typed: plain digits (`90`, `2.5`), or parts with a unit, the longest first (`90s`, `5m`,
 * `1h30m`). undefined for anything else: Number() would take '', ' 5', '0x10' and '1e3', too.
 */
export function readSeconds(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (parts === null || text === '') return undefined;
  return Object.values(UNITS).reduce((sum, seconds, index) => sum + Number(parts[index + 1] ?? 0) * seconds, 0);
}
