import type { GetCalendarStateRequest } from '@aws-sdk/client-ssm';
import { ServiceFault } from '../fault.js';
import type { OperationTable, World } from '../world.js';

/** Change calendars, open and closed as the scenario says. Several are open when all of them are. */
export const calendarOperations: OperationTable = {
  GetCalendarState: (world, input: GetCalendarStateRequest) => {
    const names = (input.CalendarNames ?? []).map((name) => name.slice(name.lastIndexOf('/') + 1));
    const missing = names.find((name) => !Object.hasOwn(world.scenario.calendars, name));
    if (missing !== undefined || names.length === 0)
      throw new ServiceFault('InvalidDocument', `Document with name ${missing ?? ''} does not exist.`);
    const now = world.clock.now();
    const state = stateAt(world, names, now);
    const next = turnTimes(world, names).find((at) => at > now && stateAt(world, names, at) !== state);
    return {
      State: state,
      AtTime: new Date(now).toISOString(),
      ...(next !== undefined && { NextTransitionTime: new Date(next).toISOString() }),
    };
  },
};

/** A time in which a calendar is as a fault says. */
interface Turn {
  readonly state: 'OPEN' | 'CLOSED';
  readonly begins: number;
  readonly ends: number;
}

function turnsOf(world: World, names: readonly string[]): readonly Turn[] {
  return world.scenario.faults.flatMap((fault) => {
    if (fault.kind !== 'calendar' || !names.includes(fault.name)) return [];
    const begins = world.startedAt + fault.at * 1000;
    return [{ state: fault.state, begins, ends: begins + (fault.for ?? Infinity) * 1000 }];
  });
}

function stateAt(world: World, names: readonly string[], at: number): 'OPEN' | 'CLOSED' {
  const closed = names.some((name) => {
    const turn = turnsOf(world, [name]).findLast(({ begins, ends }) => at >= begins && at < ends);
    return (turn?.state ?? world.scenario.calendars[name]) === 'CLOSED';
  });
  return closed ? 'CLOSED' : 'OPEN';
}

/** When one of them may turn, in the order of time. */
function turnTimes(world: World, names: readonly string[]): readonly number[] {
  return turnsOf(world, names)
    .flatMap(({ begins, ends }) => [begins, ends])
    .filter((at) => Number.isFinite(at))
    .sort((a, b) => a - b);
}
