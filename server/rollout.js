/**
 * A rollout as a durable execution: one look is one step, and between two looks nothing runs. What a look leaves for the
 * next is the result of its step, so a replay takes no look again.
 */
import { StepSemantics, withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LONGEST_NAME, nameOfPart, readInput } from './input.js';

/** AWS ends an execution at 3,000 operations; a look and a pause are one each. */
const MOST_OPERATIONS = 2_900;

/** How often a look is begun of which nobody hears the end, and how often a next execution is asked for. */
const MOST_ATTEMPTS = 10;

/** Its start is a checkpoint: who takes it again knows that it was begun. */
const ONCE = {
  semantics: StepSemantics.AtMostOncePerRetry,
  retryStrategy: (_error, attempt) => ({ shouldRetry: attempt < MOST_ATTEMPTS, delay: { seconds: 1 } }),
};

/**
 * Makes the handler.
 * @param updater takes the looks, as `createUpdater` of the library makes it
 * @param log takes the events, one line of JSON each
 * @param by who takes the looks, as leases name it to people
 * @param startNext starts an execution of the same version: `({ name, input }) => { arn }`; the same name starts one only
 */
export function rolloutHandler(made) {
  return withDurableExecution(rolloutOf(made));
}

/** The same without what makes it durable: `(input, context) => result`, for tests that count what is done. */
export function rolloutOf({ updater, log, by, startNext, mostOperations = MOST_OPERATIONS }) {
  return async (input, context) => {
    const name = nameOf(context.executionContext.durableExecutionArn);
    const { asked, refused, from = { run: name, part: 1 } } = readInput(input, name);
    if (refused !== undefined) return refused;
    const { run, part } = from;
    let { memory } = from;
    for (let operations = 0; operations < mostOperations;) {
      const look = await context.step(
        'look',
        ({ attempt }) => takeLook(updater, { ...asked, run, by, memory, again: attempt > 1 }, log),
        ONCE,
      );
      if ('result' in look) return look.result;
      ({ memory } = look);
      const seconds = Math.ceil(look.forMs / 1000);
      if (seconds > 0) await context.wait('pause', { seconds });
      operations += seconds > 0 ? 2 : 1;
    }
    const next = { ...asked, from: { run, part: part + 1, memory } };
    try {
      // This one looks no more, whatever becomes of it: one at a time works under the name of a run.
      const { arn } = await context.step(
        'next',
        () => startNext({ name: nameOfPart(run, part + 1), input: next }),
        ONCE,
      );
      return { v: 1, handedOver: { arn, run, part: part + 1 } };
    } catch (error) {
      return outOfOperations(asked, run, error);
    }
  };
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
  return name.replace(/[^\w-]/g, '-').slice(-LONGEST_NAME);
}

/** The rollout stands as it is, with its record: another execution goes on with it. */
function outOfOperations({ command, options }, run, error) {
  const going = command === 'rollback' ? 'rollback' : 'resume';
  const why = error instanceof Error ? error.message : String(error);
  return {
    v: 1,
    command,
    outcome: 'stopped',
    exitCode: 5,
    run,
    failure: {
      code: 'server.operations',
      what:
        'The execution has come near the most operations that AWS gives one, and no next one is known to have started: ' +
        `${why}.`,
      reasons: [],
      serves: 'What served at its last look.',
      left: 'The rollout is open, and its record is on the groups.',
      next: [`Start another execution with the command ${going} for ${targetOf(options)}, or run it anywhere.`],
    },
  };
}

function targetOf({ stack, groups = [] }) {
  return stack ?? groups.join(', ');
}
