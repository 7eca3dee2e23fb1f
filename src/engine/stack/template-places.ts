import { AwsFault, Failure } from '../../errors.js';
import type { StackEvent } from '../../model/stack/stack.js';

/**
 * Where a template declares the resource of an event, as `FILE:LINE:COLUMN`; undefined when it cannot be known.
 * `events` are those of the whole operation: they tell in which nested stack it happened.
 */
export type Locate = (event: StackEvent, events: readonly StackEvent[]) => Promise<string | undefined>;

/** Root causes whose place is looked up; more than that nobody mends at once. */
const MOST_PLACES = 5;

/**
 * Places of the first events, by the event's id. What cannot be found is left out, whatever the reason: it is a
 * convenience.
 */
export async function placesOf(
  causes: readonly StackEvent[],
  events: readonly StackEvent[],
  locate: Locate | undefined,
): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  if (locate === undefined) return places;
  for (const event of causes.slice(0, MOST_PLACES)) {
    try {
      const place = await locate(event, events);
      if (place !== undefined) places.set(event.id, place);
    } catch (error) {
      if (!(error instanceof AwsFault) && !(error instanceof Failure)) throw error;
    }
  }
  return places;
}
