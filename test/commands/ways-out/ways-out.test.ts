import { expect } from 'chai';
import { meaningOf } from '../../../src/app/inspect/explain.js';
import type { CommandStage } from '../../support/command-stage.js';
import { emptyLists } from '../../support/empty-lists.js';
import { ENDINGS } from './endings.js';
import { onlyLooks, printedBy, printedByLooks, type, type Printed } from './printed.js';
import { groupIn, leftOn } from './worlds.js';

/** More than any way out takes. */
const MOST_STEPS = 8;

/** Commands that change something are followed in the order in which they are printed, and what they print in turn. */
async function follow(
  stage: CommandStage,
  printed: readonly Printed[],
): Promise<{ readonly story: readonly string[]; readonly last: number | undefined }> {
  const story: string[] = [];
  let open = printed.filter((one) => !onlyLooks(one));
  let last: number | undefined;
  for (let step = 0; step < MOST_STEPS && (leftOn(stage).length > 0 || step === 0); step++) {
    const [first, ...rest] = open;
    if (first === undefined) break;
    const done = await type(stage, first);
    story.push(`${first.command} -> ${done.code} ${done.document?.failure?.what ?? done.document?.outcome ?? ''}`);
    last = done.code;
    const more = printedBy(done).filter((one) => !onlyLooks(one));
    open = more.length > 0 ? more : rest;
  }
  return { story, last };
}

/** Codes of failures, findings and warnings; what AWS answered to a call has AWS's own. */
function codesIn(told: unknown): readonly string[] {
  if (typeof told !== 'object' || told === null) return [];
  const { code, type } = told as { readonly code?: unknown; readonly type?: unknown };
  const own = typeof code === 'string' && type === undefined ? [code] : [];
  return [...own, ...Object.values(told).flatMap(codesIn)];
}

describe('whoever follows what is printed comes to a stack without anything left of the run', function () {
  this.timeout(60_000);
  for (const { name, world, happen, followed, later = 0, asked, code } of ENDINGS) {
    it(name, async () => {
      const stage = world();
      const end = await happen(stage);
      expect(end.code, JSON.stringify(end.document?.failure, null, 1)).to.equal(code);
      expect(emptyLists([end.document, end.events])).to.deep.equal([]);
      expect(codesIn([end.document, end.events]).filter((one) => meaningOf(one) === undefined)).to.deep.equal([]);
      if (followed === false) return;
      stage.sandbox.clock.advance(later * 1000);
      asked?.(stage);
      const { story, last } = await follow(stage, [...printedBy(end), ...(await printedByLooks(stage))]);
      const told = [JSON.stringify(end.document?.failure, null, 1), ...story].join('\n');
      expect(leftOn(stage), told).to.deep.equal([]);
      if (last !== undefined && code !== 0 && code !== 3) expect(last, told).to.equal(0);
      // Whoever deletes a group takes its instances away.
      const broken = groupIn(stage) === undefined ? [] : stage.sandbox.monitor.violations;
      // A person who changes tags of theirs is no fault of ours.
      expect(
        broken.filter(({ rule }) => rule !== 'tags' || asked === undefined),
        told,
      ).to.deep.equal([]);
    });
  }
});
