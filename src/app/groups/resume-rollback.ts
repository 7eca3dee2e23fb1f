import { gateCommands } from '../../config/gates.js';
import { command } from '../../text/commands/next-command.js';
import { readWanted, type GroupFlags } from '../../config/rollout-plan.js';
import { targetWordsOf } from '../../config/target.js';
import { rolledBack } from '../../engine/rollout/failures.js';
import { Failure } from '../../errors.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { withDiagnosis } from '../../run/with-diagnosis.js';
import { groupsOnInterrupt } from '../../run/signals/interrupt.js';
import { wayBackOf } from '../history/back-by-history.js';
import { lockAsked, type LockFlags } from '../lock/lock-flags.js';
import { withRun, type CommonFlags, type Run, type RunResult, type RunDescription } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { askFirst } from './ask-first.js';
import { balancerAsked, balancerProblems, groupsBehind } from './balancer-target.js';
import { byName, groupsOf, targetProblems, type TargetFlags } from './command-targets.js';
import { servingNow, type ServingNow } from './serving-now.js';
import { againWith, outcomeOf, planOf, swap } from './update-asgs.js';

/** Whose rollout, and the limits to finish it within. */
export interface RecoverAsked
  extends TargetFlags, Omit<GroupFlags, 'swap' | 'force' | 'together'>, CommonFlags, LockFlags {
  /** A restart may have worked on what is behind a balancer. */
  readonly elb?: string | undefined;
  readonly 'target-group'?: string | undefined;
  /** Show what instances that were never proven have printed; default true. */
  readonly console?: boolean | undefined;
}

/** Ends of what was taken back. */
const BACK: readonly GroupResult['outcome'][] = ['rolledBack', 'putBack'];

/** Where nothing was left but a size that a dead run kept. */
function orSizeKept(results: readonly GroupResult[]): 'sizeKept' | 'nothing' {
  return results.some(({ outcome }) => outcome === 'sizeKept') ? 'sizeKept' : 'nothing';
}

/** `resume`: finishes what a dead run left on the groups, as it was meant, and starts nothing of its own. */
export function resume(asked: RecoverAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const end: Recovery['end'] = async (results, plan, run) => {
    const back = results.filter(({ outcome }) => outcome === 'rolledBack');
    if (back.length > 0) {
      const { text, groups } = await servesNow(run, plan);
      throw rolledBack(back, { serves: text, groups }, plan);
    }
    if (results.some(({ outcome }) => outcome === 'promoted')) return { outcome: outcomeOf(results), results };
    if (results.some(({ outcome }) => outcome === 'putBack')) return { outcome: 'undone', results };
    return { outcome: outcomeOf(results) === 'paused' ? 'paused' : orSizeKept(results), results };
  };
  return overGroups({ command: 'resume', adoptOnly: true, goOn: true, end }, asked, surroundings);
}

/**
 * `rollback`: the same, but what is not judged yet is rolled back. A verdict to promote is turned only while the old
 * half is kept.
 */
export function rollback(asked: RecoverAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const end: Recovery['end'] = async (results, plan, run) => {
    if (results.some(({ outcome }) => outcome === 'promoted'))
      throw tooLate(results, plan, (await servesNow(run, plan)).text);
    const outcome = results.some(({ outcome }) => BACK.includes(outcome)) ? 'undone' : orSizeKept(results);
    if (outcome !== 'nothing' || plan.stack === undefined) return { outcome, results };
    const { reason, next } = await wayBackOf(run, plan.stack);
    run.deps.emit({ type: 'warning', reason });
    return { outcome, results, more: { next } };
  };
  return overGroups({ command: 'rollback', adoptOnly: true, undo: true, end }, asked, surroundings);
}

/** `unfreeze`: resumes exactly what a roll-back left suspended, and removes its note. */
export function unfreeze(asked: RecoverAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const end: Recovery['end'] = (results) => ({
    outcome: results.some(({ outcome }) => outcome === 'unfrozen') ? 'unfrozen' : 'nothing',
    results,
  });
  return overGroups({ command: 'unfreeze', strategy: 'unfreeze', end }, asked, surroundings);
}

/** A command that goes on with what a rollout left. */
interface Recovery extends Partial<Pick<Plan, 'strategy' | 'adoptOnly' | 'undo' | 'goOn'>> {
  readonly command: string;
  /** What its results mean. */
  readonly end: (results: readonly GroupResult[], plan: Plan, run: Run) => RunResult | Promise<RunResult>;
}

async function overGroups(
  { end, ...how }: Recovery,
  given: RecoverAsked,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  const { command } = how;
  const behind = balancerAsked(given);
  const wanted = readWanted(given, behind === undefined ? targetProblems(given) : balancerProblems(given));
  const head = (asked: RecoverAsked): RunDescription => {
    const target = behind === undefined ? asked : byName(asked, [behind]);
    return {
      command,
      stack: asked.stack,
      groups: target.asgs,
      again: againWith(target, command),
      words: wanted.gates?.words,
      commands: gateCommands(wanted.gates),
      onInterrupt: groupsOnInterrupt,
      lock: lockAsked(asked, wanted),
    };
  };
  return withRun(
    head,
    given,
    surroundings,
    withDiagnosis(async (run, asked) => {
      // Going back is never held up by what could not be asked.
      if (how.goOn === true) await askFirst(run, wanted);
      const groups = behind !== undefined ? await groupsBehind(run, behind) : await groupsOf(run, asked);
      const named = byName(asked, groups);
      run.goOnWith(againWith(named, command));
      const results = await swap(run, { wanted, asked: named }, { groups, leftOut: [] }, how);
      return end(results, planOf(run, { wanted, asked: named }, groups, how), run);
    }),
  );
}

function servesNow(run: Run, { groups }: Plan): Promise<ServingNow> {
  return servingNow(run, groups, run.state().began);
}

/** The verdict to promote showed up only after the rollout was taken over. */
function tooLate(results: readonly GroupResult[], plan: Plan, serves: string): Failure {
  const promoted = results.filter(({ outcome }) => outcome === 'promoted').map(({ group }) => group);
  return new Failure('stopped', {
    code: 'rollback.judged',
    what:
      `${promoted.join(', ')} had been judged already: promote. A verdict is never turned, so it was ` +
      'finished instead.',
    reasons: [],
    serves,
    left: 'Nothing of the rollout is left. To go back, roll out the former configuration.',
    next: [command`ha-updater update-asgs ${targetWordsOf({ stack: plan.stack, asgs: plan.groups })}`],
  });
}
