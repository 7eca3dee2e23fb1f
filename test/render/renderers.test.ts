import { expect } from 'chai';
import { systemClock } from '../../src/clock.js';
import type { RunEvent, Stamped } from '../../src/model/event.js';
import type { RolloutRecord } from '../../src/model/rollout/record.js';
import { describe as tell, type Line } from '../../src/render/describe.js';
import { jsonlRenderer } from '../../src/render/jsonl.js';
import { linesRenderer } from '../../src/render/lines.js';
import { lineWriter, type Stream } from '../../src/render/line-writer.js';
import { createStream } from '../../src/render/stream.js';
import { recording } from './live/recordings.js';
import { stamp } from './stamp.js';

/** Everything that a renderer wrote, with its stream before each line. */
function transcript(): {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly text: () => string;
} {
  const lines: string[] = [];
  return {
    out: (line) => lines.push(line),
    err: (line) => lines.push(`stderr| ${line}`),
    text: () => `${lines.join('\n')}\n`,
  };
}

describe('renderers', () => {
  for (const name of ['promoted', 'interrupted', 'stack-failed'] as const)
    it(`jsonl hands on every event of the run "${name}" unchanged, one to a line`, async () => {
      const events = await recording(name);
      const paper = transcript();
      events.forEach(jsonlRenderer(paper.out).show);
      const back = paper
        .text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Stamped);
      expect(back).to.deep.equal(JSON.parse(JSON.stringify(events)));
      expect(back.at(-1)?.event.type).to.equal('run.finished');
    });

  it('tell the same wait again after 30 seconds, so that no pipeline takes us for dead', () => {
    const wait: RunEvent = {
      type: 'group.waiting',
      wait: { group: 'web', phase: 'prove', why: 'Still waiting.', instances: [] },
    };
    const paper = transcript();
    const renderer = linesRenderer(paper.out, paper.err);
    stamp([0, 5, 25, 30, 35, 59, 60].map((seconds) => [seconds, wait] as const)).forEach(renderer.show);
    expect(paper.text().match(/\+\d\d:\d\d/g)).to.deep.equal(['+00:00', '+00:30', '+01:00']);
  });

  it('say that an instance boots before they say that a balancer calls it unhealthy', () => {
    const why = 'web-Targets: unhealthy (Target.FailedHealthChecks: Health checks failed)';
    const wait: RunEvent = {
      type: 'group.waiting',
      wait: {
        group: 'web',
        phase: 'prove',
        why: '0 of 2 new instances are proven.',
        instances: [
          { id: 'i-1', why, state: 'booting' },
          { id: 'i-2', why, state: 'unhealthy' },
        ],
      },
    };
    const paper = transcript();
    stamp([[0, wait]]).forEach(linesRenderer(paper.out, paper.err).show);
    expect(paper.text()).to.include(`[i-1: booting (${why}); i-2: ${why}]`);
  });

  it('never let a control character of a reason reach the terminal', () => {
    const paper = transcript();
    const renderer = linesRenderer(paper.out, paper.err);
    stamp([[0, { type: 'group.skipped', group: 'web', why: 'a\u001b[31mred\r\nb\u009bc' }]]).forEach(renderer.show);
    expect(paper.text().trimEnd()).not.to.match(/[\u0000-\u001f\u007f-\u009f]/);
  });
});

describe('what is told', () => {
  const record = { run: 'r1', strategy: 'swap', size: { min: 2, desired: 2, max: 4 }, old: 2, startedAt: 0 } as const;
  const adopted = (gates?: { readonly paused: number; readonly passed?: number }): readonly Line[] =>
    tell(
      {
        type: 'group.adopted',
        group: 'web',
        run: 'r1',
        holder: 'process 7 on ci',
        since: 0,
        record: { ...record, ...(gates !== undefined && { gates }) } as unknown as RolloutRecord,
      },
      60_000,
    );

  it('of a rollout that paused as asked sounds like no accident', () => {
    const text = 'Takes up run r1, begun at 1970-01-01T00:00:00Z by process 7 on ci, which paused at 50 % as asked.';
    expect(adopted({ paused: 50 })).to.deep.equal([{ level: 'info', scope: 'web', text }]);
    expect(adopted({ paused: 50, passed: 50 })[0]?.level).to.equal('warning');
    expect(adopted()[0]?.text).to.match(/^Takes over run r1, .*which is gone, and finishes it first\.$/);
  });

  it('of a plan is "would" as long as somebody can say no, and "will" once it begins', () => {
    const plan = {
      ...{ stack: 'web', changeSet: 'c', parameters: {}, resources: [], newGroups: [], groups: [], against: [] },
      action: 'update' as const,
    };
    const first = (event: RunEvent): string | undefined => tell(event, 0)[0]?.text;
    expect(first({ type: 'change.planned', plan })).to.contain('web would be updated');
    expect(first({ type: 'change.planned', plan, begins: true })).to.contain('web will be updated');
  });
});

describe('the event stream', () => {
  it('numbers without gaps and goes on when one sink breaks', () => {
    const seen: number[] = [];
    const emit = createStream({
      clock: systemClock(),
      run: 'r',
      sinks: [
        () => {
          throw new Error('broken sink');
        },
        ({ seq }) => seen.push(seq),
      ],
    });
    for (let i = 0; i < 3; i++) emit({ type: 'heartbeat', text: 'x' });
    expect(seen).to.deep.equal([1, 2, 3]);
  });

  it('is silent instead of failing when the reader is gone', () => {
    let fail: (error: NodeJS.ErrnoException) => void = () => undefined;
    const written: string[] = [];
    const stream: Stream = {
      write: (text) => {
        written.push(text);
        return true;
      },
      on: (_, listener) => {
        fail = listener;
      },
    };
    const write = lineWriter(stream);
    write('one');
    fail(Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
    write('two');
    expect(written).to.deep.equal(['one\n']);
  });
});
