import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FleetRunDocument } from '../../../src/app/fleet/fleet-summary.js';
import type { FleetStatusDocument } from '../../../src/app/fleet/fleet-status.js';
import { createCommandStage, type CommandStage, type Ended, type Happening } from '../../support/command-stage.js';
import { standardGroup } from '../../support/sandbox.js';

export const GOOD = 'ami-good';
export const BAD = 'ami-bad';
export const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** So many times the same word. */
export const all = (outcome: string): readonly string[] => NAMES.map(() => outcome);

/** How each target ended, such as `swapped 0`. */
export const outcomes = ({ targets }: Pick<FleetRunDocument, 'targets'>): readonly string[] =>
  targets.map(({ outcome, exitCode }) => `${outcome} ${String(exitCode ?? '-')}`);

/** A simulated AWS with six groups of two instances, and a fleet file of three waves over them. */
export interface FleetStage extends CommandStage {
  readonly file: string;
  /** Writes the file anew: lines of the second and of the third wave, and more defaults. */
  readonly write: (second?: string, third?: string, settings?: string) => Promise<void>;
  /** Lets these groups launch this image. */
  readonly to: (image: string, ...names: readonly string[]) => void;
  readonly fleet: (name: string, words?: readonly string[], happening?: Happening) => Promise<Ended>;
  readonly rollOut: (words?: readonly string[], happening?: Happening) => Promise<FleetRunDocument>;
  /** Where each target stands. */
  readonly states: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

async function fleetStage(): Promise<FleetStage> {
  const stage = createCommandStage({
    images: { [GOOD]: { behaviour: 'healthy' }, [BAD]: { behaviour: 'unhealthy' } },
    alarms: { errors: { state: 'OK' } },
  });
  const groups = new Map(
    NAMES.map((name) => [name as string, standardGroup(stage.sandbox.world, { name, size: 2, max: 4 })]),
  );
  const folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
  const file = join(folder, 'fleet.yaml');
  const write: FleetStage['write'] = (second = '', third = '', settings = '') =>
    writeFile(
      file,
      `defaults: {healthy-timeout: 3m${settings}}
waves:
  - {name: one, bake: 5m, targets: [{name: a, asg: a}]}
  - name: two
    concurrency: 2
${second}
    targets: [{name: b, asg: b}, {name: c, asg: c}, {name: d, asg: d}]
  - name: three
${third}
    targets: [{name: e, asg: e}, {name: f, asg: f}]
`,
    );
  await write();
  const fleet: FleetStage['fleet'] = (name, words = [], happening = {}) =>
    stage.run(['fleet', name, file, ...words], happening);
  return {
    ...stage,
    file,
    write,
    to: (image, ...names) => {
      for (const name of names) groups.get(name)?.changeImage(image);
    },
    fleet,
    rollOut: async (words, happening) => (await fleet('run', words, happening)).document as unknown as FleetRunDocument,
    states: async () =>
      ((await fleet('status')).document as unknown as FleetStatusDocument).targets.map(({ state }) => state),
    stop: () => rm(folder, { recursive: true }),
  };
}

/** A fresh fleet for each test of the suite around, which may leave nothing broken behind. */
export function fleetForEach(): { readonly stage: () => FleetStage } {
  let stage: FleetStage;
  beforeEach(async () => {
    stage = await fleetStage();
  });
  afterEach(async () => {
    await stage.stop();
    expect(stage.sandbox.monitor.violations).to.deep.equal([]);
  });
  return { stage: () => stage };
}
