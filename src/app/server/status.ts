import { lineWriter } from '../../render/line-writer.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { count } from '../../text/count.js';
import { withLook } from '../inspect/read-only.js';
import { lookAtServer, type ServerAsked } from './server-stack.js';
import { timestamp } from '../../text/timestamp.js';

/** The --json document of `server status`. Fields are only ever added. */
export interface ServerStatusDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode' | 'stack'> {
  readonly region: string;
  /** Of the stack, in CloudFormation's words. */
  readonly status: string;
  /** What is invoked to start an execution; absent where the stack is not complete. */
  readonly function?: string;
  /** The version on which executions start. */
  readonly version?: string;
  /** Log group of the events. */
  readonly log?: string;
  /** Executions that are running, the newest first. */
  readonly running: readonly {
    readonly name: string;
    readonly arn: string;
    readonly version: string;
    /** Milliseconds since the Unix epoch, by Lambda. */
    readonly startedAt: number;
  }[];
}

/** `server status`: the function, its version, and what runs on it. Changes nothing. */
export function serverStatus(
  given: ServerAsked,
  surroundings: ProcessContext,
): Promise<CommandResult | ServerStatusDocument> {
  const about = { command: 'server status', groups: [] };
  return withLook(about, given, surroundings, async (looking, { stack: name }): Promise<ServerStatusDocument> => {
    const { stack, running = [] } = await lookAtServer(looking, name);
    const { Function: alias, Version: version, Log: log } = stack.outputs;
    const document: ServerStatusDocument = {
      v: 1,
      command: 'server status',
      outcome: 'shown',
      exitCode: 0,
      stack: stack.name,
      region: looking.region,
      status: stack.status,
      ...(alias !== undefined && { function: alias }),
      ...(version !== undefined && { version }),
      ...(log !== undefined && { log }),
      running,
    };
    if (!surroundings.json) pageOf(document).forEach(lineWriter(surroundings.stdout));
    return document;
  });
}

function pageOf({
  stack = '',
  status,
  function: alias,
  version,
  log,
  running,
}: ServerStatusDocument): readonly string[] {
  return [
    `Stack ${stack} is ${status}.`,
    ...(alias === undefined ? [] : [`Executions start on version ${version ?? 'unknown'}: ${alias}`]),
    ...(log === undefined ? [] : [`Their events are in the log group ${log}.`]),
    running.length === 0 ? 'No execution is running.' : `${count(running.length, 'execution')} running:`,
    ...running.map((one) => `  ${one.name}, on version ${one.version}, since ${timestamp(one.startedAt)}`),
  ];
}
