/**
 * The whole of the main job, for people to watch: starts the sandbox, creates the sample stack, updates it with a good
 * image (promoted) and then with a bad one (rolled back), all through the real commands as child processes, with a
 * picture of the capacity under each act. With `rolling` the same a few instances at a time; with `way-back` a promoted
 * one is taken back. Exit 0 only if each act ended as it says and no invariant was broken.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../src/sandbox/world/ec2/state.js';
import { drawAct, type Point } from './picture.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BIN = join(ROOT, 'bin', 'run.js');
const TEMPLATE = join('templates', 'web-stack.yaml');
/** A swap takes some ten seconds: slow enough to be followed. */
const SPEED = 20;
const STACK = 'web';

const FIRST = 'ami-0123456789abcdef0';
const GOOD = 'ami-0123456789abcdef1';
const BAD = 'ami-0bad0bad0bad0bad0';
/** Images that the scenario does not name become healthy. */
const SCENARIO =
  `images:\n  ${BAD}: {behaviour: unhealthy}\ncommands:\n  - {match: restart nothing, exit: 1, ` +
  `output: 'nothing: ERROR (no such process)'}\n`;

interface Act {
  readonly title: string;
  /** What to look at meanwhile, in one sentence. */
  readonly watch?: string;
  readonly args: readonly string[];
  readonly exit: number;
}

const CREATE: Act = {
  title: 'Create the stack, and prove its instances',
  args: [
    'update-stack',
    STACK,
    '--template',
    TEMPLATE,
    `VpcId=${DEFAULT_VPC}`,
    `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`,
    `ImageId=${FIRST}`,
    'DbPassword=only-an-example',
  ],
  exit: 0,
};

const SWAP: readonly Act[] = [
  CREATE,
  {
    title: 'A good image: the new instances are proven, the old ones go',
    watch: 'The group is doubled; the old ones serve until every new one was healthy for 25 s without a break.',
    args: ['update-stack', STACK, `ImageId=${GOOD}`],
    exit: 0,
  },
  {
    title: 'A bad image: nothing is proven, the new instances go, the old ones serve',
    watch:
      'The new ones never answer their health checks; after 180 s they are terminated, and no old one was touched.',
    args: ['update-stack', STACK, `ImageId=${BAD}`, '--healthy-timeout', '180'],
    exit: 4,
  },
  { title: 'What is left behind', args: ['status', STACK], exit: 0 },
];

const ROLLING: readonly Act[] = [
  CREATE,
  {
    title: 'A good image, one more at a time: it is proven, then the oldest goes, and so on',
    args: ['update-stack', STACK, `ImageId=${GOOD}`, '--strategy', 'rolling'],
    exit: 0,
  },
  {
    title: 'A bad image: the first one is never proven, so it costs one instance and nothing old goes',
    args: ['update-stack', STACK, `ImageId=${BAD}`, '--strategy', 'rolling', '--healthy-timeout', '180'],
    exit: 4,
  },
  {
    title: 'A good image again, the oldest first and one less at a time: the freeze is lifted too',
    args: ['update-stack', STACK, `ImageId=${FIRST}`, '--strategy', 'rolling', '--surge', '0', '--unavailable', '1'],
    exit: 0,
  },
  { title: 'What is left behind', args: ['status', STACK], exit: 0 },
];

const RESTARTS: readonly Act[] = [
  { title: 'Create the stack with four instances', args: [...CREATE.args, 'MinSize=4', 'DesiredCapacity=4'], exit: 0 },
  {
    title: 'Restart in place: half of them stay in service',
    args: ['restart', STACK, '--ssm', 'supervisorctl restart all', '--quorum', '0.5'],
    exit: 0,
  },
  {
    title: 'A command that fails: one stays out, and the run stops',
    args: ['restart', STACK, '--ssm', 'supervisorctl restart nothing', '--quorum', '3'],
    exit: 5,
  },
  { title: 'Put it back', args: ['resume', STACK], exit: 0 },
];

const WAY_BACK: readonly Act[] = [
  CREATE,
  {
    title:
      'An image whose fault only its users see: the new instances are proven, and the old ones are kept in standby',
    args: ['update-stack', STACK, `ImageId=${GOOD}`, '--keep-old', '4h', '--detach'],
    exit: 0,
  },
  { title: 'Until when there is a way back', args: ['status', STACK], exit: 0 },
  {
    title: 'The way back: the old instances serve again without a boot, and only then the new ones go',
    args: ['rollback', STACK],
    exit: 0,
  },
  { title: 'What is left behind', args: ['status', STACK], exit: 0 },
];

