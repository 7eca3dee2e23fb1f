import { Readable } from 'node:stream';
import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { CloudFormation } from '@aws-sdk/client-cloudformation';
import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { EventBridge } from '@aws-sdk/client-eventbridge';
import type { IAM } from '@aws-sdk/client-iam';
import type { Lambda } from '@aws-sdk/client-lambda';
import type { ServiceQuotas } from '@aws-sdk/client-service-quotas';
import type { ElasticLoadBalancing } from '@aws-sdk/client-elastic-load-balancing';
import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { S3 } from '@aws-sdk/client-s3';
import type { SSM } from '@aws-sdk/client-ssm';
import type { STS } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentityProvider, HandlerExecutionContext, MiddlewareStack } from '@smithy/types';
import type { HttpHandlerUserInput } from '@smithy/core/protocols';
import type { Instant, Milliseconds } from '../../clock.js';
import { AwsFault, LockLost } from '../../errors.js';
import { takeWholeAnswers } from './whole-answers.js';
import { toFault } from './faults.js';
import { proxyAgent } from './proxy.js';
import { resolveRegion } from './region.js';
import { renewable } from './renewable-credentials.js';

export interface GatewayOptions {
  /** Absent: the environment's, the profile's, or eu-west-1. */
  readonly region?: string;
  readonly profile?: string;
  /** Absent: the SDK's default chain. */
  readonly credentials?: AwsCredentialIdentityProvider;
  /** One endpoint for all services. Absent: AWS, or what AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> say. */
  readonly endpoint?: string;
  /** Takes the place of the network, for a sandbox in the same process. */
  readonly requestHandler?: HttpHandlerUserInput;
  /** More of a client's configuration, by service (`autoscaling`), for a sandbox in the same process. */
  readonly straight?: (service: string) => object;
  /** Asked right before a request leaves; what it throws is thrown to the caller as it is. */
  readonly mayLeave?: MayLeave;
  /** The longest that a connection and an answer may take; absent: as long as any call may. */
  readonly answerMs?: Milliseconds;
  /** Hears of each answer as it begins, with what cuts it off: one that never ends would keep the process. */
  readonly onAnswer?: (cutOff: () => void) => void;
  /** Every call is made with this role, which the credentials above assume. */
  readonly assume?: AssumedRole;
  /** Who calls, as CloudTrail shows it in `userAgent`. */
  readonly agent?: Agent;
}

/** This tool's version, and the command that was called. */
interface Agent {
  readonly version: string;
  readonly command: string;
  /** `template` where CloudFormation may set the template's sizes on groups: the command was told so. */
  readonly sizes?: string | undefined;
}

/** A call that is about to be sent; `changes` is false for those that only read. */
export type MayLeave = (call: { readonly operation: string; readonly changes: boolean }) => Promise<void>;

