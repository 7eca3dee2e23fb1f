/**
 * A rollout as a durable execution: one look is one step, and between two looks nothing runs. What a look leaves for the
 * next is the result of its step, so a replay takes no look again.
 */
import { StepSemantics, withDurableExecution } from '@aws/durable-execution-sdk-js';
import { readInput } from './input.js';

/** AWS ends an execution at 3,000 operations; a look and a pause are one each. */
const MOST_OPERATIONS = 2_900;

/** How often a look is begun of which nobody hears the end. */
const MOST_ATTEMPTS = 10;

/**
 * Makes the handler.
 * @param updater takes the looks, as `createUpdater` of the library makes it
 * @param log takes the events, one line of JSON each
 * @param by who takes the looks, as leases name it to people
 */
export function rolloutHandler({ updater, log, by, mostOperations = MOST_OPERATIONS }) {
  return withDurableExecution(async (input, context) => {
    const { asked, refused } = readInput(input);
    if (refused !== undefined) return refused;
    const run = nameOf(context.executionContext.durableExecutionArn);
    let memory;
    for (let operations = 0; operations < mostOperations;) {
      const look = await context.step(
        'look',
        ({ attempt }) => takeLook(updater, { ...asked, run, by, memory, again: attempt > 1 }, log),
        {
          // Its start is a checkpoint: who takes it again knows that it was begun.
          semantics: StepSemantics.AtMostOncePerRetry,
          retryStrategy: (_error, attempt) => ({ shouldRetry: attempt < MOST_ATTEMPTS, delay: { seconds: 1 } }),
        },
      );
      if ('result' in look) return look.result;
      ({ memory } = look);
      const seconds = Math.ceil(look.forMs / 1000);
      if (seconds > 0) await context.wait('pause', { seconds });
      operations += seconds > 0 ? 2 : 1;
    }
    return outOfOperations(asked, run);
  });
}

/** One look, and its events into the log. What was refused before anything is sent is an end like any other. */
async function takeLook(updater, asked, log) {
  const run = updater.look(asked);
  try {
    for await (const stamped of run) log(JSON.stringify(stamped));
    return await run;
  } catch (error) {
    if (error?.name !== 'UpdaterError') throw error;
    const { outcome, exitCode, facts } = error;
    return { result: { v: 1, command: asked.command, outcome, exitCode, failure: facts } };
  }
}

/** The name of an execution, which is the last but one part of its ARN, as the id of a run. */
export function nameOf(arn) {
  const parts = arn.split('/');
  const name = (parts.length > 2 ? parts.at(-2) : parts.at(-1)) ?? '';
  return name.replace(/[^\w-]/g, '-').slice(-64);
}

/** The rollout stands as it is, with its record: another execution goes on with it. */
function outOfOperations({ command, options }, run) {
  const going = command === 'rollback' ? 'rollback' : 'resume';
  return {
    v: 1,
    command,
    outcome: 'stopped',
    exitCode: 5,
    run,
    failure: {
      code: 'server.operations',
      what: 'The execution has come near the most operations that AWS gives one.',
      reasons: [],
      serves: 'What served at its last look.',
      left: 'The rollout is open, and its record is on the groups.',
      next: [
        `Start another execution with the command ${going}, within five minutes or later, for ${targetOf(options)}.`,
      ],
    },
  };
}

function targetOf({ stack, groups = [] }) {
  return stack ?? groups.join(', ');
}
