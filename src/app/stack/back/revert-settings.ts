import type { StackSettings } from '../../../engine/gateway.js';
import type { Stack } from '../../../model/stack/stack.js';
import type { StackOrder } from '../../../engine/stack/stack-change.js';

/** Settings of a stack as they were, as far as the service tells. */
export interface FormerSettings extends Pick<
  Stack,
  'tags' | 'roleArn' | 'notificationArns' | 'rollback' | 'terminationProtection'
> {
  /** Null: it had none. Absent: this run does not set it, or it could not be read. */
  readonly policy?: string | null;
}

/** What of the settings goes back, and what cannot. */
export interface SettingsBack {
  /** For the order that makes the stack what it was; the policy is not among them, since it has to be back before. */
  readonly settings: StackSettings;
  readonly policy?: string;
  /** What goes back, in words. */
  readonly back: readonly string[];
  /** What stays, as sentences. */
  readonly stays: readonly string[];
}

/** A stack keeps a policy for ever; this one forbids nothing, which is what none does. */
const ALLOW_ALL = JSON.stringify({
  Statement: [{ Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' }],
});

/**
 * What it takes to give a stack the settings that it had. Only those that this run has set, or the change set that it
 * executed: somebody else's are not ours to take away. A setting that is as it was is not sent.
 *
 * CloudFormation takes neither a service role nor a policy away from a stack (UpdateStack: "CloudFormation always uses
 * this role for all future operations"; there is no call that deletes a policy).
 *
 * @param now undefined when it could not be read: then everything is sent
 */
export function settingsBack(
  { settings = {}, existing }: Pick<StackOrder, 'settings' | 'existing'>,
  before: FormerSettings,
  now: FormerSettings | undefined,
): SettingsBack {
  const moved = (key: 'tags' | 'roleArn' | 'notificationArns' | 'rollback' | 'terminationProtection'): boolean =>
    (settings[key] !== undefined || (existing !== undefined && key !== 'terminationProtection')) &&
    (now === undefined || !same(now[key], before[key]));
  const parts: (readonly [words: string, settings: StackSettings])[] = [];
  const stays: string[] = [];
  if (moved('tags')) parts.push(['the tags', { tags: before.tags ?? {} }]);
  if (moved('notificationArns')) parts.push(['the notifications', { notificationArns: before.notificationArns ?? [] }]);
  if (moved('rollback'))
    parts.push(['the roll-back triggers', { rollback: before.rollback ?? { triggers: [], monitoringMinutes: 0 } }]);
  if (moved('terminationProtection'))
    parts.push(['the termination protection', { terminationProtection: before.terminationProtection ?? false }]);
  if (moved('roleArn')) {
    if (before.roleArn === undefined)
      stays.push('The service role of this run stays: CloudFormation takes no role away from a stack.');
    else parts.push(['the service role', { roleArn: before.roleArn }]);
  }
  const policy = settings.policy === undefined ? undefined : before.policy;
  if (typeof policy === 'string') parts.push(['the policy', {}]);
  if (policy === null)
    stays.push('Its policy allows every update now, as none did: CloudFormation takes no policy away from a stack.');
  if (settings.policy !== undefined && policy === undefined)
    stays.push('The policy of this run stays: the former one could not be read.');
  return {
    settings: {
      ...parts.reduce((all, [, part]) => ({ ...all, ...part }), {}),
      // What was allowed for the change is allowed for the way back.
      ...(settings.policyDuringUpdate !== undefined && { policyDuringUpdate: settings.policyDuringUpdate }),
    },
    ...(policy !== undefined && { policy: policy ?? ALLOW_ALL }),
    back: parts.map(([words]) => words),
    stays,
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Tags come in any order; lists, and what is absent, count as they are. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
