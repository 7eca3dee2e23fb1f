import { expect } from 'chai';
import { createSandbox } from '../../../src/sandbox/index.js';
import { createClients } from '../../../src/aws/session/clients.js';
import { logLines } from '../../../src/aws/log-lines.js';
import { keepLines } from '../../../src/sandbox/world/logs/logs.js';
import { DEFAULT_SCENARIO } from '../../../src/sandbox/scenario.js';

describe('CloudWatch Logs: lines of functions', () => {
  const stage = () => {
    const sandbox = createSandbox(DEFAULT_SCENARIO);
    const call = (operation: string, input: object): object => sandbox.invoke('logs', operation, input);
    call('CreateLogGroup', { logGroupName: '/aws/lambda/f' });
    const { credentials, ...config } = sandbox.clientConfig();
    const clients = createClients({ ...config, credentials: () => Promise.resolve(credentials) });
    const texts = async (from: number, pattern: string): Promise<readonly string[]> =>
      (await logLines(clients, { group: '/aws/lambda/f', from, pattern })).map(({ text }) => text);
    return { sandbox, call, texts, clients };
  };

  it('are found by time, by terms and by a field of JSON, through the client that the tool has', async () => {
    const { sandbox, texts } = stage();
    const first = sandbox.clock.now();
    keepLines(sandbox.world, '/aws/lambda/f', '[1]', ['{"run":"a"}', '{"run":"ab"}', 'START a']);
    sandbox.clock.advance(1_000);
    keepLines(sandbox.world, '/aws/lambda/f', '[2]', ['{"run":"a","n":2}']);
    expect(await texts(first, '{ $.run = "a" }')).to.deep.equal(['{"run":"a"}', '{"run":"a","n":2}']);
    expect(await texts(first + 1, '{ $.run = "a" }')).to.deep.equal(['{"run":"a","n":2}']);
    expect(await texts(first, '"START a"')).to.deep.equal(['START a']);
    expect(await texts(first, '?"START a" ?ab')).to.deep.equal(['{"run":"ab"}', 'START a']);
  });

  it('come page by page', async () => {
    const { sandbox, texts } = stage();
    const lines = Array.from({ length: 10_001 }, (_, index) => `line ${index}`);
    keepLines(sandbox.world, '/aws/lambda/f', '[1]', lines.slice(0, 9_000));
    keepLines(sandbox.world, '/aws/lambda/f', '[1]', lines.slice(9_000));
    expect((await texts(0, 'line')).length).to.equal(10_001);
  });

  it('need a group and a stream, and are refused in patterns that are not known here', async () => {
    const { call, clients, texts } = stage();
    const codeOf = (make: () => object): unknown => {
      try {
        return make();
      } catch (error) {
        return (error as { readonly code?: string }).code;
      }
    };
    const events = { logEvents: [{ timestamp: 1, message: 'x' }] };
    expect(codeOf(() => call('CreateLogGroup', { logGroupName: '/aws/lambda/f' }))).to.equal(
      'ResourceAlreadyExistsException',
    );
    expect(
      codeOf(() => call('PutLogEvents', { logGroupName: '/aws/lambda/f', logStreamName: 's', ...events })),
    ).to.equal('ResourceNotFoundException');
    call('CreateLogStream', { logGroupName: '/aws/lambda/f', logStreamName: 's' });
    call('PutLogEvents', { logGroupName: '/aws/lambda/f', logStreamName: 's', ...events });
    expect(await texts(0, '')).to.deep.equal(['x']);
    const missing = await logLines(clients, { group: 'none', from: 0, pattern: '' }).catch((error: unknown) => error);
    expect(missing).to.include({ kind: 'missing', operation: 'logs:FilterLogEvents' });
    const odd = await logLines(clients, { group: '/aws/lambda/f', from: 0, pattern: '[a, b]' }).catch(
      (error: unknown) => error,
    );
    expect(odd).to.include({ kind: 'invalid' });
  });
});
