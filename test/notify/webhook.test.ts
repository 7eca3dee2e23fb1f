import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Failure } from '../../src/errors.js';
import { createNotifier } from '../../src/notify/notifier.js';
import { noticeText, type Notice } from '../../src/notify/notice.js';
import { postWithin, readWebhook, requestOf, type Post } from '../../src/notify/webhook.js';
import { showSettings, updateGroups, type ProcessContext, type Settings } from '../../src/index.js';
import type { Stamped } from '../../src/model/event.js';
import { createCommandStage, type Ended } from '../support/command-stage.js';
import { standardGroup } from '../support/sandbox.js';

const ADDRESS = 'https://hooks.example.com/services/T0/B0/not-a-real-one';

/** One request as it would leave. */
interface Sent {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly notice: Notice;
}

describe('where a webhook is', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'ha-updater-webhook-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  it('stands in a file, in a variable, or in the variable of the flag', async () => {
    const path = join(folder, 'address');
    await writeFile(path, `${ADDRESS}\n`);
    expect(await readWebhook(`@file:${path}`, {})).to.equal(ADDRESS);
    expect(await readWebhook('@env:HOOK', { HOOK: ADDRESS })).to.equal(ADDRESS);
    expect(await readWebhook(ADDRESS, { HA_UPDATER_WEBHOOK: ADDRESS })).to.equal(ADDRESS);
  });

  it('is refused, and never repeated, where others can read it or where it is not https', async () => {
    const odd = [
      [ADDRESS, {}],
      ['@env:HOOK', {}],
      ['@env:HOOK', { HOOK: 'not-a-real-one' }],
      ['@env:HOOK', { HOOK: 'http://127.0.0.1/not-a-real-one' }],
      ['@env:HOOK', { HOOK: 'file:///not-a-real-one' }],
      ['@env:HOOK', { HOOK: 'https://me:not-a-real-one@example.com/' }],
      [`@file:${folder}/none`, {}],
      ['@file:/dev/zero', {}],
      [folder, {}],
    ] as const;
    for (const [source, env] of odd) {
      const failure: unknown = await readWebhook(source, env).catch((error: unknown) => error);
      expect(failure, source).to.be.instanceOf(Failure);
      expect((failure as Failure).facts.code).to.equal('usage.webhook');
      expect((failure as Failure).message).to.not.include('not-a-real-one');
    }
  });
});

describe('a webhook in the settings', () => {
  it('is not shown, but where it stands is', () => {
    let said = '';
    const stream = { write: (text: string) => ((said += text), true), on: () => undefined };
    const settings = (value: string): Settings => ({
      said: [{ name: 'webhook', value, at: 'HA_UPDATER_WEBHOOK' }],
      overridden: [],
      remarks: [],
    });
    const context = { stdout: stream, stderr: stream, json: false } as unknown as ProcessContext;
    const document = showSettings(undefined, settings(ADDRESS), context);
    expect(said + JSON.stringify(document))
      .to.include('****')
      .and.not.include('not-a-real-one');
    expect(JSON.stringify(showSettings(undefined, settings('@file:hook'), context))).to.include('@file:hook');
  });
});

describe('a notice over the network', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  /** What comes of a notice to a server that answers like this. */
  async function answered(listener: RequestListener, ms = 2_000): Promise<string> {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return postWithin(ms)(`http://127.0.0.1:${port}/not-a-real-one`, '{}', {});
  }

  it('is taken or not, in words that never hold the address; no redirect is followed', async () => {
    expect(await answered((_, response) => response.end('ok'))).to.equal('');
    expect(await answered((_, response) => response.writeHead(404).end())).to.equal('it answered 404');
    let followed = 0;
    const redirect: RequestListener = ({ url }, response) => {
      if (url === '/elsewhere') followed += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    };
    expect(await answered(redirect)).to.equal('it answered with a redirect, which is not followed');
    expect(followed).to.equal(0);
    expect(await answered(() => undefined, 100)).to.equal('no answer within 0.1 s');
    expect(await answered(({ socket }) => socket.destroy())).to.match(/^no connection/);
  });
});

