import { gateCommands } from '../../config/gates.js';
import { command } from '../../text/commands/next-command.js';
import { readWanted, type GroupFlags } from '../../config/rollout-plan.js';
import { targetWordsOf } from '../../config/target.js';
import { afterRollBack } from '../../decide/diagnosis/after-roll-back.js';
import { rolledBack } from '../../engine/rollout/failures.js';
import { Failure } from '../../errors.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { groupsOnInterrupt } from '../../run/signals/interrupt.js';
import { wayBackOf } from '../history/back-by-history.js';
import { lockAsked, type LockFlags } from '../lock/lock-flags.js';
import type { CommonFlags, Run, RunResult } from '../../run/run.js';
import type { CommandResult, LookAgain, ProcessContext } from '../../run/process-context.js';
import { expectNoneStarting } from '../server/call-off.js';
import { askFirst } from './ask-first.js';
import { balancerAsked, balancerProblems, groupsBehind } from './balancer-target.js';
import { byName, groupsOf, targetProblems, type TargetFlags } from './command-targets.js';
import { servingNow, type ServingNow } from './serving-now.js';
import { lookOnce, runCommand, type GroupCommand } from './group-command.js';
import { againWith, outcomeOf, planOf, rollOut, tellFound } from './update-asgs.js';

/** Whose rollout, and the limits to finish it within. */
export interface RecoverAsked
  extends TargetFlags, Omit<GroupFlags, 'swap' | 'force' | 'together'>, CommonFlags, LockFlags {
  /** A restart may have worked on what is behind a balancer. */
  readonly elb?: string | undefined;
  readonly 'target-group'?: string | undefined;
  /** The function on which a rollout may have been started that has not looked yet; of `rollback`. */
  readonly server?: string | undefined;
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
export async function resume(asked: RecoverAsked, surroundings: ProcessContext): Promise<CommandResult> {
  return runCommand(recoverCommand(resuming(), asked), asked, surroundings);
}

/** One look of `resume`. */
export async function lookAtResume(
  asked: RecoverAsked,
  surroundings: ProcessContext,
): Promise<CommandResult | LookAgain> {
  return lookOnce(recoverCommand(resuming(), asked), asked, surroundings);
}

/** `resume` in its parts. @throws Failure `usage` */
export function resumeCommand(asked: RecoverAsked): GroupCommand<RecoverAsked> {
  return recoverCommand(resuming(), asked);
}

/** `rollback` in its parts. @throws Failure `usage` */
export function rollbackCommand(asked: RecoverAsked): GroupCommand<RecoverAsked> {
  return recoverCommand(goingBack(asked), asked);
}

/** How `resume` goes on and ends. */
function resuming(): Recovery {
  const end: Recovery['end'] = async (results, plan, run) => {
    const back = results.filter(({ outcome }) => outcome === 'rolledBack');
    if (back.length > 0) {
      const { text, serving, groups } = await servesNow(run, plan);
      throw rolledBack(back, { serves: text, serving, groups }, plan);
    }
    if (results.some(({ outcome }) => outcome === 'promoted')) return { outcome: outcomeOf(results), results };
    if (results.some(({ outcome }) => outcome === 'putBack')) return { outcome: 'undone', results };
    return { outcome: outcomeOf(results) === 'paused' ? 'paused' : orSizeKept(results), results };
  };
  return { command: 'resume', adoptOnly: true, goOn: true, end };
}

/**
 * `rollback`: the same, but what is not judged yet is rolled back. A verdict to promote is turned only while the old
 * half is kept.
 */
export async function rollback(asked: RecoverAsked, surroundings: ProcessContext): Promise<CommandResult> {
  return runCommand(recoverCommand(goingBack(asked), asked), asked, surroundings);
}

/** One look of `rollback`. */
export async function lookAtRollback(
  asked: RecoverAsked,
  surroundings: ProcessContext,
): Promise<CommandResult | LookAgain> {
  return lookOnce(recoverCommand(goingBack(asked), asked), asked, surroundings);
}

/** How `rollback` goes on and ends. */
function goingBack(asked: RecoverAsked): Recovery {
  const end: Recovery['end'] = async (results, plan, run) => {
    if (results.some(({ outcome }) => outcome === 'promoted'))
      throw tooLate(results, plan, (await servesNow(run, plan)).text);
    const outcome = results.some(({ outcome }) => BACK.includes(outcome)) ? 'undone' : orSizeKept(results);
    if (outcome === 'undone') return { outcome, results, ...(await frozenNext(run, plan, results)) };
    if (outcome === 'nothing' && asked.server !== undefined)
      await expectNoneStarting(run, { server: asked.server, asked, groups: plan.groups });
    if (outcome !== 'nothing' || plan.stack === undefined) return { outcome, results };
    const { reason, next } = await wayBackOf(run, plan.stack);
    run.deps.emit({ type: 'warning', reason });
    return { outcome, results, more: { next } };
  };
  return { command: 'rollback', adoptOnly: true, undo: true, end };
}

/** `unfreeze`: resumes exactly what a roll-back left suspended, and removes its note. */
export async function unfreeze(asked: RecoverAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const end: Recovery['end'] = (results) => ({
    outcome: results.some(({ outcome }) => outcome === 'unfrozen') ? 'unfrozen' : 'nothing',
    results,
  });
  const command = recoverCommand({ command: 'unfreeze', strategy: 'unfreeze', end }, asked);
  return runCommand(command, asked, surroundings);
}

/** A command that goes on with what a rollout left. */
interface Recovery extends Partial<Pick<Plan, 'strategy' | 'adoptOnly' | 'undo' | 'goOn'>> {
  readonly command: string;
  /** What its results mean. */
  readonly end: (results: readonly GroupResult[], plan: Plan, run: Run) => RunResult | Promise<RunResult>;
}

/** Such a command in its parts. @throws Failure `usage` */
function recoverCommand({ end, ...how }: Recovery, given: RecoverAsked): GroupCommand<RecoverAsked> {
  const { command } = how;
  const behind = balancerAsked(given);
  const wanted = readWanted(given, behind === undefined ? targetProblems(given) : balancerProblems(given));
  return {
    wanted,
    describe: (asked) => {
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
    },
    begin: async (run, asked) => {
      // Going back is never held up by what could not be asked.
      if (how.goOn === true) await askFirst(run, wanted);
      const groups = behind !== undefined ? await groupsBehind(run, behind) : await groupsOf(run, asked);
      return { groups, leftOut: [] };
    },
    found: (run, asked, choice) => tellFound(run, byName(asked, choice.groups), choice),
    plan: (run, asked, { groups }) => {
      const named = byName(asked, groups);
      run.goOnWith(againWith(named, command));
      return planOf(run, { wanted, asked: named }, groups, how);
    },
    roll: (run, asked, { plan, choice }) => {
      tellFound(run, byName(asked, choice.groups), choice);
      return rollOut(run, plan);
    },
    end: (run, _asked, { results, plan }) => end(results, plan, run),
  };
}

/** The way on from groups that a roll-back which was asked for left frozen. */
export async function frozenNext(
  run: Run,
  plan: Plan,
  results: readonly GroupResult[],
): Promise<Pick<RunResult, 'more'>> {
  const back = results.flatMap((result) => (result.outcome === 'rolledBack' ? [result] : []));
  if (back.every(({ frozen }) => frozen.length === 0)) return {};
  const { groups } = await servesNow(run, plan);
  const after = groups.filter(({ name }) => back.some(({ group }) => group === name));
  const target = targetWordsOf({ stack: plan.stack, asgs: back.map(({ group }) => group) });
  const inPart = back.some(({ stay = 0 }) => stay > 0);
  return { more: { next: afterRollBack(after, target, { stack: plan.stack, inPart }).next } };
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
