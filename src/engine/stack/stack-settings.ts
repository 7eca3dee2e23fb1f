import { AwsFault } from '../../errors.js';
import type { Deps } from '../deps.js';
import type { StackSettings } from '../gateway.js';
import { repeating } from '../retry.js';
import type { StackOrder, Prepared } from './stack-change.js';

/**
 * Settings that only CreateStack or UpdateStack take: a change set cannot carry them, so it only shows what will
 * happen.
 */
export function goesDirectly({ action, request }: Pick<Prepared, 'action' | 'request'>): boolean {
  const { timeoutMinutes, policyDuringUpdate } = request.settings ?? {};
  return (
    (action === 'create' && timeoutMinutes !== undefined) || (action === 'update' && policyDuringUpdate !== undefined)
  );
}

/** Tags that were asked for, over those that the stack has: the service takes all of them or none. */
export function mergedSettings(
  settings: StackSettings | undefined,
  has: Readonly<Record<string, string>> | undefined,
): StackSettings | undefined {
  return settings?.tags === undefined ? settings : { ...settings, tags: { ...has, ...settings.tags } };
}

/**
 * What has calls of its own, once the stack stands. The stack has changed by now, so a failure is told and fails
 * nothing.
 */
export async function settle(
  deps: Deps,
  order: StackOrder,
  { before }: Pick<Prepared, 'before'>,
  stackId: string,
): Promise<void> {
  const { policy, terminationProtection } = order.settings ?? {};
  const attempt = async (operation: string, what: string, call: () => Promise<void>): Promise<void> => {
    try {
      await repeating(deps, call);
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      const text = `${what} of stack ${order.stack} could not be set (${error.code}: ${error.message}).`;
      deps.emit({
        type: 'warning',
        reason: { code: 'stack.notSet', text, remedy: `Allow ${operation} and run again.` },
      });
    }
  };
  if (policy !== undefined)
    await attempt('cloudformation:SetStackPolicy', 'The policy', () => deps.gateway.setStackPolicy(stackId, policy));
  if (terminationProtection !== undefined && terminationProtection !== (before?.terminationProtection ?? false)) {
    await attempt('cloudformation:UpdateTerminationProtection', 'Termination protection', () =>
      deps.gateway.setTerminationProtection(stackId, terminationProtection),
    );
  }
}
