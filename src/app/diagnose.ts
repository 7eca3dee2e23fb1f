import { badFlags } from '../config/plan.js';
import { diagnose, type Diagnosis, type DiagnoseTarget } from '../engine/diagnose.js';
import type { Deps } from '../engine/deps.js';
import { retrying } from '../engine/retry.js';
import { maskLikely, redactor, type Redact } from '../engine/stack/redact.js';
import { stackGroups } from '../engine/stack.js';
import { AwsFault, Failure, refused } from '../errors.js';
import type { Reason } from '../model/decision.js';
import type { Finding } from '../model/finding.js';
import { diagnosisLines } from '../render/diagnosis.js';
import { lineWriter } from '../render/out.js';
import { endWithError } from './errors.js';
import { toFailure } from './failure.js';
import { createHealthHistory } from './health-history.js';
import { createLocator } from './locate.js';
import { lookAtGroups, onlyLook } from './look.js';
import { QUICK, type CommonFlags, type Run } from './run.js';
import type { Ending, Surroundings } from './surroundings.js';
import { namedGroups, targetProblems, type TargetFlags } from './targets.js';

export interface DiagnoseAsked extends TargetFlags, CommonFlags {
  readonly console?: boolean | undefined;
}

/** The --json document of `diagnose`. Fields are only ever added. */
export interface DiagnoseDocument extends Pick<Ending, 'v' | 'command' | 'outcome' | 'exitCode' | 'stack'> {
  readonly region: string;
  /** Service time of the look. */
  readonly at: number;
  readonly groups: readonly string[];
  readonly findings: readonly Finding[];
  /** What could not be asked. */
  readonly missed: readonly string[];
  /** What this diagnosis cannot know, as sentences. */
  readonly notes: readonly string[];
}

/** Activities of a day: what went wrong last night is still there in the morning. */
const DAY_MS = 24 * 3600 * 1000;

/** Only the run itself looked all the time. */
const NO_HISTORY =
  'What each balancer said of single instances through time is known to the run that waited for them alone: see its log and its last words. Here are the scaling activities of the last 24 hours, and health as it is now.';

/** `diagnose`: why a stack's change or a swap went wrong. Changes nothing. */
export async function diagnoseNow(asked: DiagnoseAsked, surroundings: Surroundings): Promise<Ending | DiagnoseDocument> {
  const problems = targetProblems(asked);
  if (problems.length > 0) throw badFlags(problems);
  const { deps, region } = await onlyLook(asked, surroundings);
  const { stack } = asked;
  try {
    const { at } = await retrying(deps, 'sts:GetCallerIdentity', () => deps.gateway.identity(), QUICK);
    const names = stack === undefined ? await namedGroups({ deps, region }, asked) : await groupsOf(deps, stack);
    const { groups } = await lookAtGroups(deps, names, region);
    const unknown = names.filter((name) => !groups.some((group) => group.name === name));
    if (unknown.length > 0 && stack === undefined) throw refused('group.missing', `There is no group ${unknown.join(', ')} in ${region}.`, []);
    const target: DiagnoseTarget = { ...(stack !== undefined && { stack }), groups, since: at - DAY_MS, locate: createLocator(deps), ...(asked.console === true && { console: maskLikely }) };
    const diagnosis = { ...(await diagnose(deps, target)), notes: groups.length === 0 ? [] : [NO_HISTORY] };
    if (!surroundings.json) diagnosisLines(diagnosis).forEach(lineWriter(surroundings.stdout));
    return { v: 1, command: 'diagnose', outcome: 'shown', exitCode: 0, ...(stack !== undefined && { stack }), region, at, groups: groups.map(({ name }) => name), ...diagnosis };
  } catch (error) {
    return endWithError(toFailure(error, { command: 'diagnose', stack, region, profile: asked.profile }), 'diagnose', surroundings);
  }
}

/** A stack whose creation failed may have nothing left. */
async function groupsOf(deps: Deps, name: string): Promise<readonly string[]> {
  const stack = await retrying(deps, 'cloudformation:DescribeStacks', () => deps.gateway.describeStack(name), QUICK);
  if (stack === undefined) throw refused('stack.missing', `There is no stack ${name}.`, []);
  return stack.status === 'REVIEW_IN_PROGRESS' ? [] : stackGroups(deps, stack.id);
}

