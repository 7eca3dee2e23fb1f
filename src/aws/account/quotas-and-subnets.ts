import type { CountedInstance, Subnet } from '../../model/checkup.js';
import { AwsFault } from '../../errors.js';
import { chunks } from '../../text/chunks.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';

/** Most ids in one call of DescribeSubnets that its documentation gives room for. */
const SUBNETS_PER_CALL = 200;

/**
 * All instances of the account and region that count against a quota of vCPUs: those that run or are starting, on
 * shared hardware. Source: Amazon EC2 user guide, "On-Demand Instance quotas".
 */
export async function countedInstances(clients: Clients): Promise<CountedInstance[]> {
  const client = await clients.ec2();
  const pages = await allPages('ec2:DescribeInstances', async (token) => {
    const page = await client.describeInstances({
      Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }],
      MaxResults: 1000,
      ...(token && { NextToken: token }),
    });
    return { page, next: page.NextToken };
  });
  return pages
    .flatMap((page) => page.Reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? [])
    .filter(({ Placement: placement }) => (placement?.Tenancy ?? 'default') === 'default')
    .map(({ InstanceId: id, InstanceType: type, InstanceLifecycle: lifecycle, CpuOptions: cpu }) => ({
      id: id ?? '',
      type: type ?? '',
      spot: lifecycle === 'spot',
      vcpus: (cpu?.CoreCount ?? 0) * (cpu?.ThreadsPerCore ?? 0),
    }));
}

/** The account's quotas of EC2 by their codes; those that the region does not have are left out. */
export async function vcpuQuotas(clients: Clients, codes: readonly string[]): Promise<Record<string, number>> {
  const client = await clients.serviceQuotas();
  const found: Record<string, number> = {};
  for (const code of codes) {
    try {
      const { Quota: quota } = await client.getServiceQuota({ ServiceCode: 'ec2', QuotaCode: code });
      if (quota?.Value !== undefined) found[code] = quota.Value;
    } catch (error) {
      if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
    }
  }
  return found;
}

/** Free addresses of subnets. */
export async function subnets(clients: Clients, ids: readonly string[]): Promise<Subnet[]> {
  const client = await clients.ec2();
  const found: Subnet[] = [];
  for (const part of chunks([...new Set(ids)], SUBNETS_PER_CALL)) {
    const { Subnets: rows = [] } = await client.describeSubnets({ SubnetIds: part });
    found.push(
      ...rows.map(({ SubnetId: id, AvailabilityZone: zone, AvailableIpAddressCount: free }) => ({
        id: id ?? '',
        zone: zone ?? '',
        free: free ?? 0,
      })),
    );
  }
  return found;
}
