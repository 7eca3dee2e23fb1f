import { expect } from 'chai';
import { keysOf, NOTE_KEYS } from '../../src/aws/groups/note-tags.js';
import type { NoteName } from '../../src/model/rollout/action.js';
import { iamActions } from '../../src/sandbox/wire/iam.js';
import { read, repositoryFiles } from '../tidy/scan.js';
import { actionsOf, DEPLOY_SERVER, listOf, ON_SERVER, POLICY, READ_ONLY, readPolicy, together } from './policy.js';

/** Actions that AWS cannot limit to a resource. Source: Service Authorization Reference, the tables of each service. */
const UNLIMITED =
  /^(autoscaling:Describe|ec2:Describe|elasticloadbalancing:Describe|cloudformation:ValidateTemplate$|cloudformation:Get(HookResult|TemplateSummary)$|cloudwatch:(DescribeAlarms|GetMetricData)$|servicequotas:GetServiceQuota$|ssm:(CancelCommand|DescribeInstanceInformation|GetCommandInvocation|ListCommands)$)/;

describe('the IAM policies', () => {
  for (const path of [POLICY, READ_ONLY, ON_SERVER, DEPLOY_SERVER]) {
    const policy = readPolicy(path);

    it(`${path} allows actions by name, each limited to a resource where AWS can limit it`, () => {
      const wrong: string[] = [];
      for (const [action, statements] of actionsOf(policy)) {
        if (action.includes('*')) wrong.push(`${action}: name each action`);
        for (const { Sid, Effect, Resource } of statements) {
          if (Effect !== 'Allow') wrong.push(`${Sid}: Effect is ${Effect}`);
          if (listOf(Resource).includes('*') && !UNLIMITED.test(action))
            wrong.push(`${action}: limit it to a resource`);
        }
      }
      expect(wrong).to.deep.equal([]);
    });

    it(`${path} has a name for each statement, and fits a managed policy (6,144 characters without white space)`, () => {
      const sids = policy.statements.map(({ Sid }) => Sid);
      expect(new Set(sids).size).to.equal(sids.length);
      expect(sids.every((sid) => /^[A-Za-z0-9]+$/.test(sid))).to.equal(true);
      expect(read(path).replace(/\s/g, '').length).to.be.at.most(6_144);
    });

    it(`${path} lists its actions in order`, () => {
      for (const { Action } of policy.statements)
        expect(listOf(Action)).to.deep.equal([...new Set(listOf(Action))].sort());
    });
  }

  it('know every operation that the gateway calls', () => {
    const calls = repositoryFiles()
      .filter((path) => path.startsWith('src/aws/'))
      .flatMap((path) => [
        ...read(path).matchAll(
          /\.((?:add|cancel|continue|create|delete|deregister|describe|execute|get|head|list|put|register|remove|resume|send|set|suspend|terminate|update|validate)[A-Z]\w+)\(\s*[{}).\w]/g,
        ),
      ])
      .map((match) => match[1] ?? '')
      .filter((name) => name !== 'getTime' && name !== 'getCallerIdentity')
      .map((name) => name.charAt(0).toUpperCase() + name.slice(1));
    expect(calls).to.include.members(['DescribeAutoScalingGroups', 'CreateOrUpdateTags', 'GetObject', 'UpdateStack']);
    const known = [...actionsOf(together(readPolicy(POLICY), readPolicy(ON_SERVER))).keys()].map(
      (action) => action.split(':')[1],
    );
    const actions = [...new Set(calls)].map((name) => iamActions('s3', name)[0]?.split(':')[1] ?? '');
    expect(
      actions
        .filter((name) => !known.includes(name))
        .map((name) => `src/aws calls ${name}: add it to the fitting statement of ${POLICY}`),
    ).to.deep.equal([]);
  });

  it('are explained on a page, statement by statement', () => {
    const page = read('docs/PERMISSIONS.md');
    expect(
      together(...[POLICY, ON_SERVER, DEPLOY_SERVER].map(readPolicy))
        .statements.map(({ Sid }) => Sid)
        .filter((sid) => !page.includes(`\`${sid}\``)),
    ).to.deep.equal([]);
  });

  it('let who deploys the function touch no other function, role or log, and give the role to nobody else', () => {
    const { statements } = readPolicy(DEPLOY_SERVER);
    const free = statements.filter(({ Resource }) => listOf(Resource).some((one) => !one.includes('FUNCTION')));
    expect(free.map(({ Sid }) => Sid)).to.deep.equal(['TemplateOfFunction', 'LogsThatThereAre']);
    expect(statements.find(({ Action }) => listOf(Action).includes('iam:PassRole'))?.Condition).to.deep.equal({
      StringEquals: { 'iam:PassedToService': ['events.amazonaws.com', 'lambda.amazonaws.com'] },
    });
  });

  it('let nobody who only looks change a group or start a change of a stack', () => {
    const changing = [...actionsOf(readPolicy(READ_ONLY)).keys()].filter(
      (action) => !/:(Describe|Get|List|Simulate|Validate)/.test(action),
    );
    expect(changing).to.deep.equal(['cloudformation:CreateChangeSet', 'cloudformation:DeleteChangeSet']);
  });

  it('allow every group to be changed only within the stacks that were named, and no tags but our notes', () => {
    const { statements } = readPolicy(POLICY);
    const changing = statements.filter(({ Action }) =>
      listOf(Action).some((action) => action.startsWith('autoscaling:') && !action.startsWith('autoscaling:Describe')),
    );
    expect(changing).not.to.deep.equal([]);
    for (const { Sid, Condition } of changing)
      expect(Condition?.['StringLike'], Sid).to.deep.equal({
        'aws:ResourceTag/aws:cloudformation:stack-name': 'STACK*',
      });
    const tagging = statements.find(({ Action }) => listOf(Action).includes('autoscaling:CreateOrUpdateTags'));
    expect(tagging?.Condition?.['ForAllValues:StringEquals']?.['aws:TagKeys']).to.deep.equal(
      [...keysOf(Object.keys(NOTE_KEYS) as NoteName[])].sort(),
    );
  });
});
