import { command, remarked } from '../../../text/commands/next-command.js';
import {
  keptBesideDefault,
  resolveParameters,
  type ParametersKnown,
  type ResolvedParameters,
} from '../../../decide/stack/stack-parameters.js';
import { replacesByPolicy } from '../../../decide/stack/own-policies.js';
import { startStep } from '../../../decide/stack/stack-update.js';
import { asHeadline, AwsFault, refused, usage, type Failure } from '../../../errors.js';
import type { Reason } from '../../../model/rollout/decision.js';
import type { RunEvent } from '../../../model/event.js';
import type { Stack, TemplateSummary } from '../../../model/stack/stack.js';
import type { RunValues } from '../../../model/stack/template.js';
import type { Deps } from '../../deps.js';
import type { StackRequest } from '../../gateway.js';
import { pause, repeating } from '../../retry.js';
import { continueFailed, deleteFailed, rollBackFirst, waitForOthers, whyStuck } from '../repair.js';
import { strangersRedactor } from '../../../text/secrets/redact.js';
import { mergedSettings } from '../stack-settings.js';
import { clearReview } from '../empty-stack.js';
import { retrying } from '../../retrying-gateway.js';
import { checkFindings } from './template-findings.js';
import { type StackOrder, type Prepared, interrupted } from '../stack-change.js';
import { noStack } from '../no-stack.js';

/** Looks, checks and resolves; refuses with all reasons before anything is sent. */
export async function prepare(deps: Deps, order: StackOrder): Promise<Prepared> {
  checkFindings(deps, order.template.origin, order.template.findings);
  const { action, before } = await advised(deps, order);
  const { template, stack } = order;
  if (action === 'create' && template.source.kind === 'previous') {
    throw noStack(stack, [remarked(command`ha-updater update-stack ${stack} --template FILE`, 'creates it')]);
  }
  const summary = await askService(deps, order, before?.id);
  const parameters: ParametersKnown = {
    given: order.given,
    declared: summary?.parameters ?? template.declared,
    limits: template.declared,
    existing: before?.parameters ?? [],
    useDefault: order.useDefault,
    ignoreUnknown: order.ignoreUnknown,
  };
  const formerDefaults = await defaultsBefore(deps, order, parameters, before);
  const resolved = resolveParameters({ ...parameters, formerDefaults });
  checkParameters(deps, resolved);
  const examined = (await order.examine?.(valuesOf(resolved, before))) ?? [];
  checkFindings(deps, template.origin, examined);
  deps.emit(checkedTemplate(template));
  const settings = order.exactTags === true ? order.settings : mergedSettings(order.settings, before?.tags);
  const secrets = secretKeys([...(summary?.parameters ?? []), ...template.declared, ...(before?.parameters ?? [])]);
  return {
    action,
    ...(before !== undefined && { before }),
    request: {
      stack: before?.id ?? stack,
      template: template.source,
      parameters: resolved.parameters,
      token: order.token,
      ...(settings !== undefined && { settings }),
      ...capabilitiesOf(order, summary).request,
    },
    resolved,
    ...capabilitiesOf(order, summary).reason,
    secrets,
    replacesByPolicy: replacesByPolicy([...template.findings, ...examined]),
    redact: strangersRedactor(order.given.filter(({ key }) => secrets.has(key)).map(({ value }) => value)),
  };
}

function checkedTemplate({ source, origin, bytes, resources }: StackOrder['template']): RunEvent {
  return {
    type: 'template.checked',
    source: origin,
    ...(source.kind === 'previous' && { previous: true }),
    bytes,
    resources,
  };
}

/**
 * The defaults of the template that the stack has, asked only where they matter: a default that did not change is no
 * news to somebody who set another value on purpose.
 */
async function defaultsBefore(
  deps: Deps,
  { template }: StackOrder,
  parameters: ParametersKnown,
  before: Stack | undefined,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (before === undefined || template.source.kind === 'previous') return undefined;
  if (keptBesideDefault(parameters).length === 0) return undefined;
  try {
    const summary = await repeating(deps, () => deps.gateway.templateSummary({ kind: 'previous' }, before.id));
    return new Map(
      summary.parameters.flatMap(({ key, default: fallback }) => (fallback === undefined ? [] : [[key, fallback]])),
    );
  } catch (error) {
    if (error instanceof AwsFault) return undefined;
    throw error;
  }
}

/** Values as they will be: those that are sent, and of those that are kept what the stack shows. */
function valuesOf({ parameters }: ResolvedParameters, before: Stack | undefined): RunValues {
  const known = new Map<string, string>();
  const unknown = new Set<string>();
  const had = new Map((before?.parameters ?? []).map(({ key, value }) => [key, value]));
  for (const parameter of parameters) {
    const value = 'value' in parameter ? parameter.value : had.get(parameter.key);
    if (value === undefined) unknown.add(parameter.key);
    else known.set(parameter.key, value);
  }
  return { parameters: known, unknown, ...(before !== undefined && { stackId: before.id }) };
}

/** Keys of NoEcho parameters, whoever knows that they are. */
function secretKeys(parameters: readonly { readonly key: string; readonly noEcho: boolean }[]): ReadonlySet<string> {
  return new Set(parameters.filter(({ noEcho }) => noEcho).map(({ key }) => key));
}

