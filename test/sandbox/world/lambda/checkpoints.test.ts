import { Lambda, type OperationUpdate } from '@aws-sdk/client-lambda';
import { expect } from 'chai';
import { createSandbox } from '../../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../../src/sandbox/scenario.js';
import { comeDue, nextCallAt, nextToken } from '../../../../src/sandbox/world/lambda/checkpoints.js';
import { lambdaState } from '../../../../src/sandbox/world/lambda/state.js';

async function stage() {
  const sandbox = createSandbox(DEFAULT_SCENARIO);
  lambdaState(sandbox.world).functions.set('f', {
    name: 'f',
    code: 'bucket/one',
    durable: { executionTimeout: 3600, retentionDays: 14 },
    versions: [{ number: '1', published: 'bucket/one' }],
    aliases: new Map(),
    executions: [],
  });
  const lambda = new Lambda(sandbox.clientConfig());
  await lambda.invoke({
    FunctionName: 'f:1',
    InvocationType: 'Event',
    DurableExecutionName: 'a',
    Payload: Buffer.from('{}'),
  });
  const [row] = lambdaState(sandbox.world).functions.get('f')?.executions ?? [];
  if (row === undefined) throw new Error('nothing was started');
  const checkpoint = (token: string, ...updates: readonly OperationUpdate[]) =>
    lambda.checkpointDurableExecution({ DurableExecutionArn: row.arn, CheckpointToken: token, Updates: [...updates] });
  return { sandbox, lambda, row, checkpoint };
}

const step = (Action: OperationUpdate['Action'], more: Partial<OperationUpdate> = {}): OperationUpdate => ({
  Id: 's1',
  Type: 'STEP',
  Name: 'look',
  Action,
  ...more,
});

describe('Lambda: checkpoints of durable executions', () => {
  it('count attempts that are over, and make one that is tried again wait for its time', async () => {
    const { sandbox, row, checkpoint } = await stage();
    let answer = await checkpoint(nextToken(row), step('START'));
    expect(answer.NewExecutionState?.Operations?.[0]).to.deep.include({
      Status: 'STARTED',
      StepDetails: { Attempt: 0 },
    });
    answer = await checkpoint(
      answer.CheckpointToken ?? '',
      step('RETRY', { StepOptions: { NextAttemptDelaySeconds: 5 }, Error: { ErrorType: 'Gone' } }),
    );
    expect(answer.NewExecutionState?.Operations?.[0]).to.include({ Status: 'PENDING' });
    expect(nextCallAt(sandbox.world, row)).to.equal(sandbox.clock.now() + 5_000);
    comeDue(sandbox.world, row);
    expect(row.operations[1]?.Status).to.equal('PENDING');
    sandbox.clock.advance(5_000);
    comeDue(sandbox.world, row);
    expect(row.operations[1]).to.deep.include({ Status: 'READY' });
    answer = await checkpoint(answer.CheckpointToken ?? '', step('START'), step('SUCCEED', { Payload: '{"a":1}' }));
    expect(row.operations[1]).to.deep.include({ Status: 'SUCCEEDED', StepDetails: { Attempt: 1, Result: '{"a":1}' } });
  });

  it('end waits at their time', async () => {
    const { sandbox, row, checkpoint } = await stage();
    await checkpoint(nextToken(row), { Id: 'w1', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 60 } });
    expect(nextCallAt(sandbox.world, row)).to.equal(sandbox.clock.now() + 60_000);
    sandbox.clock.advance(60_000);
    comeDue(sandbox.world, row);
    expect(row.operations[1]).to.include({ Status: 'SUCCEEDED', Type: 'WAIT' });
  });

  it('take the newest token alone, and nothing once the execution is over', async () => {
    const { lambda, row, checkpoint } = await stage();
    const old = nextToken(row);
    const now = nextToken(row);
    const codeOf = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'no error',
        (error: unknown) => (error as Error).name,
      );
    expect(await codeOf(checkpoint(old, step('START')))).to.equal('InvalidParameterValueException');
    expect(row.operations.length).to.equal(1);
    const state = { DurableExecutionArn: row.arn, CheckpointToken: now, MaxItems: 1 };
    expect((await lambda.getDurableExecutionState(state)).Operations?.[0]).to.include({ Type: 'EXECUTION' });
    await lambda.stopDurableExecution({ DurableExecutionArn: row.arn });
    expect(await codeOf(checkpoint(now, step('START')))).to.equal('InvalidParameterValueException');
  });
});
