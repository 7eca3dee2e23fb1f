import type { GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import type { OperationTable, World } from './world.js';

/** Who calls: one user of the sandbox's account, whatever the signature says. */
export const stsOperations: OperationTable = {
  GetCallerIdentity: (world: World): Omit<GetCallerIdentityCommandOutput, '$metadata'> => ({
    Account: world.account,
    Arn: `arn:aws:iam::${world.account}:user/sandbox`,
    UserId: 'AIDASANDBOXUSER000000',
  }),
};
