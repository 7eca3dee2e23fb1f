import { systemClock } from '../../clock.js';
import { newRunId } from '../../config/run-id.js';
import { readPace } from '../../config/simulation-speed.js';
import { mostDollars } from '../../conformance/cost.js';
import { findStacks } from '../../conformance/stack.js';
import { STORIES } from '../../conformance/stories/index.js';
import type { Aws } from '../../conformance/aws.js';
import type { ConformanceOrder, ConformancePlace } from './conformance-order.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { badFlags, EXIT, problem, refused, type FlagProblem } from '../../errors.js';
import type { StoryHead } from '../../model/story-result.js';
import { storyList } from '../../render/documents/conformance-page.js';
import { lineWriter } from '../../render/line-writer.js';
import { endWithError } from '../../run/end-with-error.js';
import { toFailure } from '../../run/failure.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { connect, QUICK, type CommonFlags } from '../../run/run.js';
import { nearest } from '../../text/nearest.js';
import { duration } from '../../text/duration.js';
import { clean, type CleanDocument } from './clean.js';
import { openReport, playStories, type ConformanceDocument } from './play-stories.js';

export interface ConformanceAsked extends CommonFlags {
  /** Accounts in which it may be played. */
  readonly accounts?: readonly string[] | undefined;
  /** Names of stories; absent: all. */
  readonly story?: readonly string[] | undefined;
  readonly subnets?: string | undefined;
  readonly 'instance-type'?: string | undefined;
  /** Name of the public parameter of the image. */
  readonly image?: string | undefined;
  /** Seconds, as text. */
  readonly deadline?: string | undefined;
  readonly report?: string | undefined;
  /** Without asking. */
  readonly yes?: boolean | undefined;
  readonly list?: boolean | undefined;
  readonly clean?: boolean | undefined;
}

/** The --json document of `conformance --list`. */
export interface StoriesDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode'> {
  readonly stories: readonly StoryHead[];
}

const DEADLINE = { fallback: 5_400, least: 600, most: 14_400 } as const;
const IMAGE = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
const INSTANCE_TYPE = 't4g.nano';

/**
 * `conformance`: plays stories on a stack of its own in an account that was named, compares what AWS answers with what
 * is taken for true, and deletes the stack in any case.
 * @returns exit 0 when all are as expected, 8 when one differs, 5 when one was not shown or the stack is left
 */
export async function conformance(
  given: ConformanceAsked,
  surroundings: ProcessContext,
): Promise<ConformanceDocument | CleanDocument | StoriesDocument | CommandResult> {
  const { json, stdout, stderr } = surroundings;
  if (given.list === true) {
    if (!json) storyList(STORIES).forEach(lineWriter(stdout));
    const stories = STORIES.map(({ name, fact, source, facts }) => ({ name, fact, source, facts }));
    return { v: 1, command: 'conformance', outcome: 'shown', exitCode: EXIT.done, stories };
  }
  const order = checked(given, surroundings);
  const say = lineWriter(json ? stderr : stdout);
  const report = await openReport(given.report);
  const pace = readPace(surroundings.env);
  const { gateway, region, way } = await connect(given, pace.endpoint, surroundings);
  const clock = surroundings.simulated?.clock ?? systemClock(pace.speed);
  try {
    const interrupt = { received: undefined, wake: new AbortController().signal };
    const deps = { gateway, clock, emit: () => undefined, holderIsGone: () => false, interrupt };
    const { account } = await retrying(deps, QUICK).identity();
    if (!order.accounts.includes(account))
      throw refused(
        'conformance.account',
        `These credentials are of account ${account}, which --accounts does not name: ${order.accounts.join(', ')}.`,
        [],
      );
    const place = { aws: await ownWords(way), clock, account, region, profile: given.profile, say };
    if (given.clean === true) return await clean(place, given, surroundings);
    await tellLeftovers(place);
    await askForCost(order.deadlineMs, given, surroundings, say);
    const run = newRunId(clock.now(), surroundings.simulated?.random);
    return await playStories(place, { ...order, run, report }, surroundings);
  } catch (error) {
    return endWithError(
      toFailure(error, { command: 'conformance', region, profile: given.profile }),
      'conformance',
      surroundings,
    );
  }
}

