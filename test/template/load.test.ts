import { expect } from 'chai';
import { commandLine } from '../../src/text/commands/next-command.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsFault, Failure } from '../../src/errors.js';
import { nextAddress } from '../../src/files/fetch-safely.js';
import { fetchTemplate, readTemplateFile } from '../../src/template/io.js';
import { loadTemplate, type TemplateIo } from '../../src/template/load.js';

const text = 'Resources:\n  Topic: {Type: "AWS::SNS::Topic"}\n';
const big = `${text}# ${'x'.repeat(52_000)}\n`;

function io(change: Partial<TemplateIo> = {}): TemplateIo {
  const none = (what: string) => () => Promise.reject(new Error(`${what} was not expected`));
  return {
    readFile: none('a file'),
    fetchText: none('https'),
    readObject: none('S3'),
    stackTemplate: none('the stack'),
    ...change,
  };
}

describe('loading a template', () => {
  it('sends a file as written', async () => {
    const loaded = await loadTemplate('web.yml', 'web', io({ readFile: () => Promise.resolve(text) }));
    expect(loaded).to.deep.include({
      source: { kind: 'body', text },
      origin: 'web.yml',
      bytes: Buffer.byteLength(text),
      resources: 1,
    });
  });

  it('takes a file address', async () => {
    const asked: string[] = [];
    await loadTemplate(
      'file:///a%20b.yml',
      'web',
      io({ readFile: (path) => (asked.push(path), Promise.resolve(text)) }),
    );
    expect(asked).to.deep.equal(['/a b.yml']);
  });

  it('counts bytes, not letters', async () => {
    const wide = `${text}# ${'é'.repeat(26_000)}`;
    const failure = await failureOf(loadTemplate('web.yml', 'web', io({ readFile: () => Promise.resolve(wide) })));
    expect(failure.facts.code).to.equal('template.needsS3');
  });

  it('says what to do with a text that a call cannot carry', async () => {
    const failure = await failureOf(loadTemplate('web.yml', 'web', io({ readFile: () => Promise.resolve(big) })));
    expect(failure.exitCode).to.equal(2);
    expect(failure.facts.next.map(commandLine)[0]).to.match(/^aws s3 cp web\.yml s3:/);
  });

  for (const [address, url] of [
    ['s3://bucket/a/b c.yml', 'https://bucket.s3.amazonaws.com/a/b%20c.yml'],
    ['s3://my.bucket/a.yml', 'https://s3.amazonaws.com/my.bucket/a.yml'],
    ['https://bucket.s3.eu-west-1.amazonaws.com/a.yml', 'https://bucket.s3.eu-west-1.amazonaws.com/a.yml'],
  ] as const) {
    it(`sends ${address} by its address when it is big, as written when it is small`, async () => {
      const loaded = await loadTemplate(address, 'web', io({ readObject: () => Promise.resolve(big) }));
      expect(loaded.source).to.deep.equal({ kind: 'url', url });
      const small = await loadTemplate(address, 'web', io({ readObject: () => Promise.resolve(text) }));
      expect(small.source).to.deep.equal({ kind: 'body', text });
    });
  }

  it('reads a signed address as it stands and does not show its signature', async () => {
    const address = 'https://bucket.s3.amazonaws.com/a.yml?X-Amz-Signature=secret';
    const loaded = await loadTemplate(address, 'web', io({ fetchText: () => Promise.resolve(big) }));
    expect(loaded.source).to.deep.equal({ kind: 'url', url: address });
    expect(loaded.origin).to.equal('https://bucket.s3.amazonaws.com/a.yml');
  });

  it('sends what other servers have as text', async () => {
    const loaded = await loadTemplate(
      'https://example.com/a.yml',
      'web',
      io({ fetchText: () => Promise.resolve(text) }),
    );
    expect(loaded.source.kind).to.equal('body');
  });

  it('refuses more than 1 MB wherever it is', async () => {
    const failure = await failureOf(
      loadTemplate('s3://b/k', 'web', io({ readObject: () => Promise.resolve('#'.repeat(1_048_577)) })),
    );
    expect(failure.facts.code).to.equal('template.tooBig');
  });

  for (const address of ['http://example.com/a.yml', 'ftp://x/y', 's3://bucket', 's3://']) {
    it(`refuses ${address}`, async () => {
      expect((await failureOf(loadTemplate(address, 'web', io()))).facts.code).to.equal('template.address');
    });
  }

  it('tells a missing object and a missing permission apart', async () => {
    const failing = (kind: AwsFault['kind']): TemplateIo =>
      io({ readObject: () => Promise.reject(new AwsFault(kind, 's3:GetObject', 'X', 'x')) });
    expect((await failureOf(loadTemplate('s3://b/k', 'web', failing('missing')))).facts.code).to.equal(
      'template.missing',
    );
    expect((await failureOf(loadTemplate('s3://b/k', 'web', failing('denied')))).facts.code).to.equal(
      'template.denied',
    );
  });

  describe("the stack's own", () => {
    const own = (body: string): TemplateIo => io({ stackTemplate: () => Promise.resolve(body) });

    it('is used again without being sent', async () => {
      const loaded = await loadTemplate(undefined, 'web', own(text));
      expect(loaded).to.deep.include({ source: { kind: 'previous' }, resources: 1, findings: [] });
    });

    it('is told of, not refused, for what CloudFormation has taken before', async () => {
      const { findings } = await loadTemplate(undefined, 'web', own(`${text}Outputs: {O: {Value: !Ref Nowhere}}\n`));
      expect(findings.map(({ severity }) => severity)).to.deep.equal(['warning']);
      expect((await loadTemplate(undefined, 'web', own('a: b: c'))).findings.map(({ code }) => code)).to.deep.equal([
        'template.unreadable',
      ]);
    });

    it('is refused for a policy that fights with the swap', async () => {
      const { findings } = await loadTemplate(
        undefined,
        'web',
        own(
          'Resources: {G: {Type: "AWS::AutoScaling::AutoScalingGroup", UpdatePolicy: {AutoScalingRollingUpdate: {}}}}',
        ),
      );
      expect(findings.map(({ code, severity }) => `${code} ${severity}`)).to.deep.equal([
        'template.rollingUpdate error',
      ]);
    });

    it('does not exist without a stack', async () => {
      const missing = io({
        stackTemplate: () =>
          Promise.reject(new AwsFault('missing', 'cloudformation:GetTemplate', 'ValidationError', 'no')),
      });
      const failure = await failureOf(loadTemplate(undefined, 'web', missing));
      expect([failure.exitCode, failure.facts.code]).to.deep.equal([3, 'stack.missing']);
    });
  });

  describe('from the disk', () => {
    let folder: string;
    before(async () => (folder = await mkdtemp(join(tmpdir(), 'template-'))));
    after(() => rm(folder, { recursive: true }));

    const code = async (path: string): Promise<string> => (await failureOf(readTemplateFile(path))).facts.code;
    it('reads a file with its byte order mark', async () => {
      const path = join(folder, 'a.yml');
      await writeFile(path, `\ufeff${text}`);
      expect(await readTemplateFile(path)).to.equal(`\ufeff${text}`);
    });
    it('no such file, a directory, not text, too big', async () => {
      await writeFile(join(folder, 'binary'), Buffer.from([0xff, 0xfe, 0x00, 0xd8]));
      await writeFile(join(folder, 'big'), 'x'.repeat(1_048_577));
      expect(await code(join(folder, 'none'))).to.equal('template.missing');
      expect(await code(folder)).to.equal('template.missing');
      expect(await code(join(folder, 'binary'))).to.equal('template.encoding');
      expect(await code(join(folder, 'big'))).to.equal('template.tooBig');
    });
  });

  describe('from a web server', () => {
    let server: Server;
    let base: string;
    before((done) => {
      server = createServer((request, response) => {
        if (request.url === '/good') return void response.end(text);
        const to = /^\/to\/(.*)$/.exec(request.url ?? '')?.[1];
        if (to !== undefined) return void response.writeHead(302, { location: decodeURIComponent(to) }).end();
        if (request.url === '/endless') {
          const more = (): void => {
            while (!response.destroyed && response.write('x'.repeat(65_536)));
          };
          response.on('drain', more);
          return void more();
        }
        response.statusCode = 404;
        response.end();
      }).listen(0, '127.0.0.1', () => {
        base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        done();
      });
    });
    after((done) => void (server.closeAllConnections(), server.close(done)));

    it('reads a text, tells an error from it, and stops reading what is too big', async () => {
      expect(await fetchTemplate(`${base}/good`)).to.equal(text);
      expect((await failureOf(fetchTemplate(`${base}/none?sign=secret`))).message).to.equal(
        `${base}/none answered 404 Not Found.`,
      );
      expect((await failureOf(fetchTemplate(`${base}/endless`))).facts.code).to.equal('template.tooBig');
    });
    it('follows a few redirects, and none to where credentials are or to what is no https', async () => {
      const to = (address: string, times = 1): string =>
        times === 0 ? address : `/to/${encodeURIComponent(to(address, times - 1))}`;
      expect(await fetchTemplate(base + to('/good', 3))).to.equal(text);
      for (const [address, why] of [
        [to('/good', 4), 'it leads on more than 3 times'],
        [to('https://169.254.169.254/latest/meta-data'), "169.254.169.254 is an address of this machine's own link"],
        [to('https://2852039166/'), "169.254.169.254 is an address of this machine's own link"],
        [to('https://[::ffff:169.254.169.254]/'), "is an address of this machine's own link"],
        [to('https://[fe80::1]/'), "is an address of this machine's own link"],
        [to('https://[fd00:ec2::254]/'), "is an address of this machine's own link"],
        [to('https://u:secret@example.com/'), 'it leads to an address with a password in it'],
        [to('https://:::/'), 'it leads to something that is not an address'],
        [to('file:///etc/passwd'), 'it leads to file://, which is not https'],
      ] as const) {
        const failure = await failureOf(fetchTemplate(base + address));
        expect([failure.facts.code, failure.exitCode]).to.deep.equal(['template.unreachable', 2]);
        expect(failure.message).to.include(why);
      }
      expect(() => nextAddress(new URL('https://example.com/a'), 'http://example.com/b')).to.throw(
        'which is not https',
      );
      expect(nextAddress(new URL('https://example.com/a?x'), 'b').href).to.equal('https://example.com/b');
    });

    it('names why it could not be reached', async () => {
      const failure = await failureOf(fetchTemplate('http://127.0.0.1:1/a'));
      expect(failure.facts.code).to.equal('template.unreachable');
      expect(failure.message).not.to.include('fetch failed');
    });
  });
});

async function failureOf(run: Promise<unknown>): Promise<Failure> {
  try {
    await run;
  } catch (error) {
    expect(error, String(error)).to.be.instanceOf(Failure);
    return error as Failure;
  }
  throw new Error('it did not fail');
}
