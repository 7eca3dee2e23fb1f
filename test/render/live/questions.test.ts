import { expect } from 'chai';
import { expectGolden } from '../../golden.js';
import { recording, type StoryName } from './recordings.js';
import { play } from './theatre.js';

/*
 * What somebody asks who looks at a screen of 80 x 24 for the first time, and the line that answers: the table is the
 * golden. A question without a line fails.
 */

/** A question, and the line that answers it. */
type Asked = readonly (readonly [string, RegExp])[];

const UNDER_WAY: Asked = [
  ['What happens?', /● (?:stack|proving|doubl|old ones leave|replac|looking)/],
  ['How long already, of how long?', /\d+s, (?:of|the groups take) about/],
  [
    'What does it wait for?',
    /^ {2}(?:booting|in service|draining|launching|unhealthy|looking)|waits for|^ {2}\w+ update/,
  ],
  ['Until when, and what happens then?', /rolls back at \S+, in |gives up (?:waiting )?at |resources done/],
];
const BEFORE_VERDICT: Asked = [...UNDER_WAY, ['Can I stop it?', /Ctrl-C rolls back/]];
const AFTER_VERDICT: Asked = [...UNDER_WAY, ['Can I stop it?', /no way back: the new ones serve/]];

const GOOD: Asked = [
  ['What happened?', /^✔ (?:Updated|Swapped) after .*; exit 0\./],
  ['Why?', /all (?:\d+ )?new instances .*proven/],
  ['What serves now?', /the old ones are gone .*never below/],
  ['What did I have at the lowest?', /never below/],
];
const BAD: Asked = [
  ['What happened?', /^(?:ROLLED BACK|STACK FAILED) \(exit \d\): /],
  ['Why?', /The console says: |^✖ .* Root cause: |^ {2}- .*unhealthy/],
  ['What serves now?', /^What serves now: /],
  ['What is left behind?', /^What is left behind: /],
  ['What is there to do?', /^ {2}ha-updater /],
];

/** Each screen that is looked at: after so many seconds, or at the end. */
const SCREENS: readonly (readonly [StoryName, number | 'end', Asked])[] = [
  ['promoted', 10, UNDER_WAY],
  ['promoted', 100, BEFORE_VERDICT],
  ['promoted', 140, AFTER_VERDICT],
  ['promoted', 'end', GOOD],
  ['rolled-back', 160, BEFORE_VERDICT],
  ['rolled-back', 'end', BAD],
  ['adopted', 'end', GOOD],
  ['stack-failed', 'end', BAD],
  ['forty-groups', 120, BEFORE_VERDICT],
  ['forty-groups', 'end', GOOD],
  ['twenty-rolled-back', 'end', BAD],
];

describe('every screen answers what is asked of it', function () {
  this.timeout(60_000);

  it('in a line that the table names', async () => {
    const table: string[] = [];
    for (const [name, when, asked] of SCREENS) {
      const seen = await play(await recording(name), { columns: 80, rows: 24, at: when === 'end' ? [] : [when] });
      const rows = when === 'end' ? seen.left : (seen.screens[0] ?? []);
      table.push(`--- ${name}, ${when === 'end' ? 'at the end' : `after ${when} s`}`);
      for (const [question, line] of asked) {
        const found = rows.find((row) => line.test(row));
        expect(found, `${name}, ${when}: ${question}\n${rows.join('\n')}`).not.to.equal(undefined);
        table.push(question.padEnd(36) + (found ?? '').trim());
      }
    }
    expectGolden('screens/questions.txt', `${table.join('\n')}\n`);
  });
});
