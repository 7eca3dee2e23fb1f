import { AwsFault, Failure, refused } from '../../errors.js';
import type { ExecutionEnd } from '../../model/execution.js';
import { stackNameOf } from '../../model/stack/stack.js';
import { pause } from '../../engine/retry.js';
import { retrying } from '../../engine/retrying-gateway.js';
import type { Milliseconds } from '../../clock.js';
import type { Run } from '../../run/run.js';
import { targetWordsOf } from '../../config/target.js';
import { command } from '../../text/commands/next-command.js';
import { faultText } from '../../text/fault-text.js';
import { seconds } from '../../text/duration.js';
import type { BalancerAsked } from '../groups/balancer-target.js';

/** How many executions of a function are asked what they are about, the newest first. */
const MOST_ASKED = 50;

/** How long an execution may take until its first look: a call of its function that fails is made again. */
const FIRST_LOOK_MS: Milliseconds = 300_000;

/** Between two questions whether it has looked. */
const POLL_MS: Milliseconds = 3_000;

/** An execution, and the run that it takes the looks of. */
interface RunOnServer {
  readonly arn: string;
  readonly run: string;
}

/** What is called off, and on which groups a note says so. */
interface CallOff {
  /** The function. */
  readonly server: string;
  readonly asked: BalancerAsked;
  readonly groups: readonly string[];
}

/** What was called off: executions that ended before they began, and whether one has begun meanwhile. */
interface CalledOff {
  readonly ended: readonly string[];
  readonly begun: boolean;
}

/**
 * Calls off what was started on a server and has not looked yet. Nothing of it is on the groups, so a note is left
 * that names its run: the first look obeys it, and one that writes its record at that very moment obeys it next.
 * Stopping the execution instead would not stop a look that is under way.
 *
 * @throws Failure `refused` where Lambda may not be asked, `stopped` when the execution does not look in time
 */
export async function callOff(run: Run, all: CallOff): Promise<CalledOff> {
  const ended: string[] = [];
  for (const one of await executionsAbout(run, all)) {
    await noteCallOff(run, all.groups, one.run);
    const end = await ofStarting(run, all, one);
    if (end === 'begun') return { ended, begun: true };
    ended.push(one.run);
    await withdrawCallOff(run, all.groups, one.run);
  }
  return { ended, begun: false };
}

/** Leaves the note on the groups, whatever is on them: the run may be about to take over what another one left. */
export async function noteCallOff({ deps, host }: Run, groups: readonly string[], run: string): Promise<void> {
  // The mark of the boot behind the name is for machines.
  const by = `ha-updater cancel on ${host.split('/')[0] ?? host}`;
  if (groups.length === 0) return;
  await retrying(deps).writeNotes(groups, { wish: { run, at: deps.clock.now(), why: by } });
  deps.emit({ type: 'rollout.called', run, groups, by });
}

/** Removes the note of a run that has ended. One that stays does no harm: it names a run that is over. */
export async function withdrawCallOff(
  { deps }: Pick<Run, 'deps'>,
  names: readonly string[],
  run: string,
): Promise<void> {
  if (names.length === 0) return;
  try {
    const { groups } = await retrying(deps).describeGroups(names);
    for (const { name, notes } of groups)
      if (notes.wish?.run === run && notes.record?.run !== run) await retrying(deps).deleteNotes(name, ['wish']);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
  }
}

/**
 * Refuses to end well while a rollout is about to begin on the groups.
 * @throws Failure `refused`
 */
export async function expectNoneStarting(run: Run, all: CallOff): Promise<void> {
  const [first] = await executionsAbout(run, all);
  if (first === undefined) return;
  throw refused(
    'rollback.starting',
    `Nothing is on the groups yet, but execution ${first.run} is running on function ${all.server} for them: its ` +
      'rollout would begin with its first look.',
    [],
    [command`ha-updater cancel ${targetWordsOf(all.asked)} --server ${all.server}`],
  );
}

