import { distinct } from '../../../text/commands/next-command.js';
import { isMasked } from '../../../decide/stack/stack-parameters.js';
import { lostGroups, lostStacks } from '../../../decide/stack/read-change-set.js';
import { classifyStatus } from '../../../decide/stack/stack-update.js';
import type { SizeKeeper } from '../../../engine/stack/keep-sizes.js';
import { keepingSizes } from '../size-keeper.js';
import { changeStack, stackGroups } from '../../../engine/stack/change-stack.js';
import { AwsFault, Failure, refused, type FailureData } from '../../../errors.js';
import type { Stack } from '../../../model/stack/stack.js';
import type { LoadedTemplate, TemplateSource } from '../../../model/stack/template.js';
import { inspectTemplate, maxBodyBytes } from '../../../template/load.js';
import { settingsBack, type FormerSettings, type SettingsBack } from './revert-settings.js';
import type { Run } from '../../../run/run.js';
import { templateStore, type StoreFlags } from '../template-store.js';
import { retrying } from '../../../engine/retrying-gateway.js';
import type { OpenChange, StackOrder } from '../../../engine/stack/stack-change.js';
import { faultText } from '../../../text/fault-text.js';
import { withoutStop } from '../../../text/sentence.js';

/** A stack as it was before its change, ready to be made that again. */
export interface Before {
  readonly stack: Stack;
  readonly settings: FormerSettings;
  readonly template: LoadedTemplate;
}

/**
 * Notes what a stack is, so that it can be made that again; a long template is stored now, because later it may be
 * too late. Undefined when there is no stack yet.
 * @throws Failure while nothing is changed: when the former template could not be sent again
 */
export async function noteBefore({ deps }: Run, order: StackOrder, flags: StoreFlags): Promise<Before | undefined> {
  const stack = await retrying(deps).describeStack(order.stack);
  if (stack === undefined || stack.status === 'REVIEW_IN_PROGRESS') return undefined;
  const text = await retrying(deps).stackTemplate(stack.id);
  const origin = `the former template of stack ${order.stack}`;
  const { bytes, resources, declared } = inspectTemplate(text, origin);
  const source = async (): Promise<TemplateSource> => {
    if (order.template.source.kind === 'previous' && order.existing === undefined) return { kind: 'previous' };
    if (bytes <= maxBodyBytes) return { kind: 'body', text };
    // It was deployed with the values that it has, so there is nothing to check about them.
    return {
      kind: 'url',
      url: await templateStore(deps, flags, { given: [], useDefault: [], ignoreUnknown: true })({
        text,
        origin,
        bytes,
        declared,
        transformed: true,
      }),
    };
  };
  const secrets = changedSecrets(order, stack);
  if (secrets.length > 0) {
    const said =
      `${secrets.join(', ')} cannot be put back with --revert-on-failure: ` +
      `${secrets.length === 1 ? 'its' : 'their'} former value cannot be read (NoEcho).`;
    deps.emit({ type: 'warning', reason: { code: 'revert.secret', text: said, remedy: '' } });
  }
  // What we hold against it did not keep it from being deployed before.
  return {
    stack,
    settings: { ...stack, ...(await formerPolicy(deps, order, stack)) },
    template: { source: await source(), origin, bytes, resources, declared, findings: [] },
  };
}

/** The policy is asked for only when this run sets another one. */
async function formerPolicy(
  deps: Run['deps'],
  { settings }: StackOrder,
  { id, name }: Stack,
): Promise<Pick<FormerSettings, 'policy'>> {
  if (settings?.policy === undefined) return {};
  try {
    return {
      policy: (await retrying(deps).stackPolicy(id)) ?? null,
    };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const text = `The policy of stack ${name} cannot be put back with --revert-on-failure: ${faultText(error)}.`;
    deps.emit({
      type: 'warning',
      reason: { code: 'revert.policy', text, remedy: 'Allow cloudformation:GetStackPolicy.' },
    });
    return {};
  }
}

