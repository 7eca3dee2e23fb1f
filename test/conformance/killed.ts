import { expect } from 'chai';
import { createCommandStage } from '../support/command-stage.js';
import { leftIn } from './left.js';

const ACCOUNT = ['--accounts', '123456789012', '--yes'];
/** All that changes anything, as the sandbox names it. */
const CHANGE = /^(?!Describe|Get|List)/;

/** Kills a run of one story before, or after, each of its changes in turn, and cleans up after it every time. */
export async function killEverywhere(story: string, when: 'before' | 'after'): Promise<void> {
  for (let nth = 1; ; nth++) {
    const stage = createCommandStage();
    const ran = await stage.run(['conformance', ...ACCOUNT, '--story', story], {
      killedAt: { change: CHANGE, nth, when },
    });
    if (ran.code !== undefined) {
      expect(nth).to.be.above(4);
      return;
    }
    const cleaned = await stage.run(['conformance', ...ACCOUNT, '--clean']);
    expect(cleaned.code, cleaned.said).to.equal(0);
    expect(leftIn(stage.sandbox), `killed ${when} change ${nth}`).to.deep.equal([]);
  }
}
