import type { GetServiceQuotaRequest } from '@aws-sdk/client-service-quotas';
import { ServiceFault } from '../fault.js';
import type { OperationTable, World } from '../world.js';
import { LaunchFault } from './launch-faults.js';
import { ec2State } from './state.js';

/** What is answered for a quota that the scenario does not name: more than any story needs. */
const LARGE = 100_000;

/** Quotas of vCPUs of on-demand instances, by the families that count against each. */
const FAMILIES: Readonly<Record<string, RegExp>> = {
  'L-1216C47A': /^[acdhimrtz]\d/,
  'L-74FC7D96': /^f\d/,
  'L-DB2E81BA': /^(g|gr|vt)\d/,
  'L-1945791B': /^inf\d/,
  'L-7295265B': /^x\d/,
};

/** The quotas of the sandbox: those of EC2 on-demand instances. */
export const serviceQuotasOperations: OperationTable = {
  GetServiceQuota: (world, input: GetServiceQuotaRequest) => {
    const { ServiceCode: service = '', QuotaCode: code = '' } = input;
    if (service !== 'ec2' || !Object.hasOwn(FAMILIES, code))
      throw new ServiceFault(
        'NoSuchResourceException',
        'The request failed because the specified quota does not exist.',
      );
    return {
      Quota: {
        ServiceCode: service,
        QuotaCode: code,
        Value: world.scenario.quotas[code] ?? LARGE,
        Unit: 'None',
        Adjustable: true,
        GlobalQuota: false,
      },
    };
  },
};

/** Refuses a launch that would be one too many for a quota of the scenario. @throws LaunchFault VcpuLimitExceeded */
export function requireQuota(world: World, type: string): void {
  for (const [code, families] of Object.entries(FAMILIES)) {
    const limit = world.scenario.quotas[code];
    if (limit === undefined || !families.test(type)) continue;
    const used = [...ec2State(world).instances.values()]
      .filter((one) => (one.state === 'pending' || one.state === 'running') && families.test(one.type))
      .reduce((sum, one) => sum + vcpusOf(one.type), 0);
    if (used + vcpusOf(type) > limit)
      throw new LaunchFault(
        'VcpuLimitExceeded',
        `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance ` +
          'bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request ' +
          'to request an adjustment to this limit.',
      );
  }
}

/** vCPUs by the size of a type, as most families have them. Source: Amazon EC2 instance types. */
export function vcpusOf(type: string): number {
  const size = type.split('.')[1] ?? '';
  const times = /^(\d*)xlarge$/.exec(size)?.[1];
  if (times !== undefined) return 4 * Number(times === '' ? 1 : times);
  return size === 'metal' ? 96 : 2;
}
