import { command } from '../../text/commands/next-command.js';
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { resolveParameters } from '../../decide/stack/stack-parameters.js';
import type { Deps } from '../../engine/deps.js';
import { parametersFailure } from '../../engine/stack/change-stack.js';
import { AwsFault, usage, type Failure } from '../../errors.js';
import type { GivenParameter } from '../../model/stack/template.js';
import { maxBodyBytes, type LongTemplate, type TemplateIo } from '../../template/load.js';
import { templateUrl } from '../../template/s3-address.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { stackNameOf } from '../../model/stack/stack.js';

/** Where templates go that are too long for a call. */
export interface StoreFlags {
  readonly stack: string;
  readonly 's3-bucket'?: string | undefined;
  readonly 's3-bucket-owner'?: string | undefined;
  readonly 's3-prefix'?: string | undefined;
}

/** Parameters as far as they are known before the stack is looked at. */
export interface Given {
  readonly given: readonly GivenParameter[];
  readonly useDefault: readonly string[];
  readonly ignoreUnknown: boolean;
}

interface Bucket {
  readonly name: string;
  readonly region: string;
  /** Account that must own it: whoever guesses the name of a bucket that is gone can make it his own. */
  readonly owner: string;
}

/**
 * Puts long templates into the bucket that the user named, or else into the one that CDK's bootstrap made
 * in this account. The name holds the text's hash, so the same template is the same object.
 */
export function templateStore(deps: Deps, flags: StoreFlags, given: Given): NonNullable<TemplateIo['store']> {
  return async (template) => {
    await checkParameters(deps, flags.stack, template, given);
    const bucket = await bucketFor(deps, flags, template);
    const key = keyFor(flags, template);
    try {
      await retrying(deps).writeObject({
        bucket: bucket.name,
        key,
        text: template.text,
        owner: bucket.owner,
      });
    } catch (error) {
      throw error instanceof AwsFault ? notStored(error, bucket, template) : error;
    }
    const url = templateUrl({ bucket: bucket.name, key }, bucket.region);
    deps.emit({ type: 'template.stored', source: template.origin, bytes: template.bytes, url });
    return url;
  };
}

/** Nothing is sent, to whatever service, as long as the parameters are known to be wrong. */
export async function checkParameters(
  deps: Deps,
  stack: string,
  { declared, transformed }: Pick<LongTemplate, 'declared' | 'transformed'>,
  { given, useDefault, ignoreUnknown }: Given,
): Promise<void> {
  if (transformed) return;
  const existing = await retrying(deps).describeStack(stack);
  const { problems } = resolveParameters({
    given,
    declared,
    limits: declared,
    existing: existing?.parameters ?? [],
    useDefault,
    ignoreUnknown,
  });
  const failure: Failure | undefined = parametersFailure(problems);
  if (failure !== undefined) throw failure;
}

async function bucketFor(
  deps: Deps,
  { 's3-bucket': named, 's3-bucket-owner': owner, stack }: StoreFlags,
  { origin, bytes }: LongTemplate,
): Promise<Bucket> {
  const { account, region } = await retrying(deps).identity();
  if (named !== undefined) return { name: named, region, owner: owner ?? account };
  const staging = `cdk-hnb659fds-assets-${account}-${region}`;
  if (await retrying(deps).hasBucket(staging, account)) return { name: staging, region, owner: account };
  throw usage(
    'template.needsS3',
    `${origin} has ${bytes} bytes; CloudFormation takes at most ${maxBodyBytes} in a call, and a ` +
      'longer template from S3.',
    [command`ha-updater update-stack ${stack} --template ${origin} --s3-bucket BUCKET`],
  );
}

function keyFor({ stack, 's3-prefix': prefix = 'ha-updater' }: StoreFlags, { text, origin }: LongTemplate): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 40);
  return [
    ...prefix.split('/').filter((part) => part !== ''),
    stackNameOf(stack),
    `${hash}${extname(origin) || '.template'}`,
  ].join('/');
}

function notStored(fault: AwsFault, { name, owner }: Bucket, { origin }: LongTemplate): Error {
  if (fault.kind === 'missing')
    return usage('template.bucket', `There is no bucket ${name} to store ${origin} in.`, [
      command`aws s3 mb s3://${name}`,
    ]);
  if (fault.kind === 'denied')
    return usage(
      'template.bucket',
      `Bucket ${name} does not take ${origin} (s3:PutObject: ${fault.message}): you may not write to it, or it does ` +
        `not belong to account ${owner}. If it is meant to belong to another account, name that with ` +
        '--s3-bucket-owner.',
    );
  return fault;
}
