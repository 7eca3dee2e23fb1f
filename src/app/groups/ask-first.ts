import type { Wanted } from '../../config/rollout-plan.js';
import { notAskedReason } from '../../decide/gates/metrics.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { AwsFault, refused } from '../../errors.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { MetricCondition } from '../../model/rollout/metric.js';
import type { Run } from '../../run/run.js';
import { sentence } from '../../text/sentence.js';

/**
 * Asks CloudWatch once for every metric of the run, before anything is changed: an expression that it cannot read, or
 * a permission that is missing, would undo a rollout that is fine. What the data says does not matter yet.
 *
 * @throws Failure `refused`
 */
export async function askMetricsFirst(run: Pick<Run, 'deps'>, { gates }: Pick<Wanted, 'gates'>): Promise<void> {
  const reasons: Reason[] = [];
  for (const condition of gates?.metrics?.conditions ?? []) reasons.push(...(await whyNotAsked(run, condition)));
  const [first] = reasons;
  if (first === undefined) return;
  const what = reasons.length === 1 ? sentence(first.text) : `${reasons.length} metrics cannot be asked.`;
  throw refused(first.code, `Nothing was started: ${what}`, reasons);
}

/** Periods that are asked for to see whether the expression can be read. */
const PERIODS = 3;

async function whyNotAsked({ deps }: Pick<Run, 'deps'>, condition: MetricCondition): Promise<readonly Reason[]> {
  const { text, periodMs } = condition;
  const to = Math.floor(deps.clock.now() / periodMs) * periodMs;
  try {
    await retrying(deps).metricData(condition, { from: to - PERIODS * periodMs, to });
    return [];
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const words = `${error.message} (${error.code})`;
    if (error.kind === 'denied') return [notAskedReason(text, 'metric.denied', words)];
    if (error.kind === 'invalid' || error.kind === 'missing' || error.kind === 'unsupported')
      return [notAskedReason(text, 'metric.invalid', words)];
    throw error;
  }
}
