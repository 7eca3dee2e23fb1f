import { whoServes } from '../decide/instances/who-serves.js';
import { sayServing } from '../model/rollout/group-words.js';
import { diagnose, type Diagnosis, type DiagnoseTarget } from '../engine/diagnosis/diagnose.js';
import type { Redact } from '../text/secrets/redact.js';
import { AwsFault, Failure } from '../errors.js';
import type { AdvisedReason, AwaitedInstance } from '../model/rollout/decision.js';
import type { Serving } from '../model/rollout/serving.js';
import type { AdvisedFinding } from '../model/finding.js';
import { groupsOf } from '../app/inspect/diagnose.js';
import { historyFindings } from './health-history.js';
import { isRolledBack } from '../engine/rollout/failures.js';
import { servingNow } from '../app/groups/serving-now.js';
import { lookAtGroups } from '../app/inspect/read-only.js';
import { passes } from '../engine/retry.js';
import type { Run } from './run.js';

/** Whose failure is explained, and how. */
export interface Explaining {
  readonly stack?: string | undefined;
  /** Show what instances that never served have printed; default true. */
  readonly console?: boolean | undefined;
}

/**
 * The story, with why added to the reasons of its failure when its stack failed, or its groups could not be proven or
 * their instances did not come back. Diagnosing never makes anything worse: what it cannot read it leaves out.
 */
export function withDiagnosis<A extends Explaining, T>(
  story: (run: Run, asked: A) => Promise<T>,
): (run: Run, asked: A) => Promise<T> {
  return async (run, asked) => {
    const { stack, console = true } = asked;
    const { deps, hidden } = run;
    const began = deps.clock.now();
    try {
      return await story(run, asked);
    } catch (error) {
      // After a signal the cause is known, and there is little time.
      if (!(error instanceof Failure) || deps.interrupt.received !== undefined) throw error;
      if (isUnasked(error)) throw await withServingNow(error, run);
      if (!isExplainable(error)) throw error;
      const { adoptedSince = began, health } = run.state();
      // What a dead run met belongs to the rollout as well.
      const since = Math.min(began, adoptedSince);
      const about = { since, ...(console && { console: hidden.redactWords }) };
      const { findings, serving } =
        error.outcome === 'stackFailed'
          ? await ofStack(run, stack, about)
          : { findings: await ofGroups(run, error, { ...about, history: historyFindings(health) }) };
      const facts = {
        ...error.facts,
        ...(serving !== undefined && { serving, serves: `${error.facts.serves} ${sayServing(serving)}.` }),
        reasons: merged(error.facts.reasons, findings, hidden.redactWords),
      };
      throw new Failure(error.outcome, facts, { cause: error });
    }
  };
}

/** AWS refused a change, and the last look before that had asked no balancer who serves: one more look can tell. */
function isUnasked({ outcome, facts, cause }: Failure): boolean {
  return outcome === 'stopped' && isRefused(cause) && (facts.serving ?? []).some(({ by }) => by === 'unknown');
}

/** @param cause of a failure, which may be told of another one */
function isRefused(cause: unknown): boolean {
  return cause instanceof Failure ? isRefused(cause.cause) : cause instanceof AwsFault && !passes(cause);
}

async function withServingNow(failure: Failure, run: Run): Promise<Failure> {
  const names = (failure.facts.serving ?? []).map(({ group }) => group);
  const { text: serves, serving } = await servingNow(run, names, run.state().began);
  if (serving.length === 0) return failure;
  return new Failure(failure.outcome, { ...failure.facts, serves, serving }, { cause: failure });
}

/** The stack failed, or a group or an instance does not get well. Whatever else stops a run says why by itself. */
function isExplainable(failure: Failure): boolean {
  const { outcome, facts } = failure;
  if (outcome === 'stackFailed' || isRolledBack(failure)) return true;
  return (
    ['swap.unproven', 'swap.stuck', 'restart.stuck', 'restart.putBack'].includes(facts.code) ||
    facts.reasons.some(({ code }) => code === 'group.unsettled')
  );
}

type About = Pick<DiagnoseTarget, 'since' | 'console' | 'history'>;

