import { createHash } from 'node:crypto';
import type {
  DescribeParametersRequest,
  GetParameterHistoryRequest,
  GetParametersByPathRequest,
  ParameterStringFilter,
  PutParameterRequest,
} from '@aws-sdk/client-ssm';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { OperationTable, World } from '../world.js';
import { findParameter, LISTED_PUBLIC, selected, ssmState, type StoredParameter } from './ssm-state.js';

interface Named {
  readonly Name: string;
  readonly WithDecryption?: boolean;
}

interface SeveralNamed {
  readonly Names: readonly string[];
  readonly WithDecryption?: boolean;
}

/** The parameter store: values with their versions, without labels, policies and tags. */
export const parameterOperations: OperationTable = {
  PutParameter: (world, input: PutParameterRequest & { Name: string; Value: string }) => {
    const { parameters } = ssmState(world);
    const before = parameters.get(input.Name);
    const last = before?.at(-1);
    refuseName(input.Name);
    if (last !== undefined && input.Overwrite !== true) {
      throw new ServiceFault(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    const type = input.Type ?? last?.type;
    if (type === undefined)
      throw new ServiceFault('ValidationException', 'A parameter type is required when you create a parameter.');
    const tier = tierOf(input);
    const description = input.Description ?? last?.description;
    const version: StoredParameter = {
      value: input.Value,
      type,
      version: (last?.version ?? 0) + 1,
      at: world.clock.now(),
      dataType: input.DataType ?? last?.dataType ?? 'text',
      tier,
      ...(description !== undefined && { description }),
    };
    // A parameter keeps its last hundred versions (Systems Manager user guide, "Working with parameter versions").
    parameters.set(input.Name, [...(before ?? []), version].slice(-100));
    return { Version: version.version, Tier: tier };
  },
  GetParameter: (world, input: Named) => {
    const parameter = findParameter(world, input.Name);
    if (parameter === undefined) throw notFound(input.Name);
    return { Parameter: described(world, input.Name, parameter, input.WithDecryption) };
  },
  GetParameters: (world, input: SeveralNamed) => {
    const found = input.Names.map((name) => ({ name, parameter: foundOrNone(world, name) }));
    return {
      Parameters: found.flatMap(({ name, parameter }) =>
        parameter === undefined ? [] : [described(world, name, parameter, input.WithDecryption)],
      ),
      InvalidParameters: found.flatMap(({ name, parameter }) => (parameter === undefined ? [name] : [])),
    };
  },
  GetParametersByPath: (world, input: GetParametersByPathRequest & { Path: string }) => {
    if (!input.Path.startsWith('/'))
      throw new ServiceFault(
        'ValidationException',
        "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward " +
          'slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, ' +
          'numbers, or the following symbols: . (period), - (hyphen), _ (underscore).',
      );
    const rows = currentOf(world).filter(
      ([name, parameter]) =>
        isBelow(name, input.Path, input.Recursive === true) && matchesAll(input.ParameterFilters, name, parameter),
    );
    const { items, next } = page(rows, input.MaxResults ?? 10, input.NextToken);
    return {
      Parameters: items.map(([name, parameter]) => described(world, name, parameter, input.WithDecryption)),
      ...(next !== undefined && { NextToken: next }),
    };
  },
  DescribeParameters: (world, input: DescribeParametersRequest) => {
    const filters: readonly ParameterStringFilter[] = [
      ...(input.ParameterFilters ?? []),
      ...(input.Filters ?? []).map(({ Key, Values }) => ({ Key, Values, Option: 'BeginsWith' })),
    ];
    const own = currentOf(world).filter(([name]) => !LISTED_PUBLIC.includes(name));
    const rows = own.filter(([name, parameter]) => matchesAll(filters, name, parameter));
    const { items, next } = page(rows, input.MaxResults ?? 10, input.NextToken);
    return {
      Parameters: items.map(([name, parameter]) => metadataOf(world, name, parameter)),
      ...(next !== undefined && { NextToken: next }),
    };
  },
  GetParameterHistory: (world, input: GetParameterHistoryRequest & Named) => {
    const versions = ssmState(world).parameters.get(selected(input.Name).name);
    if (versions === undefined) throw notFound(input.Name);
    const { items, next } = page(versions, input.MaxResults ?? 50, input.NextToken);
    return {
      Parameters: items.map((parameter) => ({
        ...metadataOf(world, input.Name, parameter),
        Value: shownValue(parameter, input.WithDecryption),
        Labels: [],
      })),
      ...(next !== undefined && { NextToken: next }),
    };
  },
  DeleteParameter: (world, input: { Name: string }) => {
    if (!ssmState(world).parameters.delete(input.Name)) throw notFound(input.Name);
    return {};
  },
  DeleteParameters: (world, input: SeveralNamed) => {
    const { parameters } = ssmState(world);
    const [there, missing] = [true, false].map((one) => input.Names.filter((name) => parameters.has(name) === one));
    for (const name of there ?? []) parameters.delete(name);
    return { DeletedParameters: there, InvalidParameters: missing };
  },
};

function notFound(name: string): ServiceFault {
  return new ServiceFault('ParameterNotFound', `Parameter ${name} not found.`);
}

function foundOrNone(world: World, name: string): StoredParameter | undefined {
  try {
    return findParameter(world, name);
  } catch (error) {
    if (error instanceof ServiceFault) return undefined;
    throw error;
  }
}

/**
 * Names that are AWS's own. Source: Systems Manager user guide, "Requirements and constraints for parameter names";
 * the words are those that reports quote.
 */
function refuseName(name: string): void {
  if (/^\/aws\//i.test(name))
    throw new ServiceFault('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  if (/^\/?(aws|ssm)/i.test(name))
    throw new ServiceFault(
      'ValidationException',
      'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can ' +
        'consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and ' +
        'the following 3 symbols .-_',
    );
}

/** Characters of a value, by tier (API reference, PutParameter, `Value`). */
const STANDARD_LENGTH = 4096;

function tierOf({ Tier: tier = 'Standard', Value: value = '' }: PutParameterRequest): string {
  if (value === '')
    throw new ServiceFault(
      'ValidationException',
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length " +
        'greater than or equal to 1',
    );
  if (tier === 'Standard' && value.length > STANDARD_LENGTH)
    throw new ServiceFault(
      'ValidationException',
      `Standard tier parameters support a maximum parameter value of ${STANDARD_LENGTH} characters. To create a ` +
        'larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see ' +
        'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
    );
  if (tier !== 'Intelligent-Tiering') return tier;
  return value.length > STANDARD_LENGTH ? 'Advanced' : 'Standard';
}

/** The current version of each, and of the public ones that are listed, by name. */
function currentOf(world: World): readonly (readonly [name: string, parameter: StoredParameter])[] {
  const names = [...new Set([...ssmState(world).parameters.keys(), ...LISTED_PUBLIC])].sort();
  return names.flatMap((name) => {
    const parameter = findParameter(world, name);
    return parameter === undefined ? [] : [[name, parameter] as const];
  });
}

function isBelow(name: string, path: string, deeply: boolean): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`;
  const full = name.startsWith('/') ? name : `/${name}`;
  // What is public is listed by its own path alone.
  if (full.startsWith('/aws/') && !folder.startsWith('/aws/')) return false;
  return full.startsWith(folder) && (deeply || !full.slice(folder.length).includes('/'));
}

function matchesAll(
  filters: readonly ParameterStringFilter[] | undefined,
  name: string,
  parameter: StoredParameter,
): boolean {
  return (filters ?? []).every(({ Key: key, Option: option, Values: values = [] }) => {
    if (key === 'Path') return values.some((path) => isBelow(name, path, option === 'Recursive'));
    const own: Readonly<Record<string, string>> = {
      Name: name,
      Type: parameter.type,
      Tier: parameter.tier,
      DataType: parameter.dataType,
    };
    const value = own[key ?? ''];
    if (value === undefined)
      throw new ServiceFault('InvalidFilterKey', `The sandbox does not filter parameters by ${key ?? ''}.`);
    return values.some((wanted) => {
      if (option === 'BeginsWith') return value.startsWith(wanted) || value.startsWith(`/${wanted}`);
      return option === 'Contains' ? value.includes(wanted) : value === wanted;
    });
  });
}

/** Without `WithDecryption` a secure string is given as it is stored. */
function shownValue({ value, type }: StoredParameter, decrypted: boolean | undefined): string {
  if (type !== 'SecureString' || decrypted === true) return value;
  return `AQICAH${createHash('sha512').update(value).digest('base64')}`;
}

function described(world: World, asked: string, parameter: StoredParameter, decrypted: boolean | undefined): object {
  const { name, selector } = selected(asked);
  return {
    Name: asked.startsWith('arn:') && !ssmState(world).parameters.has(name) ? name.replace(/^\//, '') : name,
    Type: parameter.type,
    Value: shownValue(parameter, decrypted),
    Version: parameter.version,
    ...(selector !== undefined && { Selector: `:${selector}` }),
    LastModifiedDate: new Date(parameter.at),
    ARN: arnOf(world, name),
    DataType: parameter.dataType,
  };
}

function metadataOf(world: World, name: string, parameter: StoredParameter): object {
  return {
    Name: name,
    ARN: arnOf(world, name),
    Type: parameter.type,
    ...(parameter.type === 'SecureString' && { KeyId: 'alias/aws/ssm' }),
    LastModifiedDate: new Date(parameter.at),
    LastModifiedUser: `arn:aws:iam::${world.account}:root`,
    ...(parameter.description !== undefined && { Description: parameter.description }),
    Version: parameter.version,
    Tier: parameter.tier,
    Policies: [],
    DataType: parameter.dataType,
  };
}

function arnOf(world: World, name: string): string {
  const account = name.startsWith('/aws/') ? '' : world.account;
  return `arn:aws:ssm:${world.region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}
