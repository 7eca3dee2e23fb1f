import type { CommandStage, Ended } from '../../support/command-stage.js';
import type { DiagnoseDocument, StatusDocument } from '../../../src/index.js';

/** A command that was printed, and the remark beside it. */
export interface Printed {
  readonly command: string;
  readonly remark: string;
  /** Where it stood. */
  readonly from: string;
}

/** Every command that the end of a run prints, what helps first: its next commands, then those inside of sentences. */
export function printedBy({ document, events }: Ended): readonly Printed[] {
  const { failure, next = [] } = document ?? {};
  const warnings = events.flatMap(({ event }) => (event.type === 'warning' ? [event.reason] : []));
  const commands = [...next, ...(failure?.next ?? [])].map((line) => printed(line, 'next'));
  const reasons = (failure?.reasons ?? []).flatMap(({ code, remedy }) => inSentence(remedy, code));
  return unique([
    // What was refused is started again once its reasons are removed.
    ...(document?.outcome === 'refused' ? [...reasons, ...commands] : [...commands, ...reasons]),
    ...warnings.flatMap(({ code, remedy }) => inSentence(remedy, code)),
  ]);
}

/** What `status` and `diagnose` print of the stack as it stands. */
export async function printedByLooks(stage: CommandStage): Promise<readonly Printed[]> {
  const status = (await stage.run(['status', 'web'])).document as unknown as StatusDocument | undefined;
  const found = (await stage.run(['diagnose', 'web'])).document as unknown as DiagnoseDocument | undefined;
  return unique([
    ...(status?.groups ?? []).flatMap(({ next }) => next.map((line) => printed(line, 'status'))),
    ...(found?.findings ?? []).flatMap(({ code, remedy }) => inSentence(remedy, code)),
  ]);
}

function printed(line: string, from: string): Printed {
  const [command = '', remark = ''] = line.split(/\s+# /);
  return { command, remark, from };
}

function inSentence(text: string, from: string): readonly Printed[] {
  return [...text.matchAll(/(?:^|: |; )((?:aws|ha-updater) [a-z].*?)(?=\.?$|, or |; )/g)].map(([, command = '']) => ({
    command,
    remark: text,
    from,
  }));
}

function unique(all: readonly Printed[]): readonly Printed[] {
  return [...new Map(all.map((one) => [one.command, one])).values()];
}

/** Commands that change nothing: whoever follows what is printed goes on with the next one. */
export function onlyLooks({ command }: Printed): boolean {
  return /^(ha-updater (status|diagnose|explain|plan|validate) |aws \S+ (describe|get|list)-)/.test(command);
}

/** Types a command line as a shell would read it: ours to its end, and those of the AWS CLI that we print. */
export async function type(stage: CommandStage, { command }: Printed): Promise<Ended> {
  const [program = '', ...words] = shellWords(command);
  if (program === 'ha-updater') return stage.run(words);
  if (program === 'aws') return typeAws(stage, words);
  throw new Error(`Nobody can type "${command}".`);
}

function typeAws({ sandbox }: CommandStage, [service = '', operation = '', ...words]: readonly string[]): Ended {
  const input: Record<string, unknown> = {};
  for (let at = 0; at < words.length; at++) {
    const name = pascal((words[at] ?? '').replace(/^--(no-)?/, ''));
    const values: string[] = [];
    while (at + 1 < words.length && !(words[at + 1] ?? '').startsWith('--')) values.push(words[++at] ?? '');
    if (name === 'Region' || name === 'Profile') continue;
    if (values.length === 0) input[name] = !(words[at] ?? '').startsWith('--no-');
    else if (LISTS.has(name)) input[name] = values.map(valueOf);
    // A structure of one member is written as that member alone.
    else if (name === 'Instances') input[name] = values.map((InstanceId) => ({ InstanceId }));
    else input[name] = valueOf(values[0] ?? '');
  }
  sandbox.invoke(SERVICES[service] ?? 'autoscaling', pascal(operation), input);
  return { code: 0, document: undefined, said: '', events: [] };
}

/** `KEY=VALUE,KEY=VALUE` is a structure of the AWS CLI's. */
function valueOf(text: string): unknown {
  return text.includes('=') ? Object.fromEntries(text.split(',').map(pair)) : text;
}

const SERVICES: Readonly<Record<string, 'autoscaling' | 'cloudformation' | 'elb' | 'elbv2' | 'sts'>> = {
  autoscaling: 'autoscaling',
  cloudformation: 'cloudformation',
  elb: 'elb',
  elbv2: 'elbv2',
  sts: 'sts',
};

const LISTS: ReadonlySet<string> = new Set([
  'AutoScalingGroupNames',
  'ScalingProcesses',
  'InstanceIds',
  'TargetGroupARNs',
  'Targets',
]);

function pair(text: string): [string, string] {
  const [key = '', ...value] = text.split('=');
  return [key, value.join('=')];
}

function pascal(kebab: string): string {
  return kebab.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()).replace(/Arns$/, 'ARNs');
}

/** The words of a line as a shell splits it, with quotes taken off. */
function shellWords(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|\\.|"[^"]*"|[^\s'"\\])+/g)].map(([word]) =>
    word.replace(
      /'([^']*)'|"([^"]*)"|\\(.)/g,
      (_, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? '',
    ),
  );
}
