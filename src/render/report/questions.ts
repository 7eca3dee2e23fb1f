import type { Outcome } from '../../model/event.js';
import { count } from '../../text/count.js';
import { duration } from '../../text/duration.js';
import { list } from '../../text/list.js';
import { oneLine } from '../../text/plain.js';
import { capital, sentence } from '../../text/sentence.js';
import { timestamp } from '../../text/timestamp.js';
import { END } from '../describe.js';
import type { RunFacts } from './facts.js';
import type { GroupFacts, Span } from './group-facts.js';

/** What somebody asks of a run afterwards, and the answer; `id` finds it in a page. */
export interface Answer {
  readonly id: string;
  readonly question: string;
  readonly lines: readonly string[];
  /** The lines are commands, to be copied as they are. */
  readonly commands?: true;
}

/** Answers in the order in which people ask. */
export function answersOf(facts: RunFacts): readonly Answer[] {
  const answer = (id: string, question: string, ...lines: readonly string[]): Answer => ({
    id,
    question,
    lines: lines.filter((line) => line !== '').map(oneLine),
  });
  return [
    answer('what-happened', 'What happened?', headline(facts)),
    answer('why', 'Why?', ...whyOf(facts)),
    answer('what-serves', 'What serves now?', ...servesOf(facts)),
    { id: 'what-to-do', question: 'What is there to do?', ...nextOf(facts) },
    answer('what-is-left', 'What is left behind?', leftOf(facts)),
    answer('lowest', 'What served at the lowest?', ...lowestOfAll(facts.groups)),
    answer('from-to', 'From what to what?', ...changeOf(facts)),
    answer('since-when', 'Since when, and how long?', timesOf(facts)),
    answer('who', 'Who ran it?', ...whoOf(facts)),
    answer('time', 'Where did the time go?', ...timeOf(facts)),
    answer('cost', 'What did it cost?', costOf(facts)),
    answer('parameters', 'With which parameters?', ...parametersOf(facts)),
  ].map((one) => (one.lines.length === 0 ? { ...one, lines: ['Not told.'] } : one));
}

/** How it ended, in one line. */
export function headline(facts: RunFacts): string {
  const { finished, groups } = facts;
  const about = aboutOf(facts);
  if (finished === undefined) return `Not finished: the events of ${about} end before the run does.`;
  const ends = new Map<string, number>();
  for (const { view } of groups)
    if (view.result !== undefined)
      ends.set(WORDS[view.result.outcome], (ends.get(WORDS[view.result.outcome]) ?? 0) + 1);
  const counted = [...ends].map(([word, number]) => `${number} ${word}`).join(', ');
  const which = counted === '' ? '' : `, groups: ${counted}`;
  return `${END[finished.outcome]}: ${about}${which} (exit ${finished.exitCode}).`;
}

/** How a group ended, in words. */
export function endOf({ view: { result } }: GroupFacts): string {
  return result === undefined ? 'not finished' : WORDS[result.outcome];
}

const WORDS: Readonly<Record<NonNullable<GroupFacts['view']['result']>['outcome'], string>> = {
  promoted: 'promoted',
  proven: 'proven',
  restarted: 'restarted',
  unfrozen: 'unfrozen',
  sizeKept: 'size kept',
  skipped: 'with nothing to do',
  paused: 'paused',
  kept: 'with the old ones kept',
  putBack: 'put back',
  rolledBack: 'rolled back',
  unproven: 'not proven',
  stuck: 'stuck',
};

/** What a run was about, such as `update-stack web`. */
export function aboutOf({ started, view, groups }: RunFacts): string {
  const what = view.stack !== '' ? view.stack : list([...(started?.groups ?? groups.map(({ name }) => name))], 3);
  return oneLine(`${started?.command ?? 'the run'} ${what}`);
}

/** Whether somebody has to do something about it. */
export function isBad(outcome: Outcome | undefined, exitCode: number | undefined): boolean {
  return outcome === undefined || (exitCode !== 0 && exitCode !== 10);
}

function whyOf({ failure, groups, stack, finished, interrupts }: RunFacts): readonly string[] {
  const asked = interrupts.map(({ text, at }) => `${timestamp(at)}: ${text}`);
  if (failure !== undefined) return [`${sentence(failure.what)} [${failure.code}]`, ...asked];
  if (finished === undefined) return ['The process was killed, or it still runs: no last word was written.', ...asked];
  const reasons = new Set(
    groups.flatMap(({ view: { result } }) => (result === undefined ? [] : [capital(sentence(result.why))])),
  );
  if (reasons.size > 0) return [...[...reasons].slice(0, 5), ...asked];
  return stack === undefined
    ? ['There was nothing to do.']
    : [`The change of the stack ended with ${stack.status}.`, ...asked];
}

