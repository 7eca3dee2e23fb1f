import type { Instant } from '../clock.js';
import { saysNothingChanges } from '../decide/changes.js';
import { diagnoseActivities, diagnoseChangeSet, diagnoseGroup, diagnoseStack } from '../decide/diagnose.js';
import { isStackItself } from '../decide/root-causes.js';
import { AwsFault } from '../errors.js';
import type { Finding } from '../model/finding.js';
import type { Group } from '../model/group.js';
import type { StackEvent } from '../model/stack.js';
import type { Deps } from './deps.js';
import { RETRY, retrying } from './retry.js';

/** A diagnosis is worth a few tries, not minutes: it often comes after something failed. */
const BRIEF = { ...RETRY, attempts: 3, longestWaitMs: 5_000 };

/** Events of a stack that are read at the most, and how many instances are asked for their console. */
const MOST_EVENTS = 1_000;
const MOST_CONSOLES = 3;
const CONSOLE_LINES = 15;

export interface DiagnoseTarget {
  /** Name or ARN. */
  readonly stack?: string;
  readonly groups: readonly Group[];
  /** Activities that began before that are not told. */
  readonly since: Instant;
  /** Read the console of instances that do not serve. It may hold anything, secrets too. */
  readonly console: boolean;
}

/**
 * Why it went wrong, as far as AWS still knows: the stack's last operation, change sets that failed, then each
 * group's activities and instances. What may not be read is left out, and said in `missed`.
 */
export async function diagnose(deps: Deps, target: DiagnoseTarget): Promise<{ readonly findings: readonly Finding[]; readonly missed: readonly string[] }> {
  const missed: string[] = [];
  const ask = async <T>(operation: string, otherwise: T, call: () => Promise<T>): Promise<T> => {
    try {
      return await retrying(deps, operation, call, BRIEF);
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      missed.push(`${operation} answered ${error.code}`);
      return otherwise;
    }
  };
  const findings: Finding[] = [];
  if (target.stack !== undefined) findings.push(...(await ofStack(deps, target.stack, ask)));
  for (const group of target.groups) {
    const activities = await ask('autoscaling:DescribeScalingActivities', [], () => deps.gateway.activities(group.name, target.since));
    findings.push(...diagnoseActivities(group.name, activities), ...diagnoseGroup(group));
  }
  return { findings: target.console ? await withConsoles(deps, findings, ask) : findings, missed };
}

type Ask = <T>(operation: string, otherwise: T, call: () => Promise<T>) => Promise<T>;

async function ofStack(deps: Deps, name: string, ask: Ask): Promise<readonly Finding[]> {
  const stack = await ask('cloudformation:DescribeStacks', undefined, () => deps.gateway.describeStack(name));
  if (stack === undefined) return [];
  const events = await lastOperation(deps, stack.id, ask);
  const failing = events.some(({ status }) => /FAILED$|ROLLBACK/.test(status));
  const failed = failing ? await ask('cloudformation:DescribeEvents', [], () => deps.gateway.failedEvents({ stack: stack.id })) : [];
  const sets = await ask('cloudformation:ListChangeSets', [], () => deps.gateway.listChangeSets(stack.id));
  const findings = [...(failing ? diagnoseStack(events, failed) : [])];
  for (const set of sets.filter(({ status, reason }) => status === 'FAILED' && !saysNothingChanges(reason))) {
    findings.push(...diagnoseChangeSet(set.name, set.reason, await ask('cloudformation:DescribeEvents', [], () => deps.gateway.failedEvents({ changeSet: set.id }))));
  }
  return findings;
}

/** The stack's own events back to the beginning of its last operation, and those of nested stacks since then. */
async function lastOperation(deps: Deps, stackId: string, ask: Ask): Promise<readonly StackEvent[]> {
  const read = async (id: string, until: (event: StackEvent) => boolean): Promise<readonly StackEvent[]> => {
    let count = 0;
    let ended = false;
    return ask('cloudformation:DescribeStackEvents', [], () =>
      deps.gateway.stackEvents(id, (event) => {
        const stop = ended || count++ >= MOST_EVENTS;
        ended ||= until(event);
        return stop;
      }),
    );
  };
  const own = await read(stackId, (event) => isStackItself(event) && /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.status));
  const began = Math.min(...own.map(({ at }) => at));
  const nested = new Set(own.filter((event) => event.type === 'AWS::CloudFormation::Stack' && event.physicalId !== '' && event.physicalId !== stackId).map((event) => event.physicalId));
  const inner: StackEvent[] = [];
  for (const id of nested) inner.push(...(await read(id, (event) => event.at < began)).filter(({ at }) => at >= began));
  // Newest first as they come: turned round before they are sorted, so that equal times keep their order.
  return [...own, ...inner].reverse().sort((a, b) => a.at - b.at);
}

/** The last lines that instances which do not serve have printed. */
async function withConsoles(deps: Deps, findings: readonly Finding[], ask: Ask): Promise<readonly Finding[]> {
  const shown: Finding[] = [];
  let consoles = 0;
  for (const finding of findings) {
    const wanted = finding.code === 'diagnose.notInService' && consoles < MOST_CONSOLES;
    if (wanted) consoles++;
    const text = wanted ? await ask('ec2:GetConsoleOutput', '', () => deps.gateway.consoleOutput(finding.resource)) : '';
    const lines = text.split('\n').map((line) => line.trimEnd()).filter((line) => line !== '');
    shown.push(lines.length === 0 ? finding : { ...finding, evidence: [...finding.evidence, ...lines.slice(-CONSOLE_LINES).map((line) => `console: ${line}`)] });
  }
  return shown;
}
