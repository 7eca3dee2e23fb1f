import { placeOf, targetsOf, type Fleet } from '../../fleet/waves.js';
import { isBegun, STATE_WORDS, type TargetState } from '../../fleet/target-state.js';
import { fleetTable } from '../../render/documents/fleet-page.js';
import { lineWriter } from '../../render/line-writer.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { command, commandLine, remarked, type NextCommand } from '../../text/commands/next-command.js';
import { count } from '../../text/count.js';
import { shortened } from '../../text/sentence.js';
import { lookAtTargets, type SeenTarget } from './look-at-fleet.js';
import { endWithUnseen } from './fleet-failure.js';
import { openFleet, type FleetAsked } from './open-fleet.js';

/** One target in a document of `fleet status`. */
interface TargetStatus {
  readonly wave: string;
  readonly target: string;
  readonly stack?: string;
  readonly groups?: readonly string[];
  readonly region?: string;
  readonly profile?: string;
  readonly state: TargetState;
  readonly instances: number;
  readonly outdated: number;
  /** What is to be known of it, as one sentence without its full stop. */
  readonly says: string;
  /** The commands that help with it alone. */
  readonly next: readonly string[];
}

/** The --json document of `fleet status`. Fields are only ever added. */
export interface FleetStatusDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode' | 'failure'> {
  readonly file: string;
  /** In the order of the waves. */
  readonly targets: readonly TargetStatus[];
  readonly next: readonly string[];
}

/** `fleet status`: one look at every target, changing nothing. @throws Failure `usage` */
export async function fleetStatus(asked: FleetAsked, around: ProcessContext): Promise<FleetStatusDocument> {
  const fleet = await openFleet(asked, around);
  const seen = await lookAtTargets(targetsOf(fleet), around);
  const next = nextOf(fleet, seen).map(commandLine);
  if (!around.json) statusLines(seen, next).forEach(lineWriter(around.stdout));
  const ending = endWithUnseen('fleet status', seen, around);
  return {
    v: 1,
    command: 'fleet status',
    outcome: ending?.outcome ?? 'shown',
    exitCode: ending?.exitCode ?? 0,
    file: fleet.file,
    targets: seen.map(targetStatus),
    next,
    ...(ending?.failure !== undefined && { failure: ending.failure }),
  };
}

function targetStatus({ of, state, instances, outdated, says, next }: SeenTarget): TargetStatus {
  const { wave, name, stack, asgs, region, profile } = of;
  return {
    wave,
    target: name,
    ...(stack === undefined ? { groups: asgs } : { stack }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    state,
    instances,
    outdated,
    says,
    next,
  };
}

/** What a table has room for; the document tells all of it. */
const ROOM = 100;

function statusLines(seen: readonly SeenTarget[], next: readonly string[]): readonly string[] {
  const rows = seen.map(({ of, state, says }) => [
    of.wave,
    of.name,
    placeOf(of),
    STATE_WORDS[state],
    shortened(says, ROOM),
  ]);
  const helps = seen.flatMap(({ target, state, next: own }) =>
    own.slice(0, 1).map((line) => `${target} (${STATE_WORDS[state]}): ${line}`),
  );
  return [
    ...fleetTable(['WAVE', 'TARGET', 'WHERE', 'STATE', 'WHAT MATTERS'], rows),
    '',
    `${countsOf(seen)}.`,
    ...(helps.length === 0 ? [] : ['', 'For one target alone:', ...helps.map((line) => `  ${line}`)]),
    ...(next.length === 0 ? [] : ['', 'Next:', ...next.map((line) => `  ${line}`)]),
  ];
}

/** `12 targets: 10 current, 2 outdated` */
export function countsOf(seen: readonly Pick<SeenTarget, 'state'>[]): string {
  const states = new Map<TargetState, number>();
  for (const { state } of seen) states.set(state, (states.get(state) ?? 0) + 1);
  const parts = [...states].map(([state, many]) => `${many} ${STATE_WORDS[state]}`);
  return `${count(seen.length, 'target')}: ${parts.join(', ')}`;
}

/** The commands that go on with the whole fleet. */
function nextOf({ file }: Fleet, seen: readonly SeenTarget[]): readonly NextCommand[] {
  const has = (...states: readonly TargetState[]): boolean => seen.some(({ state }) => states.includes(state));
  const frozen = seen.filter(({ state }) => state === 'frozen');
  return [
    ...(has('outdated', 'missing', 'interrupted', 'frozen')
      ? [
          remarked(
            command`ha-updater fleet run ${file} ${frozen.flatMap(({ target }) => ['--retry', target])}`,
            frozen.length === 0 ? 'starts, or goes on' : 'once the cause is fixed: starts again what was rolled back',
          ),
        ]
      : []),
    ...(seen.some(({ state }) => isBegun(state))
      ? [remarked(command`ha-updater fleet cancel ${file}`, 'calls back what is under way')]
      : []),
    ...(has('interrupted', 'paused', 'kept')
      ? [remarked(command`ha-updater fleet rollback ${file}`, 'takes back what is under way, paused or kept')]
      : []),
  ];
}