/** The end of a swap that makes the stack go back. */
interface RolledBackSwap {
  readonly failure: Failure;
  /** Groups of this run that run the new configuration already: then going back would undo them. */
  readonly promoted: readonly string[];
  /** Keeps the sizes of the groups on the way back too; absent when the template's are taken. */
  readonly keeper: SizeKeeper | undefined;
}

/**
 * The swap rolled back, so the stack goes back too: to the template, the parameters and the settings that it had, then
 * the processes that the roll-back left suspended are resumed. Answers the failure with what stands now.
 */
export async function revert(
  run: Run,
  order: StackOrder,
  before: Before,
  { failure, promoted, keeper }: RolledBackSwap,
): Promise<Failure> {
  const { deps } = run;
  const with_ = (facts: Partial<FailureData>): Failure =>
    new Failure(failure.outcome, { ...failure.facts, ...facts }, { cause: failure });
  if (promoted.length > 0) {
    return with_({
      left: (
        `${failure.facts.left} The stack was not put back: ${promoted.join(', ')} ` +
        `${promoted.length === 1 ? 'runs' : 'run'} the new configuration already.`
      ).trim(),
    });
  }
  const notSetBefore = run.state().notSet.length;
  let policyIsBack = false;
  let settings: SettingsBack | undefined;
  try {
    const now = await retrying(deps).describeStack(before.stack.id);
    settings = settingsBack(order, before.settings, now);
    const back = orderBack(order, before, settings);
    deps.emit({ type: 'stack.mending', stack: order.stack, action: 'revert', token: back.token });
    const { policy } = settings;
    // The policy of this run may forbid the way back.
    if (policy !== undefined) await retrying(deps).setStackPolicy(before.stack.id, policy);
    policyIsBack = policy !== undefined;
    await keepingSizes(keeper, () =>
      changeStack(deps, back, async (open) => {
        const answer = await sameAndWhole(open, before);
        await keeper?.begin(open);
        return answer;
      }),
    );
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof AwsFault)) throw error;
    const what = error instanceof Failure ? error.facts.what : faultText(error);
    const left = (
      `${failure.facts.left} The stack could not be put back: ${withoutStop(what)}. ` +
      `${await standing(run, order, before)}${policyIsBack ? ' Its policy is as it was.' : ''} Its ` +
      'groups still point at the new configuration; frozen, they launch nothing of it.'
    ).trim();
    return with_({
      left,
      // What the stack itself needs comes before all that takes it for whole.
      next: distinct([...(error instanceof Failure ? error.facts.next : []), ...failure.facts.next]),
    });
  }
  // What calls of their own could not set is told as warnings alone; the last words have to say it too.
  const unset = run
    .state()
    .notSet.slice(notSetBefore)
    .map((text) => `Except: ${text}`);
  return resumed(run, [isBack(order, before, settings), ...settings.stays, ...unset].join(' '), before, {
    failure,
    with_,
  });
}

/** What nobody has to do any more once the stack is back and its groups launch again. */
const NEEDLESS: ReadonlySet<string> = new Set([
  'unfreeze',
  'update-asgs',
  'update-stack',
  'autoscaling resume-processes',
]);

/** The stack is back; its groups may launch again. */
async function resumed(
  run: Run,
  back: string,
  before: Before,
  { failure, with_ }: { readonly failure: Failure; readonly with_: (facts: Partial<FailureData>) => Failure },
): Promise<Failure> {
  const open = new Set<string>();
  try {
    const done = await unfreeze(run, before.stack.id, open);
    for (const group of done) {
      const why = failure.facts.reasons.find((reason) => reason.group === group)?.text ?? failure.facts.what;
      const was = run.state().results.get(group);
      run.deps.emit({
        type: 'group.finished',
        result: {
          group,
          outcome: 'rolledBack',
          why: `${why}; then the stack was put back, and what had been suspended was resumed`,
          frozen: [],
          ...(was?.outcome === 'rolledBack' && was.stay !== undefined && { stay: was.stay }),
        },
      });
    }
    const inPart = failure.outcome !== 'swapRolledBack';
    const next = failure.facts.next.filter(
      ({ operation }) => !NEEDLESS.has(operation) || (inPart && operation === 'update-asgs'),
    );
    const beside = ' New instances serve on beside the old ones, for these are fewer than are asked for.';
    return with_({
      left: (
        `Nothing of the change${back} ` +
        (done.length === 0 ? '' : `Resumed on ${done.join(', ')} what the roll-back had suspended.`) +
        (inPart ? beside : '')
      ).trim(),
      next,
    });
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const groups = [...open].join(', ');
    return with_({
      left: (
        `The change is undone${back} But ${groups === '' ? 'its groups' : groups} could not be ` +
        `unfrozen: ${withoutStop(faultText(error))}. What the roll-back had suspended stays so: ${failure.facts.left}`
      ).trim(),
    });
  }
}

