import { command } from '../../text/commands/next-command.js';
import { inEnvironment, openAssembly, type CdkRole, type CdkStack, type Environment } from '../../cdk/assembly.js';
import { publishAssets, type AssetClients, type DestinationOptions } from '../../cdk/publish.js';
import { assemblyOf } from '../../cdk/synth.js';
import { readPace } from '../../config/simulation-speed.js';
import type { Gateway, StackSettings } from '../../engine/gateway.js';
import { AwsFault, problem, refused, usage } from '../../errors.js';
import { connect, QUICK, type CommonFlags, type Run } from '../../run/run.js';
import type { ProcessContext } from '../../run/process-context.js';
import { retrying } from '../../engine/retrying-gateway.js';

/** What a command line says when it names a CDK app. */
export interface AppFlags extends CommonFlags {
  readonly app?: string | undefined;
  readonly stack?: string | undefined;
  readonly template?: string | undefined;
}

/** The same with its stack known; `cdk` is that stack of the app, when there is an app. */
export type AppAsked<T extends AppFlags> = Omit<T, 'stack'> & { readonly stack: string; readonly cdk?: CdkStack };

/**
 * Finds the stack that a command line means: STACK, or with `--app` the one that STACK names, or the only one.
 * @throws Failure (usage) before anything is connected
 */
export async function withApp<T extends AppFlags>(
  asked: T,
  name: string,
  { env, stderr }: Pick<ProcessContext, 'env' | 'stderr'>,
): Promise<AppAsked<T>> {
  const { app, stack } = asked;
  if (app === undefined) {
    if (stack === undefined)
      throw usage('usage.commandLine', 'STACK is missing.', [command`ha-updater ${name} --help`]);
    return { ...asked, stack };
  }
  if (asked.template !== undefined)
    throw usage(
      'usage.flags',
      problem('Give either --app or --template: the app brings its template.', 'app', 'template'),
    );
  const place = {
    ...env,
    ...(asked.region !== undefined && { AWS_REGION: asked.region }),
    ...(asked.profile !== undefined && { AWS_PROFILE: asked.profile }),
  };
  const cdk = await openAssembly(await assemblyOf(app, { env: place, print: (text) => stderr.write(text) }), stack);
  if (asked.region !== undefined && cdk.region !== undefined && asked.region !== cdk.region) {
    throw usage(
      'cdk.region',
      `Stack ${cdk.stackName} of the app belongs to region ${cdk.region}, not ${asked.region}.`,
    );
  }
  const region = asked.region ?? cdk.region;
  return { ...asked, stack: cdk.stackName, cdk, ...(region !== undefined && { region }) };
}

/** A stack of an app in the account and region that we are in, ready to be deployed. */
export interface CdkDeployment {
  readonly stack: CdkStack;
  /** The run with its calls for stacks made by the app's deploy role. */
  readonly run: Run;
  /** What the manifest says that the stack shall have. */
  readonly settings: StackSettings;
  /** Publishes the assets, the template among them. */
  readonly publish: () => Promise<void>;
}

/** How an app is to be deployed. */
export interface CdkPreparing {
  readonly flags: CommonFlags;
  readonly surroundings: ProcessContext;
  /** Which assets are published. */
  readonly assets: 'all' | 'files';
}

/**
 * Checks account and bootstrap, and takes the deploy role. A plan publishes files alone.
 * @throws Failure (refused) when the app does not belong here
 */
export async function prepareCdk(
  run: Run,
  cdk: CdkStack,
  { flags, surroundings, assets }: CdkPreparing,
): Promise<CdkDeployment> {
  const { deps } = run;
  const identity = await retrying(deps, QUICK).identity();
  const here: Environment = {
    accountId: identity.account,
    region: identity.region,
    partition: identity.arn.split(':')[1] ?? 'aws',
  };
  const stack = await inEnvironment(cdk, here);
  if (stack.account !== undefined && stack.account !== here.accountId) {
    throw refused(
      'cdk.account',
      `Stack ${stack.stackName} of the app belongs to account ${stack.account}, and these are ` +
        `credentials of ${here.accountId}.`,
      [],
    );
  }
  const roles = roleTaker(run, flags, surroundings);
  const gateway =
    stack.deployRole === undefined ? deps.gateway : forStacks(deps.gateway, await roles.gateway(stack.deployRole));
  const deployRun: Run = { ...run, deps: { ...deps, gateway } };
  await checkBootstrap(deployRun, stack, here);
  for (const id of stack.dependsOn) {
    deps.emit({
      type: 'warning',
      reason: {
        code: 'cdk.dependsOn',
        text: `Stack ${stack.stackName} needs stack ${id} of the same app, which this run does not deploy.`,
        remedy: '',
      },
    });
  }
  return {
    stack,
    run: deployRun,
    settings: settingsOf(stack),
    publish: async () => {
      const clients: AssetClients = {
        account: here.accountId,
        partition: here.partition,
        region: here.region,
        s3: (options) => roles.s3(options),
        ...(flags.profile !== undefined && { profile: flags.profile }),
      };
      const { published, there } = await publishAssets(stack, clients, surroundings.env, assets);
      if (published.length + there.length > 0)
        deps.emit({ type: 'assets.published', stack: stack.stackName, published, there });
    },
  };
}

function settingsOf({ tags, notificationArns, terminationProtection, executionRoleArn }: CdkStack): StackSettings {
  return {
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(notificationArns !== undefined && { notificationArns }),
    ...(terminationProtection !== undefined && { terminationProtection }),
    ...(executionRoleArn !== undefined && { roleArn: executionRoleArn }),
  };
}

