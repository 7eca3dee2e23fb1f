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
  const limits = new Map(input.limits.map((parameter) => [parameter.key, parameter]));
  const given = new Map(input.given.map(({ key, value }) => [key, value]));
  const existing = new Map(input.existing.map((parameter) => [parameter.key, parameter]));
  // Of two declarations of one key the last one holds.
  const declared = [...new Map(input.declared.map((parameter) => [parameter.key, parameter])).values()];
  const keys = declared.map(({ key }) => key);
  const strangers = unknown([...given.keys()], keys);
  const leftOut = input.ignoreUnknown === true ? strangers : [];
  const fates = declared.map((parameter) => {
    const { key } = parameter;
    return fateOf(
      { parameter, limits: limits.get(key), said: given.get(key), before: existing.get(key) },
      { fresh: input.useDefault?.includes(key) === true, formerDefaults: input.formerDefaults },
    );
  });
  return {
    parameters: fates.flatMap(({ sent }) => sent ?? []),
    shown: Object.fromEntries(fates.flatMap(({ shown }) => (shown === undefined ? [] : [shown]))),
    kept: fates.flatMap(({ sent }) => (sent !== undefined && 'previous' in sent ? [sent.key] : [])),
    defaulted: fates.flatMap(({ defaulted }) => defaulted ?? []),
    problems: [
      ...(input.ignoreUnknown === true ? [] : strangers),
      ...unknown([...new Set(input.useDefault)], keys),
      ...fates.flatMap(({ problems = [] }) => problems),
    ],
    warnings: [
      ...leftOut.map(({ code, text }) => ({ code, text: `${text} It is left out.`, remedy: '' })),
      ...fates.flatMap(({ warnings = [] }) => warnings),
    ],
  };
}

/** All that is known of one parameter. */
interface OneParameter {
  readonly parameter: DeclaredParameter;
  readonly limits: TemplateParameter | undefined;
  /** The value that was given. */
  readonly said: string | undefined;
  /** What the stack has. */
  readonly before: StackParameter | undefined;
}

/** What becomes of one parameter. */
interface Fate {
  readonly sent?: SentParameter;
  /** Key and value, where the value may be shown. */
  readonly shown?: readonly [string, string];
  /** The key, when the parameter takes its default. */
  readonly defaulted?: string;
  readonly problems?: readonly Reason[];
  readonly warnings?: readonly Reason[];
}

/** @param fresh it shall take the template's default although the stack has a value */
function fateOf(
  one: OneParameter,
  { fresh, formerDefaults }: { readonly fresh: boolean } & Pick<ParametersKnown, 'formerDefaults'>,
): Fate {
  const { parameter, limits, said, before } = one;
  const { key } = parameter;
  const secret = parameter.noEcho || limits?.noEcho === true || before?.noEcho === true;
  const masked = secret && said !== undefined && isMasked(said);
  if (said !== undefined && !masked) return given(one, said, secret);
  const told = masked ? [maskedReason(key, before !== undefined)] : [];
  if (before !== undefined && !fresh) {
    const news = secret ? [] : changedDefault(before, parameter.default ?? limits?.default, formerDefaults);
    return { sent: { key, previous: true }, warnings: [...told, ...news] };
  }
  if (masked) return before === undefined ? { problems: told } : { warnings: told };
  if (parameter.hasDefault) return { defaulted: key };
  const text = fresh
    ? `${key} is to take its default, and the template has none.`
    : `${key} has no value: the stack has none, the template no default.`;
  return { problems: [{ code: 'parameters.missing', text, remedy: `Give ${key}=VALUE.` }] };
}

/** A value that was given is sent, and told where it breaks a limit. */
function given({ parameter: { key }, limits }: OneParameter, value: string, secret: boolean): Fate {
  const wrong = limits === undefined ? undefined : violation(limits, value, secret);
  return {
    sent: { key, value },
    ...(!secret && { shown: [key, value] as const }),
    ...(wrong !== undefined && {
      problems: [{ code: 'parameters.limit', text: wrong, remedy: limits?.constraintDescription ?? '' }],
    }),
  };
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