/** `: the stack has the template, the tags and the parameters that it had.` */
function isBack(order: StackOrder, { stack }: Before, { back }: SettingsBack): string {
  const secrets = changedSecrets(order, stack);
  const kept = secrets.length === 0 ? '' : ` except ${secrets.join(', ')}, whose former value cannot be read (NoEcho)`;
  return `: the stack has ${['the template', ...back].join(', ')} and the parameters that it had${kept}.`;
}

/** What the stack is now, when it could not be put back. */
async function standing({ deps }: Run, order: StackOrder, { stack: { id } }: Before): Promise<string> {
  try {
    const now = await retrying(deps).describeStack(id);
    if (now === undefined) return `Stack ${order.stack} is gone.`;
    const whole = ['ok', 'rolledBack'].includes(classifyStatus(now.status));
    const which = whole ? ', with the new template and parameters' : ', half-way between the new and the former one';
    return `Stack ${order.stack} is ${now.status}${which}.`;
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return `What the stack is now could not be read.`;
  }
}

/** The former template with the former values; those of NoEcho parameters stay what they are. */
function orderBack(order: StackOrder, { stack, template }: Before, { settings }: SettingsBack): StackOrder {
  return {
    stack: order.stack,
    template,
    given: stack.parameters.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }])),
    capabilities: stack.capabilities,
    token: `${order.token}-back`,
    timing: order.timing,
    onInterrupt: 'leave',
    ...(Object.keys(settings).length > 0 && { settings, exactTags: true }),
  };
}

/** The way back is for the very stack that was changed, and must not cost the instances that serve. */
function sameAndWhole({ prepared, review }: OpenChange, { stack }: Before): Promise<'execute'> {
  if (prepared.before?.id !== stack.id)
    return Promise.reject(refused('stack.replaced', `Stack ${stack.name} was deleted and made anew meanwhile.`, []));
  const lost = review === undefined ? [] : [...lostGroups(review.changes), ...lostStacks(review.changes)];
  if (lost.length === 0) return Promise.resolve('execute');
  return Promise.reject(
    refused(
      'change.groupLost',
      `Going back would take away ${lost.map(({ change }) => change.logicalId).join(', ')} with the ` +
        'instances that serve.',
      [],
    ),
  );
}

/** NoEcho parameters that this run gave a value. */
function changedSecrets({ given }: StackOrder, stack: Stack): readonly string[] {
  return stack.parameters
    .filter(
      ({ key, noEcho }) => noEcho && given.some((parameter) => parameter.key === key && !isMasked(parameter.value)),
    )
    .map(({ key }) => key);
}

/**
 * Resumes exactly what this run's roll-back left suspended, and removes its note. `open` holds those that are not
 * done yet.
 */
async function unfreeze({ deps, id }: Run, stackId: string, open: Set<string>): Promise<readonly string[]> {
  const names = await stackGroups(deps, stackId);
  const { groups } = await retrying(deps).describeGroups(names);
  const frozen = groups.filter(({ notes }) => notes.frozen?.run === id && notes.record === undefined);
  for (const { name } of frozen) open.add(name);
  for (const { name, notes } of frozen) {
    await retrying(deps).resume(name, notes.frozen?.processes ?? []);
    await retrying(deps).deleteNotes(name, ['frozen']);
    open.delete(name);
  }
  return frozen.map(({ name }) => name);
}
