import { read } from '../tidy/scan.js';

/** One statement of a policy in templates/. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Policy {
  readonly path: string;
  readonly statements: readonly Statement[];
}

export function readPolicy(path: string): Policy {
  const { Version, Statement: statements } = JSON.parse(read(path)) as {
    readonly Version: string;
    readonly Statement: readonly Statement[];
  };
  if (Version !== '2012-10-17') throw new Error(`${path} is of another version of the policy language`);
  return { path, statements };
}

/** Several policies, as somebody has them who is given each. */
export function together(...policies: readonly Policy[]): Policy {
  return {
    path: policies.map(({ path }) => path).join(' or '),
    statements: policies.flatMap(({ statements }) => statements),
  };
}

export function listOf(one: string | readonly string[]): readonly string[] {
  return typeof one === 'string' ? [one] : one;
}

/** All actions that a policy allows, each with its statements. */
export function actionsOf({ statements }: Policy): ReadonlyMap<string, readonly Statement[]> {
  const actions = new Map<string, Statement[]>();
  for (const statement of statements)
    for (const action of listOf(statement.Action)) actions.set(action, [...(actions.get(action) ?? []), statement]);
  return actions;
}

export const POLICY = 'templates/iam-policy.json';
/** Beside the first one, for commands that are started on a server. */
export const ON_SERVER = 'templates/iam-policy-server.json';
/** For whoever deploys, shows and removes the function: what its stack takes, no test of the sandbox can tell. */
export const DEPLOY_SERVER = 'templates/iam-policy-server-deploy.json';
export const READ_ONLY = 'templates/iam-policy-read-only.json';

/** Commands that change nothing and have to work with the read-only policy. */
export const LOOKING = [
  'diagnose',
  'doctor',
  'history',
  'list',
  'plan',
  'server-status',
  'status',
  'validate',
  'watch',
];

/** Actions that no test can take: why each is in the policy all the same. */
export const NOT_IN_SANDBOX: Readonly<Record<string, string>> = {
  'iam:PassRole': 'CloudFormation checks it when --role-arn is given; the sandbox knows no IAM',
};

/** What a looking command may lack in the read-only policy, and what it does then. */
export const DENIED_ON_PURPOSE: Readonly<Record<string, string>> = {
  'ec2:GetConsoleOutput': 'diagnose --console alone; what instances print may hold secrets',
  'cloudformation:DeleteStack':
    'plan of a new stack removes the empty shell that its change set made; without it the shell stays',
  's3:PutObject': 'plan of a template that is too long for a call puts it into S3',
  's3:ListBucket': 'the same: it looks whether the bucket of the bootstrap is there',
  's3:GetBucketLocation': 'plan --app publishes the assets of the app',
  's3:GetEncryptionConfiguration': 'the same',
  'sts:AssumeRole': 'plan --app takes the roles of the bootstrap; without them the credentials are used as they are',
  'ssm:GetParameter': 'plan --app reads the version of the bootstrap',
};