const DEMOS: Readonly<Record<string, { readonly acts: readonly Act[]; readonly end: string }>> = {
  swap: { acts: SWAP, end: 'Good image: promoted. Bad image: rolled back.' },
  rolling: {
    acts: ROLLING,
    end: 'Two good images: promoted. Bad image: rolled back after one instance.',
  },
  'way-back': { acts: WAY_BACK, end: 'Promoted, and taken back: the old instances serve again.' },
  restart: {
    acts: RESTARTS,
    end: 'The quorum held, no instance was launched or terminated, and all of them are back.',
  },
};

const say = (line = ''): void => void process.stdout.write(`${line}\n`);

async function main(name: string): Promise<number> {
  const demo = DEMOS[name];
  if (demo === undefined) {
    say(`There is no demo ${name}: choose one of ${Object.keys(DEMOS).join(', ')}.`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'ha-updater-demo-'));
  writeFileSync(join(folder, 'scenario.yaml'), SCENARIO);
  const sandbox = spawn(
    process.execPath,
    [BIN, 'sandbox', '--port', '0', '--speed', String(SPEED), '--scenario', join(folder, 'scenario.yaml')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const env = await exportsOf(sandbox);
    say(`A simulated AWS at ${env['AWS_ENDPOINT_URL']}: ${SPEED} simulated seconds pass in one.`);
    say('In the pictures █ is in service, ░ is there and not in service.');
    const wrong: string[] = [];
    let created = 0;
    for (const act of demo.acts) {
      const began = await now(env);
      say(`\n=== ${act.title}${act.watch === undefined ? '' : `\n${act.watch}`}\n$ ha-updater ${act.args.join(' ')}`);
      const code = await play(act, env);
      say(`exit ${code}${code === act.exit ? '' : `, but ${act.exit} was to be`}`);
      if (code !== act.exit) wrong.push(`"${act.title}" ended with exit ${code} instead of ${act.exit}.`);
      const ended = await now(env);
      if (created === 0) created = ended;
      if (act.args[0] !== 'status') drawAct(await seen(env), began, ended).forEach(say);
    }
    const points = await seen(env);
    if (name !== 'restart' && !points.some((point) => point.new > 0 && point.old > 0))
      wrong.push('The sandbox saw no new instances beside old ones, so it watched nothing.');
    if (name === 'restart' && !points.some((point) => point.inService === 2))
      wrong.push('The sandbox saw nobody taken out, so it watched nothing.');
    const violations = await ask<readonly object[]>(env, 'violations');
    wrong.push(...violations.map((violation) => `Broken invariant: ${JSON.stringify(violation)}`));
    const minutes = Math.round(((await now(env)) - (points[0]?.at ?? 0)) / 60_000);
    const lowest = Math.min(...points.filter(({ at }) => at >= created).map(({ inService }) => inService));
    const end = `${demo.end} In service never fewer than ${lowest} (simulated AWS, ${minutes} min).`;
    say(wrong.length === 0 ? `\n${end}` : `\nThis went wrong:\n${wrong.map((line) => `  ${line}`).join('\n')}`);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    sandbox.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The environment that the sandbox tells a shell to export. */
function exportsOf(sandbox: ChildProcess): Promise<Readonly<Record<string, string>>> {
  return new Promise((resolve, reject) => {
    let text = '';
    sandbox.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes('HA_UPDATER_SPEED=')) return;
      const pairs = text
        .split('\n')
        .filter((line) => line.startsWith('export '))
        .flatMap((line) => line.slice('export '.length).split(' '));
      resolve(
        Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])),
      );
    });
    sandbox.once('error', reject);
    sandbox.once('exit', (code) => reject(new Error(`The sandbox ended with ${code}.`)));
  });
}

/** One command on this very terminal. */
function play(act: Act, env: Readonly<Record<string, string>>): Promise<number | null> {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...rest } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...act.args], {
      cwd: ROOT,
      env: { ...rest, ...env },
      stdio: 'inherit',
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });
}

/** The simulated time, in milliseconds. */
async function now(env: Readonly<Record<string, string>>): Promise<number> {
  return Date.parse((await ask<{ readonly now: string }>(env, 'clock')).now);
}

/** What the sandbox saw until now. */
async function seen(env: Readonly<Record<string, string>>): Promise<readonly Point[]> {
  const told = await ask<readonly (Omit<Point, 'at'> & { readonly at: string })[]>(env, 'timeline');
  return told.map((point) => ({ ...point, at: Date.parse(point.at) }));
}

async function ask<T>(env: Readonly<Record<string, string>>, what: string): Promise<T> {
  const answer = await fetch(`${env['AWS_ENDPOINT_URL']}/_sandbox/${what}`);
  if (!answer.ok) throw new Error(`/_sandbox/${what} answered ${answer.status}.`);
  return (await answer.json()) as T;
}

process.exitCode = await main(process.argv[2] ?? 'swap');
