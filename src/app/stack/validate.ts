import { command } from '../../text/commands/next-command.js';
import type { Deps } from '../../engine/deps.js';
import { AwsFault, EXIT, type ExitCode, Failure, type FaultKind, problem, usage } from '../../errors.js';
import type { CheckedFinding, CheckedTemplate } from '../../model/stack/check.js';
import type { TemplateFinding, TemplateSource } from '../../model/stack/template.js';
import { findingLines } from '../../render/documents/findings.js';
import { lineWriter } from '../../render/line-writer.js';
import { sarif } from '../../render/documents/sarif.js';
import { adviseTemplate } from '../../template/advice.js';
import { fetchTemplate, readTemplateFile } from '../../template/io.js';
import { inspectTemplate, maxBodyBytes } from '../../template/load.js';
import { evaluateWith, type KnownValues } from '../../template/nested/evaluate.js';
import {
  readNested,
  type NestedIo,
  type NestedReading,
  type NestedTemplate,
  type NestingTemplate,
} from '../../template/nested/read-nested.js';
import { harmlessJson } from '../../text/plain.js';
import { readSource, shownSource, type SourceIo } from '../../template/source.js';
import { mapAt, type ParsedTemplate } from '../../template/tree.js';
import { cfnLint } from './cfn-lint.js';
import { isFile, pseudoParameters } from './examine-template.js';
import { onlyLook } from '../inspect/read-only.js';
import { QUICK, type CommonFlags } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { faultText } from '../../text/fault-text.js';

export interface ValidateAsked extends CommonFlags {
  readonly templates: readonly string[];
  readonly offline?: boolean | undefined;
  readonly lint?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly format?: string | undefined;
}

/** The --json document of `validate`. Fields are only ever added. */
export interface ValidateDocument extends Pick<CommandResult, 'v' | 'command' | 'exitCode'> {
  /** `refused` when update-stack would refuse one of them, `usage` when one could not be read. */
  readonly outcome: 'shown' | 'refused' | 'usage';
  readonly templates: readonly CheckedTemplate[];
}

/**
 * `validate`: what is wrong with templates, by our own reading, by the service when it can be asked, and by
 * cfn-lint when it is there. Changes nothing.
 */
export async function validate(asked: ValidateAsked, surroundings: ProcessContext): Promise<ValidateDocument> {
  const format = asked.format ?? 'text';
  if (surroundings.json && format !== 'text')
    throw usage('usage.flags', problem('Give either --json or --format, not both.', 'format'));
  if (asked.templates.length === 0)
    throw usage('usage.commandLine', 'TEMPLATE is missing.', [command`ha-updater validate --help`]);
  const service = askService(asked, surroundings);
  const checked = new Map<string, CheckedTemplate>();
  for (const origin of [...new Set(asked.templates)]) {
    const [one, ...nested] = await checkOne(origin, service);
    checked.set(one.origin, one);
    // One that is named as well is told for its own sake.
    for (const each of nested)
      if (!asked.templates.includes(each.origin)) checked.set(each.origin, together(checked.get(each.origin), each));
  }
  const templates = await withLint([...checked.values()], asked, surroundings);
  const { outcome, exitCode } = verdictOf(templates, asked.strict === true);
  if (format === 'sarif')
    surroundings.stdout.write(`${harmlessJson(JSON.stringify(sarif(templates, surroundings.version), null, 2))}\n`);
  else if (!surroundings.json) findingLines(templates).forEach(lineWriter(surroundings.stdout));
  return { v: 1, command: 'validate', outcome, exitCode, templates };
}

function verdictOf(
  templates: readonly CheckedTemplate[],
  strict: boolean,
): { readonly outcome: ValidateDocument['outcome']; readonly exitCode: ExitCode } {
  if (templates.some(({ read }) => !read)) return { outcome: 'usage', exitCode: EXIT.usage };
  const bad = templates.some(({ ok, findings }) => !ok || (strict && findings.length > 0));
  return bad ? { outcome: 'refused', exitCode: EXIT.refused } : { outcome: 'shown', exitCode: EXIT.done };
}

/** A template that two stacks use is told once, with what is wrong in either. */
function together(known: CheckedTemplate | undefined, next: CheckedTemplate): CheckedTemplate {
  if (known === undefined) return next;
  const key = ({ code, path, text }: CheckedFinding): string => [code, path, text].join('\u0000');
  const all = new Map([...known.findings, ...next.findings].map((finding) => [key(finding), finding]));
  return { ...known, ...settled([...all.values()]) };
}

