import type { Stack } from '../../model/stack/stack.js';
import type { TemplateFinding } from '../../model/stack/template.js';
import type { Run } from '../../run/run.js';
import { loadTemplate } from '../../template/load.js';
import { examineTemplate } from './examine-template.js';
import { templateIo } from './stack-order.js';

/** What a run would say of the template that the stack has, with the values that it has. @throws AwsFault, Failure */
export async function templateReasons(
  run: Pick<Run, 'deps' | 'region' | 'identity'>,
  { id, name, parameters }: Stack,
): Promise<readonly TemplateFinding[]> {
  const io = templateIo(run);
  const template = await loadTemplate(undefined, name, io);
  const values = {
    parameters: new Map(parameters.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const]))),
    unknown: new Set(parameters.flatMap(({ key, value }) => (value === undefined ? [key] : []))),
    stackId: id,
  };
  return [...template.findings, ...(await examineTemplate(run, template, io, { values, stack: name, swaps: true }))];
}
