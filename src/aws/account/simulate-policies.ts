import type { EvaluationResult, IAM } from '@aws-sdk/client-iam';
import { AwsFault } from '../../errors.js';
import type { PermissionAnswer, PermissionQuestion } from '../../model/checkup.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';

const OPERATION = 'iam:SimulatePrincipalPolicy';

/**
 * What IAM says whether somebody may take these actions: identity policies, the permissions boundary and the service
 * control policies of the organization. It knows no session policies and none of the resource's own.
 * Source: IAM API reference, SimulatePrincipalPolicy.
 * @param caller ARN as `sts:GetCallerIdentity` tells it
 * @throws AwsFault `unsupported` for a caller of whom IAM has no policies
 */
export async function permissions(
  clients: Clients,
  caller: string,
  { actions, resource, context }: PermissionQuestion,
): Promise<readonly PermissionAnswer[]> {
  const client = await clients.iam();
  const principal = await principalOf(client, caller);
  const pages = await allPages(OPERATION, async (token) => {
    const page = await client.simulatePrincipalPolicy({
      PolicySourceArn: principal,
      ActionNames: [...actions],
      ...(resource !== undefined && { ResourceArns: [resource] }),
      ContextEntries: Object.entries(context).map(([key, values]) => ({
        ContextKeyName: key,
        ContextKeyValues: [...values],
        ContextKeyType: values.length > 1 ? ('stringList' as const) : ('string' as const),
      })),
      ...(token && { Marker: token }),
    });
    return { page, next: page.IsTruncated === true ? page.Marker : undefined };
  });
  return pages.flatMap((page) => page.EvaluationResults ?? []).map(toAnswer);
}

/** Missing keys stand beside the resource where one was named, else beside the action. */
function toAnswer(result: EvaluationResult): PermissionAnswer {
  const rows = result.ResourceSpecificResults ?? [];
  return {
    action: result.EvalActionName ?? '',
    allowed: result.EvalDecision === 'allowed',
    missingContext: [...new Set([result, ...rows].flatMap(({ MissingContextValues: missing }) => missing ?? []))],
  };
}

/** Who has the policies: the user itself, or the role of a session, whose ARN has lost the role's path. */
async function principalOf(client: IAM, caller: string): Promise<string> {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(caller) ?? [];
  if (role !== undefined) {
    try {
      const { Role: found } = await client.getRole({ RoleName: role });
      if (found?.Arn !== undefined) return found.Arn;
    } catch (error) {
      // Most roles have no path, so it is worth a try without.
      if (!(error instanceof AwsFault) || error.kind !== 'denied') throw error;
    }
    return `arn:${partition}:iam::${account}:role/${role}`;
  }
  if (/^arn:[\w-]+:iam::\d+:user\//.test(caller)) return caller;
  throw new AwsFault('unsupported', OPERATION, 'NoPolicies', `IAM keeps no policies of ${caller}.`);
}