/** What is known of a template, and of those that are nested in it. */
type Checked = readonly [CheckedTemplate, ...CheckedTemplate[]];

async function checkOne(given: string, service: AskService): Promise<Checked> {
  const origin = shownSource(given);
  let text: string;
  let s3: string | undefined;
  try {
    ({ text, s3 } = await readSource(given, {
      readFile: readTemplateFile,
      fetchText: fetchTemplate,
      readObject: service.readObject,
    }));
  } catch (error) {
    const { code, text: what } = inWords(error);
    return [
      {
        origin,
        ok: false,
        read: false,
        findings: [finding(code, { line: 1, column: 1 }, what)],
        notAsked: 'the template could not be read',
      },
    ];
  }
  try {
    const { template, bytes, resources, findings } = inspectTemplate(text, origin, (parsed) => ({
      evaluate: evaluateWith(parsed, nobodySaid(parsed)),
      undecided: 'warning',
    }));
    const source: TemplateSource | undefined =
      bytes <= maxBodyBytes ? { kind: 'body', text } : s3 === undefined ? undefined : { kind: 'url', url: s3 };
    const answer =
      source === undefined
        ? { notAsked: `it is longer than the ${maxBodyBytes} bytes of a call; put it into S3 to ask` }
        : await service.validate(source, template);
    const nested = await nestedIn(template, origin, service);
    const own = [...findings, ...adviseTemplate(template), ...nested.unread].map(ours);
    const all = [...own, ...(answer.finding === undefined ? [] : [answer.finding])];
    return [
      {
        origin,
        bytes,
        resources,
        read: true,
        ...settled(all),
        ...(answer.notAsked !== undefined && { notAsked: answer.notAsked }),
      },
      ...nested.templates.map((one) => checkedNested(one, origin)),
    ];
  } catch (error) {
    return [unreadable(error, origin)];
  }
}

