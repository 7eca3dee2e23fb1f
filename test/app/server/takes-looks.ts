import type { CommandResult, LookOptions, RunMemory } from '../../../src/library/index.js';
import { updaterOver } from '../../../src/library/updater.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { lambdaState, type ExecutionRow, type FunctionRow } from '../../../src/sandbox/world/lambda/state.js';
import { keepLines, makeLogGroup } from '../../../src/sandbox/world/logs/logs.js';
import { lifeOf } from '../../support/command-stage.js';

/** A durable function whose looks the test takes, in simulated time, in place of Lambda. */
export interface FunctionByHand {
  readonly row: FunctionRow;
  /** The execution that was started last. */
  readonly newest: () => ExecutionRow;
  /** Takes looks as the function does: all, or so many. What the last one left is kept for the next. */
  readonly take: (execution: ExecutionRow, most?: number) => Promise<void>;
  /** How an execution ended, as its function answered. */
  readonly resultOf: (execution: ExecutionRow) => Partial<CommandResult>;
}

/** @param logs its events are written to its log */
export function functionByHand(sandbox: Sandbox, { logs = false } = {}): FunctionByHand {
  const row: FunctionRow = {
    name: 'rollouts',
    code: 'bundles/function.zip',
    durable: { executionTimeout: 3600, retentionDays: 14 },
    versions: [{ number: '7', published: 'x' }],
    aliases: new Map([['live', '7']]),
    executions: [],
  };
  lambdaState(sandbox.world).functions.set('rollouts', row);
  if (logs) makeLogGroup(sandbox.world, '/aws/lambda/rollouts');
  const memories = new Map<ExecutionRow, RunMemory>();
  return {
    row,
    newest: () => row.executions.at(-1)!,
    take: async (execution, most = Infinity) => {
      const updater = updaterOver({ region: 'eu-west-1' }, { env: {}, simulated: lifeOf(sandbox, {}).simulated });
      const asked = JSON.parse(execution.input) as Pick<LookOptions, 'command' | 'options'>;
      for (let looks = 0; looks < most; looks++) {
        const memory = memories.get(execution);
        const run = updater.look({ ...asked, run: execution.name, by: 'lambda:rollouts:7', memory });
        const lines: string[] = [];
        for await (const stamped of run) lines.push(JSON.stringify(stamped));
        if (logs) keepLines(sandbox.world, '/aws/lambda/rollouts', '[7]', lines);
        const look = await run;
        if ('result' in look) {
          const at = sandbox.clock.now();
          execution.ended = { at, status: 'SUCCEEDED', result: JSON.stringify(look.result) };
          return;
        }
        memories.set(execution, look.memory);
        if (looks + 1 < most) await sandbox.clock.sleep(Math.ceil(look.forMs / 1000) * 1000);
      }
    },
    resultOf: ({ ended }) => JSON.parse(ended?.result ?? '{}') as Partial<CommandResult>,
  };
}
