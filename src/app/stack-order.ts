import type { StackTiming, Wanted } from '../config/plan.js';
import type { StackSettings } from '../engine/gateway.js';
import { retrying } from '../engine/retry.js';
import { STACK_TIMING, type StackOrder } from '../engine/stack.js';
import { AwsFault, refused } from '../errors.js';
import { fetchTemplate, readParameterFile, readTemplateFile } from '../template/io.js';
import { loadTemplate, type TemplateIo } from '../template/load.js';
import { readParameters, type ParametersWanted } from '../template/parameters.js';
import type { Run } from './run.js';
import type { Surroundings } from './surroundings.js';
import { templateStore, type StoreFlags } from './template-store.js';

/** What a command line says of a stack's change, unchecked. */
export interface OrderFlags extends StoreFlags {
  readonly stack: string;
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
}

/** Reads files and variables. @throws Failure (usage) with everything that is wrong */
export async function readOrder(asked: OrderFlags, { env }: Pick<Surroundings, 'env'>): Promise<OrderRead> {
  const parameters = await readParameters(
    { arguments: asked.parameters, files: asked['parameters-file'] ?? [], useDefault: asked['use-default'] ?? [] },
    { readFile: readParameterFile, env },
  );
  return { parameters };
}

/** The order itself: reads and checks the template, and stores one that is too long for a call. */
export async function makeOrder(run: Run, asked: OrderFlags, wanted: Wanted, { parameters }: OrderRead): Promise<StackOrder> {
  const files = asked['parameters-file'] ?? [];
  if (files.length > 0) run.deps.emit({ type: 'parameters.read', files, overridden: parameters.overridden });
  const ignoreUnknown = asked['ignore-unknown-parameters'] ?? false;
  const settings = settingsOf(parameters);
  return {
    stack: asked.stack,
    template: await loadTemplate(asked.template, asked.stack, { ...templateIo(run), store: templateStore(run.deps, asked, { ...parameters, ignoreUnknown }) }),
    given: parameters.given,
    useDefault: parameters.useDefault,
    ignoreUnknown,
    ...(asked.capabilities.length === 0 ? {} : { capabilities: asked.capabilities }),
    token: `ha-updater-${run.id}`,
    timing: stackTiming(wanted.stackTiming, asked.poll === undefined ? STACK_TIMING.pollMs : wanted.timing.pollMs),
    onInterrupt: onInterrupt(asked),
    ...(settings !== undefined && { settings }),
  };
}

export function onInterrupt(asked: Pick<OrderFlags, 'on-interrupt'>): 'cancel' | 'leave' {
  return asked['on-interrupt'] === 'leave' ? 'leave' : 'cancel';
}

/** What a file in CodePipeline's form says beside its parameters. */
function settingsOf({ tags, stackPolicy }: ParametersWanted): StackSettings | undefined {
  const settings = { ...(Object.keys(tags).length > 0 && { tags }), ...(stackPolicy !== undefined && { policy: stackPolicy }) };
  return Object.keys(settings).length > 0 ? settings : undefined;
}

function stackTiming({ warmupMs, actionTimeoutMs, lookBackMs }: StackTiming, pollMs: number): StackOrder['timing'] {
  return { warmupMs, silenceMs: actionTimeoutMs, lookBackMs, pollMs };
}

function templateIo({ deps }: Run): TemplateIo {
  const { gateway } = deps;
  return {
    readFile: readTemplateFile,
    fetchText: fetchTemplate,
    readObject: (bucket, key) => retrying(deps, 's3:GetObject', () => gateway.readObject(bucket, key)),
    stackTemplate: async (stack) => {
      try {
        return await retrying(deps, 'cloudformation:GetTemplate', () => gateway.stackTemplate(stack));
      } catch (error) {
        if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
        throw refused('stack.missing', `There is no stack ${stack}, and no --template to create it from.`, [], [`ha-updater update-stack ${stack} --template FILE`]);
      }
    },
  };
}
