import { expect } from 'chai';
import { endOfExecution } from '../../src/aws/one-execution.js';
import { createClients } from '../../src/aws/session/clients.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';
import { lambdaState, type FunctionRow } from '../../src/sandbox/world/lambda/state.js';

describe('the end of the execution of a run', () => {
  const stage = () => {
    const sandbox = createSandbox(DEFAULT_SCENARIO);
    const row: FunctionRow = {
      name: 'rollouts',
      code: 'b/k',
      durable: { executionTimeout: 3600, retentionDays: 14 },
      versions: [{ number: '3', published: 'x' }],
      aliases: new Map(),
      executions: [],
    };
    lambdaState(sandbox.world).functions.set('rollouts', row);
    const { credentials, ...config } = sandbox.clientConfig();
    const clients = createClients({ ...config, credentials: () => Promise.resolve(credentials) });
    const start = (name: string): string => {
      const asked = { FunctionName: 'rollouts:3', InvocationType: 'Event', DurableExecutionName: name };
      return (sandbox.invoke('lambda', 'Invoke', asked) as { readonly DurableExecutionArn: string })
        .DurableExecutionArn;
    };
    const end = (name: string, result: object): void => {
      const ended = { at: sandbox.clock.now(), status: 'SUCCEEDED' as const, result: JSON.stringify(result) };
      Object.assign(row.executions.find((one) => one.name === name) ?? {}, { ended });
    };
    const status = async (run: string, version = '3'): Promise<string | undefined> =>
      (await endOfExecution(clients, { functionName: 'rollouts', version, run }))?.status;
    return { start, end, status };
  };

  it('is one that Lambda tells, of an execution that it knows, of that version', async () => {
    const { start, end, status } = stage();
    expect(await status('web-1')).to.equal(undefined);
    start('web-1');
    expect(await status('web-1')).to.equal(undefined);
    end('web-1', { v: 1, outcome: 'stopped' });
    expect(await status('web-1')).to.equal('SUCCEEDED');
    expect(await status('web-1', '4')).to.equal(undefined);
  });

  it('is that of the last one to which it handed over', async () => {
    const { start, end, status } = stage();
    start('web-1');
    end('web-1', { v: 1, handedOver: { arn: start('web-1-part2') } });
    expect(await status('web-1')).to.equal(undefined);
    end('web-1-part2', { v: 1, handedOver: { arn: start('web-1-part3') } });
    expect(await status('web-1')).to.equal(undefined);
    end('web-1-part3', { v: 1, outcome: 'swapped' });
    expect(await status('web-1')).to.equal('SUCCEEDED');
  });
});
