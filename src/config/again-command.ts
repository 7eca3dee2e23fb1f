import { command, type NextCommand } from '../text/commands/next-command.js';
import { placeWords, switchWord } from '../text/shell-quote.js';
import { gateWords } from './gates.js';
import type { GroupFlags } from './rollout-plan.js';
import { strategyWords } from './strategy.js';
import { choiceWords, targetWordsOf, type TargetFlags } from './target.js';

/**
 * The command line that goes on with the groups, in any shell: every choice that was made is spelt out.
 * After update-stack it is update-asgs, because the parameters are in the stack already, and a command
 * line in a log must not show the values that the stack hides.
 */
export function againCommand(
  target: TargetFlags,
  flags: GroupFlags,
  place: { readonly region: string; readonly profile?: string | undefined },
  name = 'update-asgs',
): NextCommand {
  const texts = ['healthy-timeout', 'warmup', 'deadline', 'drain-timeout', 'wait-for-lock', 'poll'] as const;
  const words = [
    ...choiceWords(flags),
    ...(flags.swap === undefined ? [] : ['--swap', flags.swap]),
    ...strategyWords(flags),
    ...switchWord('together', flags.together),
    ...switchWord('force', flags.force),
    ...gateWords(flags),
    ...switchWord('ignore-ringing-alarms', flags['ignore-ringing-alarms']),
    ...switchWord('detach', flags.detach),
    ...(['canary', 'bake', 'keep-old', 'pause-at', 'pause-timeout'] as const).flatMap((name) =>
      flags[name] === undefined ? [] : [`--${name}`, flags[name]],
    ),
    ...texts.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, flags[name]])),
    ...placeWords(place),
  ];
  return command`ha-updater ${name} ${targetWordsOf(target)} ${words}`;
}
