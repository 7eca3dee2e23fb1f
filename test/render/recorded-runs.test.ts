import { expect } from 'chai';
import { ciLog } from '../../src/render/ci/ci-log.js';
import { github } from '../../src/render/ci/github.js';
import { gitlab } from '../../src/render/ci/gitlab.js';
import { teamcity } from '../../src/render/ci/teamcity.js';
import { jsonlRenderer } from '../../src/render/jsonl.js';
import { linesRenderer } from '../../src/render/lines.js';
import { lineWriter } from '../../src/render/line-writer.js';
import type { Renderer } from '../../src/render/stream.js';
import { EXIT_OF } from '../../src/errors.js';
import type { Stamped } from '../../src/model/event.js';
import { noticeTeller, noticeText } from '../../src/notify/notice.js';
import { endDocument } from '../../src/run/process-context.js';
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

/** What leaves a run for programs, and what a run of so many groups tells of three of them. */
const jsonLines = (events: readonly Stamped[]): readonly string[] => {
  const lines: string[] = [];
  const renderer = jsonlRenderer((line) => lines.push(line));
  events.forEach(renderer.show);
  return lines.filter(ofSome);
};

/** The notices of a run as documents, each with its text for chats. */
function notices(events: readonly Stamped[]): string {
  const teller = noticeTeller();
  const told = events.flatMap((stamped) => teller(stamped) ?? []);
  return told.map((notice) => `${JSON.stringify(notice, null, 2)}\n\n${noticeText(notice)}\n`).join('\n');
}

/** The document that --json prints at the end. */
function document(events: readonly Stamped[]): string {
  const first = events[0]?.event;
  const last = events.at(-1);
  if (first?.type !== 'run.started' || last?.event.type !== 'run.finished') throw new Error('no whole run');
  const { command, stack } = first;
  const came = events.flatMap(({ event }) => (event.type === 'interrupt' ? [event.signal] : []))[0];
  const { outcome } = last.event;
  const ended = { ...last.event, exitCode: EXIT_OF[outcome] };
  return `${JSON.stringify(endDocument({ run: last.run, command, stack, interrupted: came }, ended), null, 2)}\n`;
}

describe('a recorded run', () => {
  for (const run of RUNS) {
    it(`"${run}" leaves as JSON Lines what its golden holds`, async () => {
      expectGolden(`runs/${run}/events.jsonl`, `${jsonLines(await recording(run)).join('\n')}\n`);
    });

    it(`"${run}" is told by the notices, and ends with the document, that two files hold`, async () => {
      const events = await recording(run);
      expectGolden(`runs/${run}/notices.txt`, notices(events));
      expectGolden(`runs/${run}/result.json`, document(events));
    });

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