/** The capabilities that the user named, or else those that the service says are needed, with its reason. */
function capabilitiesOf(
  { capabilities }: StackOrder,
  summary: TemplateSummary | undefined,
): { readonly request: Pick<StackRequest, 'capabilities'>; readonly reason: Pick<Prepared, 'capabilitiesReason'> } {
  if (capabilities !== undefined) return { request: { capabilities }, reason: {} };
  const needed = summary?.capabilities ?? [];
  const expands = (summary?.transforms.length ?? 0) > 0 && !needed.includes('CAPABILITY_AUTO_EXPAND');
  return {
    request: { capabilities: expands ? [...needed, 'CAPABILITY_AUTO_EXPAND'] : needed },
    reason: needed.length > 0 ? { capabilitiesReason: summary?.capabilitiesReason ?? '' } : {},
  };
}

/** How often a state that was mended may still be shown by reads that lag. */
const staleLooks = 15;

/**
 * Create or update; waits for a clean-up that ends by itself, does what was allowed, refuses everything else that
 * is in the way.
 */
async function advised(
  deps: Deps,
  order: StackOrder,
): Promise<{ readonly action: 'create' | 'update'; readonly before?: Stack }> {
  const until = deps.clock.now() + order.timing.silenceMs;
  const waitUntil = deps.clock.now() + order.timing.waitMs;
  let mended: string | undefined;
  for (let looks = 0; ; looks++) {
    const stack = await retrying(deps).describeStack(order.stack);
    const step = startStep(order.stack, stack, order.wishes ?? {});
    const again = mended === step.kind && looks <= staleLooks;
    switch (step.kind) {
      case 'create':
        return { action: 'create' };
      case 'update':
        return { action: 'update', ...(stack !== undefined && { before: stack }) };
      case 'refuse': {
        if (stack !== undefined && step.code === 'stack.review') {
          await clearReview(deps, order, stack);
          return { action: 'create' };
        }
        const explained =
          stack !== undefined && ['stack.failed', 'stack.stuck'].includes(step.code) ? await whyStuck(deps, stack) : [];
        throw refused(
          step.code,
          step.text,
          [...explained, asHeadline({ code: step.code, text: step.text, remedy: step.remedy })],
          step.next,
        );
      }
      case 'wait':
        if (deps.interrupt.received !== undefined) throw interrupted(deps.interrupt.received);
        if (deps.clock.now() >= until) {
          throw refused('stack.busy', step.why, [], [command`ha-updater status ${order.stack} --events`]);
        }
        deps.emit({ type: 'stack.waiting', stack: order.stack, status: stack?.status ?? '', inProgress: [], until });
        await pause(deps, Math.min(15_000, until - deps.clock.now()));
        break;
      case 'waitForOthers':
        await waitForOthers(deps, order, step.stack, waitUntil);
        break;
      case 'replace':
      case 'rollbackFirst':
      case 'continueRollback':
        if (again) await pause(deps, 2_000);
        else if (step.kind === 'continueRollback') await continueFailed(deps, order, step.stack, step.skip);
        else if (step.kind === 'replace') await deleteFailed(deps, order, step.stack);
        else await rollBackFirst(deps, order, step.stack);
        mended = step.kind;
        break;
    }
  }
}

/**
 * Asks the service for what the template needs and whether it takes it. Asking is a precaution: where
 * it is not permitted or not known, our own reading of the template must do.
 */
async function askService(
  deps: Deps,
  order: StackOrder,
  stackId: string | undefined,
): Promise<TemplateSummary | undefined> {
  const { source, origin } = order.template;
  const asked = async <T>(operation: string, call: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await repeating(deps, call);
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      if (error.kind === 'invalid' || error.kind === 'missing') {
        throw refused('template.rejected', `CloudFormation does not take ${origin}: ${error.message}`, []);
      }
      if (error.kind !== 'denied' && error.kind !== 'unsupported') throw error;
      const text = `${operation} cannot be asked (${error.code}); only the built-in rules check the template.`;
      deps.emit({ type: 'warning', reason: { code: 'template.notAsked', text, remedy: `Allow ${operation}.` } });
      return undefined;
    }
  };
  if (source.kind !== 'previous')
    await asked('cloudformation:ValidateTemplate', () => deps.gateway.validateTemplate(source));
  return asked('cloudformation:GetTemplateSummary', () =>
    deps.gateway.templateSummary(source, source.kind === 'previous' ? stackId : undefined),
  );
}

function checkParameters(deps: Deps, { problems, warnings }: ResolvedParameters): void {
  const failure = parametersFailure(problems);
  if (failure !== undefined) throw failure;
  for (const reason of warnings) deps.emit({ type: 'warning', reason });
}

/** All that is wrong with the parameters in one Failure; undefined when nothing is. */
export function parametersFailure(problems: readonly Reason[]): Failure | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  if (problems.length === 1) return usage(first.code, `${first.text} ${first.remedy}`.trimEnd());
  return usage('parameters.invalid', `${problems.length} parameters cannot be used.`, [], problems);
}
