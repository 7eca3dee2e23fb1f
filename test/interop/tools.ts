import { execFile } from 'node:child_process';

/** What a program did: its exit code and what it wrote. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program against the AWS at `url`, with none of the machine's own AWS settings.
 * `env` is what else its environment has to hold, `cwd` the folder that it runs in. A program that is not there fails the test: interop is never skipped.
 */
export function run(
  url: string,
  program: string,
  args: readonly string[],
  { env, cwd }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Finished> {
  const settings = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIDINTEROP',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    PYTHONUTF8: '1',
    ...env,
  };
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: settings, cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT')
        reject(
          new Error(`${program} is not on the PATH; sh scripts/interop-env.sh installs it and prints the PATH to use`),
        );
      else resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
    });
  });
}

/** The AWS CLI against `url`; its JSON answer, or an Error with what it wrote. */
export function awsCli(url: string): (...args: string[]) => Promise<Answer> {
  return async (...args) => {
    const { code, stdout, stderr } = await run(url, 'aws', [...args, '--output', 'json']);
    if (code !== 0) throw new Error(stderr.trim());
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
}

/** Parsed JSON; tests pick what they know to be there. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape is the CLI's own
export type Answer = any;

/** Asks every quarter of a second until the answer satisfies; fails after `seconds` with the last answer. */
export async function until(
  what: string,
  ask: () => Promise<Answer>,
  satisfied: (answer: Answer) => boolean,
  seconds = 120,
): Promise<Answer> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
