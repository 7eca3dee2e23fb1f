import { checkRegion } from '../../config/connection-checks.js';
import { readFleetFile } from '../../config/fleet/fleet-file.js';
import type { TargetFlagShapes } from '../../config/fleet/target-keys.js';
import { Failure, usage } from '../../errors.js';
import { targetsOf, type Fleet, type Target } from '../../fleet/waves.js';
import type { AdvisedReason } from '../../model/rollout/decision.js';
import type { ProcessContext } from '../../run/process-context.js';
import { readTemplateFile } from '../../template/io.js';
import { flagsOfTarget } from './call-target.js';
import { readOrder, type OrderFlags } from '../stack/stack-order.js';

/** What every command on a fleet is asked for. */
export interface FleetAsked {
  /** Path of the fleet file. */
  readonly file: string;
  /** Flags that targets may set. */
  readonly shapes: TargetFlagShapes;
}

/**
 * Reads the file, and whatever its targets name on this machine: files of templates and parameters, and variables.
 *
 * @throws Failure `usage` with every problem; nothing was sent by then
 */
export async function openFleet({ file, shapes }: FleetAsked, around: ProcessContext): Promise<Fleet> {
  const fleet = await readFleetFile(file, process.cwd(), shapes);
  const reasons: AdvisedReason[] = [];
  for (const target of targetsOf(fleet)) reasons.push(...(await problemsOf(target, around)));
  const [first] = reasons;
  if (first === undefined) return fleet;
  if (reasons.length === 1) throw usage(first.code, first.text);
  throw usage('fleet.value', `${file} has ${reasons.length} faults.`, [], reasons);
}

async function problemsOf(target: Target, around: ProcessContext): Promise<readonly AdvisedReason[]> {
  const found: AdvisedReason[] = [];
  const attempt = async (read: () => Promise<unknown> | string): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const { code, what, reasons } = error.facts;
      const head = `${target.at}: target ${target.name}: `;
      if (reasons.length === 0) found.push({ code, text: `${head}${what}`, remedy: '' });
      else found.push(...reasons.map((reason) => ({ ...reason, text: `${head}${reason.text}` })));
    }
  };
  const { region, stack, settings } = target;
  if (region !== undefined) await attempt(() => checkRegion(region));
  if (stack === undefined) return found;
  const { template } = settings;
  if (typeof template === 'string' && !/^[a-z][a-z0-9]*:\/\//i.test(template))
    await attempt(() => readTemplateFile(template));
  await attempt(() => readOrder(flagsOfTarget(target) as unknown as OrderFlags, around, false));
  return found;
}
