import { expect } from 'chai';
import { POLICY, readPolicy } from './policy.js';
import { callerStatements, filledIn, LEFT_OUT, propertiesOf, roleStatements } from './server-role.js';

describe('the permissions in templates/server.yaml', () => {
  const shipped = readPolicy(POLICY).statements;

  it('are those of the shipped policy for rollouts, statement by statement, and each that is left out says why', () => {
    const needed = shipped.filter(({ Sid }) => LEFT_OUT[Sid] === undefined);
    const bySid = (one: { readonly Sid: string }, other: { readonly Sid: string }): number =>
      one.Sid < other.Sid ? -1 : 1;
    expect([...roleStatements('rollouts')].sort(bySid)).to.deep.equal(needed.map(filledIn).sort(bySid));
    const sids = shipped.map(({ Sid }) => Sid);
    expect(Object.keys(LEFT_OUT).filter((sid) => !sids.includes(sid))).to.deep.equal([]);
  });

  it('are exactly what a durable function needs besides: its own executions, the next one, those of others, and its own log', () => {
    const name = '${AWS::StackName}';
    expect(propertiesOf('Function')['FunctionName']).to.equal('${AWS::StackName}');
    expect(propertiesOf('Logs')['LogGroupName']).to.equal(`/aws/lambda/${name}`);
    const place = '${AWS::Region}:${AWS::AccountId}';
    expect(roleStatements('durable-function')).to.deep.equal([
      {
        Sid: 'OwnExecutions',
        Effect: 'Allow',
        Action: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
        Resource: `arn:\${AWS::Partition}:lambda:${place}:function:${name}:*`,
      },
      {
        Sid: 'NextExecution',
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: `arn:\${AWS::Partition}:lambda:${place}:function:${name}:*`,
      },
      {
        Sid: 'OtherExecutions',
        Effect: 'Allow',
        Action: ['lambda:GetDurableExecution', 'lambda:ListDurableExecutionsByFunction'],
        Resource: ['', ':*'].map((all) => `arn:\${AWS::Partition}:lambda:${place}:function:${name}${all}`),
      },
      {
        Sid: 'OwnLog',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: `arn:\${AWS::Partition}:logs:${place}:log-group:/aws/lambda/${name}:*`,
      },
    ]);
  });

  it('let callers start, follow and stop this function alone', () => {
    const statements = callerStatements();
    expect(statements.flatMap(({ Action }) => Action).sort()).to.deep.equal([
      'lambda:GetDurableExecution',
      'lambda:GetDurableExecutionHistory',
      'lambda:InvokeFunction',
      'lambda:ListDurableExecutionsByFunction',
      'lambda:StopDurableExecution',
      'logs:FilterLogEvents',
      'logs:GetLogEvents',
    ]);
    for (const { Sid, Resource } of statements)
      for (const resource of [Resource].flat()) expect(resource, Sid).to.match(/^\$\{(Function|Logs)\.Arn\}(:\*)?$/);
  });
});
