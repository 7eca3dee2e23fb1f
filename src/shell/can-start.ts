import { spawn } from 'node:child_process';

/**
 * A first word that names a program plainly: no quotes, variables, assignments or numbers of streams. Of any other the
 * shell decides when it comes to it.
 */
const PROGRAM = /^\s*(?!\d+[<>])([A-Za-z0-9_.\/+-]+)(?=[\s;|&<>]|$)/;

/** Some shells find a file that may not be executed, and cannot run it. */
const FINDS = 'command -v "$0" && case "$0" in */*) test -f "$0" && test -x "$0" ;; esac';

/** A command line of the user's, and the flag that gave it. */
interface Given {
  readonly flag: string;
  readonly line: string;
}

/** Why the shell cannot begin a command, as a sentence. */
interface Unable {
  readonly flag: string;
  readonly why: string;
}

/**
 * Which command lines /bin/sh could not begin: it cannot parse them, or their program is not there. They run late, when
 * the new instances are launched and proven, and a name that is mistyped would undo a rollout that is fine.
 */
export async function cannotStart(
  commands: readonly Given[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Unable[]> {
  const all = await Promise.all(
    commands.map(async ({ flag, line }): Promise<readonly Unable[]> => {
      if (!(await isWell(['-n', '-c', line], env))) return [{ flag, why: `/bin/sh cannot parse --${flag}.` }];
      const program = PROGRAM.exec(line)?.[1];
      if (program === undefined || (await isWell(['-c', FINDS, program], env))) return [];
      return [{ flag, why: `--${flag} cannot run here: ${program} is no program that /bin/sh can start.` }];
    }),
  );
  return all.flat();
}

/** The shell ends with 0. One that cannot be started is told of when a command is to run. */
function isWell(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', [...args], { env: { ...env }, stdio: 'ignore', timeout: 5_000 });
    child.once('error', () => resolve(true));
    child.once('exit', (code) => resolve(code === 0 || code === null));
  });
}
