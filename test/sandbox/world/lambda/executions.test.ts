import { Lambda } from '@aws-sdk/client-lambda';
import { expect } from 'chai';
import { createSandbox, type Sandbox } from '../../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../../src/sandbox/scenario.js';
import { lambdaState } from '../../../../src/sandbox/world/lambda/state.js';

/** A function with two versions; `live` names the second one. */
function stage(): { readonly sandbox: Sandbox; readonly lambda: Lambda } {
  const sandbox = createSandbox(DEFAULT_SCENARIO);
  lambdaState(sandbox.world).functions.set('updater', {
    name: 'updater',
    code: 'bucket/two',
    durable: { executionTimeout: 3600, retentionDays: 14 },
    versions: [
      { number: '1', published: 'bucket/one' },
      { number: '2', published: 'bucket/two' },
    ],
    aliases: new Map([['live', '2']]),
    executions: [],
  });
  return { sandbox, lambda: new Lambda(sandbox.clientConfig()) };
}

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: unknown) => (error as Error).name,
  );

describe('Lambda: durable executions', () => {
  const start = (lambda: Lambda, FunctionName: string, DurableExecutionName?: string, input = '{"a":1}') =>
    lambda.invoke({
      FunctionName,
      InvocationType: 'Event',
      Payload: Buffer.from(input),
      ...(DurableExecutionName !== undefined && { DurableExecutionName }),
    });

  it('start on the version that an alias names, and go on until somebody stops them', async () => {
    const { sandbox, lambda } = stage();
    const started = await start(lambda, 'updater:live', 'web-1');
    expect(started).to.include({ StatusCode: 202, ExecutedVersion: '2' });
    const arn = started.DurableExecutionArn ?? '';
    expect(arn).to.match(
      /^arn:aws:lambda:eu-west-1:\d{12}:function:updater:2\/durable-execution\/web-1\/[-0-9a-f]{36}$/,
    );
    const running = await lambda.getDurableExecution({ DurableExecutionArn: arn });
    expect(running).to.include({
      Status: 'RUNNING',
      DurableExecutionName: 'web-1',
      Version: '2',
      InputPayload: '{"a":1}',
    });
    expect(running.StartTimestamp?.getTime()).to.equal(sandbox.clock.now());
    expect(running.EndTimestamp).to.equal(undefined);
    sandbox.clock.advanceTo(sandbox.clock.now() + 60_000);
    const { StopTimestamp: stopped } = await lambda.stopDurableExecution({ DurableExecutionArn: arn });
    expect(stopped?.getTime()).to.equal(sandbox.clock.now());
    expect(await lambda.getDurableExecution({ DurableExecutionArn: arn })).to.include({ Status: 'STOPPED' });
  });

  it('end by the time that the function gives them', async () => {
    const { sandbox, lambda } = stage();
    const { DurableExecutionArn: arn } = await start(lambda, 'updater:1');
    sandbox.clock.advanceTo(sandbox.clock.now() + 3_600_000);
    expect((await lambda.getDurableExecution({ DurableExecutionArn: arn })).Status).to.equal('TIMED_OUT');
  });

  it('are the same one for the same name and input, and refused for another input', async () => {
    const { lambda } = stage();
    const first = await start(lambda, 'updater:live', 'web-1');
    const again = await start(lambda, 'updater:live', 'web-1');
    expect(again.DurableExecutionArn).to.equal(first.DurableExecutionArn);
    expect(await codeOf(start(lambda, 'updater:live', 'web-1', '{}'))).to.equal(
      'DurableExecutionAlreadyStartedException',
    );
  });

  it('are listed over all versions, newest first, by version, name and status, page by page', async () => {
    const { lambda } = stage();
    for (const [version, name] of [
      ['1', 'a'],
      ['2', 'b'],
      ['2', 'c'],
    ])
      await start(lambda, `updater:${version}`, name);
    const names = async (asked: object): Promise<readonly (string | undefined)[]> =>
      (await lambda.listDurableExecutionsByFunction({ FunctionName: 'updater', ...asked })).DurableExecutions?.map(
        ({ DurableExecutionName: name }) => name,
      ) ?? [];
    expect(await names({})).to.deep.equal(['c', 'b', 'a']);
    expect(await names({ Qualifier: '2' })).to.deep.equal(['c', 'b']);
    expect(await names({ DurableExecutionName: 'a' })).to.deep.equal(['a']);
    expect(await names({ Statuses: ['STOPPED', 'FAILED'] })).to.deep.equal([]);
    expect(await names({ ReverseOrder: true, MaxItems: 2 })).to.deep.equal(['a', 'b']);
    const { NextMarker: next } = await lambda.listDurableExecutionsByFunction({ FunctionName: 'updater', MaxItems: 2 });
    expect(await names({ MaxItems: 2, Marker: next })).to.deep.equal(['a']);
  });

  it('are refused for good where nothing can run functions, with what is missing', async () => {
    const { sandbox, lambda } = stage();
    lambdaState(sandbox.world).calls = { whyNot: 'They need Node.js 22 or newer.' };
    const refused = await start(lambda, 'updater:live').catch((error: unknown) => error as Error);
    expect(refused).to.include({ name: 'InvalidParameterValueException', message: 'They need Node.js 22 or newer.' });
  });

  it('need a qualified durable function, and a call that does not wait: no function runs here', async () => {
    const { lambda } = stage();
    expect(await codeOf(start(lambda, 'updater'))).to.equal('InvalidParameterValueException');
    expect(await codeOf(start(lambda, 'updater:9'))).to.equal('ResourceNotFoundException');
    expect(await codeOf(start(lambda, 'nobody:1'))).to.equal('ResourceNotFoundException');
    expect(await codeOf(lambda.invoke({ FunctionName: 'updater:1' }))).to.equal('InvalidParameterValueException');
    expect(await codeOf(lambda.listDurableExecutionsByFunction({ FunctionName: 'nobody' }))).to.equal(
      'ResourceNotFoundException',
    );
    expect(await codeOf(lambda.listFunctions({}))).to.equal('UnknownOperationException');
    expect(await codeOf(start(lambda, 'updater:live', 'no spaces'))).to.equal('ValidationException');
  });
});