export interface AssumedRole {
  readonly arn: string;
  readonly externalId?: string;
  /** Name of the session, as CloudTrail shows it. */
  readonly session: string;
  /** More of AssumeRole's input, such as tags of the session. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** The SDK clients, each imported and made at its first use: their code takes longer to load than all of ours. */
export interface Clients {
  region(): Promise<string>;
  autoScaling(): Promise<AutoScaling>;
  cloudFormation(): Promise<CloudFormation>;
  cloudWatch(): Promise<CloudWatch>;
  dynamoDb(): Promise<DynamoDB>;
  ec2(): Promise<EC2>;
  /** Classic load balancers. */
  elb(): Promise<ElasticLoadBalancing>;
  /** Target groups. */
  elbV2(): Promise<ElasticLoadBalancingV2>;
  eventBridge(): Promise<EventBridge>;
  iam(): Promise<IAM>;
  lambda(): Promise<Lambda>;
  /** CloudWatch Logs. */
  logs(): Promise<CloudWatchLogs>;
  s3(): Promise<S3>;
  serviceQuotas(): Promise<ServiceQuotas>;
  ssm(): Promise<SSM>;
  sts(): Promise<STS>;
  /** The service's time (HTTP Date header) of an answer that one of these clients gave; whole seconds. */
  answeredAt(answer: object, operation: string): Instant;
}

const CONNECT_MS = 5_000;
const ANSWER_MS = 30_000;

/**
 * Clients that try once, give up in bounded time and throw nothing but AwsFault. Retries of the SDK
 * sleep on the wall clock and are invisible, so they are off.
 */
export function createClients(options: GatewayOptions): Clients {
  const { region, configuration, renewCredentials } = configure(options);
  const dates = new WeakMap<object, Instant>();
  const speak = <T extends Spoken>(service: string, client: T): T => {
    throwFaults(client.middlewareStack, service, renewCredentials);
    keepDates(client.middlewareStack, dates);
    takeWholeAnswers(client.middlewareStack, service);
    if (options.onAnswer !== undefined) tellAnswers(client.middlewareStack, options.onAnswer);
    if (options.mayLeave !== undefined) askBefore(client.middlewareStack, service, options.mayLeave);
    return client;
  };
  const client = <T extends Spoken>(
    service: string,
    load: () => Promise<new (configuration: Configuration) => T>,
    more?: object,
  ): (() => Promise<T>) =>
    once(async () => {
      const Client = await load();
      return speak(service, new Client({ ...(await configuration()), ...(more ?? options.straight?.(service)) }));
    });
  return {
    region,
    autoScaling: client('autoscaling', async () => (await import('@aws-sdk/client-auto-scaling')).AutoScaling),
    cloudFormation: client(
      'cloudformation',
      async () => (await import('@aws-sdk/client-cloudformation')).CloudFormation,
    ),
    cloudWatch: client('cloudwatch', async () => (await import('@aws-sdk/client-cloudwatch')).CloudWatch),
    dynamoDb: client('dynamodb', async () => (await import('@aws-sdk/client-dynamodb')).DynamoDB),
    ec2: client('ec2', async () => (await import('@aws-sdk/client-ec2')).EC2),
    elb: client('elb', async () => (await import('@aws-sdk/client-elastic-load-balancing')).ElasticLoadBalancing),
    elbV2: client(
      'elbv2',
      async () => (await import('@aws-sdk/client-elastic-load-balancing-v2')).ElasticLoadBalancingV2,
    ),
    eventBridge: client('events', async () => (await import('@aws-sdk/client-eventbridge')).EventBridge),
    iam: client('iam', async () => (await import('@aws-sdk/client-iam')).IAM),
    lambda: client('lambda', async () => (await import('@aws-sdk/client-lambda')).Lambda),
    logs: client('logs', async () => (await import('@aws-sdk/client-cloudwatch-logs')).CloudWatchLogs),
    s3: client('s3', async () => (await import('@aws-sdk/client-s3')).S3, {
      cacheMiddleware: false,
      followRegionRedirects: true,
      forcePathStyle: namesNoBuckets(options),
    }),
    serviceQuotas: client('servicequotas', async () => (await import('@aws-sdk/client-service-quotas')).ServiceQuotas),
    ssm: client('ssm', async () => (await import('@aws-sdk/client-ssm')).SSM),
    sts: client('sts', async () => (await import('@aws-sdk/client-sts')).STS),
    answeredAt: (answer, operation) => {
      const date = dates.get(answer);
      // The runner's clock is no stand-in: old and new are told apart by this time.
      if (date === undefined)
        throw new AwsFault('transient', operation, 'NoDate', 'The answer carries no Date header.');
      return date;
    },
  };
}

/** What every client is made with: where calls go, who calls, with which credentials. Each part is found out once. */
function configure(options: GatewayOptions) {
  const region = once(() => resolveRegion(options.region, process.env, options.profile));
  const overNetwork = once(async () => {
    const agent = await proxyAgent(process.env);
    return {
      connectionTimeout: Math.min(CONNECT_MS, options.answerMs ?? CONNECT_MS),
      requestTimeout: options.answerMs ?? ANSWER_MS,
      throwOnRequestTimeout: true,
      ...(agent !== undefined && { httpAgent: agent, httpsAgent: agent }),
    };
  });
  const wayThere = once(async () => {
    quietNodeVersionWarning();
    return {
      region: await region(),
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      requestHandler: options.requestHandler ?? (await overNetwork()),
      maxAttempts: 1,
      ...(options.agent === undefined ? {} : { customUserAgent: userAgent(options.agent) }),
      // Middleware is added when a client is made and never later, so each command's chain is built once:
      // a third of a call's own time, and a look is made of many calls.
      cacheMiddleware: true,
    };
  });
  const credentials = renewable(async () => {
    const own = options.credentials ?? (await defaultCredentials(options.profile, await overNetwork()));
    return options.assume === undefined ? own : roleCredentials(options.assume, own, await wayThere());
  });
  const configuration = once(async () => ({ ...(await wayThere()), credentials: credentials.provide }));
  return { region, configuration, renewCredentials: credentials.renew };
}

type Configuration = Awaited<ReturnType<ReturnType<typeof configure>['configuration']>>;

/** The pairs of name and value that the SDK puts behind its own. */
function userAgent({ version, command, sizes }: Agent): [string, string][] {
  return [
    ['ha-updater', version],
    ['command', command],
    ...(sizes === 'template' ? [['sizes', 'template'] satisfies [string, string]] : []),
  ];
}

interface Spoken {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the input and output types of seven services
  readonly middlewareStack: MiddlewareStack<any, any>;
}

/** Every failure of the client leaves it as an AwsFault, named `service:Operation`. */
function throwFaults(stack: Spoken['middlewareStack'], service: string, renewCredentials: () => void): void {
  stack.add(
    (next, context: HandlerExecutionContext) => async (args) => {
      const operation = `${service}:${(context.commandName ?? 'Unknown').replace(/Command$/, '')}`;
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof LockLost) throw error;
        const fault = toFault(error, operation);
        if (fault.kind !== 'expired') throw fault;
        // Nothing was done. If the provider has newer ones by now, they serve; if not, it fails the same way.
        renewCredentials();
        return next(args).catch((second: unknown) => {
          throw second instanceof LockLost ? second : toFault(second, operation);
        });
      }
    },
    { step: 'initialize', priority: 'high', name: 'throwFaults' },
  );
}

