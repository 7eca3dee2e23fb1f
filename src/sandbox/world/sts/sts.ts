import type {
  AssumeRoleCommandInput,
  AssumeRoleCommandOutput,
  GetCallerIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import { ServiceFault } from '../fault.js';
import type { OperationTable, World } from '../world.js';

/** Who calls: the one whom the scenario names, whatever the signature says. */
function callerArn({ account, scenario: { caller } }: World): string {
  return `arn:aws:${caller.startsWith('assumed-role/') ? 'sts' : 'iam'}::${account}:${caller}`;
}

export const stsOperations: OperationTable = {
  GetCallerIdentity: (world: World): Omit<GetCallerIdentityCommandOutput, '$metadata'> => ({
    Account: world.account,
    Arn: callerArn(world),
    UserId: 'AIDASANDBOXUSER000000',
  }),
  /** Any role of the account can be assumed; what it may do is not modelled. */
  AssumeRole: (world: World, input: AssumeRoleCommandInput): Omit<AssumeRoleCommandOutput, '$metadata'> => {
    const { RoleArn: role = '', RoleSessionName: session = '', DurationSeconds: seconds = 3600 } = input;
    const [, account, name] = /^arn:[\w-]+:iam::(\d{12}):role\/(.+)$/.exec(role) ?? [];
    if (account !== world.account || name === undefined) {
      throw new ServiceFault(
        'AccessDenied',
        `User: ${callerArn(world)} is not authorized to perform: ` + `sts:AssumeRole on resource: ${role}`,
        403,
      );
    }
    return {
      Credentials: {
        AccessKeyId: 'ASIASANDBOXSANDBOX',
        SecretAccessKey: 'sandbox',
        SessionToken: 'sandbox',
        Expiration: new Date(world.clock.now() + seconds * 1000),
      },
      AssumedRoleUser: {
        AssumedRoleId: `AROASANDBOX:${session}`,
        Arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
      },
    };
  },
};
