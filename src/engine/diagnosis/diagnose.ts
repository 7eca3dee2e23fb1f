import type { Instant } from '../../clock.js';
import { saysNothingChanges } from '../../decide/stack/read-change-set.js';
import {
  causesInActivities,
  diagnoseActivities,
  diagnoseChangeSet,
  diagnoseGroup,
  diagnoseStack,
  hookFacts,
  hookWaiting,
} from '../../decide/diagnosis/diagnose.js';
import { isStackItself, rootCauses } from '../../decide/diagnosis/root-causes.js';
import { AwsFault } from '../../errors.js';
import type { PrintedLine } from '../../model/rollout/decision.js';
import type { Activity, AdvisedFinding } from '../../model/finding.js';
import type { Group, LifecycleHook } from '../../model/rollout/group.js';
import type { Stack, HookAdvice, StackEvent } from '../../model/stack/stack.js';
import { consoleReader, type ConsoleReader } from './instance-console.js';
import type { Deps } from '../deps.js';
import { RETRY, repeating } from '../retry.js';
import { placesOf, type Locate } from '../stack/template-places.js';
import type { Redact } from '../../text/secrets/redact.js';

/** A diagnosis is worth a few tries, not minutes: it often comes after something failed. */
const BRIEF = { ...RETRY, attempts: 3, longestWaitMs: 5_000 };

/** Events of a stack that are read at the most. */
const MOST_EVENTS = 1_000;

export interface DiagnoseTarget {
  /** Name or ARN. */
  readonly stack?: string;
  readonly groups: readonly Group[];
  /** Activities that began before that are not told. */
  readonly since: Instant;
  /** Read the console of instances that do not serve; absent: leave it. It may hold anything, so it is redacted. */
  readonly console?: Redact;
  /** What the run that failed saw of single instances, which may be gone by now. */
  readonly history?: readonly SeenInstance[];
  /** Where templates declare the resources that failed; absent when nothing can be known of it. */
  readonly locate?: Locate;
}

/** States in which lifecycle hooks hold an instance. */
export type HeldState = 'Pending:Wait' | 'Terminating:Wait';

/** What a run saw of an instance that went wrong, and the state in which hooks held it. */
export interface SeenInstance {
  readonly finding: AdvisedFinding;
  readonly held?: HeldState;
}

export interface Diagnosis {
  readonly findings: readonly AdvisedFinding[];
  /** What may not be read, or could not. */
  readonly missed: readonly string[];
}

/** What a diagnosis asks with. */
interface Asking {
  readonly deps: Deps;
  readonly ask: Ask;
  /** Reads what an instance has printed; absent when nobody wants it. */
  readonly read: ConsoleReader | undefined;
}

/** Asks something that a diagnosis can do without. */
type Ask = <T>(operation: string, otherwise: T, call: () => Promise<T>) => Promise<T>;

/**
 * Why it went wrong, as far as AWS still knows: the stack's last operation, change sets that failed, then each
 * group's activities and instances. What may not be read is left out, and said in `missed`.
 */
export async function diagnose(deps: Deps, target: DiagnoseTarget): Promise<Diagnosis> {
  const missed = new Set<string>();
  const ask: Ask = async (operation, otherwise, call) => {
    try {
      return await repeating(deps, call, BRIEF);
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      missed.add(`${operation} answered ${error.code}`);
      return otherwise;
    }
  };
  const read =
    target.console === undefined
      ? undefined
      : consoleReader((id) => ask('ec2:GetConsoleOutput', '', () => deps.gateway.consoleOutput(id)), target.console);
  const asking: Asking = { deps, ask, read };
  const findings = [
    ...(target.stack === undefined ? [] : await ofStack(asking, target.stack, target)),
    ...(await ofInstances(asking, target.history ?? [])),
  ];
  for (const group of target.groups) findings.push(...(await ofGroup(asking, group, target.since)));
  return { findings, missed: [...missed] };
}

