import { STORIES } from '../../src/conformance/stories/index.js';
import { killEverywhere } from './killed.js';

describe('a run of conformance that is killed', () => {
  for (const { name } of STORIES)
    for (const when of ['before', 'after'] as const)
      it(`${when} each of its changes in ${name} is cleaned up by --clean`, () => killEverywhere(name, when));
});
