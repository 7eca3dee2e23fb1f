import { command, remarked } from '../text/commands/next-command.js';
import { join } from 'node:path';
import type { CloudAssembly, CloudFormationStackArtifact } from '@aws-cdk/cloud-assembly-api';
import { refused, usage, type Failure } from '../errors.js';
import { readBounded } from '../files/read-bounded.js';
import { whyNot } from '../files/system-fault.js';
import { nearest } from '../text/nearest.js';

/** A role that CDK's bootstrap made, to be taken for one kind of call. */
export interface CdkRole {
  readonly arn: string;
  readonly externalId?: string;
  /** More of AssumeRole's input, such as tags of the session. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * One stack of a synthesized CDK app, with what its manifest says of how to deploy it. Strings may hold
 * placeholders.
 */
export interface CdkStack {
  /** Folder of the assembly that it is in, which may be a nested one. */
  readonly directory: string;
  readonly id: string;
  readonly stackName: string;
  readonly templatePath: string;
  /** Where its template will be once its assets are published: `s3://BUCKET/KEY`. */
  readonly templateUrl?: string;
  /** Region of that bucket where the app names one; else it is the stack's. */
  readonly templateRegion?: string;
  /** Absent when the app does not care. */
  readonly account?: string;
  readonly region?: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly notificationArns?: readonly string[];
  readonly terminationProtection?: boolean;
  /** Makes the calls to CloudFormation. */
  readonly deployRole?: CdkRole;
  /** CloudFormation makes the resources with it. */
  readonly executionRoleArn?: string;
  readonly bootstrap?: { readonly version: number; readonly parameter?: string };
  /** Paths of the files that list its assets. */
  readonly assetManifests: readonly string[];
  /** Other stacks of the app that it needs. */
  readonly dependsOn: readonly string[];
}

/**
 * Reads a synthesized app and picks one of its stacks: by name, id or path (`Prod/Data`), or the only one.
 * @throws Failure (usage) when it is no assembly or no such stack, (refused) when its context is incomplete
 */
export async function openAssembly(directory: string, stack: string | undefined): Promise<CdkStack> {
  // The library would read a manifest without an end for ever.
  await readList(join(directory, 'manifest.json'), directory);
  const { CloudAssembly: Assembly } = await import('@aws-cdk/cloud-assembly-api');
  const assembly = read(() => new Assembly(directory), directory);
  const artifact = pick(
    read(() => assembly.stacksRecursively, directory),
    stack,
    directory,
  );
  refuseMissing(assembly, directory);
  const described = read(() => describe(artifact), directory);
  const lists = await Promise.all(described.assetManifests.map((file) => readList(file, directory)));
  const region = read(
    () => lists.map((text) => regionOf(text, described.templateUrl)).find((found) => found !== undefined),
    directory,
  );
  return { ...described, ...(region !== undefined && { templateRegion: region }) };
}

/** Far more than a manifest of an app can be. */
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

async function readList(file: string, directory: string): Promise<string> {
  const bytes = await readBounded(file, MAX_MANIFEST_BYTES).catch((error: unknown) => {
    throw noAssembly(directory, `${file}: ${whyNot(error)}.`);
  });
  if (bytes === undefined) throw noAssembly(directory, `${file} has more than ${MAX_MANIFEST_BYTES} bytes.`);
  return bytes.toString('utf8');
}

function noAssembly(directory: string, why: string): Failure {
  return usage('cdk.assembly', `${directory} cannot be read as the output of cdk synth: ${why}`, [
    command`npx cdk synth`,
  ]);
}

/** The library throws for folders that are no assembly and for schemas newer than it knows. */
function read<T>(call: () => T, directory: string): T {
  try {
    return call();
  } catch (error) {
    throw noAssembly(directory, whyNot(error));
  }
}

function pick(
  stacks: readonly CloudFormationStackArtifact[],
  wanted: string | undefined,
  directory: string,
): CloudFormationStackArtifact {
  const all = stacks.map((stack) => stack.displayName).join(', ');
  if (stacks.length === 0) throw usage('cdk.stack', `The app in ${directory} has no stacks.`);
  const [first] = stacks;
  if (wanted === undefined) {
    if (stacks.length === 1 && first !== undefined) return first;
    throw usage('cdk.stack', `The app in ${directory} has several stacks, so say which: ${all}.`);
  }
  // An id is unique in one assembly; a name may stand in several environments.
  const found = stacks.filter((stack) =>
    [stack.stackName, stack.id, stack.hierarchicalId, stack.displayName].includes(wanted),
  );
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  if (found.length > 1)
    throw usage(
      'cdk.stack',
      `${wanted} names several stacks of the app: ` +
        `${found.map((stack) => `${stack.hierarchicalId} (${stack.environment.name})`).join(', ')}.`,
    );
  const meant = nearest(
    wanted,
    stacks.flatMap((stack) => [stack.stackName, stack.hierarchicalId]),
  );
  throw usage(
    'cdk.stack',
    `The app in ${directory} has no stack ${wanted}. ` +
      (meant === undefined ? `It has ${all}.` : `Did you mean ${meant}?`),
  );
}

/** What the app could not look up is filled with dummies, which must never be deployed. */
function refuseMissing(assembly: CloudAssembly, directory: string): void {
  const missing = missingOf(assembly);
  if (missing.length === 0) return;
  const reasons = missing.map(({ key, provider }) => ({
    code: 'cdk.missingContext',
    text: `${provider}: ${key}`,
    remedy: '',
  }));
  throw refused(
    'cdk.missingContext',
    `The app in ${directory} was synthesized with values that it could not look up; its templates hold dummies.`,
    reasons,
    [remarked(command`npx cdk synth`, 'with credentials, so that cdk.context.json is filled')],
  );
}

function missingOf(assembly: CloudAssembly): readonly { readonly key: string; readonly provider: string }[] {
  const own = (assembly.manifest.missing ?? []).map(({ key, provider }) => ({ key, provider }));
  const inner = assembly.nestedAssemblies.flatMap(({ nestedAssembly }) => missingOf(nestedAssembly));
  return [...new Map([...own, ...inner].map((one) => [one.key, one])).values()];
}

/** Whether an artifact is of that type, as manifests spell it: the enumeration is loaded with the rest, and late. */
function isOf(manifest: { readonly type: string }, type: string): boolean {
  return manifest.type === type;
}

function describe(stack: CloudFormationStackArtifact): CdkStack {
  const { account, region } = stack.environment;
  const { assumeRoleArn: roleArn, assumeRoleExternalId: externalId, assumeRoleAdditionalOptions: options = {} } = stack;
  const assetManifests = stack.dependencies
    .filter(({ manifest }) => isOf(manifest, 'cdk:asset-manifest'))
    .map((artifact) => (artifact as unknown as { readonly file: string }).file);
  return {
    directory: stack.assembly.directory,
    id: stack.id,
    stackName: stack.stackName,
    templatePath: stack.templateFullPath,
    ...(stack.stackTemplateAssetObjectUrl !== undefined && { templateUrl: stack.stackTemplateAssetObjectUrl }),
    ...(account !== 'unknown-account' && { account }),
    ...(region !== 'unknown-region' && { region }),
    parameters: stack.parameters,
    tags: stack.tags,
    ...(stack.notificationArns !== undefined && { notificationArns: stack.notificationArns }),
    ...(stack.terminationProtection !== undefined && { terminationProtection: stack.terminationProtection }),
    ...(roleArn !== undefined && {
      deployRole: { arn: roleArn, options, ...(externalId !== undefined && { externalId }) },
    }),
    ...(stack.cloudFormationExecutionRoleArn !== undefined && {
      executionRoleArn: stack.cloudFormationExecutionRoleArn,
    }),
    ...(stack.requiresBootstrapStackVersion !== undefined && {
      bootstrap: {
        version: stack.requiresBootstrapStackVersion,
        ...(stack.bootstrapStackVersionSsmParameter !== undefined && {
          parameter: stack.bootstrapStackVersionSsmParameter,
        }),
      },
    }),
    assetManifests,
    dependsOn: stack.dependencies
      .filter(({ manifest }) => isOf(manifest, 'aws:cloudformation:stack'))
      .map(({ id }) => id),
  };
}

/** Where a list of assets puts the object of this address, when that is said. */
function regionOf(list: string, address: string | undefined): string | undefined {
  const { files = {} } = JSON.parse(list) as AssetList;
  const destinations = Object.values(files).flatMap((asset) => Object.values(asset.destinations));
  return destinations.find(({ bucketName, objectKey }) => `s3://${bucketName}/${objectKey}` === address)?.region;
}

interface AssetList {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly destinations: Readonly<
          Record<string, { readonly bucketName: string; readonly objectKey: string; readonly region?: string }>
        >;
      }
    >
  >;
}

/** What placeholders stand for. */
export interface Environment {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}

/** The same with every placeholder (`${AWS::AccountId}` …) replaced. */
export async function inEnvironment<T extends object>(value: T, environment: Environment): Promise<T> {
  const { EnvironmentPlaceholders } = await import('@aws-cdk/cloud-assembly-api');
  return EnvironmentPlaceholders.replace(value, environment) as T;
}
