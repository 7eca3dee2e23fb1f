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

/**
 * Values that were given are sent; the others keep what the stack has (UsePreviousValue, so NoEcho
 * values survive and SSM parameters keep their key); what the stack does not have takes its default.
 * @param declared what the template declares, by the service (it sees through macros) or by our parser
 * @param limits limits of the template, as far as our parser knows them
 * @param useDefault keys that take the template's default although the stack has a value
 * @param ignoreUnknown given keys that the template does not declare are left out, with a warning
 */
export function resolveParameters(input: {
  readonly given: readonly GivenParameter[];
  readonly declared: readonly DeclaredParameter[];
  readonly limits: readonly TemplateParameter[];
  readonly existing: readonly StackParameter[];
  readonly useDefault?: readonly string[] | undefined;
  readonly ignoreUnknown?: boolean | undefined;
}): ResolvedParameters {
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
    const value = given.get(key);
    const known = limits.get(key);
    const secret = parameter.noEcho || known?.noEcho === true || existing.get(key)?.noEcho === true;
    const before = existing.get(key);
    if (value !== undefined) {
      parameters.push({ key, value });
      if (!secret) shown[key] = value;
      const wrong = known === undefined ? undefined : violation(known, value, secret);
      if (wrong !== undefined)
        problems.push({ code: 'parameters.limit', text: wrong, remedy: known?.constraintDescription ?? '' });
    } else if (before !== undefined && !fresh.has(key)) {
      parameters.push({ key, previous: true });
      kept.push(key);
      if (!secret && known?.default !== undefined && before.value !== undefined && before.value !== known.default) {
        const text = `${key} keeps "${before.value}", although the template's default is "${known.default}".`;
        warnings.push({ code: 'parameters.default', text, remedy: `To change it, give --use-default ${key}.` });
      }
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
