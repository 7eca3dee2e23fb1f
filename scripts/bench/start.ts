import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { atMost, type Figure } from './targets.js';

/** What a program took until its end, or until its first call to AWS. */
interface Spent {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssMb: number;
}

/** Medians of one way to start the program, the times over those of a node that does nothing. */
interface Start {
  readonly what: string;
  readonly cpu: number;
  readonly wall: number;
  readonly rssMb: number;
}

interface Program {
  readonly what: string;
  readonly words: readonly string[];
  readonly until: 'end' | 'request';
}

const PROGRAMS: readonly Program[] = [
  { what: '--version', words: ['--version'], until: 'end' },
  { what: '--help', words: ['--help'], until: 'end' },
  { what: 'update-asgs --help', words: ['update-asgs', '--help'], until: 'end' },
  { what: 'update-asgs, first call', words: ['update-asgs', 'web'], until: 'request' },
  { what: 'update-stack, first call', words: ['update-stack', 'web'], until: 'request' },
];

/**
 * What it costs to start the program as it is packed. Each round starts all of them and a node that does nothing, so
 * that what else the machine does meets all alike; the first round, which fills node's compile cache, does not count.
 * @param root the folder of package.json, with all compiled
 */
export async function measureStart(root: string, rounds = 15): Promise<readonly Start[]> {
  const packed = await mkdtemp(join(tmpdir(), 'ha-updater-start-'));
  try {
    await pack(root, packed);
    const start = starter(root, packed);
    const spent = new Map<string, Spent[]>();
    const add = (what: string, one: Spent): void => void spent.set(what, [...(spent.get(what) ?? []), one]);
    for (let round = 0; round <= rounds; round++) {
      if (round === 1) spent.clear();
      add('node', start(['-e', '0'], 'end'));
      for (const { what, words, until } of PROGRAMS) add(what, start([join(packed, 'bin', 'run.js'), ...words], until));
    }
    const typical = (what: string, pick: (one: Spent) => number): number => median((spent.get(what) ?? []).map(pick));
    return PROGRAMS.map(({ what }) => ({
      what,
      cpu: typical(what, ({ cpuMs }) => cpuMs) / typical('node', ({ cpuMs }) => cpuMs),
      wall: typical(what, ({ wallMs }) => wallMs) / typical('node', ({ wallMs }) => wallMs),
      rssMb: typical(what, ({ rssMb }) => rssMb),
    }));
  } finally {
    await rm(packed, { recursive: true, force: true });
  }
}

/** What the starts must keep to. */
export function figuresOfStart(starts: readonly Start[]): readonly Figure[] {
  const of = (wanted: string): Start => {
    const found = starts.find(({ what }) => what === wanted);
    if (found === undefined) throw new Error(`${wanted} was not measured`);
    return found;
  };
  return [
    atMost('start: CPU of --version over node', of('--version').cpu, 1.6),
    atMost('start: CPU of --help over node', of('--help').cpu, 2),
    atMost('start: CPU until the first call of update-asgs over node', of('update-asgs, first call').cpu, 4),
    atMost('start: RSS at the first call of update-asgs, MB', of('update-asgs, first call').rssMb, 90),
  ];
}

/** All starts as a table. */
export function tableOfStart(starts: readonly Start[]): string {
  const rows = starts.map(({ what, cpu, wall, rssMb }) => {
    const numbers = [cpu.toFixed(2).padStart(6), wall.toFixed(2).padStart(7), rssMb.toFixed(0).padStart(8)];
    return `        ${what.padEnd(26)}${numbers.join('')}`;
  });
  return [`        ${'start, over node -e 0'.padEnd(26)}   CPU   wall  RSS MB`, ...rows].join('\n');
}

/** The files that the package holds and a start reads. */
async function pack(root: string, folder: string): Promise<void> {
  const { bundle } = (await import(pathToFileURL(join(root, 'scripts', 'bundle.js')).href)) as {
    readonly bundle: (root: string, from: string, to: string) => Promise<unknown>;
  };
  await bundle(root, join(root, 'dist'), join(folder, 'dist'));
  await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  execFileSync(process.execPath, [join(root, 'node_modules', 'oclif', 'bin', 'run.js'), 'manifest', folder], {
    env: { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' },
    stdio: 'ignore',
  });
}

/** Starts node with words and tells what it took. Nothing of the account and the home of whoever measures is read. */
function starter(root: string, folder: string): (args: readonly string[], until: Program['until']) => Spent {
  const env = {
    HOME: folder,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
  };
  const probe = join(root, 'scripts', 'bench', 'probe.cjs');
  return (args, until) => {
    const { status, output } = spawnSync(process.execPath, ['--require', probe, ...args], {
      cwd: folder,
      env: { ...env, UNTIL: until },
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${output[2] ?? ''}`);
    return JSON.parse(output[3] ?? '') as Spent;
  };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}
