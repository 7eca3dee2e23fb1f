import { expect } from 'chai';
import { logTroubles, TROUBLE } from '../../../src/app/server/log-troubles.js';
import type { LogLine } from '../../../src/model/execution.js';
import { CODES } from '../../../src/render/codes.js';
import { redactor } from '../../../src/text/secrets/redact.js';

const ABOUT = { name: 'web-1', version: '7', log: '/aws/lambda/rollouts', since: 1_000_000 };
const ID = '8f5a3b0e-90f5-4b0e-8ba5-6f2c1e0c7d11';

let lines = 0;
const line = (text: string, stream = '2026/11/30/[7]abc'): LogLine => ({
  id: `line${(lines += 1)}`,
  at: 1_000_000,
  text,
  stream,
});

describe('lines of a log that are no events', () => {
  const stage = () => logTroubles(ABOUT, redactor(['hunter2hunter2']));
  const texts = (all: readonly { readonly text: string }[]) => all.map(({ text }) => text);

  it('are told in short, each kind once, three at most, without secrets', () => {
    const troubles = stage();
    const first = troubles.take([
      line(`2026-11-30T05:00:00.000Z\t${ID}\tERROR\tInvoke Error\t{"errorType":"Runtime.ImportModuleError"}\n  at x`),
      line(`2026-11-30T05:00:09.000Z ${ID} Task timed out after 240.01 seconds`),
      line('{"v":1,"run":"web-2","event":{"type":"warning","reason":{"text":"it failed"}}}'),
    ]);
    expect(texts(first)).to.deep.equal([
      'The log of the function says: ERROR Invoke Error {"errorType":"Runtime.ImportModuleError"}',
      'The log of the function says: Task timed out after 240.01 seconds',
    ]);
    expect(first[0]).to.deep.include({ code: 'server.log', remedy: 'All of it is in /aws/lambda/rollouts.' });
    const again = troubles.take([
      line(`2026-11-30T05:05:09.000Z ${ID} Task timed out after 240.02 seconds`),
      line(`AccessDeniedException: no logs for hunter2hunter2 ${'x'.repeat(400)}`),
      line('ERROR of a fourth kind'),
    ]);
    expect(again.length).to.equal(1);
    expect(again[0]?.text)
      .to.match(/no logs for \*{4} x+…$/)
      .and.to.have.lengthOf.below(340);
    expect(troubles.all().length).to.equal(3);
  });

  it('of another version are none of ours', () => {
    expect(
      stage().take([line('ERROR', '2026/11/30/[6]abc'), line('ERROR', '2026/11/30/rollouts[$LATEST]abc')]),
    ).to.deep.equal([]);
    expect(stage().take([line('ERROR', 'rollouts')]).length).to.equal(1);
  });

  it('are looked for until the first event, and again in its silence, not more often than needed', () => {
    const troubles = stage();
    expect([1_000_000, 1_003_000].map((now) => troubles.isDue(now, undefined))).to.deep.equal([true, true]);
    const due = [1_010_000, 1_069_000, 1_070_000, 1_073_000, 1_100_000].map((now) => troubles.isDue(now, 1_010_000));
    expect(due).to.deep.equal([false, false, true, false, true]);
  });

  it('may be missing too: that nothing is told is told after a minute, once', () => {
    const troubles = stage();
    const said = [1_059_000, 1_060_000, 1_090_000].map((now) => troubles.silence(now, undefined)?.code);
    expect(said).to.deep.equal([undefined, 'server.silent', undefined]);
    expect(stage().silence(1_090_000, 1_001_000)).to.equal(undefined);
    const told = stage();
    told.take([line('ERROR')]);
    expect(told.silence(1_090_000, undefined)).to.equal(undefined);
  });

  it('have codes that explain knows, and are asked for by words that any of them holds', () => {
    expect(CODES).to.include.keys('server.log', 'server.silent');
    expect(TROUBLE.match(/\?("[^"]+"|\S+)/g)?.join(' ')).to.equal(TROUBLE);
  });
});
