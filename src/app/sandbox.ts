import { command } from '../text/commands/next-command.js';
import { appendFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { badFlags, type FlagProblem, problem, systemError, usage } from '../errors.js';
import { readBounded } from '../files/read-bounded.js';
import { whyNot } from '../files/system-fault.js';
import { lineWriter } from '../render/line-writer.js';
import type { Sandbox } from '../sandbox/index.js';
import type { Scenario } from '../sandbox/scenario.js';
import type { CommandResult, ProcessContext } from '../run/process-context.js';

const SEEDS = { least: 0, most: 2 ** 53 - 1, whole: true };

/** Flags as the command line gave them: text, unchecked. */
export interface SandboxFlags {
  readonly port: string;
  readonly speed: string;
  readonly scenario?: string | undefined;
  readonly seed?: string | undefined;
  readonly host?: string | undefined;
  readonly calls?: string | undefined;
  readonly node?: string | undefined;
}

/** Serves the simulated AWS, on loopback unless told otherwise, until a signal comes, which is its good end. */
export async function serveWorld(flags: SandboxFlags, surroundings: ProcessContext): Promise<CommandResult> {
  const problems: FlagProblem[] = [];
  const port = number(
    flags.port,
    { least: 0, most: 65_535, whole: true },
    problem('--port must be a whole number from 0 to 65535', 'port'),
    problems,
  );
  const speed = number(
    flags.speed,
    { least: 0.01, most: 10_000, whole: false },
    problem('--speed must be a number from 0.01 to 10000', 'speed'),
    problems,
  );
  const seed =
    flags.seed === undefined
      ? undefined
      : number(flags.seed, SEEDS, problem('--seed must be a whole number', 'seed'), problems);
  const node = await programFor(flags.node, problems);
  if (problems.length > 0) throw badFlags(problems);

  const given = await readScenario(flags.scenario);
  const { SAMPLE_IMAGES } = await import('../sandbox/scenario.js');
  const scenario = {
    ...given,
    images: { ...SAMPLE_IMAGES, ...given.images },
    ...(seed === undefined ? {} : { seed }),
  };
  const [{ createSandbox }, { serveSandbox, scenarioOf }, { DEFAULT_SUBNETS, DEFAULT_VPC }] = await Promise.all([
    import('../sandbox/index.js'),
    import('../sandbox/live.js'),
    import('../sandbox/world/ec2/state.js'),
  ]);
  const stopped = new Promise<string>((resolve) => surroundings.onSignal(resolve));
  const sandbox = createSandbox(scenario);
  const keep = flags.calls === undefined ? undefined : await keepActions(sandbox, flags.calls);
  const elsewhere = (region: string): Sandbox => {
    const made = createSandbox(scenarioOf(scenario, region));
    keep?.(made);
    return made;
  };
  const live = await serveSandbox(sandbox, {
    port,
    speed,
    elsewhere,
    node,
    ...(flags.host === undefined ? {} : { host: flags.host }),
  }).catch((thrown: unknown) => {
    throw notServed(thrown, port, flags);
  });
  const write = lineWriter(surroundings.stdout);
  exportsFor(live.url, scenario, speed, { vpc: DEFAULT_VPC, subnets: DEFAULT_SUBNETS }).forEach(write);
  const signal = await stopped;
  await live.close();
  write(`# ${signal}: the sandbox is gone.`);
  return { v: 1, command: 'sandbox', outcome: 'served', exitCode: 0 };
}

/** The program that runs functions. One that cannot is a problem where somebody named it. */
async function programFor(given: string | undefined, problems: FlagProblem[]): Promise<string> {
  if (given === undefined) return process.execPath;
  const { programFrom, whyNotBy } = await import('../sandbox/functions/node-for-functions.js');
  const program = programFrom(given);
  const why = whyNotBy(program);
  if (why !== undefined) problems.push(problem(why, 'node'));
  return program;
}

/**
 * Each action once for each command that took it, as it comes: what a policy has to allow.
 * @returns what keeps those of one more sandbox in the same file
 */
export async function keepActions(sandbox: Sandbox, file: string): Promise<(one: Sandbox) => void> {
  const { iamActions } = await import('../sandbox/wire/iam.js');
  await writeFile(file, '').catch((thrown: unknown) => {
    const error = systemError(thrown);
    throw usage('usage.calls', `${file} cannot be written: ${error.message}.`);
  });
  const known = new Set<string>();
  const keep = (one: Sandbox): void =>
    one.onCall(({ service, operation, agent }) => {
      const command = /\bha-updater\/\S+ command\/(\S+)/.exec(agent)?.[1] ?? '-';
      for (const action of iamActions(service, operation)) {
        const line = `${command} ${action}`;
        if (known.has(line)) continue;
        known.add(line);
        appendFileSync(file, `${line}\n`);
      }
    });
  keep(sandbox);
  return keep;
}

/** One of the built-in images, for a first roll-back. */
const NEVER_HEALTHY = 'ami-0bad0bad0bad0bad0';

/** What a shell needs so that this tool, the AWS CLI and any SDK talk to the sandbox: `eval` takes it as it is. */
function exportsFor(
  url: string,
  { region, seed }: Scenario,
  speed: number,
  network: { readonly vpc: string; readonly subnets: readonly string[] },
): readonly string[] {
  return [
    `# A simulated AWS at ${url} (seed ${seed}, ${speed} simulated seconds per second). Ctrl-C ` +
      'stops it. In another shell:',
    `export AWS_ENDPOINT_URL=${url}`,
    `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    'export AWS_ACCESS_KEY_ID=AKIDSANDBOX AWS_SECRET_ACCESS_KEY=sandbox AWS_EC2_METADATA_DISABLED=true',
    'unset AWS_PROFILE AWS_SESSION_TOKEN',
    `export HA_UPDATER_SPEED=${speed}`,
    `# Its default VPC is ${network.vpc}, with the subnets ${network.subnets.join(',')}.`,
    `# Instances of ${NEVER_HEALTHY} are never healthy; docs/REHEARSE.md names more such images.`,
    `# In a browser ${url} is a live picture of it, with buttons that disturb it.`,
    `# ${url}/_sandbox/timeline, /_sandbox/violations, /_sandbox/calls and /_sandbox/clock tell what happened.`,
  ];
}

/** Far more than a scenario can be. */
const MAX_SCENARIO_BYTES = 1024 * 1024;

async function readScenario(file: string | undefined): Promise<Scenario> {
  const { DEFAULT_SCENARIO } = await import('../sandbox/scenario.js');
  if (file === undefined) return DEFAULT_SCENARIO;
  const { parseScenario } = await import('../sandbox/scenario-file.js');
  const bytes = await readBounded(file, MAX_SCENARIO_BYTES).catch((thrown: unknown) => {
    const why = systemError(thrown).code === 'ENOENT' ? 'there is no such file' : whyNot(thrown);
    throw usage('usage.scenario', `The scenario ${file} cannot be read: ${why}.`);
  });
  if (bytes === undefined)
    throw usage('usage.scenario', `The scenario ${file} has more than ${MAX_SCENARIO_BYTES} bytes.`);
  try {
    return parseScenario(bytes.toString('utf8'));
  } catch (error) {
    throw usage('usage.scenario', `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function number(
  text: string,
  { least, most, whole }: { least: number; most: number; whole: boolean },
  rule: FlagProblem,
  problems: FlagProblem[],
): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  problems.push({ ...rule, text: `${rule.text}, not "${text}".` });
  return least;
}

/** Why the address cannot be listened on, where that is the caller's doing. */
function notServed(thrown: unknown, port: number, { host = '' }: SandboxFlags): Error {
  const error = systemError(thrown);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return usage('usage.host', problem(`--host ${host} is not an address of this machine.`, 'host'));
  return error.code === 'EADDRINUSE' || error.code === 'EACCES' ? portTaken(port, error.code) : error;
}

function portTaken(port: number, code: string): Error {
  const why = code === 'EACCES' ? 'may not be used' : 'is in use';
  return usage('usage.port', `Port ${port} on this machine ${why}.`, [command`ha-updater sandbox --port 0`]);
}
