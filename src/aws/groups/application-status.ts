import type { InstanceApplicationStatus } from '@aws-sdk/client-ec2';
import type { ApplicationStatus } from '../../model/rollout/group.js';
import { chunks } from '../../text/chunks.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';

/** Instances that one call names. */
const IDS_PER_CALL = 100;

/**
 * What AWS's words mean. Where no check applies, or reports are suppressed on purpose, or there is no data, the checks
 * judge nothing. Source: EC2 API reference, `ApplicationStatus`.
 */
const VERDICTS: Readonly<Record<string, ApplicationStatus['verdict']>> = {
  ok: 'healthy',
  initializing: 'starting',
  impaired: 'unhealthy',
};

/** The application status of instances, by id; without those that the checks do not judge. @throws AwsFault */
export async function applicationStatus(
  clients: Clients,
  instances: readonly string[],
): Promise<Record<string, ApplicationStatus>> {
  const client = await clients.ec2();
  const rows: InstanceApplicationStatus[] = [];
  for (const InstanceIds of chunks(instances, IDS_PER_CALL)) {
    const pages = await allPages('ec2:DescribeApplicationStatus', async (token) => {
      const page = await client.describeApplicationStatus({ InstanceIds, ...(token && { NextToken: token }) });
      return { page, next: page.NextToken };
    });
    rows.push(...pages.flatMap((page) => page.ApplicationStatuses?.Instances ?? []));
  }
  return Object.fromEntries(
    rows.flatMap(({ InstanceId: id = '', ApplicationStatus: told }) => {
      const verdict = VERDICTS[told?.Status ?? ''];
      if (verdict === undefined) return [];
      const failed = (told?.Details ?? []).filter(
        ({ Status, Aggregation }) => Status === 'failed' && Aggregation !== 'excluded',
      );
      const why = failed.map(({ ApplicationStatusCheckId: check = '', Reason: reason }) =>
        [check, reason?.Code ?? '', reason?.StatusCode ?? ''].filter((text) => text !== '').join(' '),
      );
      return [[id, { verdict, reason: [told?.Status ?? '', ...why].join(': ') }]];
    }),
  );
}
