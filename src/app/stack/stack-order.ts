import { command, remarked } from '../../text/commands/next-command.js';
import type { CdkStack } from '../../cdk/assembly.js';
import type { StackTiming, Wanted } from '../../config/rollout-plan.js';
import type { StackSettings } from '../../engine/gateway.js';
import { AwsFault, badFlags, refused } from '../../errors.js';
import { fetchTemplate, readParameterFile, readTemplateFile } from '../../template/io.js';
import { loadTemplate, type Loaded, type TemplateIo } from '../../template/load.js';
import { readParameters, type ParametersWanted } from '../../template/parameters/parameters.js';
import { objectOf, templateUrl } from '../../template/s3-address.js';
import type { CdkDeployment } from './cdk.js';
import { stackOfRun, toProblems, type ToFlags } from '../history/to-run.js';
import { readChange, type ChangeFlags, type ChangeWanted } from './change-flags.js';
import { examineChangeSet, examineTemplate, templateOfChangeSet } from './examine-template.js';
import { createLocator } from './resource-locator.js';
import type { Run } from '../../run/run.js';
import type { ProcessContext } from '../../run/process-context.js';
import { checkParameters, templateStore, type Given, type StoreFlags } from './template-store.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { STACK_TIMING, type StackOrder } from '../../engine/stack/stack-change.js';

/** What a command line says of a stack's change, unchecked. */
export interface OrderFlags extends StoreFlags, ChangeFlags, ToFlags {
  readonly stack: string;
  /** The stack of a CDK app, which brings template, parameters and settings. */
  readonly cdk?: CdkStack | undefined;
  /** KEY=VALUE. */
  readonly parameters: readonly string[];
  readonly template?: string | undefined;
  readonly capabilities: readonly string[];
  readonly 'on-interrupt': string;
  readonly 'parameters-file'?: readonly string[] | undefined;
  readonly 'use-default'?: readonly string[] | undefined;
  readonly 'ignore-unknown-parameters'?: boolean | undefined;
  readonly poll?: string | undefined;
}

/** What is read before anything is connected, so that bad input costs no call. */
export interface OrderRead {
  readonly parameters: ParametersWanted;
  readonly change: ChangeWanted;
}

/** Reads files and variables. @throws Failure (usage) with everything that is wrong */
export async function readOrder(
  asked: OrderFlags,
  { env }: Pick<ProcessContext, 'env'>,
  canAsk: boolean,
): Promise<OrderRead> {
  const problems = toProblems(asked);
  if (problems.length > 0) throw badFlags(problems);
  const change = await readChange(asked, { ...asked, canAsk }, readTemplateFile);
  const parameters = await readParameters(
    {
      arguments: asked.parameters,
      files: asked['parameters-file'] ?? [],
      useDefault: asked['use-default'] ?? [],
      ...(asked.cdk !== undefined && { base: asked.cdk.parameters }),
    },
    { readFile: readParameterFile, env },
  );
  return { parameters, change };
}

/** What an order is made of. */
export interface OrderInput {
  readonly asked: OrderFlags;
  readonly wanted: Wanted;
  readonly read: OrderRead;
  /** The stack of an app, where it is one. */
  readonly cdk?: CdkDeployment;
}

/** The order itself: reads and checks the template, and stores one that is too long for a call. */
export async function makeOrder(run: Run, input: OrderInput): Promise<StackOrder> {
  const { asked, wanted, cdk } = input;
  const { change } = input.read;
  const { parameters, template: source, copies } = await asOfRun(run, input);
  const files = asked['parameters-file'] ?? [];
  if (files.length > 0) run.deps.emit({ type: 'parameters.read', files, overridden: parameters.overridden });
  const ignoreUnknown = asked['ignore-unknown-parameters'] ?? false;
  const settings = settingsOf(parameters, change, cdk);
  const given = { ...parameters, ignoreUnknown };
  const io = { ...templateIo(run), ...copies, store: templateStore(run.deps, asked, given) };
  const swaps = wanted.swap !== 'never';
  const template: Loaded =
    change.existing !== undefined
      ? templateOfChangeSet(change.existing)
      : cdk === undefined
        ? await loadTemplate(source, asked.stack, io, swaps)
        : await cdkTemplate(run, cdk, io, { given, swaps });
  return {
    stack: asked.stack,
    template,
    // The template of a change set stays unread until something goes wrong.
    locate: createLocator(run.deps, change.existing === undefined ? template : undefined),
    examine: (values) => {
      const asOf = { values, stack: asked.stack, swaps };
      return change.existing === undefined
        ? examineTemplate(run, template, io, asOf)
        : examineChangeSet(run, change.existing, io, asOf);
    },
    given: parameters.given,
    useDefault: parameters.useDefault,
    ignoreUnknown,
    ...(asked.capabilities.length === 0 ? {} : { capabilities: asked.capabilities }),
    token: `ha-updater-${run.id}`,
    timing: stackTiming(wanted.stackTiming, asked.poll === undefined ? STACK_TIMING.pollMs : wanted.timing.pollMs),
    onInterrupt: onInterrupt(asked),
    wishes: change.wishes,
    ...(settings !== undefined && { settings }),
    ...(change.existing !== undefined && { existing: change.existing }),
    // Another prefix: what is kept on purpose must not look like what a dead run left.
    ...(change.keep && { changeSetName: `ha-updater-kept-${run.id}` }),
  };
}

