import { badFlags } from '../../errors.js';
import { diagnose, type DiagnoseTarget } from '../../engine/diagnosis/diagnose.js';
import type { Deps } from '../../engine/deps.js';
import { maskLikely } from '../../text/secrets/likely.js';
import { stackGroups } from '../../engine/stack/change-stack.js';
import type { AdvisedFinding, Finding } from '../../model/finding.js';
import { diagnosisLines } from '../../render/documents/diagnosis.js';
import { lineWriter } from '../../render/line-writer.js';
import { createLocator } from '../stack/resource-locator.js';
import { lookAtGroups, lookAtNamed, withLook } from './read-only.js';
import { toldAt } from '../../run/place.js';
import { QUICK, type CommonFlags } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { namedGroups, targetProblems, type TargetFlags } from '../groups/command-targets.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { noStack } from '../../engine/stack/no-stack.js';

export interface DiagnoseAsked extends TargetFlags, CommonFlags {
  readonly console?: boolean | undefined;
}

/** The --json document of `diagnose`. Fields are only ever added. */
export interface DiagnoseDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode' | 'stack'> {
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
  'For the health history of each instance, see the log and the last words of the run that failed. This shows the ' +
  'scaling activities of the last 24 hours, and the health of now.';

/** `diagnose`: why a stack's change or a swap went wrong. Changes nothing. */
export async function diagnoseNow(
  given: DiagnoseAsked,
  surroundings: ProcessContext,
): Promise<CommandResult | DiagnoseDocument> {
  const problems = targetProblems(given);
  if (problems.length > 0) throw badFlags(problems);
  return withLook({ command: 'diagnose' }, given, surroundings, async (looking, asked) => {
    const { stack } = asked;
    const { deps, region, place } = looking;
    const { at } = await retrying(deps, QUICK).identity();
    const { groups } =
      stack === undefined
        ? await lookAtNamed(looking, await namedGroups(looking, asked))
        : await lookAtGroups(deps, await groupsOf(deps, stack), region);
    const target: DiagnoseTarget = {
      ...(stack !== undefined && { stack }),
      groups,
      since: at - DAY_MS,
      locate: createLocator(deps),
      ...(asked.console === true && { console: maskLikely }),
    };
    const found = await diagnose(deps, target);
    const diagnosis = {
      ...found,
      findings: toldAt(found.findings.map(withoutLikelySecrets), place),
      notes: groups.length === 0 ? [] : [NO_HISTORY],
    };
    if (!surroundings.json) diagnosisLines(diagnosis).forEach(lineWriter(surroundings.stdout));
    return {
      v: 1,
      command: 'diagnose',
      outcome: 'shown',
      exitCode: 0,
      ...(stack !== undefined && { stack }),
      region,
      at,
      groups: groups.map(({ name }) => name),
      ...diagnosis,
    };
  });
}

/** Reasons of AWS repeat what others gave to it, and a look knows none of a stack's secrets. */
function withoutLikelySecrets(finding: AdvisedFinding): AdvisedFinding {
  const { text, evidence, printed } = finding;
  return {
    ...finding,
    text: maskLikely(text),
    evidence: evidence.map(maskLikely),
    ...(printed !== undefined && { printed: printed.map((one) => ({ ...one, line: maskLikely(one.line) })) }),
  };
}

/** A stack whose creation failed may have nothing left. */
export async function groupsOf(deps: Deps, name: string): Promise<readonly string[]> {
  const stack = await retrying(deps, QUICK).describeStack(name);
  if (stack === undefined) throw noStack(name);
  return stack.status === 'REVIEW_IN_PROGRESS' ? [] : stackGroups(deps, stack.id);
}
