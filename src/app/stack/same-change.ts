import { Failure } from '../../errors.js';
import type { StackOrder } from '../../engine/stack/stack-change.js';
import { flagsOf, withWords, type NextCommand } from '../../text/commands/next-command.js';
import { splitKeyValue } from '../../text/key-value.js';
import { switchWord } from '../../text/shell-quote.js';
import type { OrderFlags } from './stack-order.js';

/** What a command line says that a stack becomes, as it was typed. */
export interface ChangeTyped extends Omit<OrderFlags, 'on-interrupt' | 'cdk'> {
  readonly app?: string | undefined;
}

/**
 * A change whose failure tells how to ask for the same change: its commands that change the stack, or show the change,
 * carry the template and the parameters. Without them they would find nothing to do.
 *
 * NoEcho values are left out, because a command line in a log must not show them; the remark names them.
 *
 * @param order what says which values those are; undefined while nobody knows, and then none is shown
 * @throws whatever `change` throws
 */
export async function repeatable<T>(typed: ChangeTyped, order: Known | undefined, change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    throw withSameChange(error, typed, order);
  }
}

/** What of an order says which values are secret. */
type Known = Pick<StackOrder, 'template'>;

function withSameChange(error: unknown, typed: ChangeTyped, order: Known | undefined): unknown {
  if (!(error instanceof Failure) || !isRepeatable(typed)) return error;
  const keys = typed.parameters.map(keyOf);
  const secret = new Set(order?.template.declared.filter(({ noEcho }) => noEcho).map(({ key }) => key) ?? keys);
  const next = error.facts.next.map((step) =>
    asksForChange(step, typed.stack) ? completed(step, typed, secret) : step,
  );
  return new Failure(
    error.outcome,
    { ...error.facts, next },
    {
      cause: error,
      ...(error.at !== undefined && { at: error.at }),
      flags: error.flags,
      instances: error.instances,
      absent: error.absent,
    },
  );
}

/** Flags with which a command says by itself what the change is, or is about what the change before it left. */
const OF_THEIR_OWN = ['change-set', 'to', 'outputs', 'continue-rollback'];

function asksForChange(step: NextCommand, stack: string): boolean {
  const { program, operation, words } = step;
  if (program !== 'ha-updater' || words[0] !== stack) return false;
  const flags = flagsOf(step);
  return ['update-stack', 'plan'].includes(operation) && !OF_THEIR_OWN.some((flag) => flags.has(flag));
}

function completed(step: NextCommand, typed: ChangeTyped, secret: ReadonlySet<string>): NextCommand {
  const shown = typed.parameters.filter((word) => !secret.has(keyOf(word)) || isReference(word));
  const hidden = typed.parameters.filter((word) => !shown.includes(word)).map(keyOf);
  const [stack = '', ...flags] = step.words;
  const whole = withWords({ ...step, words: [stack, ...shown, ...flags] }, changeWords(typed, flagsOf(step)));
  if (hidden.length === 0) return whole;
  const give = `give ${hidden.join(', ')} as well`;
  return { ...whole, remark: step.remark === undefined ? give : `${step.remark}; ${give}` };
}

function keyOf(word: string): string {
  return splitKeyValue(word)?.key ?? '';
}

/** A value that stands elsewhere: the word shows where, and nothing of it. */
function isReference(word: string): boolean {
  return /^@(?:file|env):/.test(splitKeyValue(word)?.value ?? '');
}

/** What was piped in, or opened for this one command, cannot be read again. */
function isRepeatable({ template, 'parameters-file': files = [] }: ChangeTyped): boolean {
  return ![template ?? '', ...files].some((path) => path === '-' || path.startsWith('/dev/'));
}

/** Flags that say what the stack becomes, word by word, but for those that the command has. */
function changeWords(typed: ChangeTyped, there: ReadonlySet<string>): readonly string[] {
  const once = [
    'app',
    'template',
    'to',
    'change-set',
    's3-bucket',
    's3-bucket-owner',
    's3-prefix',
    'role-arn',
  ] as const;
  const often = ['parameters-file', 'use-default', 'capabilities', 'tag', 'notification-arn'] as const;
  return [
    ...once.flatMap((name) => (there.has(name) ? [] : flag(name, typed[name]))),
    ...often.flatMap((name) => (typed[name] ?? []).flatMap((value) => flag(name, value))),
    ...switchWord('ignore-unknown-parameters', typed['ignore-unknown-parameters']),
  ];
}

/** `--tag=` where the value is empty: an empty word would get lost. */
function flag(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : value === '' ? [`--${name}=`] : [`--${name}`, value];
}
