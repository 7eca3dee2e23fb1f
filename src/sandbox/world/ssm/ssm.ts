import type { OperationTable, World } from '../world.js';
import { ServiceFault } from '../fault.js';
import { calendarOperations } from './change-calendars.js';
import { commandOperations } from './ssm-commands.js';
import { ssmState, type StoredParameter } from './ssm-state.js';

/** SSM of the sandbox: the parameter store (plain values, current version only) and Run Command. */
export const ssmOperations: OperationTable = {
  ...calendarOperations,
  ...commandOperations,
  PutParameter: (world, input: { Name: string; Value: string; Type?: string; Overwrite?: boolean }) => {
    const { parameters } = ssmState(world);
    const before = parameters.get(input.Name);
    if (before !== undefined && input.Overwrite !== true) {
      throw new ServiceFault(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    const version = (before?.version ?? 0) + 1;
    parameters.set(input.Name, {
      value: input.Value,
      type: input.Type ?? before?.type ?? 'String',
      version,
      at: world.clock.now(),
    });
    return { Version: version, Tier: 'Standard' };
  },
  GetParameter: (world, input: { Name: string }) => {
    const parameter = ssmState(world).parameters.get(input.Name);
    if (parameter === undefined) throw new ServiceFault('ParameterNotFound', `Parameter ${input.Name} not found.`);
    return { Parameter: described(world, input.Name, parameter) };
  },
  GetParameters: (world, input: { Names: readonly string[] }) => {
    const { parameters } = ssmState(world);
    return {
      Parameters: input.Names.flatMap((name) => {
        const parameter = parameters.get(name);
        return parameter === undefined ? [] : [described(world, name, parameter)];
      }),
      InvalidParameters: input.Names.filter((name) => !parameters.has(name)),
    };
  },
  DeleteParameter: (world, input: { Name: string }) => {
    if (!ssmState(world).parameters.delete(input.Name)) {
      throw new ServiceFault('ParameterNotFound', `Parameter ${input.Name} not found.`);
    }
    return {};
  },
};

function described(world: World, name: string, parameter: StoredParameter): object {
  return {
    Name: name,
    Type: parameter.type,
    Value: parameter.value,
    Version: parameter.version,
    LastModifiedDate: new Date(parameter.at),
    ARN: `arn:aws:ssm:${world.region}:${world.account}:parameter${name.startsWith('/') ? '' : '/'}${name}`,
    DataType: 'text',
  };
}
