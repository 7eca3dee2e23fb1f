import { ServiceFault } from '../../fault.js';
import { functionArn, functionNamed, lambdaState, namedFunction, type DurableSettings } from '../../lambda/state.js';
import { s3Text } from '../../s3/s3.js';
import type { World } from '../../world.js';
import { physicalName } from '../names.js';
import type { Properties } from '../template/template.js';
import { ignoringGone } from './autoscaling.js';
import type { ResourceHandler } from './resource-handler.js';
import { object, optionalNumber, optionalText } from './values.js';

/** Longest name of a function. Source: Lambda API reference, CreateFunction. */
const LONGEST = 64;

/** A function of the sandbox: its code is an object that has to be there. */
export const lambdaFunction: ResourceHandler = {
  replaces: ['FunctionName', 'PackageType'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { world, properties } = context;
    const { functions } = lambdaState(world);
    const name =
      optionalText(properties['FunctionName']) ?? physicalName(world, context.stack.name, context.logicalId, LONGEST);
    if (!/^[\w-]{1,64}$/.test(name))
      throw new ServiceFault('InvalidParameterValueException', `${name} is not a name of a function.`);
    if (functions.has(name))
      throw new ServiceFault('ResourceConflictException', `Function already exist: ${name}`, 409);
    const durable = durableOf(properties);
    const code = codeOf(world, properties);
    const aliases = new Map<string, string>();
    functions.set(name, {
      name,
      code,
      versions: [],
      aliases,
      executions: [],
      ...(durable !== undefined && { durable }),
    });
    return { physicalId: name, attributes: { Arn: functionArn(world, name) } };
  },
  update: ({ world, properties }, before) => {
    const row = functionNamed(world, before.physicalId);
    const durable = durableOf(properties);
    // Source: Lambda developer guide, "Configure Lambda durable functions": only when a function is created.
    if ((durable === undefined) !== (row.durable === undefined))
      throw new ServiceFault(
        'InvalidParameterValueException',
        'You cannot add or remove DurableConfig of a function that exists.',
      );
    row.code = codeOf(world, properties);
    if (durable !== undefined) row.durable = durable;
    return { attributes: before.attributes };
  },
  remove: ({ world }, name) => void lambdaState(world).functions.delete(name),
};

/**
 * A published version. Each of its properties makes a new one when it changes: the schema of the type has them all as
 * createOnlyProperties.
 */
export const lambdaVersion: ResourceHandler = {
  replaces: 'all',
  moves: () => false,
  takesStackTags: false,
  create: ({ world, properties }) => {
    const { name } = namedFunction(optionalText(properties['FunctionName']) ?? '');
    const row = functionNamed(world, name);
    const newest = row.versions.at(-1);
    const { executionTimeout, retentionDays } = row.durable ?? {};
    const published = [row.code, executionTimeout, retentionDays].join(' ');
    if (newest?.published === published)
      throw new ServiceFault(
        'ResourceConflictException',
        `A version for this Lambda function exists ( ${newest.number} ). Modify the function to create a new version.`,
        409,
      );
    const number = String(row.versions.length + 1);
    row.versions.push({ number, published, code: row.code });
    const arn = functionArn(world, name, number);
    return { physicalId: arn, attributes: { Version: number, FunctionArn: arn } };
  },
  update: (_, before) => ({ attributes: before.attributes }),
  // A version that is deleted keeps its number: what is there is all that an alias can name.
  remove: ({ world }, arn) => {
    const { name, qualifier } = namedFunction(arn);
    const versions = lambdaState(world).functions.get(name)?.versions;
    const index = versions?.findIndex(({ number }) => number === qualifier) ?? -1;
    if (index >= 0) versions?.splice(index, 1);
  },
};

export const lambdaAlias: ResourceHandler = {
  replaces: ['FunctionName', 'Name'],
  moves: () => false,
  takesStackTags: false,
  create: ({ world, properties }) => {
    const { name } = namedFunction(optionalText(properties['FunctionName']) ?? '');
    const alias = optionalText(properties['Name']) ?? '';
    point(world, name, alias, properties);
    const arn = functionArn(world, name, alias);
    return { physicalId: arn, attributes: { AliasArn: arn } };
  },
  update: ({ world, properties }, before) => {
    const { name, qualifier = '' } = namedFunction(before.physicalId);
    point(world, name, qualifier, properties);
    return { attributes: before.attributes };
  },
  remove: ({ world }, arn) =>
    ignoringGone(() => {
      const { name, qualifier = '' } = namedFunction(arn);
      lambdaState(world).functions.get(name)?.aliases.delete(qualifier);
    }),
};

function point(world: World, name: string, alias: string, properties: Properties): void {
  const row = functionNamed(world, name);
  const version = optionalText(properties['FunctionVersion']) ?? '';
  if (version !== '$LATEST' && !row.versions.some(({ number }) => number === version))
    throw new ServiceFault(
      'ResourceNotFoundException',
      `Function not found: ${functionArn(world, name, version)}`,
      404,
    );
  row.aliases.set(alias, version);
}

/** Limits. Source: CloudFormation's AWS::Lambda::Function DurableConfig. */
function durableOf(properties: Properties): DurableSettings | undefined {
  if (properties['DurableConfig'] === undefined) return undefined;
  const config = object(properties['DurableConfig']);
  const within = (name: string, value: number, most: number): number => {
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new ServiceFault('ValidationException', `DurableConfig.${name} must be from 1 to ${most}, not ${value}.`);
  };
  return {
    executionTimeout: within('ExecutionTimeout', optionalNumber(config['ExecutionTimeout']) ?? NaN, 31_622_400),
    retentionDays: within('RetentionPeriodInDays', optionalNumber(config['RetentionPeriodInDays']) ?? 14, 90),
  };
}

function codeOf(world: World, properties: Properties): string {
  const code = object(properties['Code']);
  const bucket = optionalText(code['S3Bucket']);
  const key = optionalText(code['S3Key']) ?? '';
  if (bucket === undefined) return `inline/${JSON.stringify(code)}`;
  if (s3Text(world, bucket, key) === undefined)
    throw new ServiceFault(
      'InvalidParameterValueException',
      'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    );
  return `${bucket}/${key}`;
}