/** What is found of a stack that failed, and who serves in its groups: nobody else of the run has looked at them. */
async function ofStack(
  run: Run,
  stack: string | undefined,
  about: About,
): Promise<{ readonly findings: readonly AdvisedFinding[]; readonly serving?: readonly Serving[] }> {
  let serving: readonly Serving[] | undefined;
  const findings = await quietly(async () => {
    const groups =
      stack === undefined ? [] : (await lookAtGroups(run.deps, await groupsOf(run.deps, stack), run.region)).groups;
    if (groups.length > 0) serving = groups.map((group) => whoServes(group));
    return diagnose(run.deps, { ...(stack !== undefined && { stack }), groups, ...about });
  }, []);
  return { findings, ...(serving !== undefined && { serving }) };
}

async function ofGroups(run: Run, failure: Failure, about: About): Promise<readonly AdvisedFinding[]> {
  const names = [...new Set(failure.facts.reasons.flatMap(({ group }) => (group === undefined ? [] : [group])))];
  const history = (about.history ?? []).filter(({ finding }) => isAbout(failure, finding));
  // An instance whose whole history is told, or that is out on purpose, needs no word of how it is now.
  const told = new Set(history.map(({ finding }) => finding.resource));
  const findings = await quietly(
    async () => {
      const { groups } = await lookAtGroups(run.deps, names, run.region);
      for (const { notes } of groups) for (const { id } of notes.out?.instances ?? []) told.add(id);
      return diagnose(run.deps, { groups, ...about, history });
    },
    history.map(({ finding }) => finding),
  );
  // That it was rolled back and frozen, or stands half-way, is what the failure says itself.
  return findings.filter(
    ({ code, resource }) =>
      code !== 'diagnose.rolledBack' &&
      code !== 'diagnose.halfWay' &&
      !(code === 'diagnose.notInService' && told.has(resource)),
  );
}

/** A restart goes through many instances; only those that its failure is about went wrong. */
function isAbout({ instances }: Failure, { code, resource }: AdvisedFinding): boolean {
  return code !== 'diagnose.notBack' || instances.includes(resource);
}

async function quietly(
  call: () => Promise<Diagnosis>,
  otherwise: readonly AdvisedFinding[],
): Promise<readonly AdvisedFinding[]> {
  try {
    return (await call()).findings;
  } catch (error) {
    if (error instanceof AwsFault || error instanceof Failure) return otherwise;
    throw error;
  }
}

/** Root causes are told already; a finding that says more of one takes its place. */
function merged(
  reasons: readonly AdvisedReason[],
  findings: readonly AdvisedFinding[],
  redact: Redact,
): readonly AdvisedReason[] {
  const all = [...reasons];
  for (const { code, group, resource, text, remedy, evidence, printed, instance } of findings) {
    if (code === 'diagnose.resourceFailed') continue;
    const told = OF_RESOURCE.has(code)
      ? all.findIndex((reason) => reason.code === 'stack.resource' && reason.resource === resource)
      : -1;
    const place = all[told]?.place;
    const reason: AdvisedReason = {
      code,
      text: `${place === undefined ? '' : `${place} `}${redact(text)}`,
      remedy,
      ...(told >= 0 && { resource, ...(place !== undefined && { place }) }),
      ...(group !== undefined && { group }),
      ...(evidence.length > 0 && { evidence: evidence.map(redact) }),
      ...(printed !== undefined && { printed: printed.map((one) => ({ ...one, line: redact(one.line) })) }),
      ...(instance !== undefined && { instance: redacted(instance, redact) }),
    };
    if (told < 0) all.push(reason);
    else all[told] = reason;
  }
  return all;
}

/** What a balancer, or a command of the user's, said of it. */
function redacted(instance: AwaitedInstance, redact: Redact): AwaitedInstance {
  const { why, reason } = instance;
  return { ...instance, why: redact(why), ...(reason !== undefined && { reason: redact(reason) }) };
}

const OF_RESOURCE: ReadonlySet<string> = new Set(['diagnose.signalsMissing', 'diagnose.hookObjected']);
