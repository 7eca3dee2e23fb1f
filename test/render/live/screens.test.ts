import { expect } from 'chai';
import type { ScreenSize } from '../../../src/render/live/appearance.js';
import type { Stamped } from '../../../src/model/event.js';
import { expectGolden } from '../../golden.js';
import { recording, type StoryName } from './recordings.js';
import { play, type Seen, type Staging } from './theatre.js';

const LAPTOP: ScreenSize = { columns: 80, rows: 24 };
const NARROW: ScreenSize = { columns: 60, rows: 24 };
const LARGE: ScreenSize = { columns: 120, rows: 40 };

/** What is looked at: each a golden of its own. */
const SHOWS: readonly (readonly [StoryName, string, Staging])[] = [
  ['promoted', '80x24', { ...LAPTOP, at: [10, 20, 45, 100, 140] }],
  ['promoted', '60x24', { ...NARROW, at: [45, 140] }],
  ['promoted', '120x40', { ...LARGE, at: [10, 45, 140] }],
  ['promoted', 'resized', { ...LARGE, at: [50, 60, 90], resize: { ...NARROW, at: 55 } }],
  ['promoted', 'ascii', { ...LAPTOP, at: [45, 140], unicode: false }],
  ['rolled-back', '80x24', { ...LAPTOP, at: [160, 230] }],
  ['rolled-back', '60x24', { ...NARROW, at: [160, 230] }],
  ['adopted', '80x24', { ...LAPTOP, at: [20, 60] }],
  ['stack-failed', '80x24', { ...LAPTOP, at: [10, 18] }],
  ['rolling', '80x24', { ...LAPTOP, at: [60, 180, 300] }],
  ['forty-groups', '80x24', { ...LAPTOP, at: [4, 20, 60, 120, 200, 320] }],
  ['forty-groups', '60x24', { ...NARROW, at: [60, 120] }],
  ['forty-groups', '120x40', { ...LARGE, at: [120] }],
];

describe('the live screen', function () {
  this.timeout(60_000);

  for (const [name, how, staging] of SHOWS) {
    it(`shows "${name}" as its golden does (${how})`, async () => {
      const seen = await play(await recording(name), staging);
      expectGolden(`screens/${name}-${how}.txt`, told(seen, staging));
      expectCalm(seen, staging);
    });
  }

  it('shows the same with colour, and has no colour where there is to be none', async () => {
    const events = await recording('promoted');
    const plain = await play(events, { ...LAPTOP, at: [45, 140] });
    const painted = await play(events, { ...LAPTOP, at: [45, 140], colour: true });
    expect(painted.screens).to.deep.equal(plain.screens);
    expect(painted.left).to.deep.equal(plain.left);
    expect(plain.writes.some(({ text }) => COLOUR.test(text))).to.equal(false);
    expect(painted.writes.some(({ text }) => COLOUR.test(text))).to.equal(true);
    expectCalm(painted, LAPTOP);
  });

  it('writes nothing but ASCII where the terminal shows nothing else', async () => {
    const { writes } = await play(await recording('rolled-back'), { ...LAPTOP, at: [], unicode: false });
    expect(writes.map(({ text }) => text).join('')).to.match(/^[\u001b\n\r\u0020-\u007e]*$/);
  });

  it('breaks no command that comes next, however narrow the terminal is', async () => {
    const next = `ha-updater update-stack web --change-set ${'kept-'.repeat(20)}now --region eu-west-1`;
    const events = (await recording('promoted')).map((stamped): Stamped => {
      const { event } = stamped;
      return event.type === 'run.finished' ? { ...stamped, event: { ...event, next: [next] } } : stamped;
    });
    const { writes } = await play(events, { columns: 60, rows: 24, at: [] });
    expect(writes.map(({ text }) => text).join('')).to.include(`Next: ${next}`);
  });
});

const COLOUR = /\u001b\[\d+m/;

/** The screens one below the other, and what is left in the end. */
function told({ screens, left }: Seen, { at }: Staging): string {
  const shots = screens.map((rows, index) => [`--- after ${at[index]} s`, ...rows]);
  return [...shots, ['--- left', ...left]].map((rows) => `${rows.join('\n')}\n`).join('\n');
}

/** More than any frame needs: its rows, their colours, and the moves between them. */
const BYTES_PER_CELL = 4;

/** No flicker: nothing is erased that is written again, no row is wider than the screen, and a frame is small. */
function expectCalm({ writes }: Seen, { rows }: ScreenSize): void {
  for (const { text, columns } of writes) {
    expect(text, 'a full erase').not.to.match(/\u001b(?:\[[123]?J(?!\u001b\[\?2026l$)|\[H|c)/);
    if (!text.startsWith(BEGIN)) continue;
    expect(text.endsWith(END), 'a frame is shown at once').to.equal(true);
    expect(text.length).to.be.at.most(columns * rows * BYTES_PER_CELL);
    for (const row of text.slice(BEGIN.length).split('\n'))
      expect(row.replace(/\u001b\[[\d;?]*[A-Za-z]|\r/g, '').length, row).to.be.at.most(columns);
  }
}

const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
