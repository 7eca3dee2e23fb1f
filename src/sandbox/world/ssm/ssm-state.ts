import type { World } from '../world.js';

/** Parameters by name, and the commands that were sent. Plain data. */
export interface SsmState {
  readonly parameters: Map<string, StoredParameter>;
  readonly commands: SentCommand[];
}

export interface StoredParameter {
  readonly value: string;
  readonly type: string;
  readonly version: number;
  readonly at: number;
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
      Object.entries(world.scenario.parameters).map(([name, value]) => [
        name,
        { value, type: 'String', version: 1, at: world.startedAt },
      ]),
    ),
  }));
}

/** The value of a parameter, for services that resolve them; undefined when there is none. */
export function ssmValue(world: World, name: string): string | undefined {
  return ssmState(world).parameters.get(name)?.value;
}