async function ofStack(asking: Asking, name: string, target: DiagnoseTarget): Promise<readonly AdvisedFinding[]> {
  const { deps, ask } = asking;
  const stack = await ask('cloudformation:DescribeStacks', undefined, () => deps.gateway.describeStack(name));
  if (stack === undefined) return [];
  const events = await lastOperation(deps, stack.id, ask);
  const failing = events.some(({ status }) => /FAILED$|ROLLBACK/.test(status));
  return [
    ...(failing ? await ofOperation(asking, stack, events, target) : []),
    ...(await ofChangeSets(deps, stack, ask)),
  ];
}

/** What the stack's last operation failed for; with it what became of groups that it created and took away again. */
async function ofOperation(
  { deps, ask, read }: Asking,
  stack: Stack,
  events: readonly StackEvent[],
  target: DiagnoseTarget,
): Promise<readonly AdvisedFinding[]> {
  const failed = await ask('cloudformation:DescribeEvents', [], () => deps.gateway.failedEvents({ stack: stack.id }));
  const places = await placesOf(rootCauses(events), events, target.locate);
  const findings = diagnoseStack(events, failed, places, await adviceOf(deps, events, ask));
  const began = Math.min(...events.map(({ at }) => at));
  const groups = groupsIn(events);
  const shown: AdvisedFinding[] = [];
  for (const finding of findings) {
    const group = finding.code === 'diagnose.signalsMissing' ? groups.get(finding.resource) : undefined;
    if (group === undefined) shown.push(finding);
    else {
      // The instances that should have sent the signals may be gone with their group.
      // Newest first, as activities come.
      const launched = (await activitiesOf(deps, group, began, ask)).flatMap(({ instance, description }) =>
        instance !== undefined && !description.startsWith('Terminating') ? [instance] : [],
      );
      shown.push(withConsole(finding, await consoles(read, launched)));
    }
  }
  const gone = [...groups.values()].filter((name) => !target.groups.some((group) => group.name === name));
  for (const name of gone) shown.push(...diagnoseActivities(name, await activitiesOf(deps, name, began, ask)));
  return shown;
}

/** Hooks whose advice is asked for. */
const MOST_HOOKS = 10;

/** What hooks advise about the resources that they refused, by logical id. */
async function adviceOf(deps: Deps, events: readonly StackEvent[], ask: Ask): Promise<ReadonlyMap<string, HookAdvice>> {
  const advice = new Map<string, HookAdvice>();
  const asked = events.flatMap(({ logicalId, hookResult: id }) => (id === undefined ? [] : [{ logicalId, id }]));
  for (const { logicalId, id } of asked.slice(-MOST_HOOKS)) {
    const none: HookAdvice = { rules: [], remedy: '' };
    const told = await ask('cloudformation:GetHookResult', none, () => deps.gateway.hookAdvice(id));
    if (told.rules.length > 0 || told.remedy !== '') advice.set(logicalId, told);
  }
  return advice;
}

/** Names of the groups that the events are about, by their logical id. */
function groupsIn(events: readonly StackEvent[]): ReadonlyMap<string, string> {
  return new Map(
    events
      .filter(({ type, physicalId }) => type === 'AWS::AutoScaling::AutoScalingGroup' && physicalId !== '')
      .map(({ logicalId, physicalId }) => [logicalId, physicalId]),
  );
}

async function ofChangeSets(deps: Deps, { id }: Stack, ask: Ask): Promise<readonly AdvisedFinding[]> {
  const sets = await ask('cloudformation:ListChangeSets', [], () => deps.gateway.listChangeSets(id));
  const findings: AdvisedFinding[] = [];
  for (const set of sets.filter(({ status, reason }) => status === 'FAILED' && !saysNothingChanges(reason))) {
    findings.push(
      ...diagnoseChangeSet(
        set.name,
        set.reason,
        await ask('cloudformation:DescribeEvents', [], () => deps.gateway.failedEvents({ changeSet: set.id })),
      ),
    );
  }
  return findings;
}

/** Instances that a run waited for: those that a hook held, and what they had printed. */
async function ofInstances(
  { deps, ask, read }: Asking,
  history: readonly SeenInstance[],
): Promise<readonly AdvisedFinding[]> {
  const hooks = new Map<string, readonly LifecycleHook[]>();
  const shown: AdvisedFinding[] = [];
  for (const { finding, held } of history) {
    const { group = '' } = finding;
    if (held !== undefined) {
      const known = hooks.get(group) ?? (await hooksOf(deps, group, ask));
      hooks.set(group, known);
      const { code, remedy, evidence } = hookWaiting(group, finding.resource, held, known);
      shown.push({ ...finding, code, remedy, evidence });
    } else shown.push(withConsole(finding, await consoles(read, [finding.resource])));
  }
  return shown;
}

