import { problem, usage } from '../errors.js';
import type { BusEntry } from '../model/bus-entry.js';
import { fitNotice } from './fit-notice.js';
import type { Notice } from './notice.js';

/** Sends one entry. @returns why it was not taken, in words; '' when it was */
export type PutEntry = (entry: BusEntry) => Promise<string>;

/** Who tells: what rules match first. */
const SOURCE = 'ha-updater';

/** What the rules of a bus match next, by what a notice is about. */
const DETAIL_TYPES: Readonly<Record<Notice['kind'], string>> = {
  started: 'Run Started',
  verdict: 'Run Verdict',
  kept: 'Old Instances Kept',
  paused: 'Run Paused',
  ended: 'Run Ended',
};

/**
 * Most bytes of a notice. An entry holds 256 KB with its source, its type and its time, and the event that is made of
 * it is larger. Source: EventBridge user guide, "Calculating PutEvents event entry size".
 */
const MOST_BYTES = 240_000;

/** Source: EventBridge API reference, PutEventsRequestEntry, EventBusName. */
const BUS = /^(arn:aws[\w-]*:events:[a-z]+(-[a-z]+)+-\d+:\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]{1,256}$/;

/** The bus as it was named, which has to be a name or an ARN. @throws Failure `usage` */
export function readBus(name: string): string {
  if (BUS.test(name)) return name;
  throw usage(
    'usage.eventBus',
    problem(`--event-bus takes the name of an event bus or its ARN: '${name}' is none.`, 'event-bus'),
  );
}

/** ARN of a bus of that account and region, which is named by its name or is an ARN already. @throws Failure `usage` */
export function busArn(
  bus: string,
  { partition, region, account }: { readonly partition: string; readonly region: string; readonly account: string },
): string {
  const name = readBus(bus);
  return name.startsWith('arn:') ? name : `arn:${partition}:events:${region}:${account}:event-bus/${name}`;
}

/** What the bus gets of a notice. */
export function entryOf(notice: Notice, bus: string): BusEntry {
  return {
    bus,
    source: SOURCE,
    detailType: DETAIL_TYPES[notice.kind],
    at: Date.parse(notice.at),
    detail: JSON.stringify(fitNotice(notice, MOST_BYTES)),
  };
}
