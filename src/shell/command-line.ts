import type { HookCall, HookSubject } from '../engine/commands/shell-runner.js';

/** What ids and addresses are made of. None of it means anything to a shell, in whatever quotes it stands. */
const HARMLESS = /^[A-Za-z0-9.:_-]*$/;

const PLACEHOLDER =
  /(?<![A-Za-z0-9_$]|\$\{)(NEW|OLD)_INSTANCE_(ID|PRIVATE_IP_ADDRESS|PUBLIC_IP_ADDRESS)(?![A-Za-z0-9_])/g;

/** Variables of the environment that tell a command which instance it runs for. */
export function hookEnvironment({
  side,
  subject,
  variables,
}: Pick<HookCall, 'side' | 'subject' | 'variables'>): Readonly<Record<string, string>> {
  const { instance, privateIp, publicIp, group, stack, rollout } = subject;
  if (variables !== undefined)
    return { HA_UPDATER_GROUP: group, HA_UPDATER_STACK: stack, HA_UPDATER_ROLLOUT: rollout, ...variables };
  const sides = side === 'both' ? ['NEW', 'OLD'] : [side.toUpperCase()];
  return {
    HA_UPDATER_INSTANCE_ID: instance,
    HA_UPDATER_PRIVATE_IP: privateIp,
    HA_UPDATER_PUBLIC_IP: publicIp,
    HA_UPDATER_GROUP: group,
    HA_UPDATER_STACK: stack,
    HA_UPDATER_ROLLOUT: rollout,
    ...Object.fromEntries(
      sides.flatMap((word) => placeholders(subject).map(([name, value]) => [`${word}_INSTANCE_${name}`, value])),
    ),
  };
}

/**
 * The line with the placeholders of aws-autoscaling-rollout filled in, so that command lines written for it
 * work as they are, in any quotes. `$NEW_INSTANCE_ID` is left to the shell. Names of groups and stacks can
 * hold anything and come as variables alone.
 *
 * @throws RangeError when a value holds more than ids and addresses do
 */
export function commandLine({
  line,
  side,
  subject,
  variables,
}: Pick<HookCall, 'line' | 'side' | 'subject' | 'variables'>): string {
  if (variables !== undefined) return line;
  const values = new Map(placeholders(subject));
  return line.replace(PLACEHOLDER, (word, which: string, name: string) => {
    if (side !== 'both' && side.toUpperCase() !== which) return word;
    const value = values.get(name) ?? '';
    // rule: unclean-value
    if (!HARMLESS.test(value)) throw new RangeError(`${word} holds characters that no id or address has`);
    return value;
  });
}

function placeholders({ instance, privateIp, publicIp }: HookSubject): readonly (readonly [string, string])[] {
  return [
    ['ID', instance],
    ['PRIVATE_IP_ADDRESS', privateIp],
    ['PUBLIC_IP_ADDRESS', publicIp],
  ];
}
