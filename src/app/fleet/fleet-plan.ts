import { EXIT_OF } from '../../errors.js';
import { placeOf, targetsOf, type Target } from '../../fleet/waves.js';
import { fleetTime, planRow, type PlanRow } from '../../fleet/plan-row.js';
import type { ChangePlan } from '../../model/stack/change-plan.js';
import { fleetTable } from '../../render/documents/fleet-page.js';
import { lineWriter } from '../../render/line-writer.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { command, commandLine } from '../../text/commands/next-command.js';
import { count } from '../../text/count.js';
import { duration } from '../../text/duration.js';
import { sentence, under } from '../../text/sentence.js';
import { atOnce, LOOKS_AT_ONCE } from './at-once.js';
import { planTarget } from './call-target.js';
import { endWithUnseen, type Unseen } from './fleet-failure.js';
import { fleetSignals, type FleetSignals } from './fleet-signals.js';
import { openFleet, type FleetAsked } from './open-fleet.js';

export interface FleetPlanAsked extends FleetAsked {
  /** Exit 10 when there is something to change. */
  readonly 'detailed-exitcode'?: boolean | undefined;
}

/** One target in a document of `fleet plan`. */
interface TargetPlan extends PlanRow {
  readonly wave: string;
  readonly target: string;
  /** The whole plan, as `plan --json` has it; absent where it could not be made. */
  readonly plan?: ChangePlan;
}

/** The --json document of `fleet plan`. Fields are only ever added. */
export interface FleetPlanDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode' | 'failure'> {
  readonly file: string;
  /** In the order of the waves. */
  readonly targets: readonly TargetPlan[];
  /** An estimate of the time of all waves, with their bake times. */
  readonly expectedMs: number;
  readonly extraInstanceHours: number;
  readonly next: readonly string[];
}

/** A target with what its plan says. */
type Planned = TargetPlan & Unseen & { readonly of: Target };

/**
 * Plans targets, some at a time. Changes nothing, and never throws. A signal lets those that are being planned delete
 * their change sets, and the others are not planned.
 */
export function planTargets(
  targets: readonly Target[],
  around: ProcessContext,
  { stop, onSignal }: Pick<FleetSignals, 'stop' | 'onSignal'>,
  tell: (planned: Planned) => void = () => undefined,
): Promise<readonly Planned[]> {
  return atOnce(targets, LOOKS_AT_ONCE, async (target) => {
    const planned = stop.aborted
      ? notPlanned(target)
      : plannedOf(target, await planTarget(target, around, { onSignal }));
    tell(planned);
    return planned;
  });
}

/** A target whose turn never came. */
function notPlanned(of: Target): Planned {
  const what = 'A signal came before it was planned.';
  const facts = { code: 'interrupted', what, reasons: [], serves: '', left: '', next: [] };
  const end = { outcome: 'stopped', exitCode: EXIT_OF.stopped } as const;
  return { of, wave: of.wave, target: of.name, ...NOTHING, says: 'not planned', failure: { facts, end } };
}

const NOTHING: PlanRow = {
  changes: false,
  says: '',
  instances: 0,
  replaced: 0,
  against: [],
  expectedMs: 0,
  extraInstanceHours: 0,
};

function plannedOf(of: Target, { plan, failure, outcome, exitCode }: CommandResult): Planned {
  const own = { of, wave: of.wave, target: of.name };
  if (failure !== undefined)
    return {
      ...own,
      ...NOTHING,
      says: 'could not be planned',
      failure: { facts: failure, end: { outcome, exitCode } },
    };
  if (plan === undefined) return { ...own, ...NOTHING, says: 'nothing: it is current' };
  return { ...own, ...planRow(plan), plan };
}

