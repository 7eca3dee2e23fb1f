import { existsSync, readFileSync } from 'node:fs';
import { homedir, release } from 'node:os';
import { join } from 'node:path';

/*
 * `--help` without a command, out of what the package says of itself. oclif would load all that it needs to run
 * commands, which takes four times as long as all of this. What it writes is what oclif writes; wherever that is not
 * certain, nothing is answered, and oclif does it.
 */

/** What help says of one command or topic. */
interface Entry {
  readonly name: string;
  readonly text: string;
}

/** What the help of the whole program is made of. */
export interface RootHelp {
  readonly description: string;
  readonly bin: string;
  /** Name, version and platform. */
  readonly agent: string;
  readonly topics: readonly Entry[];
  readonly commands: readonly Entry[];
}

/** What a package.json and the manifest of oclif hold, as far as help shows it. */
interface Packed {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly oclif: { readonly bin: string; readonly topics: Readonly<Record<string, { readonly description: string }>> };
}

interface Manifest {
  readonly commands: Readonly<
    Record<
      string,
      {
        readonly summary?: string;
        readonly description?: string;
        readonly hidden?: boolean;
        readonly aliases?: readonly string[];
      }
    >
  >;
}

/** What help depends on besides the package. */
interface Surroundings extends Pick<NodeJS.Process, 'env' | 'platform' | 'arch' | 'version'> {
  readonly stdout: Pick<NodeJS.WriteStream, 'isTTY' | 'getWindowSize'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'isTTY'>;
}

/**
 * The help of the whole program as it has to look here, or undefined where oclif has to say.
 * @param folder the folder of package.json
 */
export function rootHelp(folder: string, around: Surroundings): string | undefined {
  const manifest = join(folder, 'oclif.manifest.json');
  const bold = boldOf(around);
  if (bold === undefined || !existsSync(manifest) || isChanged(around)) return undefined;
  const { name, version, description, oclif } = readJson(join(folder, 'package.json')) as Packed;
  const { commands } = readJson(manifest) as Manifest;
  const rows = Object.entries(commands);
  if (rows.some(([, { aliases = [] }]) => aliases.length > 0)) return undefined;
  const help: RootHelp = {
    description,
    bin: oclif.bin,
    agent: `${name}/${version} ${around.platform}-${around.arch} node-${around.version}`,
    topics: Object.entries(oclif.topics).map(([topic, one]) => ({ name: topic, text: one.description })),
    commands: rows.flatMap(([id, one]) =>
      id.includes(':') || one.hidden === true ? [] : [{ name: id, text: one.summary ?? one.description ?? '' }],
    ),
  };
  return renderRoot(help, widthOf(around.stdout), bold);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Somebody has set what oclif alone knows how to obey, or the platform has another name to it. */
function isChanged({ env, platform, arch }: Surroundings): boolean {
  if (!['linux', 'darwin'].includes(platform) || arch === 'ia32') return true;
  if (env.DEBUG !== undefined || Object.keys(env).some((name) => /^(OCLIF|HA_UPDATER)_/.test(name))) return true;
  const theme = join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'ha-updater', 'theme.json');
  return existsSync(theme) || (platform === 'linux' && isPerhapsWindows());
}

/** Linux in Windows may be called so. */
function isPerhapsWindows(): boolean {
  if (/microsoft/i.test(release())) return true;
  if (['/proc/sys/fs/binfmt_misc/WSLInterop', '/run/WSL'].some((path) => existsSync(path))) return true;
  try {
    return /microsoft/i.test(readFileSync('/proc/version', 'utf8'));
  } catch {
    return false;
  }
}

type Bold = (header: string) => string;

/** How headers look; undefined where it is not certain whether the terminal shows them bold. */
function boldOf({ env, stdout, stderr }: Surroundings): Bold | undefined {
  if (['FORCE_COLOR', 'CI', 'TF_BUILD', 'TEAMCITY_VERSION'].some((name) => name in env)) return undefined;
  const plain: Bold = (header) => header;
  if (!stdout.isTTY || !stderr.isTTY || (env.NO_COLOR ?? '') !== '') return plain;
  const isKnown = /^(xterm|screen|rxvt|vt100|vt220)|-256(color)?$/i.test(env.TERM ?? '');
  return isKnown && !/mono|dumb/i.test(env.TERM ?? '') ? (header) => `\u001B[1m${header}\u001B[22m` : undefined;
}

function widthOf(stdout: Surroundings['stdout']): number {
  if (!stdout.isTTY) return 80;
  const [width] = stdout.getWindowSize();
  return width < 1 ? 80 : Math.max(40, width);
}

/** The help as oclif lays it out, or undefined where it holds what only oclif can lay out. */
export function renderRoot(
  { description, bin, agent, topics, commands }: RootHelp,
  width: number,
  bold: Bold,
): string | undefined {
  const texts = [description, agent, ...[...topics, ...commands].flatMap(({ name, text }) => [name, text])];
  if (!texts.every((text) => /^[\x20-\x7e]+$/.test(text) && !text.includes('<%'))) return undefined;
  const parts: string[] = [description];
  const sections: readonly (readonly [string, string | undefined])[] = [
    ['VERSION', wrapped(agent, width - 2)?.join('\n')],
    ['USAGE', wrapped(`$ ${bin} [COMMAND]`, width - 2)?.join('\n')],
    ['TOPICS', rowsOf(topics, width)],
    ['COMMANDS', rowsOf(commands, width)],
  ];
  for (const [header, body] of sections) {
    if (body === undefined) return undefined;
    parts.push(`${bold(header)}\n${body.replaceAll(/^(?!\s*$)/gm, '  ')}`);
  }
  return `${parts.join('\n\n')}\n`;
}

/** Names beside texts; undefined where oclif would put the texts below the names. */
function rowsOf(entries: readonly Entry[], width: number): string | undefined {
  const rows = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const longest = Math.max(...rows.map(({ name }) => name.length));
  const lines: string[] = [];
  for (const { name, text } of rows) {
    const [first = '', ...more] = wrapped(text.trim(), width - longest - 4) ?? [];
    if (first === '' || more.length > 4) return undefined;
    lines.push(`${name.padEnd(longest + 2)}${first}`, ...more.map((line) => `${' '.repeat(longest + 2)}${line}`));
  }
  return lines.join('\n');
}

/** The lines of a text; undefined where a word is longer than a line. */
function wrapped(text: string, width: number): readonly string[] | undefined {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (word.length > width) return undefined;
    const last = (lines.at(-1) ?? '').trimStart();
    const longer = last === '' ? word : `${last} ${word}`;
    if (longer.length > width && last !== '' && word !== '') lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line) => line.trim());
}
