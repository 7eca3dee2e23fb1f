import type { Deps } from '../../engine/deps.js';
import { AwsFault, EXIT, Failure, usage, type ExitCode, type FaultKind } from '../../errors.js';
import type { CheckedFinding, CheckedTemplate } from '../../model/stack/check.js';
import type { TemplateFinding, TemplateSource } from '../../model/stack/template.js';
import { findingLines } from '../../render/documents/findings.js';
import { lineWriter } from '../../render/line-writer.js';
import { sarif } from '../../render/documents/sarif.js';
import { adviseTemplate } from '../../template/advice.js';
import { fetchTemplate, readTemplateFile } from '../../template/io.js';
import { inspectTemplate, maxBodyBytes } from '../../template/load.js';
import { readSource } from '../../template/source.js';
import type { ParsedTemplate } from '../../template/tree.js';
import { cfnLint } from './cfn-lint.js';
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
  if (surroundings.json && format !== 'text') throw usage('usage.flags', 'Give either --json or --format, not both.');
  if (asked.templates.length === 0)
    throw usage('usage.commandLine', 'TEMPLATE is missing.', ['ha-updater validate --help']);
  const service = askService(asked, surroundings);
  const checked: CheckedTemplate[] = [];
  for (const origin of [...new Set(asked.templates)]) checked.push(await checkOne(origin, service));
  const templates = await withLint(checked, asked, surroundings);
  const { outcome, exitCode } = verdictOf(templates, asked.strict === true);
  if (format === 'sarif')
    surroundings.stdout.write(`${JSON.stringify(sarif(templates, surroundings.version), null, 2)}\n`);
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

async function checkOne(origin: string, service: AskService): Promise<CheckedTemplate> {
  let text: string;
  let s3: string | undefined;
  try {
    ({ text, s3 } = await readSource(origin, {
      readFile: readTemplateFile,
      fetchText: fetchTemplate,
      readObject: service.readObject,
    }));
  } catch (error) {
    const { code, text: what } = inWords(error);
    return {
      origin,
      ok: false,
      read: false,
      findings: [finding(code, { line: 1, column: 1 }, what)],
      notAsked: 'the template could not be read',
    };
  }
  try {
    const { template, bytes, resources, findings } = inspectTemplate(text, origin);
    const own = [...findings, ...adviseTemplate(template)].map((one): CheckedFinding => ({ ...one, by: 'ha-updater' }));
    const source: TemplateSource | undefined =
      bytes <= maxBodyBytes ? { kind: 'body', text } : s3 === undefined ? undefined : { kind: 'url', url: s3 };
    const answer =
      source === undefined
        ? { notAsked: `it is longer than the ${maxBodyBytes} bytes of a call; put it into S3 to ask` }
        : await service.validate(source, template);
    const all = [...own, ...(answer.finding === undefined ? [] : [answer.finding])];
    return {
      origin,
      bytes,
      resources,
      read: true,
      ...settled(all),
      ...(answer.notAsked !== undefined && { notAsked: answer.notAsked }),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, what } = error.facts;
    const at = error.at ?? { line: 1, column: 1, text: what };
    return {
      origin,
      ok: false,
      read: true,
      findings: [finding(code, at, at.text)],
      notAsked: 'our own reading fails already',
    };
  }
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
  throw error;
}

interface AskService {
  readonly validate: (
    source: TemplateSource,
    template: ParsedTemplate,
  ) => Promise<{ readonly finding?: CheckedFinding; readonly notAsked?: string }>;
  readonly readObject: (bucket: string, key: string) => Promise<string>;
}

/** Answers of the service itself, about the template; everything else means that it could not be asked. */
const ABOUT_THE_TEMPLATE: ReadonlySet<FaultKind> = new Set(['invalid', 'missing']);

/** The service, connected at the first use. Once it cannot be reached it is not tried again. */
function askService(asked: ValidateAsked, surroundings: ProcessContext): AskService {
  let gone: string | undefined = asked.offline === true ? 'told to stay offline' : undefined;
  let connected: Promise<Deps> | undefined;
  const deps = (): Promise<Deps> => (connected ??= onlyLook(asked, surroundings).then(({ deps }) => deps));
  return {
    readObject: async (bucket, key) => {
      return retrying(await deps(), QUICK).readObject(bucket, key);
    },
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
  const { findings, notAsked } = await cfnLint(files, env, lint === 'error' ? 'error' : 'warn');
  // Whoever wants its findings to count wants to know that there are none.
  if (notAsked !== undefined && lint === 'error') throw usage('lint.missing', `--lint error: ${notAsked}.`);
  if (notAsked !== undefined && !notAsked.includes('not on the path')) stderr.write(`${notAsked}\n`);
  return templates.map((template) => ({
    ...template,
    ...settled([...template.findings, ...(findings.get(template.origin) ?? [])]),
  }));
}
