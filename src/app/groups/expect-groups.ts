import type { Gateway } from '../../engine/gateway.js';
import { noGroups } from '../../errors.js';
import { command } from '../../text/commands/next-command.js';

/** @throws Failure `refused` for groups that are not there */
export async function expectGroups(gateway: Pick<Gateway, 'describeGroups'>, names: readonly string[]): Promise<void> {
  const { groups } = await gateway.describeGroups(names);
  const gone = names.filter((name) => !groups.some((group) => group.name === name));
  if (gone.length > 0) throw noGroups(gone, [command`ha-updater list`]);
}
