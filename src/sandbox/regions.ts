import type { Served } from './index.js';
import { credentialOf } from './wire/wire.js';
import type { Scenario } from './scenario.js';
import type { WireRequest } from './wire/wire-types.js';
import { REGIONS } from './world/ec2/inventory/inventory.js';
import { s3State } from './world/s3/state.js';

/** One world for each region that somebody calls, in one account: what is in one of them is not seen from another. */
export interface Regions {
  /** The world that answers a request, made by the first one that asks for its region. */
  readonly of: (request: WireRequest) => Served;
  /** The one that the sandbox began with comes first. */
  readonly all: () => readonly Served[];
}

/** Services that an account has once, or whose names are the same in every region. */
const GLOBAL: ReadonlySet<string> = new Set(['iam', 's3', 'sts']);

/**
 * @param home the world of the scenario's region; it also answers what is signed for no region that an account has
 * @param make another region's world; absent keeps one world for all of them
 */
export function createRegions(home: Served, make?: (region: string) => Served): Regions {
  const worlds = new Map([[home.world.region, home]]);
  const open = (region: string, of: (region: string) => Served): Served => {
    const made = of(region);
    // Buckets are of the account: a template in one of them can be used in every region.
    made.world.state('s3', () => s3State(home.world));
    made.clock.advanceTo(home.clock.now());
    worlds.set(region, made);
    return made;
  };
  return {
    of: (request) => {
      // The credential scope of the signature: AKID/date/region/service/aws4_request.
      const [, , region = '', service = ''] = credentialOf(request) ?? [];
      if (GLOBAL.has(service)) return home;
      const known = worlds.get(region);
      if (known !== undefined) return known;
      return make === undefined || !REGIONS.includes(region) ? home : open(region, make);
    },
    all: () => [...worlds.values()],
  };
}

/** The scenario of another region of the same account: ids of its own, and nothing goes wrong there. */
export function scenarioOf(scenario: Scenario, region: string): Scenario {
  const place = Array.from(region).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2 ** 31, 0);
  return { ...scenario, region, faults: [], seed: (scenario.seed + place) % 2 ** 53 };
}
