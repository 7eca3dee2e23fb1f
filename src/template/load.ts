import { command, remarked } from '../text/commands/next-command.js';
import { AwsFault, Failure, refused, usage } from '../errors.js';
import type { LoadedTemplate, TemplateFinding, TemplateParameter, TemplateSource } from '../model/stack/template.js';
import { checkTemplate } from './check.js';
import { isTransformed } from './template-fault.js';
import { FIGHTS, type Judging } from './group-policies.js';
import { NOTHING_KNOWN } from './nested/evaluate.js';
import { declaredParameters } from './parameters/declared.js';
import { parseTemplate } from './parse.js';
import { placesOf, type Places } from './places.js';
import { readSource, type SourceIo } from './source.js';
import { mapAt, type ParsedTemplate } from './tree.js';

/** Longest text that the service takes in a call, and longest template at all (CloudFormation quotas). */
export const maxBodyBytes = 51_200;
export const maxTemplateBytes = 1_048_576;

/** A template that is too long for a call. */
export interface LongTemplate {
  readonly text: string;
  readonly origin: string;
  readonly bytes: number;
  readonly declared: readonly TemplateParameter[];
  /** Macros may declare more than its text does. */
  readonly transformed: boolean;
}

/**
 * How templates are read and, when they are too long for a call, put where the service can read them. All throw a
 * Failure or an AwsFault.
 */
export interface TemplateIo extends SourceIo {
  readonly stackTemplate: (stack: string) => Promise<string>;
  /** Answers the address of the template in S3. Absent: a long template is refused. */
  readonly store?: (template: LongTemplate) => Promise<string>;
}

/** A template and, when its text could be read, what it says. */
export interface Loaded extends LoadedTemplate {
  readonly parsed?: ParsedTemplate;
}

/** What its text alone shows: policies that depend on the values of the run are judged once those are known. */
const BEFORE_VALUES: Judging = { evaluate: NOTHING_KNOWN, undecided: 'leave' };

/**
 * Reads, parses and checks the template of a run. `source` is a path, a `file://`, `https://` or
 * `s3://` address; undefined means the one that the stack has. What is found is in the answer: only
 * what cannot be read, parsed or sent throws.
 * @param swaps false: the groups stay as CloudFormation leaves them, so that no update policy fights with the swap
 * @throws Failure (usage) naming the place, (refused) when the stack does not exist; AwsFault when S3 or
 * CloudFormation could not be asked
 */
export async function loadTemplate(
  source: string | undefined,
  stack: string,
  io: TemplateIo,
  swaps = true,
): Promise<Loaded> {
  if (source === undefined) return own(stack, io, swaps);
  const { text, origin, s3 } = await readSource(source, io);
  const inspected = inspectTemplate(text, origin, BEFORE_VALUES);
  const { template, bytes, resources, declared, places, nestedFiles } = inspected;
  const findings = swaps ? inspected.findings : withoutFights(inspected.findings);
  // What has faults is refused before anything is sent, so there is no need to store it.
  const faulty = findings.some(({ severity }) => severity === 'error');
  const body: TemplateSource = { kind: 'body', text };
  return {
    source:
      bytes <= maxBodyBytes || faulty
        ? body
        : {
            kind: 'url',
            url: s3 ?? (await stored({ text, origin, bytes, declared, transformed: isTransformed(template) }, io)),
          },
    origin,
    bytes,
    resources,
    declared,
    places,
    nestedFiles,
    findings,
    parsed: template,
  };
}

/** Where nothing will be swapped nothing fights with it; what CloudFormation will do is still said. */
export function withoutFights(findings: readonly TemplateFinding[]): readonly TemplateFinding[] {
  return findings.map((finding) => (FIGHTS.has(finding.code) ? asWarning(finding) : finding));
}

/** What the service has taken before is only told; but a policy that fights with the swap fights all the same. */
export function takenBefore(findings: readonly TemplateFinding[]): readonly TemplateFinding[] {
  return findings.map((finding) => (FIGHTS.has(finding.code) ? finding : asWarning(finding)));
}

/** What a template's text tells. @throws Failure (usage) when it is too long for CloudFormation or no template */
export function inspectTemplate(
  text: string,
  origin: string,
  judging?: Judging | ((template: ParsedTemplate) => Judging),
): Omit<LoadedTemplate, 'source' | 'origin'> & Places & { readonly template: ParsedTemplate } {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > maxTemplateBytes) {
    throw usage(
      'template.tooBig',
      `${origin} has ${bytes} bytes; CloudFormation takes templates up to ${maxTemplateBytes}.`,
      [],
    );
  }
  const { template, findings } = parseTemplate(text, origin);
  return {
    template,
    bytes,
    resources: Object.keys(mapAt(template.top, 'Resources')).length,
    declared: declaredParameters(template),
    ...placesOf(template),
    findings: [...findings, ...checkTemplate(template, typeof judging === 'function' ? judging(template) : judging)],
  };
}

function stored(template: LongTemplate, io: TemplateIo): Promise<string> {
  if (io.store !== undefined) return io.store(template);
  const { origin, bytes } = template;
  throw usage(
    'template.needsS3',
    `${origin} has ${bytes} bytes; CloudFormation takes at most ${maxBodyBytes} in a call.`,
    [remarked(command`aws s3 cp ${origin} s3://BUCKET/KEY`, 'then give --template s3://BUCKET/KEY')],
  );
}

/** The stack's own template. */
async function own(stack: string, io: TemplateIo, swaps: boolean): Promise<Loaded> {
  const origin = `the template of stack ${stack}`;
  const text = await ofStack(stack, io);
  const base = { source: { kind: 'previous' } as const, origin, bytes: Buffer.byteLength(text, 'utf8') };
  try {
    const { template, resources, declared, places, nestedFiles, findings } = inspectTemplate(
      text,
      origin,
      BEFORE_VALUES,
    );
    return {
      ...base,
      resources,
      declared,
      places,
      nestedFiles,
      findings: takenBefore(swaps ? findings : withoutFights(findings)),
      parsed: template,
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const finding: TemplateFinding = {
      code: 'template.unreadable',
      path: '',
      line: 1,
      column: 1,
      text: `${error.facts.what} Its update policies could not be checked.`,
      remedy: 'Give the template with --template.',
      severity: 'warning',
    };
    return { ...base, resources: 0, declared: [], findings: [finding] };
  }
}

async function ofStack(stack: string, io: TemplateIo): Promise<string> {
  try {
    return await io.stackTemplate(stack);
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
    throw refused(
      'stack.missing',
      `There is no stack ${stack}, so there is no template to use again.`,
      [],
      [remarked(command`ha-updater update-stack ${stack} --template FILE`, 'creates it')],
    );
  }
}

function asWarning(finding: TemplateFinding): TemplateFinding {
  return { ...finding, severity: 'warning' };
}
