import type { NextCommand } from '../../../text/commands/next-command.js';
import { againCommand } from '../../../config/again-command.js';
import type { GroupFlags } from '../../../config/rollout-plan.js';
import { AwsFault, Failure } from '../../../errors.js';
import type { Stack } from '../../../model/stack/stack.js';
import type { CommonFlags, Run } from '../../../run/run.js';
import { RETRY } from '../../../engine/retry.js';
import { retrying } from '../../../engine/retrying-gateway.js';
import type { StackOrder } from '../../../engine/stack/stack-change.js';

/** A stack as it was before the change, as far as the way back needs it. */
export interface FormerStack {
  readonly stack: Stack;
  /** Whether the template changed as well; where nobody can tell, it counts as changed. */
  readonly newTemplate: boolean;
}

/**
 * Notes what the stack is before it changes. A template that is given again unchanged, as pipelines do, is known by its
 * text. Never fails: it is for last words.
 */
export async function noteFormer(
  { deps }: Run,
  { template: { source }, existing }: StackOrder,
  stack: Stack | undefined,
): Promise<FormerStack | undefined> {
  if (stack === undefined) return undefined;
  if (source.kind === 'previous' && existing === undefined) return { stack, newTemplate: false };
  if (source.kind !== 'body') return { stack, newTemplate: true };
  try {
    return { stack, newTemplate: (await retrying(deps).stackTemplate(stack.id)).trim() !== source.text.trim() };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return { stack, newTemplate: true };
  }
}

/** What the way back takes from the run. */
interface Going {
  readonly failure: Failure;
  readonly order: StackOrder;
  /** The choices of this run that the way back needs too. */
  readonly flags: GroupFlags & Pick<CommonFlags, 'profile'>;
}

/**
 * The last words of a rollout that was rolled back after this run had changed the stack: the stack still names what was
 * rolled back, and this run knows what it named before. The command that gives it that comes first; values of NoEcho
 * parameters are in no word of it.
 */
export async function withWayBack(run: Run, former: FormerStack, going: Going): Promise<Failure> {
  const { failure, order } = going;
  const { stack, newTemplate } = former;
  const moved = await movedValues(run, former, order);
  const secrets = stack.parameters.filter(({ key, noEcho }) => noEcho && order.given.some((one) => one.key === key));
  const has = [
    ...moved.map(({ key, was, is }) => `${key}=${is} (before: ${was})`),
    ...secrets.map(({ key }) => `${key} of this run`),
    ...(newTemplate ? ['the template of this run'] : []),
  ];
  const named = has.length === 0 ? 'what was rolled back' : has.join(', ');
  const still = `Stack ${order.stack} still has ${named}, and its groups launch that.`;
  const known = moved.length > 0 && !newTemplate;
  // Without these nothing is launched or proven, whatever it launches.
  const { next } = failure.facts;
  const first = next.slice(
    0,
    Math.max(
      0,
      next.findIndex(({ program }) => program !== 'aws'),
    ),
  );
  return new Failure(
    failure.outcome,
    {
      ...failure.facts,
      left: [failure.facts.left, still, ...byHand(known, former, secrets)].join(' ').trim(),
      next: [...first, ...(known ? [wayBack(run, moved, going)] : []), ...failure.facts.next.slice(first.length)],
    },
    { cause: failure },
  );
}

/** What the command alone does not give back, as sentences. */
function byHand(known: boolean, { newTemplate }: FormerStack, secrets: Stack['parameters']): readonly string[] {
  const names = secrets.map(({ key }) => key).join(', ');
  if (newTemplate) return ['To go back, update it with the template and the values that it had before.'];
  if (names !== '') return [`The former value of ${names} cannot be read (NoEcho): to go back, give it again.`];
  return known ? [] : ['To go back, give it what it had before.'];
}

interface Moved {
  readonly key: string;
  readonly was: string;
  readonly is: string;
}

/** Parameters that have another value than before, as far as both may be seen. */
async function movedValues({ deps }: Run, { stack }: FormerStack, { given }: StackOrder): Promise<readonly Moved[]> {
  const now = await readAgain(deps, stack.id);
  const values = new Map(
    now?.parameters.map(({ key, value }) => [key, value]) ?? given.map((one) => [one.key, one.value]),
  );
  return stack.parameters.flatMap(({ key, value: was }) => {
    const is = values.get(key);
    return was === undefined || is === undefined || was === is ? [] : [{ key, was, is }];
  });
}

async function readAgain(deps: Run['deps'], id: string): Promise<Stack | undefined> {
  try {
    return await retrying(deps, BRIEF).describeStack(id);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return undefined;
  }
}

/** Last words are worth a few tries, not minutes. */
const BRIEF = { ...RETRY, attempts: 3, longestWaitMs: 5_000 };

/** Alarms, which may ring for what failed, stages and a deadline that may have been too short are left out. */
function wayBack({ region }: Run, moved: readonly Moved[], { order, flags }: Going): NextCommand {
  const target = { stack: order.stack, asgs: [] };
  const left = {
    alarm: undefined,
    canary: undefined,
    bake: undefined,
    'keep-old': undefined,
    detach: undefined,
    'pause-at': undefined,
    'pause-timeout': undefined,
    deadline: undefined,
  };
  const straight = { ...flags, ...left };
  const choices = againCommand(target, straight, { region, profile: flags.profile }, 'update-stack');
  const [name = '', ...rest] = choices.words;
  return { ...choices, words: [name, ...moved.map(({ key, was }) => `${key}=${was}`), ...rest] };
}