async function ofGroup({ deps, ask, read }: Asking, group: Group, since: Instant): Promise<readonly AdvisedFinding[]> {
  // What stands behind a balancer without a group has no activities.
  const activities = group.balancerOnly === true ? [] : await activitiesOf(deps, group.name, since, ask);
  const past = causesInActivities(group.name, activities);
  const held =
    group.instances.some(({ lifecycle }) => lifecycle.endsWith(':Wait')) ||
    past.some(({ finding }) => finding.code === 'diagnose.hookAbandoned');
  const hooks = held ? await hooksOf(deps, group.name, ask) : [];
  const findings: AdvisedFinding[] = [];
  const ofHooks = hooks.filter(({ holds }) => holds === 'Pending:Wait').map(hookFacts);
  for (const { finding, instances } of past) {
    findings.push(
      finding.code === 'diagnose.hookAbandoned'
        ? { ...finding, evidence: [...finding.evidence, ...ofHooks] }
        : withConsole(finding, await consoles(read, instances)),
    );
  }
  for (const finding of diagnoseGroup(group, hooks, activities)) {
    const sick = finding.code === 'diagnose.notInService' ? [finding.resource] : [];
    findings.push(withConsole(finding, await consoles(read, sick)));
  }
  return findings;
}

/** The finding with what was printed, as data and for people. */
function withConsole(finding: AdvisedFinding, lines: readonly PrintedLine[]): AdvisedFinding {
  if (lines.length === 0) return finding;
  const told = lines.map(({ instance, line }) => `console of ${instance}: ${line}`);
  return { ...finding, evidence: [...finding.evidence, ...told], printed: lines };
}

async function consoles(
  read: ConsoleReader | undefined,
  instances: readonly string[],
): Promise<readonly PrintedLine[]> {
  const lines: PrintedLine[] = [];
  if (read !== undefined) for (const id of instances) lines.push(...(await read(id)));
  return lines;
}

function activitiesOf(deps: Deps, group: string, since: Instant, ask: Ask): Promise<readonly Activity[]> {
  return ask('autoscaling:DescribeScalingActivities', [], () => deps.gateway.activities(group, since));
}

function hooksOf(deps: Deps, group: string, ask: Ask): Promise<readonly LifecycleHook[]> {
  return ask('autoscaling:DescribeLifecycleHooks', [], () => deps.gateway.lifecycleHooks(group));
}

/**
 * The stack's own events back to the beginning of its last operation, and those of nested stacks since then; oldest
 * first.
 */
async function lastOperation(deps: Deps, stackId: string, ask: Ask): Promise<readonly StackEvent[]> {
  const read = (id: string, until: (event: StackEvent) => boolean): Promise<readonly StackEvent[]> =>
    ask('cloudformation:DescribeStackEvents', [], () => {
      let count = 0;
      let ended = false;
      return deps.gateway.stackEvents(id, (event) => {
        const stop = ended || count++ >= MOST_EVENTS;
        ended ||= until(event);
        return stop;
      });
    });
  const own = await read(
    stackId,
    (event) => isStackItself(event) && /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.status),
  );
  const began = Math.min(...own.map(({ at }) => at));
  // Newest first as they come: turned round before they are sorted, so that equal times keep their order.
  const events = [...own].reverse();
  const told = new Set([stackId]);
  // Events that are added while it goes on are visited too.
  for (const { type, physicalId } of events) {
    if (type !== 'AWS::CloudFormation::Stack' || physicalId === '' || told.has(physicalId)) continue;
    told.add(physicalId);
    // Nested stacks may hold nested stacks: theirs are found further on.
    events.push(
      ...[...(await read(physicalId, (event) => event.at < began))].reverse().filter(({ at }) => at >= began),
    );
  }
  return events.sort((a, b) => a.at - b.at);
}
