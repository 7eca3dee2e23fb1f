import { retrying } from '../../engine/retrying-gateway.js';
import { AwsFault, refused } from '../../errors.js';
import { QUICK } from '../../run/run.js';
import { withPlace } from '../../run/place.js';
import { command, remarked } from '../../text/commands/next-command.js';
import type { Looking } from '../inspect/read-only.js';

/**
 * Refuses a function whose stack does not let it restart instances, before anything is started there. Who may not look
 * at that stack finds out from the execution.
 *
 * @throws Failure `refused`
 */
export async function expectRestarts(
  { deps, place }: Pick<Looking, 'deps' | 'place'>,
  { server = '' }: { readonly server?: string | undefined },
): Promise<void> {
  const stack = await retrying(deps, QUICK)
    .describeStack(server)
    .catch((error: unknown) => {
      if (error instanceof AwsFault && error.kind === 'denied') return undefined;
      throw error;
    });
  // rule: restart-not-allowed
  if (stack === undefined || stack.parameters.some(({ key, value }) => key === 'Restarts' && value === 'yes')) return;
  throw refused(
    'server.noRestarts',
    `The function ${server} may not restart instances: the parameter Restarts of its stack is not yes.`,
    [],
    [
      withPlace(
        remarked(
          command`ha-updater server deploy ${server} --s3-bucket BUCKET Restarts=yes`,
          'whoever may start executions may then run commands on those instances',
        ),
        place,
      ),
    ],
  );
}
