import { completionScript, SHELLS, type CompletedCommand } from '../render/completion-script.js';
import { lineWriter } from '../render/line-writer.js';
import type { ProcessContext } from '../run/process-context.js';

/** `completion`: prints the script for a shell. @throws Error when there is none, which the command line rules out */
export function completion(
  shell: string,
  commands: readonly CompletedCommand[],
  { stdout }: Pick<ProcessContext, 'stdout'>,
): void {
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) throw new Error(`no completion for ${shell}`);
  completionScript(known, commands).forEach(lineWriter(stdout));
}
