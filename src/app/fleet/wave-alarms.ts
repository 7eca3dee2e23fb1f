import { retrying } from '../../engine/retrying-gateway.js';
import { AwsFault } from '../../errors.js';
import type { Target, Wave } from '../../fleet/waves.js';
import type { Alarm } from '../../model/rollout/alarm.js';
import type { ProcessContext } from '../../run/process-context.js';
import { QUICK } from '../../run/run.js';
import { faultText } from '../../text/fault-text.js';
import { withoutStop } from '../../text/sentence.js';
import { onlyLook } from '../inspect/read-only.js';

/** So many looks in a row that AWS does not answer count as an alarm that rings: nobody would hear of a real one. */
const MOST_UNREAD = 3;

/** Asks the alarms of a wave in every place of its targets. */
export interface WaveAlarms {
  /** Why the next wave must not begin; undefined while all of them are quiet. */
  readonly ringing: (wave: Wave) => Promise<string | undefined>;
  /** Alarms of these waves that do not exist, as sentences. @throws AwsFault, Failure */
  readonly missing: (waves: readonly Wave[]) => Promise<readonly string[]>;
}

export function waveAlarms(around: ProcessContext): WaveAlarms {
  const unread = new Map<string, number>();
  const read = async ({ region, profile }: Target, names: readonly string[]): Promise<readonly Alarm[]> => {
    const place = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
    const { deps } = await onlyLook(place, { ...around, sharesProcess: true });
    return retrying(deps, QUICK).alarms(names);
  };
  const ask = async (wave: Wave, target: Target): Promise<string | undefined> => {
    const key = `${wave.name} ${placeText(target)}`;
    let alarms: readonly Alarm[];
    try {
      alarms = await read(target, wave.alarms);
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      const many = (unread.get(key) ?? 0) + 1;
      unread.set(key, many);
      if (many < MOST_UNREAD) return undefined;
      return `the alarms ${placeText(target)} could not be read ${many} times in a row: ${faultText(error)}`;
    }
    unread.delete(key);
    const ringing = alarms.find(({ state }) => state === 'ALARM');
    if (ringing !== undefined) {
      const why = ringing.reason === '' ? '' : ` (${withoutStop(ringing.reason)})`;
      return `the alarm ${ringing.name} ${placeText(target)} is in ALARM${why}`;
    }
    const [gone] = notThere(wave.alarms, alarms);
    return gone === undefined ? undefined : `the alarm ${gone} ${placeText(target)} does not exist any more`;
  };
  return {
    ringing: async (wave) => {
      const said = await Promise.all(places(wave).map((target) => ask(wave, target)));
      return said.find((why) => why !== undefined);
    },
    missing: async (waves) => {
      const all: string[] = [];
      for (const wave of waves.filter(({ alarms }) => alarms.length > 0))
        for (const target of places(wave))
          for (const name of notThere(wave.alarms, await read(target, wave.alarms)))
            all.push(`wave ${wave.name}: there is no CloudWatch alarm ${name} ${placeText(target)}`);
      return all;
    },
  };
}

function notThere(names: readonly string[], alarms: readonly Alarm[]): readonly string[] {
  return names.filter((name) => !alarms.some((alarm) => alarm.name === name));
}

/** One target of each region and profile. */
function places({ targets }: Wave): readonly Target[] {
  return [...new Map(targets.map((target) => [placeText(target), target])).values()];
}

function placeText({ region, profile }: Target): string {
  const where = region === undefined ? 'in the region of the environment' : `in ${region}`;
  return profile === undefined ? where : `${where} of profile ${profile}`;
}
