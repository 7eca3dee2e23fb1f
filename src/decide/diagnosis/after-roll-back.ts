import { command, remarked, type NextCommand } from '../../text/commands/next-command.js';
import type { Group } from '../../model/rollout/group.js';
import { withFlags } from '../outlook/again-words.js';
import { currencyOf } from '../instances/outdated.js';
import { membersOf } from '../instances/classify.js';
import { firstHelp } from './marked.js';

/** What helps groups that a roll-back left frozen. */
interface AfterRollBack {
  /** One sentence on what they would launch. */
  readonly text: string;
  /** Commands, what helps first, with a remark where it is not plain what they do. */
  readonly next: readonly NextCommand[];
}

/** What is known of a roll-back besides its groups. */
interface AfterWhat {
  /** Their stack, where nobody knows the former values of its parameters. */
  readonly stack: string | undefined;
  /** New instances serve on beside the old ones. */
  readonly inPart?: boolean;
  /** The command line that starts what was rolled back once more; absent where only the groups know what that was. */
  readonly again?: NextCommand;
}

/**
 * The way on from a roll-back. What was rolled back stays what the groups launch until somebody gives them something
 * else; so that comes first, and every command that would launch it says so.
 * @param target the words that name all of the groups on a command line
 */
export function afterRollBack(
  groups: readonly Group[],
  target: readonly string[],
  { stack, inPart, again }: AfterWhat,
): AfterRollBack {
  const unfreeze = command`ha-updater unfreeze ${target}`;
  const first = firstHelp(groups);
  const several = groups.length > 1;
  const launch = several ? 'Each group launches' : 'The group launches';
  if (groups.length > 0 && groups.every(launchesWhatRuns))
    return {
      text: `${launch} what its instances run: unfreezing is safe. ${first.text}`.trim(),
      next: [...first.next, unfreeze],
    };
  const bad = groups.filter((group) => !launchesWhatRuns(group));
  const pins = bad.flatMap((group) => giveBack(group) ?? []);
  const whole = pins.length > 0 && pins.length === bad.length;
  const back =
    stack === undefined
      ? `give ${several ? 'each' : 'it'} back the configuration that its instances run`
      : `update stack ${stack} with the values that it had before, or with better ones`;
  return {
    text: `${launch} what was rolled back until it is given something else: to go back, ${back}. ${first.text}`.trim(),
    next: [
      ...first.next,
      ...(whole ? pins.map((pin) => remarked(pin, stack === undefined ? PIN : PIN_IN_STACK)) : []),
      ...(inPart === true ? [replaceRest(target)] : []),
      remarked(unfreeze, `${whole ? 'then; before that' : 'until then'} the next scale-out ${BAD}`),
      ...(inPart === true ? [] : [again === undefined ? sameAsNoted(groups, target) : sameAgain(again)]),
    ],
  };
}

const PIN = 'launches what its instances run again';
const PIN_IN_STACK = `${PIN}; its stack says otherwise until its next change`;
const BAD = 'launches what was rolled back';

/**
 * Starts what was rolled back once more. @param again the command line that does, with every choice that was made: an
 * alarm or a gate that is left out would not stop the next try
 */
export function sameAgain(again: NextCommand, more = ''): NextCommand {
  return remarked(again, `the same again${more}, when the cause was something else and is fixed`);
}

/** The same by the notes on the frozen groups: whoever goes on with the rollout of another run knows no more of it. */
export function sameAsNoted(groups: readonly Group[], target: readonly string[]): NextCommand {
  const notes = groups.flatMap(({ notes: { frozen } }) => frozen ?? []);
  const flags = new Map(notes.map(({ flags: words = [] }) => [words.join(' '), words]));
  // What was given to a part of the groups alone is said by no one command line.
  const [words = []] = flags.size === 1 ? flags.values() : [];
  const needs = notes.flatMap(({ needs: names = [] }) => names);
  const more = needs.length === 0 ? '' : ` ${withFlags(needs)}`;
  return sameAgain(command`ha-updater update-asgs ${target} ${words}`, more);
}

/** Replaces the new instances that serve on beside the old ones. */
export function replaceRest(target: readonly string[]): NextCommand {
  const remark = 'then: replaces all that does not run the former configuration';
  return remarked(command`ha-updater update-asgs ${target}`, remark);
}

/** Takes the freeze off groups that still launch what was rolled back. */
export function unfreezeNow(target: readonly string[]): NextCommand {
  return remarked(command`ha-updater unfreeze ${target}`, `the next scale-out ${BAD}`);
}

/** Whether a scale-out would launch what the instances of the group run; false where that is not known. */
function launchesWhatRuns(group: Group): boolean {
  return membersOf(group).every((instance) => currencyOf(group, instance).state === 'current');
}

/** Gives a group the one configuration that all of its former instances run; undefined where there is no such one. */
function giveBack(group: Group): NextCommand | undefined {
  const former = membersOf(group).filter((instance) => currencyOf(group, instance).state !== 'current');
  const running = [...new Set(former.map(({ configuration }) => configuration))];
  const [, kind, id, version] = /^(lc|lt)\/(.+?)(?::([^:]+))?$/.exec(running[0] ?? '') ?? [];
  // What mixes types launches in several ways, of which one command cannot tell which was the former.
  if (running.length !== 1 || id === undefined || group.types !== undefined || (group.ways ?? []).length > 1)
    return undefined;
  const from =
    kind === 'lc'
      ? ['--launch-configuration-name', id]
      : ['--launch-template', `LaunchTemplateId=${id},Version=${version ?? ''}`];
  return command`aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${group.name} ${from}`;
}
