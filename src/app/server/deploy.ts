import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { command } from '../../text/commands/next-command.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { AwsFault, badFlags, problem, systemError, usage, type FlagProblem } from '../../errors.js';
import { whyNot } from '../../files/system-fault.js';
import { lineWriter } from '../../render/line-writer.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { QUICK, type CommonFlags } from '../../run/run.js';
import { withLook } from '../inspect/read-only.js';
import { updateStack } from '../stack/update-stack.js';
import { expectOurs } from './server-stack.js';

export interface ServerDeployAsked extends CommonFlags {
  readonly stack?: string | undefined;
  /** KEY=VALUE of the template. */
  readonly parameters: readonly string[];
  /** Beginning of the names of the stacks whose groups the function may change. */
  readonly stacks?: string | undefined;
  /** An archive of one's own in place of that in the package. */
  readonly bundle?: string | undefined;
  readonly 's3-bucket'?: string | undefined;
  readonly 's3-bucket-owner'?: string | undefined;
  readonly 's3-prefix'?: string | undefined;
}

/** Lambda takes 50 MB from elsewhere and more from S3; ours has 2. */
const MOST_BYTES = 50 * 1024 * 1024;

/**
 * `server deploy`: puts the bundle of the function into a bucket, under a key that holds its hash, and creates or
 * updates the stack of templates/server.yaml with it. The same bundle is the same key, so nothing changes then.
 */
export async function deployServer(given: ServerDeployAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const { stack, bucket } = checked(given);
  const packageFolder = dirname(createRequire(import.meta.url).resolve('ha-updater/package.json'));
  const bundle = await readBundle(given.bundle, join(packageFolder, 'dist/server/function.zip'));
  const prefix = (given['s3-prefix'] ?? 'ha-updater').split('/').filter((part) => part !== '');
  const hash = createHash('sha256').update(bundle).digest('hex').slice(0, 40);
  const key = [...prefix, stack, `function-${hash}.zip`].join('/');
  const about = { command: 'server deploy', groups: [] };
  const place = { ...given, stack: undefined };
  const failed = await withLook(about, place, surroundings, async ({ deps }): Promise<undefined> => {
    const { account } = await retrying(deps, QUICK).identity();
    const existing = await retrying(deps).describeStack(stack);
    if (existing !== undefined) expectOurs(stack, await retrying(deps).listResources(existing.id), []);
    const owner = given['s3-bucket-owner'] ?? account;
    try {
      await retrying(deps).writeObject({ bucket, key, text: bundle, owner });
    } catch (error) {
      throw error instanceof AwsFault ? notStored(error, bucket, owner) : error;
    }
    if (!surroundings.json) lineWriter(surroundings.stderr)(`The function is at s3://${bucket}/${key}.`);
    return undefined;
  });
  if (failed !== undefined) return failed;
  const { bundle: _bundle, stacks, ...flags } = given;
  const result = await updateStack(
    {
      ...flags,
      stack,
      template: join(packageFolder, 'templates/server.yaml'),
      capabilities: ['CAPABILITY_IAM'],
      'on-interrupt': 'cancel',
      parameters: [
        `CodeBucket=${bucket}`,
        `CodeKey=${key}`,
        ...(stacks === undefined ? [] : [`Stacks=${stacks}`]),
        ...given.parameters,
      ],
    },
    surroundings,
  );
  return { ...result, command: 'server deploy' };
}

/** @throws Failure `usage` with everything that is wrong */
function checked({ stack, parameters, ...flags }: ServerDeployAsked): {
  readonly stack: string;
  readonly bucket: string;
} {
  const bucket = flags['s3-bucket'];
  const problems: FlagProblem[] = [];
  // It is the name of the function too. Source: Lambda API reference, CreateFunction, FunctionName.
  if (stack === undefined || !/^[A-Za-z][-A-Za-z0-9]{0,63}$/.test(stack))
    problems.push(problem('STACK must be the name of the stack: at most 64 letters, digits and hyphens.'));
  if (bucket === undefined || bucket === '')
    problems.push(problem('Say which bucket of the region takes the function: --s3-bucket NAME.', 's3-bucket'));
  if (parameters.some((one) => /^(CodeBucket|CodeKey|Stacks)=/.test(one)))
    problems.push(problem('CodeBucket and CodeKey are found out, and Stacks is --stacks.'));
  if (stack === undefined || bucket === undefined || problems.length > 0) throw badFlags(problems);
  return { stack, bucket };
}

async function readBundle(named: string | undefined, packaged: string): Promise<Uint8Array> {
  const file = named ?? packaged;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const why = whyNot(systemError(error));
    if (named !== undefined) throw usage('server.bundle', problem(`${named} cannot be read: ${why}.`, 'bundle'));
    throw usage(
      'server.bundle',
      'This package holds no bundle of the function. npm run build:server in its repository makes one.',
      [command`ha-updater server deploy STACK --bundle dist/server/function.zip`],
    );
  }
  if (bytes.length > MOST_BYTES || Buffer.from(bytes.subarray(0, 2)).toString('latin1') !== 'PK')
    throw usage('server.bundle', problem(`${file} is not a zip file of at most 50 MB.`, 'bundle'));
  return bytes;
}

function notStored(fault: AwsFault, bucket: string, owner: string): Error {
  if (fault.kind === 'missing')
    return usage('template.bucket', `There is no bucket ${bucket} to store the function in.`, [
      command`aws s3 mb s3://${bucket}`,
    ]);
  if (fault.kind === 'denied')
    return usage(
      'template.bucket',
      `Bucket ${bucket} does not take the function (s3:PutObject: ${fault.message}): you may not write to it, or it ` +
        `does not belong to account ${owner}. If it is meant to belong to another account, name that with ` +
        '--s3-bucket-owner.',
    );
  return fault;
}
