import { retrying } from '../../engine/retrying-gateway.js';
import { AwsFault } from '../../errors.js';
import type { HistoryAddress } from '../../history/history-address.js';
import { listRuns } from '../../history/kept-runs.js';
import type { HistoryPlace } from '../../history/keys.js';
import type { Check } from '../../model/checkup.js';
import { QUICK } from '../../run/run.js';
import { faultText } from '../../text/fault-text.js';
import type { Looking } from '../inspect/read-only.js';

const TOPIC = 'history';

/**
 * Whether the store of runs can be read, by the call with which `history` reads it; nothing is written. It never stands
 * against a rollout: a run that cannot be kept warns and goes on.
 *
 * @param place whose runs; a stack of another name that has none lists nothing
 */
export async function historyCheck(
  { deps }: Pick<Looking, 'deps'>,
  address: HistoryAddress,
  place: HistoryPlace,
): Promise<Check> {
  try {
    const { runs } = await listRuns(retrying(deps, QUICK), { address, place }, 1);
    const holds = place.stack === '' ? '' : runs.length === 0 ? `, and holds no run on ${place.stack} yet` : '';
    return { topic: TOPIC, state: 'ok', says: `${address.shown} can be read${holds}`, findings: [] };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const isDenied = error.kind === 'denied';
    const finding = {
      code: 'history.unreachable',
      text: `${address.shown} cannot be read: ${faultText(error)}`,
      remedy: isDenied
        ? 'Keeping runs needs s3:PutObject alone; history, --to and rollback need s3:ListBucket and s3:GetObject, ' +
          'too. A bucket of another account has to be named with its owner: ?owner=ACCOUNT.'
        : 'Correct --history, or make the bucket; until then runs go on and warn that they could not be kept.',
    };
    return { topic: TOPIC, state: 'warning', says: `${address.shown} cannot be read`, findings: [finding] };
  }
}
