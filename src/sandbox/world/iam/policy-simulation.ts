import type { GetRoleRequest, SimulatePrincipalPolicyRequest } from '@aws-sdk/client-iam';
import type { Fault } from '../../scenario.js';
import { ServiceFault } from '../fault.js';
import { matchesCalls } from '../../calls-pattern.js';
import type { OperationTable, ServiceName, World } from '../world.js';

/** Codes by which services say that a permission is missing. */
const DENIALS = /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized)$/;

/** The services of the sandbox that IAM knows by another prefix. */
const SERVICES: Readonly<Record<string, readonly ServiceName[]>> = { elasticloadbalancing: ['elb', 'elbv2'] };

/** Roles of the sandbox have a path, which sessions of a role do not tell. */
const rolesOf = ({ account }: World): string => `arn:aws:iam::${account}:role/teams/`;

/** The IAM of the sandbox: everybody may do everything, but for what the scenario has services refuse as denied. */
export const iamOperations: OperationTable = {
  GetRole: (world, { RoleName: name = '' }: GetRoleRequest) => ({
    Role: {
      Path: '/teams/',
      RoleName: name,
      RoleId: 'AROASANDBOX',
      Arn: `${rolesOf(world)}${name}`,
      CreateDate: new Date(world.startedAt),
    },
  }),
  SimulatePrincipalPolicy: (world, input: SimulatePrincipalPolicyRequest) => {
    requirePrincipal(world, input.PolicySourceArn ?? '');
    const resources = input.ResourceArns ?? ['*'];
    return {
      IsTruncated: false,
      EvaluationResults: (input.ActionNames ?? []).map((action) => {
        const decision = isDenied(world, action) ? 'explicitDeny' : 'allowed';
        return {
          EvalActionName: action,
          EvalResourceName: resources[0],
          EvalDecision: decision,
          MatchedStatements: [],
          MissingContextValues: [],
          ResourceSpecificResults: resources.map((name) => ({
            EvalResourceName: name,
            EvalResourceDecision: decision,
            MatchedStatements: [],
            MissingContextValues: [],
          })),
        };
      }),
    };
  },
};

function requirePrincipal(world: World, arn: string): void {
  if (arn === `arn:aws:iam::${world.account}:${world.scenario.caller}` || arn.startsWith(rolesOf(world))) return;
  throw new ServiceFault('NoSuchEntity', `The user or role with ARN ${arn} cannot be found.`, 404);
}

function isDenied(world: World, action: string): boolean {
  const [prefix = '', operation = ''] = action.split(':');
  const services = SERVICES[prefix] ?? [prefix as ServiceName];
  const seconds = (world.clock.now() - world.startedAt) / 1000;
  return world.scenario.faults
    .filter((fault): fault is Extract<Fault, { kind: 'refuse' }> => fault.kind === 'refuse' && DENIALS.test(fault.code))
    .filter(({ from = 0, until = Infinity }) => seconds >= from && seconds < until)
    .some(({ calls }) => services.some((service) => matchesCalls(calls)(service, operation)));
}
