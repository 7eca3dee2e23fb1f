import { stackGroups, changeStack, type StackOrder } from '../engine/stack.js';
import { retrying } from '../engine/retry.js';
import { AwsFault, Failure } from '../errors.js';
import type { FailureFacts } from '../model/event.js';
import type { Stack } from '../model/stack.js';
import { inspectTemplate, maxBodyBytes } from '../template/load.js';
import type { Run } from './run.js';
import { templateStore, type StoreFlags } from './template-store.js';

/** A stack as it was before its change. */
export interface Before {
  readonly stack: Stack;
  readonly template: string;
}

/** Notes what a stack is, so that it can be made that again. Undefined when there is no stack yet. */
export async function noteBefore({ deps }: Run, name: string): Promise<Before | undefined> {
  const stack = await retrying(deps, 'cloudformation:DescribeStacks', () => deps.gateway.describeStack(name));
  if (stack === undefined || stack.status === 'REVIEW_IN_PROGRESS') return undefined;
  return { stack, template: await retrying(deps, 'cloudformation:GetTemplate', () => deps.gateway.stackTemplate(stack.id)) };
}

/**
 * The swap rolled back, so the stack goes back too: to the template and the parameters that it had, then the
 * processes that the roll-back left suspended are resumed. Answers the failure with what stands now.
 * @param promoted groups of this run that run the new configuration already: then going back would undo them
 */
export async function revert(run: Run, order: StackOrder, flags: StoreFlags, before: Before, failure: Failure, promoted: readonly string[]): Promise<Failure> {
  const with_ = (facts: Partial<FailureFacts>): Failure => new Failure(failure.outcome, { ...failure.facts, ...facts }, { cause: failure });
  if (promoted.length > 0) {
    return with_({ left: `${failure.facts.left} The stack was not put back: ${promoted.join(', ')} runs the new configuration already.`.trim() });
  }
  try {
    await changeStack(run.deps, await orderBack(run, order, flags, before));
    const unfrozen = await unfreeze(run, before.stack.id);
    const secrets = changedSecrets(order, before);
    const kept = secrets.length === 0 ? '' : ` except ${secrets.join(', ')}, whose former value cannot be read (NoEcho)`;
    const next = failure.facts.next.filter((command) => !/resume-processes|unfreeze|delete-tags/.test(command));
    return with_({
      left: `Nothing of the change: the stack has the template and the parameters that it had${kept}. ${unfrozen.length === 0 ? '' : `Resumed on ${unfrozen.join(', ')} what the roll-back had suspended.`}`.trim(),
      next,
    });
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof AwsFault)) throw error;
    const what = error instanceof Failure ? error.facts.what : `${error.operation} answered ${error.code}: ${error.message}`;
    const standing = error instanceof Failure && error.facts.left !== '' ? ` ${error.facts.left}` : '';
    const left = `${failure.facts.left} The stack could not be put back: ${what.replace(/\.$/, '')}.${standing} Its groups still point at the new configuration and are frozen, so that nothing of it is launched.`.trim();
    return with_({ left, next: [...new Set([...failure.facts.next, ...(error instanceof Failure ? error.facts.next : [])])] });
  }
}

/** The former template with the former values; those of NoEcho parameters stay what they are. */
async function orderBack(run: Run, order: StackOrder, flags: StoreFlags, { stack, template: text }: Before): Promise<StackOrder> {
  const origin = `the former template of stack ${order.stack}`;
  const { bytes, resources, declared } = inspectTemplate(text, origin);
  const given = stack.parameters.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }]));
  const store = templateStore(run.deps, flags, { given, useDefault: [], ignoreUnknown: false });
  const source = bytes <= maxBodyBytes ? ({ kind: 'body', text } as const) : ({ kind: 'url', url: await store({ text, origin, bytes, declared, transformed: true }) } as const);
  return {
    stack: stack.id,
    // What we hold against it did not keep it from being deployed before.
    template: { source, origin, bytes, resources, declared, findings: [] },
    given,
    capabilities: stack.capabilities,
    token: `${order.token}-back`,
    timing: order.timing,
    onInterrupt: 'leave',
    ...(stack.tags !== undefined && { settings: { tags: stack.tags } }),
  };
}

/** NoEcho parameters that this run gave a value. */
function changedSecrets({ given }: StackOrder, { stack }: Before): readonly string[] {
  return stack.parameters.filter(({ key, noEcho }) => noEcho && given.some((parameter) => parameter.key === key)).map(({ key }) => key);
}

/** Resumes exactly what this run's roll-back left suspended, and removes its note. */
async function unfreeze({ deps, id }: Run, stackId: string): Promise<readonly string[]> {
  const names = await stackGroups(deps, stackId);
  const { groups } = await retrying(deps, 'autoscaling:DescribeAutoScalingGroups', () => deps.gateway.describeGroups(names));
  const frozen = groups.filter(({ notes }) => notes.frozen?.run === id && notes.record === undefined);
  for (const { name, notes } of frozen) {
    await retrying(deps, 'autoscaling:ResumeProcesses', () => deps.gateway.resume(name, notes.frozen?.processes ?? []));
    await retrying(deps, 'autoscaling:DeleteTags', () => deps.gateway.deleteNotes(name, ['frozen']));
  }
  return frozen.map(({ name }) => name);
}
