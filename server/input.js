/** Reading what an execution is asked for. Nothing of a value is repeated in what is answered: it may be a secret. */

/** What can be taken look by look. */
const COMMANDS = ['update-asgs', 'restart', 'resume', 'rollback'];

/** Longest name of an execution. Source: Lambda API reference, Invoke, DurableExecutionName. */
export const LONGEST_NAME = 64;

/** More executions than that, one after the other, would be years. */
const MOST_PARTS = 10_000;

/** The name of the execution that goes on with a run: its own name and a number. */
export function nameOfPart(run, part) {
  const suffix = `-part${part}`;
  return run.slice(0, LONGEST_NAME - suffix.length) + suffix;
}

/** Commands that need a process, and what it is for. */
const NEED_A_PROCESS = {
  'update-stack': 'It follows the events of the stack, which no look does yet.',
  cancel: 'It is one call, and works from anywhere.',
};

/** Options that name another account, or a value that nothing here may keep. */
const OPTIONS_REFUSED = {
  parameters: 'Values of parameters would be kept in the input of the execution, secrets among them.',
  parametersFile: 'There is no file here.',
  app: 'There is no command to run here.',
  exec: 'There is no shell here.',
  signal: 'An execution is stopped by its own call, and a rollout by ha-updater cancel.',
  region: 'The function works in its own region.',
  profile: 'The function works with its own role.',
};

/**
 * What the execution is asked for, or the end that refuses it.
 * @param input `{ command, options }`, and `from` where an execution before has handed over: `{ run, part, memory }`
 * @param name of this execution
 */
export function readInput(input, name) {
  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(input) || !isObject(input.options ?? {}) || typeof input.command !== 'string')
    return { refused: refusal('', ['The input must be { "command": "update-asgs", "options": { ... } }.']) };
  const { command, options = {}, from, ...others } = input;
  if (!COMMANDS.includes(command)) {
    const known = Object.hasOwn(NEED_A_PROCESS, command);
    const why = known ? `${command} does not run here. ${NEED_A_PROCESS[command]}` : 'There is no such command here.';
    const next = known ? [`Run ha-updater ${command} where a process lives until the end.`] : [];
    return { refused: refusal(known ? command : '', [`${why} There are ${COMMANDS.join(', ')}.`], next) };
  }
  const problems = [
    ...(from === undefined || isNext(from, name)
      ? []
      : ['The field from is what an execution hands to its next one, and to none of another name.']),
    ...Object.keys(others).map((name) => `The input has no field ${name.slice(0, 40)}.`),
    ...Object.keys(OPTIONS_REFUSED)
      .filter((name) => options[name] !== undefined)
      .map((name) => `The option ${name} cannot be given here. ${OPTIONS_REFUSED[name]}`),
  ];
  if (problems.length > 0)
    return { refused: refusal(command, problems, [`Run ha-updater ${command} where a process lives until the end.`]) };
  return { asked: { command, options }, from };
}

/** Whether that was handed over to the execution of this name. */
function isNext(from, name) {
  const { run, part, memory } = from ?? {};
  const isPart = Number.isInteger(part) && part >= 2 && part <= MOST_PARTS;
  const isMemory = typeof memory === 'object' && memory !== null && !Array.isArray(memory);
  return typeof run === 'string' && isPart && isMemory && name === nameOfPart(run, part);
}

function refusal(command, problems, next = []) {
  return {
    v: 1,
    command,
    outcome: 'usage',
    exitCode: 2,
    failure: {
      code: 'server.input',
      what: problems.join(' '),
      reasons: [],
      serves: 'Nothing was changed.',
      left: '',
      next,
    },
  };
}