/** What begins otherwise counts as a change. */
const READS = /^(Describe|Filter|Get|List|Head|Simulate|Validate)/;

/** The last thing before the request is on the line: signed, and with its credentials fetched. */
function askBefore(stack: Spoken['middlewareStack'], service: string, mayLeave: MayLeave): void {
  stack.add(
    (next, context: HandlerExecutionContext) => async (args) => {
      const name = (context.commandName ?? 'Unknown').replace(/Command$/, '');
      await mayLeave({ operation: `${service}:${name}`, changes: !READS.test(name) });
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'askBefore' },
  );
}

/** Tells of each answer before anybody reads its body. */
function tellAnswers(stack: Spoken['middlewareStack'], tell: NonNullable<GatewayOptions['onAnswer']>): void {
  stack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { body } = result.response as { readonly body?: unknown };
      if (body instanceof Readable) tell(() => void body.destroy());
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'tellAnswers' },
  );
}

/** Keeps the Date header of every answer for as long as the answer lives. */
function keepDates(stack: Spoken['middlewareStack'], dates: WeakMap<object, Instant>): void {
  stack.add(
    (next) => async (args) => {
      const result = await next(args);
      const headers = (result.response as { headers?: Readonly<Record<string, string>> } | undefined)?.headers ?? {};
      const date = Date.parse(headers.date ?? headers.Date ?? '');
      if (!Number.isNaN(date) && typeof result.output === 'object') dates.set(result.output as object, date);
      return result;
    },
    { step: 'deserialize', priority: 'high', name: 'keepDates' },
  );
}

/** @param requestHandler for providers that ask AWS, such as SSO or a role of the profile */
async function defaultCredentials(
  profile: string | undefined,
  requestHandler: object,
): Promise<AwsCredentialIdentityProvider> {
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  // Its warning that a profile and keys are both set goes to the console; whom we act as is told anyway.
  const quiet = (): void => undefined;
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  return fromNodeProviderChain({
    logger,
    clientConfig: { requestHandler },
    ...(profile === undefined ? {} : { profile }),
  });
}

/** Fresh ones are fetched before the old ones run out: a role that is assumed by a role holds for an hour. */
async function roleCredentials(
  role: AssumedRole,
  masterCredentials: AwsCredentialIdentityProvider,
  way: object,
): Promise<AwsCredentialIdentityProvider> {
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  return fromTemporaryCredentials({
    masterCredentials,
    params: {
      ...role.options,
      RoleArn: role.arn,
      RoleSessionName: role.session,
      ...(role.externalId !== undefined && { ExternalId: role.externalId }),
    },
    clientConfig: way,
  });
}

/** Endpoints other than AWS's own rarely answer to `bucket.host`; the path always works. */
function namesNoBuckets(options: GatewayOptions): boolean {
  return [options.endpoint, options.requestHandler, process.env.AWS_ENDPOINT_URL, process.env.AWS_ENDPOINT_URL_S3].some(
    Boolean,
  );
}

/** The SDK warns on Node 20 at every start. Its own switch leaves all other warnings alone. */
function quietNodeVersionWarning(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}

/** Runs at the first call only. A failure is not kept. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