/** Those that are running for the stack or the groups, the oldest first. @throws Failure `refused` */
async function executionsAbout({ deps }: Run, { server, asked, groups }: CallOff): Promise<readonly RunOnServer[]> {
  const gateway = retrying(deps);
  try {
    // Nothing was started on a function that is not there.
    const running = (await gateway.runningExecutions(server)) ?? [];
    const found: RunOnServer[] = [];
    for (const { arn, name } of running.slice(0, MOST_ASKED)) {
      const how = await gateway.execution(arn);
      const about = how?.status === 'RUNNING' ? readAbout(how) : undefined;
      if (about !== undefined && isAbout(about, asked, groups)) found.unshift({ arn, run: about.run ?? name });
    }
    return found;
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== 'denied') throw error;
    throw refused(
      'cancel.unasked',
      'Nothing is on the groups, and whether a rollout was started for them that has not looked yet cannot be asked: ' +
        `${faultText(error)}.`,
      [],
      [command`ha-updater server status ${server}`],
    );
  }
}

/** What an execution was asked for, as far as it says whose groups they are. */
interface About {
  readonly run: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

function readAbout({ input = '' }: ExecutionEnd): About | undefined {
  try {
    const read = JSON.parse(input) as { readonly options?: unknown; readonly from?: { readonly run?: unknown } } | null;
    if (typeof read?.options !== 'object' || read.options === null) return undefined;
    const run = typeof read.from?.run === 'string' ? read.from.run : undefined;
    return { run, options: read.options as About['options'] };
  } catch {
    return undefined;
  }
}

/** Whether the two mean some group in common. What chooses by a tag is the same where the words are. */
function isAbout({ options }: About, asked: BalancerAsked, groups: readonly string[]): boolean {
  const texts = (name: string): readonly string[] => {
    const value = options[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  };
  const { stack, elb, targetGroup } = options;
  if (typeof stack === 'string' && asked.stack !== undefined && stackNameOf(stack) === stackNameOf(asked.stack))
    return true;
  if (typeof elb === 'string' && groups.includes(`elb:${elb}`)) return true;
  if (typeof targetGroup === 'string' && groups.includes(targetGroup)) return true;
  const named = texts('groups');
  if (
    named.some((name) => groups.some((one) => (name.endsWith('*') ? one.startsWith(name.slice(0, -1)) : one === name)))
  )
    return true;
  const tags = texts('asgTag');
  return tags.length > 0 && JSON.stringify(tags) === JSON.stringify(asked['asg-tag'] ?? []);
}

/** Waits until it has ended, or its record is on a group. @throws Failure `stopped` */
async function ofStarting(
  { deps }: Run,
  { server, asked, groups }: CallOff,
  one: RunOnServer,
): Promise<'ended' | 'begun'> {
  const gateway = retrying(deps);
  const until = deps.clock.now() + FIRST_LOOK_MS;
  for (let told = false; ; told = true) {
    const { groups: seen } = await gateway.describeGroups(groups);
    if (seen.some(({ notes }) => notes.record?.run === one.run)) return 'begun';
    const how = await gateway.execution(one.arn);
    if (how?.status !== 'RUNNING') return 'ended';
    const signal = deps.interrupt.received;
    if (signal !== undefined || deps.clock.now() >= until)
      throw new Failure('stopped', {
        code: 'cancel.notBack',
        what:
          `Execution ${one.run} was asked to go back before it began, and ` +
          `${signal === undefined ? `has not looked for ${seconds(FIRST_LOOK_MS)}` : `${signal} came`}.`,
        reasons: [],
        serves: 'What served before: nothing was changed.',
        left: `The request on ${groups.join(', ')}, which the execution obeys with its first look.`,
        next: [
          command`ha-updater server status ${server}`,
          command`ha-updater cancel ${targetWordsOf(asked)} --server ${server}`,
        ],
      });
    const why = `execution ${one.run} has not looked yet and was asked to begin nothing`;
    if (!told)
      for (const group of groups)
        deps.emit({ type: 'group.waiting', wait: { group, phase: 'preflight', why, instances: [], until } });
    await pause(deps, POLL_MS);
  }
}
