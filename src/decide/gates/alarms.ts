import type { Instant } from '../../clock.js';
import type { Alarm } from '../../model/rollout/alarm.js';
import type { Observed, Reason } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { withoutStop } from '../../text/sentence.js';
import { timestamp } from '../../text/timestamp.js';

/**
 * Why an alarm stops a rollout that began then, or undefined. One that rang before does not count until it was
 * quiet: the person who started nevertheless knew of it. Without data it is no alarm. One that was deleted meanwhile
 * counts as one that rings: the person who named it does not want to go on without it.
 */
export function alarmed(observed: Pick<Observed, 'alarms'>, plan: Plan, startedAt: Instant): string | undefined {
  // rule: alarm-unheard
  const ringing = (observed.alarms ?? []).find(({ state, since }) => state === 'ALARM' && since >= startedAt);
  if (ringing !== undefined) return `the alarm ${ringing.name} is in ALARM ${sinceText(ringing)}`;
  const [gone] = unheard(observed, plan);
  // rule: alarm-gone
  return gone === undefined ? undefined : `the alarm ${gone} does not exist any more, so it could not stop the rollout`;
}

/** Alarms that were named and do not exist, so that they can never stop a rollout. */
export function missingAlarms(observed: Observed, plan: Plan): readonly Reason[] {
  return unheard(observed, plan).map((name) => ({
    code: 'alarm.missing',
    text: `there is no CloudWatch alarm ${name}`,
    remedy: 'Check the name, the account and the region.',
  }));
}

function unheard({ alarms }: Pick<Observed, 'alarms'>, { gates }: Plan): readonly string[] {
  return alarms === undefined
    ? []
    : (gates?.alarms ?? []).filter((name) => !alarms.some((alarm) => alarm.name === name));
}

/** Alarms that ring before anything was begun. */
export function ringingReasons({ alarms }: Observed, { gates }: Plan): readonly Reason[] {
  if (gates?.ignoreRinging === true) return [];
  const ringing = (alarms ?? []).filter(({ state }) => state === 'ALARM');
  return ringing.map((alarm) => ({
    code: 'alarm.ringing',
    text: `the alarm ${alarm.name} is in ALARM already, ${sinceText(alarm)}`,
    remedy: 'Wait until it is quiet, or start with --ignore-ringing-alarms: it then counts once it was quiet.',
  }));
}

function sinceText({ since, reason }: Alarm): string {
  return `since ${timestamp(since)}${reason === '' ? '' : ` (${withoutStop(reason)})`}`;
}
