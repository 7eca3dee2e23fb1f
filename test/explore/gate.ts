import { gateKey } from '../../src/decide/gates/stage-gate.js';
import type { Action } from '../../src/model/rollout/action.js';
import type { Decision } from '../../src/model/rollout/decision.js';
import type { GateAnswer, GateResult } from '../../src/model/rollout/gate-answer.js';
import type { GroupState, Runner, State, Step } from './world.js';

/*
 * The gate command of a run: asked beside its looks, it may answer at any moment, or not for long.
 */

const ANSWERS: readonly (readonly [GateAnswer, string])[] = [
  ['goOn', 'says go on'],
  ['notYet', 'says not yet'],
  ['fail', 'says no'],
];

/** The run after a decision that starts its gate command, lets it run on, or ends it because nobody waits for it. */
export function asking(runner: Runner, decision: Decision, { now }: State): Runner {
  if (decision.kind !== 'wait') return runner;
  const { asked, ...rest } = runner;
  const due = decision.gates ?? [];
  if (asked !== undefined && due.some((one) => gateKey(one) === gateKey(asked))) return runner;
  const [next] = due;
  if (next === undefined) return rest;
  return { ...rest, asked: { ...next, since: runner.seen?.gates[gateKey(next)]?.since ?? now } };
}

/** What the gate command of a run may say now, which wakes it. */
export function answersOf(state: State, index: number): readonly Step[] {
  const runner = state.runners[index];
  if (runner?.asked === undefined || runner.seen === undefined) return [];
  const { asked, ...rest } = runner;
  const { seen } = runner;
  const { group, stage, part, since } = asked;
  return ANSWERS.map(([said, words]) => {
    const tries = (seen.gates[gateKey(asked)]?.tries ?? 0) + 1;
    const result: GateResult = { said, part, since, at: state.now, tries, words, output: '' };
    const next: Runner = {
      ...rest,
      seen: { ...seen, gates: { ...seen.gates, [gateKey(asked)]: result } },
      heard: { ...runner.heard, [group]: { stage, said } },
      waiting: false,
    };
    const runners = state.runners.map((one, n) => (n === index ? next : one));
    return { label: `the gate command ${words} of ${group} at ${stage}`, state: { ...state, runners } };
  });
}

/** What an action does that the gate command has not let through; undefined where it has. */
export function unheard({ groups }: State, { plan, heard }: Runner, action: Action): string | undefined {
  if (plan.gates?.gate === undefined) return undefined;
  const names = 'groups' in action ? action.groups : [action.group];
  for (const group of groups) {
    if (!names.includes(group.name)) continue;
    const { stage, said } = heard?.[group.name] ?? {};
    if (goesOn(action, group) && said !== undefined && said !== 'goOn')
      return `${action.type}, and the gate command said ${said} at ${stage ?? ''}`;
    if (action.type === 'judge' && action.verdict.outcome === 'promote' && stage !== 'verdict')
      return 'it is promoted, and the gate command was not asked';
  }
  return undefined;
}

/** Whether it brings the rollout further: it is promoted, grows beyond its canary, or old instances go. */
function goesOn(action: Action, { expected, size }: GroupState): boolean {
  if (action.type === 'judge') return action.verdict.outcome === 'promote';
  if (action.type === 'resize') return expected?.verdict === undefined && action.size.desired > size.desired;
  return action.type === 'terminate' && action.half === 'old' && expected?.verdict === 'promote';
}
