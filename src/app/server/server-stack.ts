import { command } from '../../text/commands/next-command.js';
import { refused } from '../../errors.js';
import { noStack } from '../../engine/stack/no-stack.js';
import { retrying } from '../../engine/retrying-gateway.js';
import type { Execution } from '../../model/execution.js';
import type { Stack, StackResource } from '../../model/stack/stack.js';
import { QUICK, type CommonFlags } from '../../run/run.js';
import { compare } from '../../text/compare.js';
import type { Looking } from '../inspect/read-only.js';

/** What each command on a server is about. */
export interface ServerAsked extends CommonFlags {
  /** The stack with the durable function. */
  readonly stack: string;
}

/** The stack of a server, and what runs on it. */
export interface Server {
  readonly stack: Stack;
  /** Newest first; undefined where the stack has no function (yet, or any more). */
  readonly running: readonly Execution[] | undefined;
}

/** What templates/server.yaml makes, by logical id: a stack that holds anything else is none of ours. */
const RESOURCES: Readonly<Record<string, string>> = {
  Callers: 'AWS::IAM::ManagedPolicy',
  Function: 'AWS::Lambda::Function',
  Live: 'AWS::Lambda::Alias',
  Logs: 'AWS::Logs::LogGroup',
  Role: 'AWS::IAM::Role',
  RuleRole: 'AWS::IAM::Role',
  StatusToEventBus: 'AWS::Events::Rule',
  VersionOfCode: 'AWS::Lambda::Version',
};

/**
 * Looks at the stack of a server, and asks Lambda what runs on its function.
 * @throws Failure `refused` where there is no such stack, or where it is another one: it is removed by its name alone
 */
export async function lookAtServer({ deps }: Looking, name: string): Promise<Server> {
  const gateway = retrying(deps);
  const stack = await retrying(deps, QUICK).describeStack(name);
  if (stack === undefined) throw noStack(name);
  const resources = await gateway.listResources(stack.id);
  expectOurs(name, resources, ['Callers', 'Live', 'VersionOfCode']);
  const made = resources.find(({ logicalId }) => logicalId === 'Function');
  const running = made === undefined ? undefined : await gateway.runningExecutions(made.physicalId);
  return { stack, running };
}

/**
 * Neither removes a stack by mistake nor puts the function in the place of what is there.
 * @param typical logical ids that have to be there
 * @throws Failure `refused` for a stack that holds anything else
 */
export function expectOurs(name: string, resources: readonly StackResource[], typical: readonly string[]): void {
  const others = resources
    .filter(({ logicalId, type }) => RESOURCES[logicalId] !== type)
    .map(({ logicalId, type }) => `${logicalId} (${type})`)
    .sort(compare);
  const ours = typical.every((id) => resources.some(({ logicalId }) => logicalId === id));
  // rule: server-not-one
  if (!ours || others.length > 0)
    throw refused(
      'server.notOne',
      `Stack ${name} is not one that ha-updater server deploy made` +
        (others.length === 0 ? '.' : `: it holds ${others.slice(0, 3).join(', ')}.`),
      [],
      [command`ha-updater status ${name}`],
    );
}
