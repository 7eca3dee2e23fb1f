import { createHash } from 'node:crypto';
import type { HistoryChange, HistoryEntry, StackState } from '../model/history-entry.js';
import type { Outcome } from '../model/event.js';
import type { Stack } from '../model/stack/stack.js';

/** Most bytes of an entry: the parameters of a stack hold 200 × 4,096 characters, and real ones a hundredth of it. */
export const MOST_ENTRY_BYTES = 256 * 1024;

/** Longest word of a reason, most groups and most images that an entry tells. */
const LIMITS = { text: 1_000, groups: 50, images: 20 } as const;

/** The text's name: equal texts are kept once. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * What a stack is made of, out of what AWS tells of it.
 * @param isSecret whether a value must not be kept: somebody may give a secret to a parameter that shows its value
 */
export function stateOf(
  { parameters }: Pick<Stack, 'parameters'>,
  more: { readonly template: string | undefined; readonly images: readonly string[] | undefined },
  isSecret: (value: string) => boolean,
): StackState {
  // rule: history-secret
  const hidden = parameters.filter(({ noEcho, value }) => noEcho || value === undefined || isSecret(value));
  const shown = parameters.filter((one) => !hidden.includes(one));
  return {
    ...(more.template !== undefined && { template: hashOf(more.template) }),
    parameters: Object.fromEntries(shown.map(({ key, value = '' }) => [key, value])),
    secrets: hidden.map(({ key }) => key),
    ...(more.images !== undefined && { images: [...new Set(more.images)].sort().slice(0, LIMITS.images) }),
  };
}

/**
 * An entry as it is kept. What is too large loses its texts first and then the state of the stack: that a run was is
 * always told.
 */
export function entryText(entry: HistoryEntry): string {
  const { failure } = entry;
  const cut: HistoryEntry = {
    ...entry,
    ...(failure !== undefined && { failure: { ...failure, what: cutText(failure.what) } }),
    groups: entry.groups
      .slice(0, LIMITS.groups)
      .map(({ group, outcome, why }) => ({ group, outcome, why: cutText(why) })),
  };
  const { before: _before, ...withoutBefore } = cut;
  const { after: _after, ...withoutState } = withoutBefore;
  const texts = [cut, withoutBefore, withoutState].map((one) => JSON.stringify(one));
  return texts.find((text) => Buffer.byteLength(text) <= MOST_ENTRY_BYTES) ?? '';
}

function cutText(text: string): string {
  return text.length <= LIMITS.text ? text : `${text.slice(0, LIMITS.text - 1)}…`;
}

/**
 * Reads an entry. It may be anybody's text: what does not look like ours is none.
 * @returns why it is none, as a clause
 */
export function readEntry(text: string): HistoryEntry | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!isMap(json)) return 'it is no entry of a run';
  if (json['v'] !== 1) return `it is of version ${JSON.stringify(json['v'] ?? 'unknown').slice(0, 20)}`;
  const texts = ['run', 'command', 'version', 'stack', 'account', 'region', 'by', 'at', 'outcome'] as const;
  const missing = texts.find((name) => typeof json[name] !== 'string');
  if (missing !== undefined) return `its ${missing} is missing`;
  const at = Date.parse(json['at'] as string);
  if (Number.isNaN(at) || typeof json['elapsedMs'] !== 'number' || typeof json['exitCode'] !== 'number')
    return 'its times are missing';
  const named = Object.fromEntries(texts.map((name) => [name, json[name] as string])) as Record<
    (typeof texts)[number],
    string
  >;
  return {
    v: 1,
    ...named,
    outcome: named.outcome as Outcome,
    elapsedMs: json['elapsedMs'],
    exitCode: json['exitCode'],
    ...optionalTexts(json),
    ...failureOf(json['failure']),
    groups: groupsOf(json['groups']),
    ...stateNamed('before', json['before']),
    ...stateNamed('after', json['after']),
  };
}

function optionalTexts(json: Map): Pick<HistoryEntry, 'host' | 'build' | 'to'> {
  const given = (['host', 'build', 'to'] as const).filter((name) => typeof json[name] === 'string');
  return Object.fromEntries(given.map((name) => [name, json[name] as string]));
}

function failureOf(json: unknown): Pick<HistoryEntry, 'failure'> {
  if (!isMap(json) || typeof json['code'] !== 'string' || typeof json['what'] !== 'string') return {};
  return { failure: { code: json['code'], what: json['what'] } };
}

function groupsOf(json: unknown): HistoryEntry['groups'] {
  if (!Array.isArray(json)) return [];
  return json.filter(isMap).flatMap(({ group, outcome, why }) => {
    if (typeof group !== 'string' || typeof outcome !== 'string' || typeof why !== 'string') return [];
    return [{ group, outcome: outcome as HistoryEntry['groups'][number]['outcome'], why }];
  });
}

function stateNamed(name: 'before' | 'after', json: unknown): Pick<HistoryEntry, 'before' | 'after'> {
  const state = readState(json);
  return state === undefined ? {} : { [name]: state };
}

/** A state counts whole or not at all: half of its parameters would be another stack. */
function readState(json: unknown): StackState | undefined {
  if (!isMap(json)) return undefined;
  const { template, parameters, secrets, images } = json;
  if (!isMap(parameters) || Object.values(parameters).some((value) => typeof value !== 'string')) return undefined;
  if (!isTexts(secrets) || (images !== undefined && !isTexts(images))) return undefined;
  if (template !== undefined && !(typeof template === 'string' && /^[0-9a-f]{64}$/.test(template))) return undefined;
  return {
    ...(template !== undefined && { template }),
    parameters: parameters as Readonly<Record<string, string>>,
    secrets,
    ...(images !== undefined && { images }),
  };
}

type Map = Readonly<Record<string, unknown>>;

function isMap(json: unknown): json is Map {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isTexts(json: unknown): json is readonly string[] {
  return Array.isArray(json) && json.every((one) => typeof one === 'string');
}

/** Parameters that are others after a run than before it, as far as both may be seen. */
export function changesOf({ before, after }: Pick<HistoryEntry, 'before' | 'after'>): readonly HistoryChange[] {
  if (before === undefined || after === undefined) return [];
  const keys = [...new Set([...Object.keys(before.parameters), ...Object.keys(after.parameters)])];
  return keys.flatMap((key) => {
    const [was, is] = [before.parameters[key], after.parameters[key]];
    if (was === is || before.secrets.includes(key) || after.secrets.includes(key)) return [];
    return [{ key, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) }];
  });
}
