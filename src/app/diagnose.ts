import { readPace } from '../config/speed.js';
import { systemClock } from '../clock.js';
import { diagnose } from '../engine/diagnose.js';
import type { Deps } from '../engine/deps.js';
import { retrying } from '../engine/retry.js';
import { redactor, type Redact } from '../engine/stack/redact.js';
import { stackGroups } from '../engine/stack.js';
import { AwsFault, Failure, refused, usage } from '../errors.js';
import type { Reason } from '../model/decision.js';
import type { Finding } from '../model/finding.js';
import { diagnosisLines } from '../render/diagnosis.js';
import { lineWriter } from '../render/out.js';
import { endWithError } from './errors.js';
import { toFailure } from './failure.js';
import { createHealthHistory } from './health-history.js';
import { thisMachine } from './machine.js';
import { connect, QUICK, type CommonFlags, type Run } from './run.js';
import { lookAtGroups } from './status.js';
import type { Ending, Surroundings } from './surroundings.js';

export interface DiagnoseAsked extends CommonFlags {
  readonly stack?: string | undefined;
  readonly asgs: readonly string[];
  readonly console?: boolean | undefined;
}

/** The --json document of `diagnose`. Fields are only ever added. */
export interface DiagnoseDocument extends Pick<Ending, 'v' | 'command' | 'outcome' | 'exitCode'> {
  readonly findings: readonly Finding[];
  /** What could not be asked. */
  readonly missed: readonly string[];
}

/** Activities of a day: what went wrong last night is still there in the morning. */
const DAY_MS = 24 * 3600 * 1000;

/** `diagnose`: why a stack's change or a swap went wrong. Changes nothing. */
export async function diagnoseNow(asked: DiagnoseAsked, surroundings: Surroundings): Promise<Ending | DiagnoseDocument> {
  if ((asked.stack === undefined) === (asked.asgs.length === 0)) throw usage('usage.flags', 'Give either STACK or --asg NAME.');
  const pace = readPace(surroundings.env);
  const { gateway, region } = await connect(asked, pace.endpoint, surroundings);
  const deps: Deps = {
    gateway,
    clock: systemClock(pace.speed),
    emit: () => undefined,
    interrupt: { received: undefined, wake: new AbortController().signal },
    holderIsGone: thisMachine(surroundings.host).holderIsGone,
  };
  try {
    const { at } = await retrying(deps, 'sts:GetCallerIdentity', () => gateway.identity(), QUICK);
    const names = asked.stack === undefined ? asked.asgs : await groupsOf(deps, asked.stack);
    const { groups } = await lookAtGroups(deps, names, region);
    const unknown = names.filter((name) => !groups.some((group) => group.name === name));
    if (unknown.length > 0 && asked.stack === undefined) throw refused('group.missing', `There is no group ${unknown.join(', ')} in ${region}.`, []);
    const { findings, missed } = await diagnose(deps, { ...(asked.stack !== undefined && { stack: asked.stack }), groups, since: at - DAY_MS, console: asked.console === true });
    if (!surroundings.json) diagnosisLines(findings, missed).forEach(lineWriter(surroundings.stdout));
    return { v: 1, command: 'diagnose', outcome: 'shown', exitCode: 0, findings, missed };
  } catch (error) {
    return endWithError(toFailure(error, { command: 'diagnose', stack: asked.stack, region, profile: asked.profile }), 'diagnose', surroundings);
  }
}

/** A stack whose creation failed may have nothing left. */
async function groupsOf(deps: Deps, name: string): Promise<readonly string[]> {
  const stack = await retrying(deps, 'cloudformation:DescribeStacks', () => deps.gateway.describeStack(name), QUICK);
  if (stack === undefined) throw refused('stack.missing', `There is no stack ${name}.`, []);
  return stack.status === 'REVIEW_IN_PROGRESS' ? [] : stackGroups(deps, stack.id);
}

/**
 * Lets a story happen, and when its stack failed or its swap rolled back adds why to the reasons of that
 * failure. Diagnosing never makes anything worse: what it cannot read it leaves out.
 */
export async function explained<T>(run: Run, stack: string | undefined, story: (run: Run, hide: (secrets: readonly string[]) => void) => Promise<T>): Promise<T> {
  let redact = redactor([]);
  const { deps } = run;
  const history = createHealthHistory(deps.clock);
  const since = deps.clock.now();
  const emit: Deps['emit'] = (event) => {
    history.see(event);
    deps.emit(event);
  };
  try {
    return await story({ ...run, deps: { ...deps, emit } }, (secrets) => (redact = redactor(secrets)));
  } catch (error) {
    if (!(error instanceof Failure) || (error.outcome !== 'stackFailed' && error.outcome !== 'swapRolledBack')) throw error;
    const findings = error.outcome === 'stackFailed' ? await ofStack(run, stack, since) : [...history.findings(), ...(await ofGroups(run, error, since))];
    throw new Failure(error.outcome, { ...error.facts, reasons: merged(error.facts.reasons, findings, redact) }, { cause: error });
  }
}

async function ofStack(run: Run, stack: string | undefined, since: number): Promise<readonly Finding[]> {
  return quietly(async () => {
    const groups = stack === undefined ? [] : (await lookAtGroups(run.deps, await groupsOf(run.deps, stack), run.region)).groups;
    return (await diagnose(run.deps, { ...(stack !== undefined && { stack }), groups, since, console: false })).findings;
  });
}

async function ofGroups(run: Run, { facts }: Failure, since: number): Promise<readonly Finding[]> {
  const names = [...new Set(facts.reasons.flatMap(({ group }) => (group === undefined ? [] : [group])))];
  return quietly(async () => {
    const { groups } = await lookAtGroups(run.deps, names, run.region);
    const { findings } = await diagnose(run.deps, { groups, since, console: false });
    // That it was rolled back and frozen is what the failure says itself.
    return findings.filter(({ code }) => code !== 'diagnose.rolledBack');
  });
}

async function quietly(call: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AwsFault || error instanceof Failure) return [];
    throw error;
  }
}

function merged(reasons: readonly Reason[], findings: readonly Finding[], redact: Redact): readonly Reason[] {
  // The root causes are told already.
  const news = findings.filter(({ code }) => code !== 'diagnose.resourceFailed');
  return [...reasons, ...news.map(({ code, group, text, remedy }) => ({ code, text: redact(text), remedy, ...(group !== undefined && { group }) }))];
}
