import type { Reason } from '../model/rollout/decision.js';
import { oneLine } from '../text/plain.js';
import { sentence } from '../text/sentence.js';
import { endState } from './live/instance-state.js';

/** One cause of a failure, with all that it happened to. */
export interface Cause {
  readonly code: string;
  readonly text: string;
  readonly remedy: string;
  /** The headline of the failure says it. */
  readonly told: boolean;
  readonly groups: readonly string[];
  /** Ids, where it is about instances. */
  readonly instances: readonly string[];
  /** What shows it, of the first that has any. */
  readonly evidence: readonly string[];
  /** What is printed on consoles. */
  readonly printed: readonly Printed[];
}

/** A line of a console, and the instances that printed it. */
interface Printed {
  readonly line: string;
  readonly instances: readonly string[];
}

/**
 * The reasons of a failure by their cause: what differs in names, ids and times alone is the same. What happened to
 * most comes first.
 */
export function causesOf(reasons: readonly Reason[]): readonly Cause[] {
  const causes = new Map<string, Reason[]>();
  for (const reason of reasons) {
    if (isToldByInstances(reason, reasons)) continue;
    const key = `${reason.code} ${causeOf(reason)}`;
    causes.set(key, [...(causes.get(key) ?? []), reason]);
  }
  return [...causes.values()].map(together).sort((a, b) => size(b) - size(a));
}

function size({ groups, instances }: Cause): number {
  return Math.max(groups.length, instances.length);
}

/** A group's reason that says of its instances what they say themselves. */
function isToldByInstances({ group, brief, instance }: Reason, all: readonly Reason[]): boolean {
  return (
    instance === undefined &&
    brief !== undefined &&
    all.some((one) => one.instance !== undefined && one.group === group)
  );
}

/** What is the same of reasons that have one cause. No words count: only names, ids and times are left out. */
function causeOf({ instance, group = '', text }: Reason): string {
  if (instance !== undefined) return endState(instance);
  return (group === '' ? text : text.replaceAll(group, ''))
    .replace(/\b[a-z]+-[0-9a-f]{8,}\b/g, '')
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, '')
    .replace(/\b\d\d:\d\d:\d\d\b/g, '');
}

function together(same: readonly Reason[]): Cause {
  const [first] = same;
  const { code = '', text = '', remedy = '', instance } = first ?? {};
  return {
    code,
    text: instance === undefined ? sentence(text) : sentence(endState(instance)),
    remedy: oneLine(remedy),
    told: first?.headline === true,
    groups: [...new Set(same.flatMap(({ group }) => group ?? []))],
    instances: [...new Set(same.flatMap((one) => one.instance?.id ?? []))],
    evidence: same.map(beforeConsole).find((lines) => lines.length > 0) ?? [],
    printed: printedBy(same),
  };
}

/** The evidence that is not from consoles. */
function beforeConsole({ evidence = [], printed = [] }: Reason): readonly string[] {
  return evidence.slice(0, evidence.length - printed.length);
}

/** A time that a line of a console begins with. */
const TIME = /^(?:\[[^\]]*\d[^\]]*\] ?|\d{4}-\d\d-\d\dT\S+ )/;

/** Words of a program that ends badly, those that say why before those that say that. */
const TELLING = [
  /\b(?:exception|error|fatal|panic|cannot|could not|unable|denied|refused|no such|not found|out of memory|invalid)\b/i,
  /\b(?:fail(?:ed|ure|s)?|exited|killed|aborted|segfault|timed out|timeout)\b/i,
];

/** The one line of each console that says most, with all that printed it; what most printed comes first. */
function printedBy(reasons: readonly Reason[]): readonly Printed[] {
  const by = new Map<string, string[]>();
  for (const { printed = [] } of reasons) {
    const lines = printed
      .map(({ instance, line }) => ({ id: instance, text: oneLine(line).replace(TIME, '') }))
      .filter(({ text }) => text !== '');
    const best =
      TELLING.map((words) => lines.filter(({ text }) => words.test(text)).at(-1)).find((line) => line !== undefined) ??
      lines.at(-1);
    if (best !== undefined) by.set(best.text, [...(by.get(best.text) ?? []), best.id]);
  }
  return [...by]
    .map(([line, instances]) => ({ line, instances }))
    .sort((a, b) => b.instances.length - a.instances.length);
}
