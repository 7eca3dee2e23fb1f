import type { Reason } from '../../model/rollout/decision.js';
import { nearest } from '../../text/nearest.js';
import type { DeclaredParameter, StackParameter } from '../../model/stack/stack.js';
import type { GivenParameter, TemplateParameter } from '../../model/stack/template.js';
import { violation } from './parameter-limits.js';

/** One parameter as it is sent: a value, or "as it was". */
type SentParameter =
  { readonly key: string; readonly value: string } | { readonly key: string; readonly previous: true };

/** What becomes of every parameter of a stack's change. */
export interface ResolvedParameters {
  readonly parameters: readonly SentParameter[];
  /** Given values that may be shown: never those of NoEcho parameters. */
  readonly shown: Readonly<Record<string, string>>;
  /** Keep the value that the stack has. */
  readonly kept: readonly string[];
  /** Take the template's default. */
  readonly defaulted: readonly string[];
  /** With any of these nothing may be sent. */
  readonly problems: readonly Reason[];
  readonly warnings: readonly Reason[];
}

/** What is known of the parameters of a change. */
export interface ParametersKnown {
  readonly given: readonly GivenParameter[];
  /** What the template declares, by the service (it sees through macros) or by our parser. */
  readonly declared: readonly DeclaredParameter[];
  /** Limits of the template, as far as our parser knows them. */
  readonly limits: readonly TemplateParameter[];
  readonly existing: readonly StackParameter[];
  /** Keys that take the template's default although the stack has a value. */
  readonly useDefault?: readonly string[] | undefined;
  /** Given keys that the template does not declare are left out, with a warning. */
  readonly ignoreUnknown?: boolean | undefined;
  /** Defaults of the template that the stack has; absent: nobody has asked, or nobody could say. */
  readonly formerDefaults?: ReadonlyMap<string, string> | undefined;
}

/** What the service shows in place of a NoEcho value (DescribeStacks). */
const MASKED = /^\*{4,}$/;

/** Whether a value is no value, but what stands in place of a secret. */
export function isMasked(value: string): boolean {
  return MASKED.test(value);
}

/**
 * Values that were given are sent; the others keep what the stack has (UsePreviousValue, so NoEcho
 * values survive and SSM parameters keep their key); what the stack does not have takes its default.
 * What stands in place of a NoEcho value is none: the stack keeps what it has.
 */
export function resolveParameters(input: ParametersKnown): ResolvedParameters {
  const declared = new Map(input.declared.map((parameter) => [parameter.key, parameter]));
  const limits = new Map(input.limits.map((parameter) => [parameter.key, parameter]));
  const given = new Map(input.given.map(({ key, value }) => [key, value]));
  const existing = new Map(input.existing.map((parameter) => [parameter.key, parameter]));

  const parameters: SentParameter[] = [];
  const shown: Record<string, string> = {};
  const kept: string[] = [];
  const defaulted: string[] = [];
  const fresh = new Set(input.useDefault);
  const strangers = unknown([...given.keys()], [...declared.keys()]);
  const problems: Reason[] = [
    ...(input.ignoreUnknown === true ? [] : strangers),
    ...unknown([...fresh], [...declared.keys()]),
  ];
  const warnings: Reason[] =
    input.ignoreUnknown === true
      ? strangers.map(({ code, text }) => ({ code, text: `${text} It is left out.`, remedy: '' }))
      : [];

  for (const [key, parameter] of declared) {
    const known = limits.get(key);
    const before = existing.get(key);
    const secret = parameter.noEcho || known?.noEcho === true || before?.noEcho === true;
    const said = given.get(key);
    const masked = secret && said !== undefined && isMasked(said);
    const value = masked ? undefined : said;
    if (masked) (before === undefined ? problems : warnings).push(maskedReason(key, before !== undefined));
    if (value !== undefined) {
      parameters.push({ key, value });
      if (!secret) shown[key] = value;
      const wrong = known === undefined ? undefined : violation(known, value, secret);
      if (wrong !== undefined)
        problems.push({ code: 'parameters.limit', text: wrong, remedy: known?.constraintDescription ?? '' });
    } else if (before !== undefined && !fresh.has(key)) {
      parameters.push({ key, previous: true });
      kept.push(key);
      if (!secret) warnings.push(...changedDefault(before, parameter.default ?? known?.default, input.formerDefaults));
    } else if (masked) {
      continue;
    } else if (parameter.hasDefault) {
      defaulted.push(key);
    } else if (fresh.has(key)) {
      problems.push({
        code: 'parameters.missing',
        text: `${key} is to take its default, and the template has none.`,
        remedy: `Give ${key}=VALUE.`,
      });
    } else {
      const text = `${key} has no value: the stack has none, the template no default.`;
      problems.push({ code: 'parameters.missing', text, remedy: `Give ${key}=VALUE.` });
    }
  }
  return { parameters, shown, kept, defaulted, problems, warnings };
}

/** News is only a default that changed: a value beside the default may have been set on purpose long ago. */
function changedDefault(
  { key, value = '' }: StackParameter,
  fallback: string | undefined,
  formerDefaults: ParametersKnown['formerDefaults'],
): readonly Reason[] {
  const former = formerDefaults?.get(key);
  if (fallback === undefined || former === undefined || former === fallback || value === fallback) return [];
  const text = `${key} keeps "${value}", although the template's default is "${fallback}" now, no longer "${former}".`;
  return [{ code: 'parameters.default', text, remedy: `To change it, give --use-default ${key}.` }];
}

function maskedReason(key: string, kept: boolean): Reason {
  const what = `The value of ${key} is what AWS shows in place of a NoEcho value, and no value`;
  return kept
    ? { code: 'parameters.masked', text: `${what}: ${key} keeps the one that the stack has.`, remedy: '' }
    : { code: 'parameters.masked', text: `${what}; the stack has none to keep.`, remedy: `Give ${key}=@env:NAME.` };
}

/**
 * Keys of parameters that keep a value which is not the template's default. Only for them it matters which default
 * the former template had.
 */
export function keptBesideDefault({ given, declared, existing, useDefault = [] }: ParametersKnown): readonly string[] {
  const values = new Map(existing.map(({ key, value }) => [key, value]));
  const said = new Set([...given.map(({ key }) => key), ...useDefault]);
  return declared
    .filter(({ key, default: fallback }) => !said.has(key) && fallback !== undefined)
    .filter(({ key, default: fallback }) => values.get(key) !== undefined && values.get(key) !== fallback)
    .map(({ key }) => key);
}

function unknown(given: readonly string[], declared: readonly string[]): Reason[] {
  const left = declared.filter((key) => !given.includes(key));
  return given
    .filter((key) => !declared.includes(key))
    .map((key) => {
      const meant = nearest(key, left);
      const names = declared.length === 0 ? 'It declares none.' : `It declares ${declared.join(', ')}.`;
      return {
        code: 'parameters.unknown',
        text: `The template declares no parameter ${key}.`,
        remedy: meant === undefined ? names : `Did you mean ${meant}?`,
      };
    });
}
