/** Environment variables by name. */
type Environment = Readonly<Record<string, string | undefined>>;

/** How a run is shown; `auto` finds out. */
export type Output = 'auto' | 'terminal' | 'lines' | 'jsonl';

/** What the choice depends on besides the flag. */
export interface Screen {
  readonly isTTY: boolean;
  readonly isCI: boolean;
  readonly env: Environment;
}

/**
 * How to show a run. The live tree needs a real terminal: pipelines may pretend to have one (a
 * pseudo-terminal with CI set), and a dumb one cannot move the cursor. `--output` has the last word.
 */
export function chooseOutput(asked: Output, screen: Screen): Exclude<Output, 'auto'> {
  if (asked !== 'auto') return asked;
  return screen.isTTY && !screen.isCI && screen.env['TERM'] !== 'dumb' ? 'terminal' : 'lines';
}

/** NO_COLOR (any value but the empty one) wins over FORCE_COLOR; without either a terminal decides. */
export function wantsColour(screen: Omit<Screen, 'isCI'>): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = screen.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return screen.isTTY && TERM !== 'dumb';
}

/**
 * Whether a terminal shows more than ASCII, by its locale (POSIX: LC_ALL before LC_CTYPE before LANG). Without one it
 * is the C locale; the console of the Linux kernel has no glyphs for bars and marks.
 */
export function showsUnicode(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((one) => one !== undefined && one !== '') ?? '';
  if (env['TERM'] === 'linux') return false;
  return /utf-?8/i.test(locale) || env['WT_SESSION'] !== undefined;
}
