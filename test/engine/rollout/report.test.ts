import { expect } from 'chai';
import { createReporter } from '../../../src/engine/rollout/report.js';
import type { Deps } from '../../../src/engine/deps.js';
import type { Reason } from '../../../src/model/rollout/decision.js';
import type { RunEvent } from '../../../src/model/event.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';

describe('the reporter', () => {
  it('tells every warning once, also when two of a group share a code and every look finds both', () => {
    const events: RunEvent[] = [];
    const reporter = createReporter(
      { emit: (event: RunEvent) => void events.push(event) } as unknown as Deps,
      {} as Plan,
    );
    const warning = (text: string): Reason => ({ code: 'group.unchecked', group: 'web', text, remedy: '' });
    for (let look = 0; look < 3; look += 1) reporter.warnings([warning('no refreshes'), warning('no sources')]);
    expect(events.map((event) => event.type === 'warning' && event.reason.text)).to.deep.equal([
      'no refreshes',
      'no sources',
    ]);
  });
});