/** Whatever goes wrong with one template is said of it alone: the others are judged all the same. */
function unreadable(error: unknown, origin: string): CheckedTemplate {
  if (!(error instanceof Failure)) {
    const text = `It cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
    return {
      origin,
      ok: false,
      read: false,
      findings: [finding('template.unreadable', { line: 1, column: 1 }, text)],
      notAsked: 'the built-in rules found errors already',
    };
  }
  const { code, what } = error.facts;
  const at = error.at ?? { line: 1, column: 1, text: what };
  return {
    origin,
    ok: false,
    read: true,
    findings: [finding(code, at, at.text)],
    notAsked: 'the built-in rules found errors already',
  };
}

/** What is nested in a template, as far as it can be read. */
function nestedIn(template: ParsedTemplate, origin: string, service: AskService): Promise<NestedReading> {
  const root: NestingTemplate = {
    template,
    ...(isFile(origin) && { path: origin }),
    stackId: () => Promise.resolve(undefined),
    certain: nobodySaid(template),
    likely: { parameters: new Map(), unknown: new Set(), pseudo: service.pseudo },
  };
  return readNested(root, service.nested, 'warning');
}

function checkedNested({ findings, template, ...rest }: NestedTemplate, parent: string): CheckedTemplate {
  const advice = template === undefined ? [] : adviseTemplate(template);
  return { ...rest, read: true, ...settled([...findings, ...advice].map(ours)), notAsked: `it is nested in ${parent}` };
}

function ours(found: TemplateFinding): CheckedFinding {
  return { ...found, by: 'ha-updater' };
}

/** Nobody has said which values a run will have: a condition on them is open. */
function nobodySaid({ top }: ParsedTemplate): KnownValues {
  return { parameters: new Map(), unknown: new Set(Object.keys(mapAt(top, 'Parameters'))), pseudo: new Map() };
}

function settled(findings: readonly CheckedFinding[]): Pick<CheckedTemplate, 'ok' | 'findings'> {
  const sorted = [...findings].sort((a, b) => a.line - b.line || a.column - b.column);
  return { ok: !sorted.some(({ severity }) => severity === 'error'), findings: sorted };
}

function finding(code: string, at: Pick<TemplateFinding, 'line' | 'column'>, text: string): CheckedFinding {
  return { by: 'ha-updater', code, path: '', line: at.line, column: at.column, text, remedy: '', severity: 'error' };
}

function inWords(error: unknown): { readonly code: string; readonly text: string } {
  if (error instanceof Failure) return { code: error.facts.code, text: error.facts.what };
  if (error instanceof AwsFault) return { code: `aws.${error.kind}`, text: faultText(error) };
  return { code: 'template.unreadable', text: error instanceof Error ? error.message : String(error) };
}

interface AskService {
  readonly validate: (
    source: TemplateSource,
    template: ParsedTemplate,
  ) => Promise<{ readonly finding?: CheckedFinding; readonly notAsked?: string }>;
  readonly readObject: (bucket: string, key: string) => Promise<string>;
  readonly nested: NestedIo;
  /** What `AWS::Region` and its like are, as far as nobody has to be asked. */
  readonly pseudo: ReadonlyMap<string, string>;
}

/** Answers of the service itself, about the template; everything else means that it could not be asked. */
const ABOUT_THE_TEMPLATE: ReadonlySet<FaultKind> = new Set(['invalid', 'missing']);

/** The service, connected at the first use. Once it cannot be reached it is not tried again. */
function askService(asked: ValidateAsked, surroundings: ProcessContext): AskService {
  let gone: string | undefined = asked.offline === true ? 'told to stay offline' : undefined;
  let connected: Promise<Deps> | undefined;
  const deps = (): Promise<Deps> => (connected ??= onlyLook(asked, surroundings).then(({ deps }) => deps));
  const readObject: AskService['readObject'] = async (bucket, key) =>
    retrying(await deps(), QUICK).readObject(bucket, key);
  const nestedObject: AskService['readObject'] = async (bucket, key) => {
    if (gone !== undefined) throw usage('template.unreachable', `S3 was not asked: ${gone}`);
    try {
      return await readObject(bucket, key);
    } catch (error) {
      if (error instanceof AwsFault && error.kind === 'unreachable') gone = `${error.operation} answered ${error.code}`;
      throw error;
    }
  };
  const sources: SourceIo = { readFile: readTemplateFile, fetchText: fetchTemplate, readObject: nestedObject };
  const { env } = surroundings;
  return {
    readObject,
    // There is no run, so there is no stack to be asked for what it has.
    nested: {
      readFile: readTemplateFile,
      readUrl: async (url) => {
        if (gone !== undefined) throw usage('template.unreachable', `S3 was not asked: ${gone}`);
        return (await readSource(url, sources)).text;
      },
      stackOf: () => Promise.resolve(undefined),
      stackTemplate: () => Promise.reject(new Error('validate knows no stack')),
    },
    pseudo: pseudoParameters({ region: asked.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] }),
    validate: async (source, template) => {
      if (gone !== undefined) return { notAsked: gone };
      try {
        await retrying(await deps(), QUICK).validateTemplate(source);
        return {};
      } catch (error) {
        if (!(error instanceof AwsFault)) throw error;
        if (ABOUT_THE_TEMPLATE.has(error.kind)) return { finding: rejected(error, template) };
        gone = `${error.operation} answered ${error.code}`;
        return { notAsked: gone };
      }
    },
  };
}

/** The service names what it means in brackets; that is where people look. */
function rejected({ message }: AwsFault, template: ParsedTemplate): CheckedFinding {
  const [, name] = /\[(\w+)[\],]/.exec(message) ?? [];
  const path = name === undefined ? [] : ['Resources', name];
  return {
    by: 'cloudformation',
    code: 'template.rejected',
    path: path.join('/'),
    ...template.at(path),
    text: message,
    remedy: '',
    severity: 'error',
  };
}

async function withLint(
  templates: readonly CheckedTemplate[],
  asked: ValidateAsked,
  { env, stderr }: ProcessContext,
): Promise<readonly CheckedTemplate[]> {
  const lint = asked.lint ?? 'warn';
  if (lint === 'off') return templates;
  const files = templates.filter(({ read, origin }) => read && !origin.includes('://')).map(({ origin }) => origin);
  const { findings, notAsked, absent } = await cfnLint(files, env, lint === 'error' ? 'error' : 'warn');
  // Whoever wants its findings to count wants to know that there are none.
  if (notAsked !== undefined && lint === 'error')
    throw usage('lint.missing', problem(`--lint error: ${notAsked}.`, 'lint'));
  if (notAsked !== undefined && absent !== true) stderr.write(`${notAsked}\n`);
  return templates.map((template) => ({
    ...template,
    ...settled([...template.findings, ...(findings.get(template.origin) ?? [])]),
  }));
}