describe('the notices of a run', () => {
  const sent: Sent[] = [];
  const taking: Post = (address, body, headers) => {
    sent.push({ address, headers, ...(JSON.parse(body) as Pick<Sent, 'text' | 'notice'>) });
    return Promise.resolve('');
  };
  beforeEach(() => (sent.length = 0));

  function release(post: Post, more: object = {}): Promise<Ended> {
    const stage = createCommandStage();
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
    return stage.call('update-asgs', (context) =>
      updateGroups(
        { asgs: ['web'], swap: 'always', output: 'jsonl', webhook: '@env:HOOK', ...more },
        {
          ...context,
          env: { ...context.env, HOOK: ADDRESS, HA_UPDATER_WEBHOOK_SECRET: 'shared' },
          simulated: { ...context.simulated!, post },
        },
      ),
    );
  }

  it('tell its start, its verdict and its end, signed, and hold nothing secret', async () => {
    const { code, said } = await release(taking);
    expect(code).to.equal(0);
    expect(sent.map(({ notice: { kind, outcome } }) => [kind, outcome])).to.deep.equal([
      ['started', undefined],
      ['verdict', 'promote'],
      ['ended', 'swapped'],
    ]);
    expect(sent[0]?.text).to.match(/^ha-updater update-asgs web \(\d{12}, eu-west-1\): started by arn:aws:/);
    for (const { headers, text, notice } of sent) {
      const body = JSON.stringify({ text, notice });
      const signature = createHmac('sha256', 'shared').update(`${headers['x-ha-updater-at']}.${body}`).digest('hex');
      expect(headers['x-ha-updater-signature']).to.equal(`sha256=${signature}`);
      expect(body).to.not.match(/hooks\.example|shared/);
    }
    expect(said).to.not.match(/hooks\.example|shared/);
  });

  it('tell a pause, and a failure with what serves and what helps', async () => {
    await release(taking, { 'pause-at': '50%' });
    expect(sent.at(-1)?.notice).to.include({ kind: 'paused', outcome: 'paused', exitCode: 0 });
    await release(taking, { asgs: ['nope'] });
    expect(sent.at(-1)?.notice).to.include({ kind: 'ended', exitCode: 3 });
    expect(sent.at(-1)?.notice.failure?.serves).to.equal('Nothing was changed.');
  });

  it('tell once that the old instances are kept, and until when', async () => {
    await release(taking, { 'keep-old': '1h', detach: true });
    expect(sent.map(({ notice: { kind, outcome } }) => [kind, outcome])).to.deep.equal([
      ['started', undefined],
      ['verdict', 'promote'],
      ['kept', undefined],
      ['ended', 'kept'],
    ]);
    const { text, notice } = sent[2] ?? {};
    expect(notice?.groups).to.deep.equal(['web']);
    expect(Date.parse(notice?.until ?? '') - Date.parse(notice?.at ?? '')).to.be.within(3_590_000, 3_600_000);
    expect(text).to.include(`the old ones are kept until ${notice?.until}`);
  });

  it('never fail the run: a webhook that takes nothing is one warning', async () => {
    const { code, events } = await release(() => Promise.resolve('it answered 500'));
    expect(code).to.equal(0);
    const warnings = events.filter(({ event }) => event.type === 'warning' && event.reason.code === 'output.webhook');
    expect(warnings).to.have.length(1);
    expect((await release(() => Promise.reject(new Error('odd')))).code).to.equal(0);
  });

  it('are refused before anything is changed where the address cannot be used', async () => {
    const failure: unknown = await release(taking, { webhook: ADDRESS }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Failure).with.property('exitCode', 2);
    expect(sent).to.deep.equal([]);
  });

  it('wait for no one that never answers', async () => {
    let why = '';
    const started = {
      v: 1,
      seq: 1,
      at: 0,
      run: 'r',
      event: { type: 'run.started', run: 'r', command: 'x', groups: [] },
    };
    const identity = { account: '1', arn: 'a', region: 'r' };
    const stamped = { ...started, event: { ...started.event, identity } } as unknown as Stamped;
    const notifier = createNotifier(
      () => new Promise(() => undefined),
      (told) => (why = told),
      () => Promise.resolve(),
    );
    notifier.see(stamped);
    await notifier.end();
    expect(why).to.equal('its last notices were not taken in time');
  });

  it('cannot write marks of a chat into it, nor be signed without a secret', () => {
    const notice: Notice = {
      ...{ v: 1, kind: 'started', run: 'r', command: 'restart', stack: '<!channel>&', groups: [] },
      ...{ account: '1', region: 'r', by: 'a', at: '2026-01-01T00:00:00Z' },
    } as const;
    expect(noticeText(notice)).to.include('&lt;!channel&gt;&amp;');
    expect(requestOf(notice, '').headers).to.not.have.property('x-ha-updater-signature');
  });
});