/** Whose failure is explained, and how. */
export interface Explaining {
  readonly stack?: string | undefined;
  /** Show what instances that never served have printed; default true. */
  readonly console?: boolean | undefined;
}

/**
 * Lets a story happen, and when its stack failed or its groups could not be proven adds why to the reasons of that
 * failure. Diagnosing never makes anything worse: what it cannot read it leaves out.
 */
export async function explained<T>(run: Run, { stack, console = true }: Explaining, story: (run: Run, hide: (secrets: readonly string[]) => void) => Promise<T>): Promise<T> {
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
    // After a signal the cause is known, and there is little time.
    if (!(error instanceof Failure) || !isExplainable(error) || deps.interrupt.received !== undefined) throw error;
    const hidden: Redact = (text) => maskLikely(redact(text));
    const about = { since, ...(console && { console: hidden }) };
    const findings = error.outcome === 'stackFailed' ? await ofStack(run, stack, about) : await ofGroups(run, error, { ...about, history: history.findings() });
    throw new Failure(error.outcome, { ...error.facts, reasons: merged(error.facts.reasons, findings, redact) }, { cause: error });
  }
}

/** The stack failed, or a group does not get well. Whatever else stops a run says why by itself. */
function isExplainable({ outcome, facts }: Failure): boolean {
  if (outcome === 'stackFailed' || outcome === 'swapRolledBack') return true;
  return ['swap.unproven', 'swap.stuck'].includes(facts.code) || facts.reasons.some(({ code }) => code === 'group.unsettled');
}

type About = Pick<DiagnoseTarget, 'since' | 'console' | 'history'>;

async function ofStack(run: Run, stack: string | undefined, about: About): Promise<readonly Finding[]> {
  return quietly(async () => {
    const groups = stack === undefined ? [] : (await lookAtGroups(run.deps, await groupsOf(run.deps, stack), run.region)).groups;
    return diagnose(run.deps, { ...(stack !== undefined && { stack }), groups, ...about });
  }, []);
}

async function ofGroups(run: Run, { facts }: Failure, about: About): Promise<readonly Finding[]> {
  const names = [...new Set(facts.reasons.flatMap(({ group }) => (group === undefined ? [] : [group])))];
  const findings = await quietly(async () => {
    const { groups } = await lookAtGroups(run.deps, names, run.region);
    return diagnose(run.deps, { groups, ...about });
  }, about.history ?? []);
  // That it was rolled back and frozen, or stands half-way, is what the failure says itself.
  return findings.filter(({ code }) => code !== 'diagnose.rolledBack' && code !== 'diagnose.halfWay');
}

async function quietly(call: () => Promise<Diagnosis>, otherwise: readonly Finding[]): Promise<readonly Finding[]> {
  try {
    return (await call()).findings;
  } catch (error) {
    if (error instanceof AwsFault || error instanceof Failure) return otherwise;
    throw error;
  }
}

/** Root causes are told already; a finding that says more of one takes its place. */
function merged(reasons: readonly Reason[], findings: readonly Finding[], redact: Redact): readonly Reason[] {
  const all = [...reasons];
  for (const { code, group, resource, text, remedy, evidence } of findings) {
    if (code === 'diagnose.resourceFailed') continue;
    const told = OF_RESOURCE.has(code) ? all.findIndex((reason) => reason.code === 'stack.resource' && reason.text.includes(`${resource} (`)) : -1;
    const [place = ''] = /^.*?:\d+:\d+ /.exec(all[told]?.text ?? '') ?? [];
    const reason: Reason = { code, text: `${place}${redact(text)}`, remedy, ...(group !== undefined && { group }), ...(evidence.length > 0 && { evidence: evidence.map(redact) }) };
    if (told < 0) all.push(reason);
    else all[told] = reason;
  }
  return all;
}

const OF_RESOURCE: ReadonlySet<string> = new Set(['diagnose.signalsMissing', 'diagnose.hookObjected']);
