import { HttpResponse } from '@smithy/core/protocols';
import { expect } from 'chai';
import { Readable } from 'node:stream';
import { createGateway } from '../../../src/aws/gateway.js';
import { collected } from '../../../src/aws/session/whole-answers.js';
import type { Gateway } from '../../../src/engine/gateway.js';
import type { FaultKind } from '../../../src/errors.js';
import { createSandbox } from '../../../src/sandbox/index.js';
import { serveSandbox } from '../../../src/sandbox/live.js';
import { BREAKS, DEFAULT_SCENARIO, type Fault } from '../../../src/sandbox/scenario.js';
import { faultOf, gatewayOver } from '../support.js';

/** What came back is this answer. */
function answering(statusCode: number, type: string, body: string): Gateway {
  const headers = { 'content-type': type, date: 'Sat, 21 Nov 2026 03:00:00 GMT' };
  return gatewayOver(() =>
    Promise.resolve({ response: new HttpResponse({ statusCode, headers, body: Buffer.from(body) }) }),
  );
}

const HTML = '<!DOCTYPE html><html><body>Sign in</body></html>';
const groups = (gateway: Gateway): Promise<unknown> => gateway.describeGroups(['web']);
const stack = (gateway: Gateway): Promise<unknown> => gateway.describeStack('web');
const parameter = (gateway: Gateway): Promise<unknown> => gateway.parameterValue('/web/image');

describe('an answer that is none of the service', () => {
  const rows: readonly [string, (gateway: Gateway) => Promise<unknown>, number, string, string, FaultKind][] = [
    ['nothing', groups, 200, '', '', 'transient'],
    ['a page', groups, 200, 'text/html', HTML, 'transient'],
    ['JSON', groups, 200, 'application/json', '{}', 'transient'],
    ['an error in the place of an answer', groups, 200, 'text/xml', '<ErrorResponse></ErrorResponse>', 'transient'],
    ['a document without its end', groups, 200, 'text/xml', '<DescribeAutoScalingGroupsResponse><a/>', 'transient'],
    ['a root alone', groups, 200, 'text/xml', '<DescribeAutoScalingGroupsResponse xmlns="urn:x"/>', 'transient'],
    [
      'a root without a result',
      stack,
      200,
      'text/xml',
      '<DescribeStacksResponse></DescribeStacksResponse>',
      'transient',
    ],
    ['the result of another call', stack, 200, 'text/xml', '<XResponse><XResult/></XResponse>', 'transient'],
    ['a document torn in an element', groups, 200, 'text/xml', '<DescribeAutoScalingGroupsRes', 'transient'],
    ['a document that does not nest', groups, 200, 'text/xml', '<XResponse><a></b></XResponse>', 'transient'],
    ['a redirect', groups, 302, 'text/html', HTML, 'transient'],
    ['a redirect without a body', stack, 307, '', '', 'transient'],
    ['a page that knows no stack', stack, 404, 'text/html', HTML, 'transient'],
    ['nothing that is not found', stack, 404, '', '', 'transient'],
    ['a refusal without its end', stack, 400, 'text/xml', '<ErrorResponse><Error><Code>Thrott', 'transient'],
    ['a page that lets nobody through', stack, 403, 'text/html', HTML, 'unreachable'],
    ['a page that finds it too large', stack, 413, 'text/html', HTML, 'invalid'],
    ['a page of a service that is down', stack, 503, 'text/html', HTML, 'transient'],
    ['a page for a parameter', parameter, 200, 'text/html', HTML, 'transient'],
    ['nothing for a parameter', parameter, 200, 'application/x-amz-json-1.1', '', 'transient'],
    ['half a parameter', parameter, 200, 'application/x-amz-json-1.1', '{"Parameter":{"Val', 'transient'],
    ['JSON that is torn within', parameter, 200, 'application/x-amz-json-1.1', '{"Parameter":{"V}', 'transient'],
  ];
  for (const [what, call, status, type, body, kind] of rows)
    it(`is no answer: ${what} (HTTP ${status})`, async () => {
      const fault = await faultOf(call(answering(status, type, body)));
      expect([fault.kind, fault.code]).to.deep.equal([kind, 'UnreadableAnswer']);
      expect(fault.message).to.contain(`HTTP ${status}`);
    });

  it('is none for an object of S3 either', async () => {
    const read = await faultOf(answering(200, 'text/html', HTML).readObject('bucket', 'key'));
    const object = { bucket: 'bucket', key: 'key', text: 'a', owner: '123456789012' };
    const written = answering(200, 'text/html', HTML).writeObject(object);
    expect([read.code, (await faultOf(written)).code]).to.deep.equal(['UnreadableAnswer', 'UnreadableAnswer']);
  });

  it('is told from one that holds nothing', async () => {
    const root = '<?xml version="1.0"?>\n<!-- none -->\n<DescribeAutoScalingGroupsResponse xmlns="urn:x"';
    const result = '<DescribeAutoScalingGroupsResult';
    for (const body of [`${result}/>`, `${result}><AutoScalingGroups/></DescribeAutoScalingGroupsResult>`]) {
      const text = `${root}>${body}</DescribeAutoScalingGroupsResponse>\n`;
      const answer = await answering(200, 'text/xml', text).describeGroups(['web']);
      expect(answer.groups).to.deep.equal([]);
    }
  });
});

describe('an answer over a network', () => {
  const faulty = async (
    fault: Omit<Fault & { kind: 'brokenAnswer' }, 'kind' | 'rate'>,
  ): Promise<readonly unknown[]> => {
    const faults = [{ kind: 'brokenAnswer', rate: 1, ...fault } as const];
    const sandbox = createSandbox({ ...DEFAULT_SCENARIO, faults });
    const live = await serveSandbox(sandbox, { port: 0, speed: 1 });
    try {
      const gateway = createGateway({
        region: 'eu-west-1',
        endpoint: live.url,
        credentials: () => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' }),
      });
      const fault = await faultOf(gateway.describeGroups(['web']));
      // The connection of the next call is a good one.
      const { groups: found } = await gateway.describeGroups(['web']);
      return [fault.kind, fault.code, found];
    } finally {
      await live.close();
    }
  };

  for (const how of BREAKS.filter((one) => one !== 'drip'))
    it(`that breaks is transient: ${how}`, async () => {
      const code = ['cut', 'short', 'reset'].includes(how) ? 'ECONNRESET' : 'UnreadableAnswer';
      const seen = await faulty({ calls: 'autoscaling:*', how, times: 1 });
      expect(seen).to.deep.equal(['transient', code, []]);
    });

  it('that stops arriving ends after its time', async () => {
    const stopped = new Readable({ read: () => undefined });
    stopped.push('<Describe');
    const fault = await faultOf(collected(stopped, { operation: 'autoscaling:X', most: 100, limitMs: 20 }));
    expect([fault.kind, fault.code, fault.message]).to.deep.equal([
      'transient',
      'SlowAnswer',
      'The answer had not arrived after 0.02 s.',
    ]);
    expect(stopped.destroyed).to.equal(true);
  });

  it('that never ends is not read for ever', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1_000);
      })(),
    );
    const fault = await faultOf(collected(endless, { operation: 'autoscaling:X', most: 10_000 }));
    expect([fault.kind, fault.code]).to.deep.equal(['invalid', 'TooLarge']);
  });
});