/** `fleet plan`: what `fleet run` would do with each target, changing nothing. @throws Failure `usage` */
export async function fleetPlan(asked: FleetPlanAsked, around: ProcessContext): Promise<FleetPlanDocument> {
  const fleet = await openFleet(asked, around);
  const targets = targetsOf(fleet);
  let done = 0;
  const progress = lineWriter(around.stderr);
  const signals = fleetSignals(around, (signal) => progress(`${signal}: change sets are deleted, then it ends.`));
  const all = await planTargets(targets, around, signals, ({ target }) => {
    done += 1;
    // A plan waits for a change set of each stack: some seconds, and many of them are minutes.
    if (targets.length > LOOKS_AT_ONCE) progress(`Planned ${done} of ${targets.length}: ${target}`);
  }).finally(signals.release);
  const expectedMs = fleetTime(fleet.waves, new Map(all.map(({ target, expectedMs: ms }) => [target, ms])));
  const extraInstanceHours = all.reduce((sum, one) => sum + one.extraInstanceHours, 0);
  const changes = all.some((one) => one.changes);
  const next = changes ? [commandLine(command`ha-updater fleet run ${fleet.file}`)] : [];
  if (!around.json) pageOf(all, { expectedMs, extraInstanceHours, next }).forEach(lineWriter(around.stdout));
  const ending = endWithUnseen('fleet plan', all, around);
  const outcome =
    ending?.outcome ?? (!changes ? 'nothing' : asked['detailed-exitcode'] === true ? 'changes' : 'planned');
  return {
    v: 1,
    command: 'fleet plan',
    outcome,
    exitCode: ending?.exitCode ?? (outcome === 'changes' ? 10 : 0),
    file: fleet.file,
    targets: all.map(({ of: _of, failure: _failure, ...row }) => row),
    expectedMs,
    extraInstanceHours,
    next,
    ...(ending?.failure !== undefined && { failure: ending.failure }),
  };
}

function pageOf(
  all: readonly Planned[],
  { expectedMs, extraInstanceHours, next }: Pick<FleetPlanDocument, 'expectedMs' | 'extraInstanceHours' | 'next'>,
): readonly string[] {
  const rows = all.map((one) => [
    one.wave,
    one.target,
    placeOf(one.of),
    one.expectedMs === 0 ? '' : `about ${duration(one.expectedMs)}`,
    one.extraInstanceHours === 0 ? '' : one.extraInstanceHours.toFixed(2),
    one.against.length === 0 ? '' : String(one.against.length),
    one.says,
  ]);
  const against = all.flatMap(({ target, against: reasons }) =>
    reasons.map(
      ({ code, group, text, remedy }) =>
        `  ${target}: ${under(group, sentence(text))}` + `${remedy === '' ? '' : ` ${remedy}`} [${code}]`,
    ),
  );
  const changing = all.filter(({ changes }) => changes).length;
  const unplanned = all.filter(({ failure }) => failure !== undefined).length;
  const none = unplanned === all.length ? 'none could be planned' : undefined;
  const rest = unplanned === 0 ? '' : `; ${unplanned} could not be planned`;
  return [
    ...fleetTable(['WAVE', 'TARGET', 'WHERE', 'TIME', 'EXTRA HOURS', 'AGAINST', 'WOULD CHANGE'], rows),
    '',
    changing === 0
      ? `${count(all.length, 'target')}: ${none ?? `nothing would change${rest}`}.`
      : `${count(all.length, 'target')}: ${changing} would change${rest}${costOf(expectedMs, extraInstanceHours)}.`,
    ...(against.length === 0 ? [] : ['', 'AGAINST IT:', ...against]),
    ...(next.length === 0 ? [] : ['', 'Next:', ...next.map((line) => `  ${line}`)]),
  ];
}

/** What is estimated of the replacing; a stack that is created says nothing of its time. */
function costOf(expectedMs: number, hours: number): string {
  if (expectedMs === 0) return '';
  return (
    `. Replacing takes about ${duration(expectedMs)} with the bake times between waves, and ` +
    `${hours.toFixed(2)} extra instance-hours`
  );
}
