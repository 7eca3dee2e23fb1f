import { createHash } from 'node:crypto';
import { ServiceFault } from '../fault.js';
import type { World } from '../world.js';

/** Parameters by name, and the commands that were sent. Plain data. */
export interface SsmState {
  /** The versions of each parameter, the current one last. */
  readonly parameters: Map<string, StoredParameter[]>;
  readonly commands: SentCommand[];
}

export interface StoredParameter {
  readonly value: string;
  readonly type: string;
  readonly version: number;
  readonly at: number;
  readonly dataType: string;
  readonly tier: string;
  readonly description?: string;
}

/** A command that was sent to one or more instances. Plain data: how far it is follows from the time. */
export interface SentCommand {
  readonly id: string;
  readonly document: string;
  readonly comment: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly at: number;
  readonly invocations: Map<string, Invocation>;
}

export interface Invocation {
  /** When the agent takes it. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly exit: number;
  readonly output: string;
  readonly timesOut: boolean;
  cancelledAt?: number;
}

/** What SSM knows. */
export function ssmState(world: World): SsmState {
  return world.state<SsmState>('ssm', () => ({
    commands: [],
    parameters: new Map(
      Object.entries(world.scenario.parameters).map(([name, value]) => [name, [plain(value, 1, world.startedAt)]]),
    ),
  }));
}

function plain(value: string, version: number, at: number, dataType = 'text'): StoredParameter {
  return { value, type: 'String', version, at, dataType, tier: 'Standard' };
}

/** What a name of a parameter asks for: `name`, `name:version`, or the ARN of one of them. */
interface Selected {
  readonly name: string;
  readonly selector?: string;
}

export function selected(text: string): Selected {
  const bare = /^arn:[\w-]+:ssm:[^:]*:[^:]*:parameter(.+)$/.exec(text)?.[1] ?? text;
  const [, name = bare, selector] = /^(.*?):(.*)$/.exec(bare) ?? [];
  return { name, ...(selector !== undefined && { selector }) };
}

/**
 * The parameter that a name asks for, in the version that it asks for; undefined when there is none of that name.
 * @throws ParameterVersionNotFound when it never had that version
 */
export function findParameter(world: World, asked: string): StoredParameter | undefined {
  const { name, selector } = selected(asked);
  const versions = versionsOf(world, name);
  if (versions === undefined || selector === undefined) return versions?.at(-1);
  const found = versions.find(({ version }) => String(version) === selector);
  if (found !== undefined) return found;
  throw new ServiceFault(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
  );
}

/** All versions; an ARN of a parameter without a path has a slash that its name has not. */
function versionsOf(world: World, name: string): readonly StoredParameter[] | undefined {
  const { parameters } = ssmState(world);
  return parameters.get(name) ?? parameters.get(name.replace(/^\//, '')) ?? publicParameter(world, name);
}

/** Public parameters that hold the id of an image, by what AWS and makers of images call them. */
const PUBLIC_IMAGE = /^\/aws\/service\/(ami-|debian\/|suse\/|marketplace\/|.*\/(image_id|ami-id)$)/;

/**
 * The public parameters for images are in every account. Each holds an id that is made of its name.
 * Source: Systems Manager user guide, "Discovering public parameters in Parameter Store".
 */
function publicParameter(world: World, name: string): readonly StoredParameter[] | undefined {
  if (!PUBLIC_IMAGE.test(name)) return undefined;
  const id = `ami-0${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
  return [plain(id, 1, world.startedAt, 'aws:ec2:image')];
}

/** Public parameters that are listed; those that are asked for by name are many more. */
export const LISTED_PUBLIC: readonly string[] = [
  ...['amzn2-ami-hvm-x86_64-gp2', 'amzn2-ami-hvm-arm64-gp2', 'amzn2-ami-kernel-5.10-hvm-x86_64-gp2'],
  ...['al2023-ami-kernel-default-x86_64', 'al2023-ami-kernel-default-arm64'],
  ...['al2023-ami-minimal-kernel-default-x86_64', 'al2023-ami-minimal-kernel-default-arm64'],
].map((name) => `/aws/service/ami-amazon-linux-latest/${name}`);

/**
 * The value of a parameter, for services that resolve them; undefined when there is none.
 * @param name with a version behind a colon, if need be
 */
export function ssmValue(world: World, name: string): string | undefined {
  try {
    return findParameter(world, name)?.value;
  } catch (error) {
    if (error instanceof ServiceFault) return undefined;
    throw error;
  }
}