/**
 * What the deploy role may do. It knows nothing of groups and balancers, so everything else keeps its own
 * credentials.
 */
const STACK_CALLS = [
  'describeStack',
  'listResources',
  'stackEvents',
  'stackTemplate',
  'templateSummary',
  'validateTemplate',
  'createStack',
  'updateStack',
  'cancelUpdate',
  'createChangeSet',
  'describeChangeSet',
  'listChangeSets',
  'executeChangeSet',
  'deleteChangeSet',
  'deleteStack',
  'continueRollback',
  'rollbackStack',
  'stackPolicy',
  'setStackPolicy',
  'setTerminationProtection',
  'failedEvents',
  'parameterValue',
] as const satisfies readonly (keyof Gateway)[];

function forStacks(own: Gateway, deploy: Gateway): Gateway {
  const calls: readonly string[] = STACK_CALLS;
  return { ...own, ...Object.fromEntries(Object.entries(deploy).filter(([call]) => calls.includes(call))) };
}

interface RoleTaker {
  readonly gateway: (role: CdkRole) => Promise<Gateway>;
  readonly s3: (options: DestinationOptions) => Promise<object>;
}

/** Roles of the bootstrap. One that cannot be taken is done without, as CDK does: our own credentials may be enough. */
function roleTaker(run: Run, flags: CommonFlags, surroundings: ProcessContext): RoleTaker {
  const { endpoint } = readPace(surroundings.env);
  const session = `ha-updater-${run.id}`;
  const taken = new Map<string, Promise<Gateway | undefined>>();
  const take = (role: CdkRole): Promise<Gateway | undefined> => {
    const known = taken.get(role.arn) ?? attempt(role);
    taken.set(role.arn, known);
    return known;
  };
  const attempt = async (role: CdkRole): Promise<Gateway | undefined> => {
    const { gateway } = await connect(
      { ...flags, region: run.region, assume: { ...role, session }, mayLeave: run.mayLeave },
      endpoint,
      surroundings,
    );
    try {
      await retrying({ ...run.deps, gateway }, QUICK).identity();
      return gateway;
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      const text =
        `Role ${role.arn} of the bootstrap cannot be taken (${error.code}); these credentials are ` +
        'used as they are.';
      run.deps.emit({
        type: 'warning',
        reason: { code: 'cdk.role', text, remedy: 'Allow sts:AssumeRole on it, or run cdk bootstrap.' },
      });
      return undefined;
    }
  };
  return {
    gateway: async (role) => (await take(role)) ?? run.deps.gateway,
    s3: async ({
      region,
      assumeRoleArn: arn,
      assumeRoleExternalId: externalId,
      assumeRoleAdditionalOptions: options = {},
    }) => {
      const { assetS3 } = await import('../../aws/gateway.js');
      const role: CdkRole | undefined =
        arn === undefined
          ? undefined
          : { arn, options: { ...options }, ...(externalId !== undefined && { externalId }) };
      const usable = role !== undefined && (await take(role)) !== undefined;
      const way = {
        region: run.region,
        agent: { version: surroundings.version, command: surroundings.command },
        ...(flags.profile !== undefined && { profile: flags.profile }),
        ...(endpoint !== undefined && { endpoint }),
      };
      return assetS3(way, { ...(region !== undefined && { region }), ...(usable && { role: { ...role, session } }) });
    },
  };
}

/** The stack of the bootstrap, for one that is too old to keep its version in the parameter store. */
const BOOTSTRAP_STACK = 'CDKToolkit';

async function checkBootstrap(
  { deps }: Run,
  { stackName, bootstrap }: CdkStack,
  { accountId, region }: Environment,
): Promise<void> {
  if (bootstrap === undefined) return;
  const bootstraps = command`npx cdk bootstrap aws://${accountId}/${region}`;
  const found = await bootstrapVersion(deps, bootstrap.parameter);
  if (found === 'missing')
    throw refused(
      'cdk.bootstrap',
      `Account ${accountId} in ${region} is not bootstrapped for CDK: there is no parameter ` +
        `${bootstrap.parameter ?? ''}.`,
      [],
      [bootstraps],
    );
  if (found === 'unknown') {
    const text =
      `It cannot be read which version of CDK's bootstrap account ${accountId} has; stack ` +
      `${stackName} needs ${bootstrap.version}.`;
    return void deps.emit({
      type: 'warning',
      reason: { code: 'cdk.bootstrapUnknown', text, remedy: 'Allow ssm:GetParameter.' },
    });
  }
  if (found >= bootstrap.version) return;
  throw refused(
    'cdk.bootstrap',
    `Stack ${stackName} needs version ${bootstrap.version} of CDK's bootstrap, and account ` +
      `${accountId} in ${region} has version ${found}.`,
    [],
    [bootstraps],
  );
}

async function bootstrapVersion(
  deps: Run['deps'],
  parameter: string | undefined,
): Promise<number | 'missing' | 'unknown'> {
  try {
    if (parameter !== undefined) return Number(await retrying(deps, QUICK).parameterValue(parameter));
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    if (error.kind === 'missing') return 'missing';
  }
  try {
    const stack = await retrying(deps, QUICK).describeStack(BOOTSTRAP_STACK);
    const version = Number(stack?.outputs['BootstrapVersion']);
    return Number.isFinite(version) ? version : 'unknown';
  } catch (error) {
    if (error instanceof AwsFault) return 'unknown';
    throw error;
  }
}