function servesOf({ failure, groups }: RunFacts): readonly string[] {
  if (failure !== undefined) return failure.serves === '' ? [] : [sentence(failure.serves)];
  const told = groups.flatMap(({ name, points }) => {
    const last = points.at(-1);
    if (last === undefined) return [];
    return [`${name}: ${last.new} new and ${last.old} old in service when the run looked last.`];
  });
  if (told.length <= MOST_GROUPS) return told;
  const last = groups.flatMap(({ points }) => points.at(-1) ?? []);
  const sum = (of: 'old' | 'new'): number => last.reduce((all, point) => all + point[of], 0);
  return [`${told.length} groups: ${sum('new')} new and ${sum('old')} old in service when the run looked last.`];
}

function nextOf({ failure, finished, view, groups }: RunFacts): Pick<Answer, 'lines' | 'commands'> {
  const commands = failure?.next ?? finished?.next ?? [];
  if (commands.length > 0) return { lines: commands, commands: true };
  if (finished !== undefined) return { lines: ['Nothing.'] };
  const about = view.stack !== '' ? view.stack : groups.map(({ name }) => `--asg ${name}`).join(' ');
  const region = view.region === '' ? '' : ` --region ${view.region}`;
  return {
    lines: [`ha-updater status ${about}${region}   # what is there now, and which command helps`],
    commands: true,
  };
}

function leftOf({ failure, finished }: RunFacts): string {
  if (failure !== undefined) return failure.left === '' ? 'Nothing.' : sentence(failure.left);
  return finished === undefined ? 'Perhaps its record on the groups: with it the same command goes on.' : 'Nothing.';
}

/** Groups that came lower than promised first. */
function lowestOfAll(groups: readonly GroupFacts[]): readonly string[] {
  const below = ({ lowest = Infinity, promised }: GroupFacts): boolean => lowest < (promised?.floor ?? 0);
  const told = [...groups].sort((a, b) => Number(below(b)) - Number(below(a))).flatMap(lowestOf);
  if (told.length === 0) return ['No rollout of a group was begun.'];
  if (told.length <= MOST_GROUPS) return told;
  const low = groups.filter(below).length;
  return [
    low === 0
      ? `None of ${told.length} groups came below what was promised.`
      : `${low} of ${told.length} groups came below what was promised.`,
    ...told.slice(0, MOST_GROUPS),
    `The table of the groups has the other ${told.length - MOST_GROUPS}.`,
  ];
}

/** Groups that an answer names at most. */
const MOST_GROUPS = 5;

/** What served at the lowest against what was promised; nothing of groups that were left alone. */
function lowestOf({ name, lowest, promised }: GroupFacts): readonly string[] {
  if (lowest === undefined) return [];
  const floor = promised === undefined ? '' : `; promised: never below ${promised.floor}`;
  return [`${name}: ${count(lowest, 'instance')} in service${floor}.`];
}

function changeOf({ view, groups }: RunFacts): readonly string[] {
  const changes = view.change.map(({ from, to }) => (from === '' ? to : `${from} → ${to}`));
  const configurations = groups.flatMap(({ view: { configurations: of } }) =>
    of === undefined ? [] : [`${of.from} → ${of.to}`],
  );
  const told = [...new Set(changes.length > 0 ? changes : configurations)];
  const more = told.length - MOST_GROUPS;
  return more <= 0 ? told : [...told.slice(0, MOST_GROUPS), `And ${more} more of this kind.`];
}

function timesOf({ from, until, elapsedMs, finished }: RunFacts): string {
  const end = finished === undefined ? 'last event' : 'ended';
  return `Began ${timestamp(from)}, ${end} ${timestamp(until)}: ${duration(elapsedMs)}.`;
}

function whoOf({ started, run }: RunFacts): readonly string[] {
  if (started === undefined) return [`Run ${run}.`];
  const { identity, host, build, version } = started;
  const where = [...(host === undefined ? [] : [`on ${host}`]), ...(build === undefined ? [] : [`for ${build}`])];
  return [
    `${identity.arn} in account ${identity.account}, ${identity.region}.`,
    `${['Run', run, ...where].join(' ')}, ha-updater ${version}.`,
  ];
}

function timeOf({ stack, groups }: RunFacts): readonly string[] {
  const change = stack === undefined ? [] : [`Change of the stack: ${duration(stack.until - stack.from)}.`];
  return [
    ...change,
    ...slowest(groups).map(({ name, ms, advice }) => `${name}: ${duration(ms)}.${advice === '' ? '' : ` ${advice}`}`),
  ];
}

/** Of the group that took longest, where its time went. */
function slowest(groups: readonly GroupFacts[]): readonly Span[] {
  const total = ({ spans }: GroupFacts): number => spans.reduce((sum, { ms }) => sum + ms, 0);
  return [...groups].sort((a, b) => total(b) - total(a))[0]?.spans ?? [];
}

function costOf({ groups }: RunFacts): string {
  const hours = groups.reduce((sum, { extraHours }) => sum + extraHours, 0);
  return `${hours.toFixed(2)} instance-hours beyond the instances that ran before.`;
}

function parametersOf({ parameters }: RunFacts): readonly string[] {
  if (parameters.length === 0) return ['None were told. Values of NoEcho parameters are in no event.'];
  return [...parameters.map(({ name, value }) => `${name}: ${value}`), 'Values of NoEcho parameters are in no event.'];
}
