import type { Settings } from '../config/settings.js';
import type { Deps } from '../engine/deps.js';
import type { RetryLimits } from '../engine/retry.js';
import { retrying } from '../engine/retrying-gateway.js';
import { usage } from '../errors.js';

/**
 * The name that a stack has itself, for the one that was typed. Since 2026 a stack may have one alias beside its name,
 * and every call takes either; the alias can be taken away and given to another stack at any time (SetAlias,
 * RemoveAlias in CloudFormation's API reference). An ARN is kept, and so is the name of a stack that is not there yet.
 */
export async function ownName(deps: Deps, typed: string, limits?: RetryLimits): Promise<string> {
  if (typed === '' || typed.startsWith('arn:')) return typed;
  return (await retrying(deps, limits).describeStack(typed))?.name ?? typed;
}

/**
 * Settings are read before anything is asked of AWS, so by the name that was typed. What was written for the other
 * name would be passed over in silence.
 *
 * @throws Failure `usage`
 */
export function expectNoSettings(alias: string, own: string, settings: Settings | undefined): void {
  if (settings?.stacks?.includes(own) !== true) return;
  throw usage(
    'stack.alias',
    `${alias} is an alias of ${own}, and ${settings.file ?? 'the settings file'} has settings for ${own} that would ` +
      'not hold. Say the name that the stack has itself.',
  );
}
