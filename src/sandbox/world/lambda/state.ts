import { ServiceFault } from '../fault.js';
import type { World } from '../world.js';

/** What makes a function durable. */
export interface DurableSettings {
  readonly executionTimeout: number;
  readonly retentionDays: number;
}

export interface ExecutionRow {
  readonly arn: string;
  readonly name: string;
  /** With the version on which it runs. */
  readonly functionArn: string;
  readonly version: string;
  readonly input: string;
  readonly startedAt: number;
  /** When it runs out of time. */
  readonly endsAt: number;
  /** Set by whoever stopped it. */
  stoppedAt?: number;
}

export interface FunctionRow {
  readonly name: string;
  /** `BUCKET/KEY`. */
  code: string;
  durable?: DurableSettings;
  /** Published versions, the first one first, and what was published: code and configuration. */
  readonly versions: { readonly number: string; readonly published: string }[];
  /** Versions by the names of aliases. */
  readonly aliases: Map<string, string>;
  readonly executions: ExecutionRow[];
}

interface LambdaState {
  readonly functions: Map<string, FunctionRow>;
}

export function lambdaState(world: World): LambdaState {
  return world.state<LambdaState>('lambda', () => ({ functions: new Map() }));
}

export function functionArn({ region, account }: World, name: string, qualifier?: string): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
}

/** Name and qualifier out of a name, a partial ARN or an ARN. Source: Lambda API reference, Invoke, FunctionName. */
export function namedFunction(text: string): { readonly name: string; readonly qualifier?: string } {
  const found = /^(?:arn:[\w-]+:lambda:[\w-]+:)?(?:\d{12}:)?(?:function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/.exec(text);
  const [, name = '', qualifier] = found ?? [];
  return { name, ...(qualifier !== undefined && { qualifier }) };
}

/** @throws ServiceFault where there is none */
export function functionNamed(world: World, name: string): FunctionRow {
  const row = lambdaState(world).functions.get(name);
  if (row === undefined)
    throw new ServiceFault('ResourceNotFoundException', `Function not found: ${functionArn(world, name)}`, 404);
  return row;
}
