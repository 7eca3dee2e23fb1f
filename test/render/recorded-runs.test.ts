import { expect } from 'chai';
import { ciLog } from '../../src/render/ci/ci-log.js';
import { github } from '../../src/render/ci/github.js';
import { gitlab } from '../../src/render/ci/gitlab.js';
import { teamcity } from '../../src/render/ci/teamcity.js';
import { linesRenderer } from '../../src/render/lines.js';
import { lineWriter } from '../../src/render/line-writer.js';
import type { Renderer } from '../../src/render/stream.js';
import type { Stamped } from '../../src/model/event.js';
import { expectGolden } from '../golden.js';
import { ofSome, recording, type StoryName } from './live/recordings.js';

const DIALECTS = { github, gitlab, teamcity };
const RUNS: readonly StoryName[] = [
  'promoted',
  'rolled-back',
  'adopted',
  'stack-failed',
  'interrupted',
  'forty-groups',
];

/** What one way of showing a run writes of it, line by line. */
function written(
  events: readonly Stamped[],
  through: (lines: Renderer, raw: (line: string) => void) => Pick<Renderer, 'show'> = (lines) => lines,
): readonly string[] {
  let text = '';
  const stream = { write: (more: string) => ((text += more), true), on: () => undefined };
  const write = lineWriter(stream);
  const renderer = through(linesRenderer(write, write), (line) => void stream.write(`${line}\n`));
  events.forEach(renderer.show);
  return text.trimEnd().split('\n');
}

/** The marks of a pipeline's log, and how many lines of the plain log stand between them, all of them in their order. */
function marksAmong(lines: readonly string[], plain: readonly string[]): string {
  const told: string[] = [];
  let next = 0;
  let since = 0;
  const between = (): void => {
    if (next > since) told.push(`(${next - since} lines of the plain log)`);
    since = next;
  };
  for (const line of lines) {
    if (line === plain[next]) {
      next += 1;
      continue;
    }
    between();
    told.push(line);
  }
  between();
  expect(next, 'lines of the plain log that the marked one has').to.equal(plain.length);
  return `${told.join('\n')}\n`;
}

describe('a recorded run', () => {
  for (const run of RUNS) {
    it(`"${run}" reads as its golden does, line by line, as in logs that have no marks`, async () => {
      expectGolden(
        `runs/${run}/lines.txt`,
        `${written(await recording(run))
          .filter(ofSome)
          .join('\n')}\n`,
      );
    });

    for (const [name, dialect] of Object.entries(DIALECTS))
      it(`"${run}" has the same lines and its marks in the log of ${name}`, async () => {
        const events = await recording(run);
        const lines = written(events, (plain, raw) => ciLog(plain, dialect, raw));
        expectGolden(`runs/${run}/${name}.txt`, marksAmong(lines, written(events)));
      });
  }
});
