import { makeLogGroup, removeLogGroup } from '../../logs/logs.js';
import { physicalName } from '../names.js';
import type { ResourceHandler } from './resource-handler.js';
import { optionalText } from './values.js';

/** A group of CloudWatch Logs: how long its lines are kept is shown nowhere, and nothing of it is ever old here. */
export const logGroup: ResourceHandler = {
  replaces: ['LogGroupName'],
  moves: () => false,
  takesStackTags: true,
  create: ({ world, properties, stack, logicalId }) => {
    const name = optionalText(properties['LogGroupName']) ?? physicalName(world, stack.name, logicalId, 512);
    makeLogGroup(world, name);
    return {
      physicalId: name,
      attributes: { Arn: `arn:aws:logs:${world.region}:${world.account}:log-group:${name}:*` },
    };
  },
  update: (_, before) => ({ attributes: before.attributes }),
  remove: ({ world }, name) => removeLogGroup(world, name),
};
