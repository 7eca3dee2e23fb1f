import { command, remarked } from '../text/commands/next-command.js';
import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import type * as AssetsLibrary from '@aws-cdk/cdk-assets-lib';
import type { Milliseconds } from '../clock.js';
import { refused, usage, type Failure } from '../errors.js';
import { whyNot } from '../files/system-fault.js';
import { endWithin } from '../shell/end-within.js';
import type { CdkStack } from './assembly.js';

/** The S3 of publishing, by the role and region of a destination; see the library's IAws. */
export interface AssetClients {
  readonly account: string;
  readonly partition: string;
  readonly region: string;
  readonly profile?: string;
  readonly s3: (options: DestinationOptions) => Promise<object>;
}

export interface DestinationOptions {
  readonly region?: string;
  readonly assumeRoleArn?: string;
  readonly assumeRoleExternalId?: string;
  readonly assumeRoleAdditionalOptions?: object;
}

type Library = typeof AssetsLibrary;

/**
 * Publishes the assets of a stack: files to S3, images with docker. What is there already stays.
 * @param wanted `files` leaves images out: CloudFormation can work out a change without them
 * @returns how many were published, in words, for people
 * @throws Failure (refused) naming every asset that could not be published
 */
export async function publishAssets(
  stack: CdkStack,
  clients: AssetClients,
  env: Readonly<Record<string, string | undefined>>,
  wanted: 'all' | 'files' = 'all',
): Promise<{ readonly published: readonly string[]; readonly there: readonly string[] }> {
  const published: string[] = [];
  const there: string[] = [];
  if (stack.assetManifests.length === 0) return { published, there };
  // It is heavy and few need it.
  const library = await import('@aws-cdk/cdk-assets-lib');
  const aws = awsOf(library, clients);
  for (const file of stack.assetManifests) {
    const manifest = readAssets(library, file);
    const publishing = new library.AssetPublishing(manifest, {
      aws,
      throwOnError: false,
      subprocessOutputDestination: 'ignore',
    });
    for (const entry of manifest.entries) {
      if (wanted === 'files' && entry.type === 'docker-image') continue;
      const name = entry.displayName(false);
      if (await publishing.isEntryPublished(entry)) {
        there.push(name);
        continue;
      }
      if (entry.type === 'docker-image' && !(await hasDocker(env))) throw noDocker(stack, file, name);
      const done =
        (await publishing.buildEntry(entry)) && (await publishing.publishEntry(entry, { allowCrossAccount: false }));
      if (!done || publishing.failures.length > 0) throw notPublished(stack, publishing.failures);
      published.push(name);
    }
  }
  return { published, there };
}

function readAssets(library: Library, file: string): InstanceType<Library['AssetManifest']> {
  try {
    return library.AssetManifest.fromFile(file);
  } catch (error) {
    throw usage('cdk.assembly', `The list of assets ${file} cannot be used: ${whyNot(error)}`, [
      command`npx cdk synth`,
    ]);
  }
}

function awsOf(library: Library, clients: AssetClients): ConstructorParameters<Library['AssetPublishing']>[1]['aws'] {
  // Images need services that nothing else here needs; the library brings them itself.
  const own = new library.DefaultAwsClient(clients.profile);
  const account = { accountId: clients.account, partition: clients.partition };
  return {
    discoverPartition: () => Promise.resolve(clients.partition),
    discoverDefaultRegion: () => Promise.resolve(clients.region),
    discoverCurrentAccount: () => Promise.resolve(account),
    discoverTargetAccount: () => Promise.resolve(account),
    s3Client: async (options) => {
      const s3 = await (clients.s3(options) as ReturnType<typeof own.s3Client>);
      return { ...s3, upload: async (input) => s3.upload({ ...input, ...(await lengthOf(input.Body)) }) };
    },
    ecrClient: (options) => own.ecrClient({ region: clients.region, ...options }),
    secretsManagerClient: (options) => own.secretsManagerClient({ region: clients.region, ...options }),
  };
}

/** One call carries up to 5 GB when the length is known beforehand. */
async function lengthOf(body: unknown): Promise<{ readonly ContentLength?: number }> {
  const path = (body as { readonly path?: unknown } | undefined)?.path;
  return typeof path === 'string' ? { ContentLength: (await stat(path)).size } : {};
}

/** `docker --version` asks no daemon, so it answers at once. */
const DOCKER_MS: Milliseconds = 30_000;

async function hasDocker(env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const child = spawn(env['CDK_DOCKER'] ?? 'docker', ['--version'], { env, stdio: 'ignore' });
  const end = await endWithin(child, DOCKER_MS);
  return end.kind === 'ended' && end.code === 0;
}

function noDocker(stack: CdkStack, file: string, name: string): Failure {
  const what = `Image ${name} of stack ${stack.stackName} is not published, and there is no docker here to publish it.`;
  return refused(
    'cdk.noDocker',
    what,
    [],
    [remarked(command`npx cdk-assets -p ${file} publish`, 'where docker is; then run again')],
  );
}

function notPublished(
  stack: CdkStack,
  failures: readonly { readonly asset: { displayName(destination: boolean): string }; readonly error: Error }[],
): Failure {
  const reasons = failures.map(({ asset, error }) => ({
    code: 'cdk.asset',
    text: `${asset.displayName(true)}: ${error.message}`,
    remedy: '',
  }));
  return refused('cdk.asset', `Assets of stack ${stack.stackName} could not be published.`, reasons);
}
