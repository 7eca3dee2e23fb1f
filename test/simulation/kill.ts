import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/clock.js';
import type { CommandResult, StatusDocument } from '../../src/index.js';
import { seededRandom, type Random } from '../../src/sandbox/random.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { run, start, type Running } from '../commands/support/cli.js';

const TEMPLATE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'templates', 'web-stack.yaml');
const BAD = 'ami-0bad0bad0bad0bad0';
const SPEED = 80;
/** From which words on a run is killed, and within how many milliseconds: over the whole time of a swap, and in each of its steps. */
const MOMENTS: readonly (readonly [RegExp, number])[] = [
  [/run /, 2_500],
  [/Write the rollout record/, 100],
  [/Double the size/, 400],
  [/ prove: /, 1_500],
  [/Decide to promote/, 100],
  [/Terminate \d+ old/, 800],
];

/** At this speed a short pause of the machine is minutes of the world; no limit may judge by that. */
const CALM = ['--healthy-timeout', '7200', '--deadline', '14400'];

/** A sandbox over HTTP with one stack, and commands that talk to it. */
export interface KillWorld {
  readonly random: Random;
  readonly env: Readonly<Record<string, string>>;
  readonly violations: () => Promise<readonly unknown[]>;
  readonly status: () => Promise<StatusDocument['groups'][number]>;
  readonly stop: () => Promise<void>;
}

export interface Killed {
  readonly afterMs: number;
  /** The record was on the group when the process was gone. */
  readonly midway: boolean;
  /** What was run then. */
  readonly command: string;
  readonly end: string;
  readonly wrong: readonly string[];
}

export async function startWorld(seed: number): Promise<KillWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'ha-updater-kill-'));
  await writeFile(join(folder, 'scenario.yaml'), `images:\n  ${BAD}: {behaviour: missing}\n`);
  const sandbox: Running = start([
    'sandbox',
    '--port',
    '0',
    '--speed',
    String(SPEED),
    '--scenario',
    join(folder, 'scenario.yaml'),
    '--seed',
    String(seed),
  ]);
  const text = await sandbox.sees(/HA_UPDATER_SPEED=\d+/);
  const env = Object.fromEntries(
    [...text.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, key, value]) => [key ?? '', value ?? '']),
  );
  const network = [`VpcId=${DEFAULT_VPC}`, `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`];
  const created = await run(
    [
      'update-stack',
      'web',
      '--template',
      TEMPLATE,
      ...network,
      'ImageId=ami-00000000000000000',
      'DbPassword=never-to-be-seen',
      '--warmup-seconds',
      '3600',
      '--action-timeout',
      '7200',
      ...CALM,
    ],
    { env },
  );
  if (created.code !== 0) throw new Error(`The stack could not be created:\n${created.stderr}`);
  return {
    random: seededRandom(seed).fork('kills'),
    env,
    violations: async () =>
      (await (await fetch(`${env['AWS_ENDPOINT_URL']}/_sandbox/violations`)).json()) as readonly unknown[],
    status: async () => {
      const shown = JSON.parse((await run(['status', 'web', '--json'], { env })).stdout) as StatusDocument;
      const [group] = shown.groups;
      if (group === undefined) throw new Error('The stack has no group any more.');
      return group;
    },
    stop: async () => {
      sandbox.child.kill('SIGTERM');
      await sandbox.finished;
      await rm(folder, { recursive: true });
    },
  };
}

/** Starts a swap, kills it at a random moment, ends what it began by another command, and looks at what is left. */
export async function killAndFinish(world: KillWorld, kill: number): Promise<Killed> {
  const { random, env } = world;
  const before = await world.status();
  const victim = start(['update-asgs', 'web', '--swap', 'always', ...CALM], { env });
  const [moment, most] = random.pick(MOMENTS);
  // Whoever ended before that moment is killed too late, which is one of the cases.
  await victim.sees(moment).catch(() => undefined);
  const afterMs = random.int(0, most);
  await Promise.race([systemClock().sleep(afterMs), victim.finished]);
  victim.child.kill('SIGKILL');
  await victim.finished;
  const left = await world.status();
  const midway = left.record !== undefined;
  const command = random.pick(['update-asgs', 'resume', 'rollback']);
  let code = await ending(world, [command, 'web', ...CALM]);
  // A verdict to promote is not turned: it is finished instead.
  if (command === 'rollback' && code.exitCode === 3) code = await ending(world, ['resume', 'web', ...CALM]);
  const after = await world.status();
  const wrong: string[] = [];
  const check = (holds: boolean, sentence: string): void =>
    void (holds || wrong.push(`kill ${kill} after ${afterMs} ms, then ${command}: ${sentence}`));
  check([0, 4].includes(code.exitCode), `exit ${code.exitCode}: ${code.failure?.what ?? ''}`);
  check(
    JSON.stringify(after.size) === JSON.stringify(before.size),
    `sizes are ${JSON.stringify(after.size)}, they were ${JSON.stringify(before.size)}`,
  );
  check(after.record === undefined && after.lease === undefined && after.verdict === undefined, 'notes are left');
  check(
    JSON.stringify([...after.suspended].sort()) === JSON.stringify([...(after.frozen?.processes ?? [])].sort()),
    `suspended: ${after.suspended.join()}, the note says ${after.frozen?.processes.join() ?? 'nothing'}`,
  );
  check(after.instances.filter(({ inService }) => inService).length >= before.size.desired, 'too few are in service');
  const ids = new Set(before.instances.map(({ id }) => id));
  const stayed = after.instances.filter(({ id, side }) => ids.has(id) && side !== 'leaving').length;
  const fresh = after.instances.filter(({ id, side }) => !ids.has(id) && side !== 'leaving').length;
  check(stayed === 0 || fresh === 0, `${stayed} old and ${fresh} new instances are left`);
  const violations = await world.violations();
  check(violations.length === 0, `invariants: ${JSON.stringify(violations.slice(0, 3))}`);
  if (after.frozen !== undefined)
    check((await ending(world, ['unfreeze', 'web'])).exitCode === 0, 'it could not be unfrozen');
  return { afterMs, midway, command, end: stayed === 0 ? 'promoted' : 'as before', wrong };
}

async function ending(world: KillWorld, args: readonly string[]): Promise<CommandResult> {
  const { stdout, stderr } = await run([...args, '--json'], { env: world.env });
  try {
    return JSON.parse(stdout) as CommandResult;
  } catch {
    throw new Error(`${args.join(' ')} gave no document:\n${stderr}`);
  }
}