/** @throws Failure `usage` with everything that is wrong */
function checked(given: ConformanceAsked, { ask }: Pick<ProcessContext, 'ask'>): ConformanceOrder {
  const problems: FlagProblem[] = [];
  const accounts = (given.accounts ?? []).flatMap((text) => text.split(','));
  if (accounts.length === 0)
    problems.push(problem('Name the account in which this may make a stack: --accounts ID.', 'accounts'));
  const odd = accounts.filter((one) => !/^\d{12}$/.test(one));
  if (odd.length > 0)
    problems.push(problem(`--accounts takes numbers of 12 digits, not ${odd.join(', ')}.`, 'accounts'));
  const names = STORIES.map(({ name }) => name);
  for (const unknown of (given.story ?? []).filter((one) => !names.includes(one)))
    problems.push(problem(`There is no story ${unknown}.${meant(unknown, names)}`, 'story'));
  const subnets = given.subnets?.split(',').map((one) => one.trim()) ?? [];
  if (given.subnets !== undefined && (subnets.length < 2 || subnets.some((one) => !/^subnet-[0-9a-f]+$/.test(one))))
    problems.push(problem('--subnets takes two ids of subnets in different zones, with a comma between.', 'subnets'));
  const deadline = Number(given.deadline ?? DEADLINE.fallback);
  if (!(deadline >= DEADLINE.least && deadline <= DEADLINE.most))
    problems.push(problem(`--deadline takes ${DEADLINE.least} to ${DEADLINE.most} seconds.`, 'deadline'));
  if (ask === undefined && given.yes !== true)
    problems.push(
      problem('Without a terminal this cannot ask whether it may cost money: give --yes when it may.', 'yes'),
    );
  if (problems.length > 0) throw badFlags(problems);
  return {
    accounts,
    stories: STORIES.filter(({ name }) => given.story === undefined || given.story.includes(name)),
    subnets,
    instanceType: given['instance-type'] ?? INSTANCE_TYPE,
    image: given.image ?? IMAGE,
    deadlineMs: deadline * 1000,
  };
}

function meant(unknown: string, names: readonly string[]): string {
  const near = nearest(unknown, names);
  return near === undefined ? ' conformance --list names all.' : ` Did you mean ${near}?`;
}

async function askForCost(
  deadlineMs: number,
  { yes, 'instance-type': type = INSTANCE_TYPE }: ConformanceAsked,
  { ask }: Pick<ProcessContext, 'ask'>,
  say: (line: string) => void,
): Promise<void> {
  const dollars = mostDollars(deadlineMs).toFixed(2);
  const other = type === INSTANCE_TYPE ? '' : ` With ${type} the instances cost what they cost.`;
  say(
    `This makes a stack with at most 6 instances of ${INSTANCE_TYPE} at once and two internal load balancers, and ` +
      `deletes it after at most ${duration(deadlineMs)}. Estimated cost: at most ${dollars} US dollars at the prices ` +
      `of us-east-1, up to twice as much elsewhere.${other}`,
  );
  if (yes === true) return;
  if ((await ask?.('Go on?', new AbortController().signal)) !== true)
    throw refused('run.declined', 'Nothing was made, and nothing costs anything.', []);
}

/** What runs that were killed have left costs money until somebody removes it. */
async function tellLeftovers({ aws, say, clock }: ConformancePlace): Promise<void> {
  const left = (await findStacks(aws)).filter(({ until = 0 }) => until < clock.now());
  for (const { name, status } of left)
    say(`Stack ${name} (${status}) of an earlier run is still there and costs money: conformance --clean deletes it.`);
}

async function ownWords(way: Awaited<ReturnType<typeof connect>>['way']): Promise<Aws> {
  const { createClients } = await import('../../aws/session/clients.js');
  const clients = createClients(way);
  return {
    autoScaling: await clients.autoScaling(),
    cloudFormation: await clients.cloudFormation(),
    ec2: await clients.ec2(),
    elb: await clients.elb(),
    elbV2: await clients.elbV2(),
  };
}
