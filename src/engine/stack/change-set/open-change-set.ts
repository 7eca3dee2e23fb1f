import { command } from '../../../text/commands/next-command.js';
import { replacesByPolicy } from '../../../decide/stack/own-policies.js';
import { classifyStatus } from '../../../decide/stack/stack-update.js';
import { AwsFault, refused } from '../../../errors.js';
import type { StackParameter } from '../../../model/stack/stack.js';
import type { RunValues } from '../../../model/stack/template.js';
import type { Deps } from '../../deps.js';
import { checkFindings } from './template-findings.js';
import { strangersRedactor } from '../../../text/secrets/redact.js';
import { readReview } from './await-change-set.js';
import { retrying } from '../../retrying-gateway.js';
import type { OpenChange, StackOrder } from '../stack-change.js';
import { withoutStop } from '../../../text/sentence.js';

/**
 * A change set that somebody made before, ready to be executed.
 * @throws Failure `refused` when it is not there or not ready, or when its template fights with the swap
 */
export async function openExisting(deps: Deps, order: StackOrder, name: string): Promise<OpenChange> {
  const { stack } = order;
  const before = await retrying(deps).describeStack(stack);
  const list = command`aws cloudformation list-change-sets --stack-name ${stack}`;
  if (before === undefined)
    throw refused('stack.missing', `There is no stack ${stack}, so it has no change set ${name}.`, []);
  const review = await readReview(deps, before.id, name).catch((error: unknown) => {
    if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
    throw refused('stack.changeSetMissing', `Stack ${stack} has no change set ${name}.`, [], [list]);
  });
  const { status, executionStatus, reason } = review.changeSet;
  if (status !== 'CREATE_COMPLETE' || executionStatus !== 'AVAILABLE') {
    const why = reason === '' ? '' : `: ${withoutStop(reason)}`;
    throw refused(
      'stack.changeSetNotReady',
      `Change set ${name} of stack ${stack} cannot be executed: it is ${status}, ${executionStatus}${why}.`,
      [],
      [list],
    );
  }
  const examined = (await order.examine?.(valuesOf(review.changeSet.parameters, before.id))) ?? [];
  checkFindings(deps, order.template.origin, examined);
  const create = classifyStatus(before.status) === 'review';
  return {
    prepared: {
      action: create ? 'create' : 'update',
      ...(!create && { before }),
      request: {
        stack: before.id,
        template: { kind: 'previous' },
        parameters: [],
        capabilities: [],
        token: order.token,
        ...(order.settings !== undefined && { settings: order.settings }),
      },
      resolved: { parameters: [], shown: {}, kept: [], defaulted: [], problems: [], warnings: [] },
      replacesByPolicy: replacesByPolicy(examined),
      secrets: new Set(before.parameters.flatMap(({ key, noEcho }) => (noEcho ? [key] : []))),
      redact: strangersRedactor([]),
    },
    review,
  };
}

/** Values that the change set was made with. */
function valuesOf(parameters: readonly StackParameter[], stackId: string): RunValues {
  const known = new Map<string, string>();
  const unknown = new Set<string>();
  for (const { key, value, noEcho } of parameters) {
    if (noEcho || value === undefined) unknown.add(key);
    else known.set(key, value);
  }
  return { parameters: known, unknown, stackId };
}