/** Template and parameters as they were given; with `--to` those that a former run had. */
async function asOfRun(
  run: Run,
  { asked: { to, stack, template }, read: { parameters } }: OrderInput,
): Promise<{
  readonly parameters: ParametersWanted;
  readonly template: string | undefined;
  /** The copy is read once, and counts by its hash. */
  readonly copies?: Pick<TemplateIo, 'readObject'>;
}> {
  if (to === undefined) return { parameters, template };
  const { given, template: copy } = await stackOfRun(run, { stack, to, given: parameters.given });
  const asOf = { ...parameters, given };
  if (copy === undefined) return { parameters: asOf, template: undefined };
  const { readObject } = templateIo(run);
  return {
    parameters: asOf,
    template: copy.address,
    copies: {
      readObject: (bucket, key) =>
        `s3://${bucket}/${key}` === copy.address ? Promise.resolve(copy.text) : readObject(bucket, key),
    },
  };
}

/** The template of an app. It is an asset like the others, so it is in S3 once they are published. */
async function cdkTemplate(
  run: Run,
  { stack, publish }: CdkDeployment,
  io: TemplateIo,
  { given, swaps }: { readonly given: Given; readonly swaps: boolean },
): Promise<Loaded> {
  const { templatePath, templateUrl: address, templateRegion = run.region, stackName } = stack;
  const object = address === undefined ? undefined : objectOf(address);
  const url = object === undefined ? undefined : templateUrl(object, templateRegion);
  const loaded = await loadTemplate(
    templatePath,
    stackName,
    url === undefined ? io : { ...io, store: () => Promise.resolve(url) },
    swaps,
  );
  if (loaded.findings.some(({ severity }) => severity === 'error')) return loaded;
  await checkParameters(run.deps, stackName, { ...loaded, transformed: false }, given);
  await publish();
  return url === undefined ? loaded : { ...loaded, source: { kind: 'url', url } };
}

export function onInterrupt(asked: Pick<OrderFlags, 'on-interrupt'>): 'cancel' | 'leave' {
  return asked['on-interrupt'] === 'leave' ? 'leave' : 'cancel';
}

/** What an app says beside parameters, over it a file in CodePipeline's form, and over both the flags. */
function settingsOf(
  { tags: own, stackPolicy }: ParametersWanted,
  { settings: said }: ChangeWanted,
  cdk: CdkDeployment | undefined,
): StackSettings | undefined {
  const tags = { ...cdk?.settings.tags, ...own, ...said?.tags };
  const settings: StackSettings = {
    ...cdk?.settings,
    ...(stackPolicy !== undefined && { policy: stackPolicy }),
    ...said,
    ...(Object.keys(tags).length > 0 && { tags }),
  };
  return Object.keys(settings).length > 0 ? settings : undefined;
}

function stackTiming(
  { warmupMs, actionTimeoutMs, lookBackMs, waitMs }: StackTiming,
  pollMs: number,
): StackOrder['timing'] {
  return { warmupMs, silenceMs: actionTimeoutMs, lookBackMs, pollMs, waitMs };
}

/** Where the texts of templates come from: files, addresses, S3 and the stacks that are there. */
export function templateIo({ deps }: Pick<Run, 'deps'>): TemplateIo {
  return {
    readFile: readTemplateFile,
    fetchText: fetchTemplate,
    readObject: (bucket, key) => retrying(deps).readObject(bucket, key),
    stackTemplate: async (stack) => {
      try {
        return await retrying(deps).stackTemplate(stack);
      } catch (error) {
        if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
        throw refused(
          'stack.missing',
          `There is no stack ${stack}, and no --template to create it from.`,
          [],
          [
            remarked(command`ha-updater list`, 'the stacks with groups that are there'),
            remarked(command`ha-updater update-stack ${stack} --template FILE`, 'creates it'),
          ],
        );
      }
    },
  };
}
