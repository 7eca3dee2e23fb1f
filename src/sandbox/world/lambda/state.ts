import type { ErrorObject, Operation } from '@aws-sdk/client-lambda';
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
  /** Set when its function said that it is over. */
  ended?: ExecutionEnd;
  /** When its function is called next; absent while it is being called. */
  callAt?: number;
  /** Calls of its function that ended without an answer, in a row. */
  failedCalls: number;
  /** What it has done until now: the first one is the execution itself. */
  readonly operations: Operation[];
  /** Each checkpoint is named by the token that the one before gave out; absent while no function is called. */
  token?: string;
  /** Tokens that were given out. */
  tokens: number;
}

/** How a function ended its execution. */
interface ExecutionEnd {
  readonly at: number;
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly result?: string;
  readonly error?: ErrorObject;
}

export interface FunctionRow {
  readonly name: string;
  /** `BUCKET/KEY`. */
  code: string;
  durable?: DurableSettings;
  /** Published versions, the first one first, and what was published: code and configuration, and the code alone. */
  readonly versions: { readonly number: string; readonly published: string; readonly code?: string }[];
  /** Versions by the names of aliases. */
  readonly aliases: Map<string, string>;
  readonly executions: ExecutionRow[];
}

interface LambdaState {
  readonly functions: Map<string, FunctionRow>;
  /** Whether somebody calls functions; `why not` where nobody can, in words for people. Absent: nobody does. */
  calls?: 'called' | { readonly whyNot: string };
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
