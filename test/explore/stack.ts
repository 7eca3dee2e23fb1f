import type { GroupResult } from '../../src/model/rollout/group-result.js';
import type { KeepSizePlan, Plan } from '../../src/model/rollout/rollout-plan.js';
import type { Scope } from './scopes.js';
import { counted, type GroupState, type Runner, type State, type Step } from './world.js';

/** CloudFormation writes the sizes of its template once, and once more when the change is rolled back. */
const MOST_WRITES = 2;

/** What CloudFormation does while it changes the stack of all groups. */
export function stackSteps(state: State, { template }: Scope): readonly Step[] {
  const { stack, ...rest } = state;
  if (stack === undefined || template === undefined) return [];
  const settles: Step = { label: 'the stack settles', state: rest };
  if (stack.writes === MOST_WRITES) return [settles];
  const groups = state.groups.map((group): GroupState => ({ ...group, size: template, sizedBy: 'others' }));
  const out = groups.map(takenOut).find((taken) => taken > 0);
  const writes: Step = {
    label: `CloudFormation writes ${template.min}/${template.desired}/${template.max}`,
    state: { ...state, groups, before: state.groups, stack: { writes: stack.writes + 1 } },
    ...(out !== undefined && { broken: `${out} are taken out at the size of the template` }),
  };
  return [settles, writes];
}

/** How many Auto Scaling may now take out of a group, though nobody but CloudFormation asked for that. */
function takenOut(group: GroupState): number {
  if (group.suspended.includes('Terminate') || group.expected?.touched === true) return 0;
  return counted(group).length - group.size.desired;
}

/** A part of a run that keeps sizes: what comes next, in words. */
interface Part {
  readonly words: string;
  readonly state: State;
  readonly runner: Runner;
}

/**
 * What follows in a run that keeps sizes when a part of it is over: the change is sent, or CloudFormation refuses it.
 * Nothing where the run ends.
 */
export function partsAfter(state: State, runner: Runner, results: readonly GroupResult[]): readonly Part[] {
  const { plan } = runner;
  switch (plan.keepSize?.phase) {
    case 'begin': {
      if (!results.every(({ outcome }) => outcome === 'sizeKept')) return [];
      return [
        {
          words: 'the change is sent',
          state: { ...state, stack: { writes: 0 } },
          runner: { ...runner, plan: inPart(plan, 'during') },
        },
        { words: 'the change is refused', state, runner: { ...runner, plan: inPart(plan, 'end') } },
      ];
    }
    case 'during':
      return [{ words: 'it waits for the stack', state, runner: { ...runner, waiting: true } }];
    default:
      return [];
  }
}

/** The run in its last part, once the stack that it changed has settled. */
export function settled({ stack }: State, runner: Runner): Runner {
  const over = runner.plan.keepSize?.phase === 'during' && stack === undefined;
  return over ? { ...runner, plan: inPart(runner.plan, 'end') } : runner;
}

function inPart(plan: Plan, phase: KeepSizePlan['phase']): Plan {
  return { ...plan, keepSize: { phase, changed: {} } };
}
