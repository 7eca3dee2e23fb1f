import { expect } from 'chai';
import { cloud, refusal, WEB, type Cloud } from './cloud.js';

const ami = (value: string): object => ({
  UsePreviousTemplate: true,
  Parameters: [{ ParameterKey: 'ImageId', ParameterValue: value }],
});
const make = (of: Cloud, name: string, more: object): void => {
  of.call('CreateChangeSet', { StackName: 'web', ChangeSetName: name, ...more });
  of.settle(60);
};
const look = (of: Cloud, name: string): Record<string, unknown> =>
  of.call('DescribeChangeSet', { StackName: 'web', ChangeSetName: name, IncludePropertyValues: true });

interface Change {
  readonly ResourceChange: {
    readonly Action: string;
    readonly LogicalResourceId: string;
    readonly Replacement?: string;
    readonly Details: readonly Record<string, unknown>[];
  };
}

describe('CloudFormation: change sets', () => {
  it('create a stack by review, status by status', () => {
    const of = cloud();
    of.call('CreateChangeSet', {
      StackName: 'web',
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: WEB,
    });
    expect(of.stack().StackStatus).to.equal('REVIEW_IN_PROGRESS');
    expect(look(of, 'first')).to.include({ Status: 'CREATE_PENDING', ExecutionStatus: 'UNAVAILABLE' });
    expect(refusal(() => of.call('ExecuteChangeSet', { StackName: 'web', ChangeSetName: 'first' }))).to.match(
      /^InvalidChangeSetStatus: /,
    );
    of.settle(60);
    expect(look(of, 'first')).to.include({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
    expect(
      (look(of, 'first')['Changes'] as Change[]).map(({ ResourceChange: one }) => [one.Action, one.LogicalResourceId]),
    ).to.deep.equal([
      ['Add', 'Config'],
      ['Add', 'Group'],
    ]);
    of.call('ExecuteChangeSet', { StackName: 'web', ChangeSetName: 'first', ClientRequestToken: 'go' });
    of.settle();
    expect(of.stack().StackStatus).to.equal('CREATE_COMPLETE');
    expect(of.events().at(-1)?.ClientRequestToken).to.equal('go');
    expect(refusal(() => make(of, 'again', { ChangeSetType: 'CREATE', TemplateBody: WEB }))).to.equal(
      'ValidationError: Stack [web] already exists and cannot be created again with the changeSet [again].',
    );
  });

  it('say what an update replaces, and why', () => {
    const of = cloud();
    of.create(WEB);
    of.settle();
    make(of, 'image', ami('ami-2'));
    const changes = (look(of, 'image')['Changes'] as Change[]).map(({ ResourceChange: one }) => one);
    expect(changes.map((one) => [one.Action, one.LogicalResourceId, one.Replacement])).to.deep.equal([
      ['Modify', 'Config', 'True'],
      ['Modify', 'Group', 'False'],
    ]);
    expect(changes[0]?.Details[0]).to.deep.equal({
      Target: {
        Attribute: 'Properties',
        Name: 'ImageId',
        RequiresRecreation: 'Always',
        BeforeValue: 'ami-1',
        AfterValue: 'ami-2',
      },
      Evaluation: 'Static',
      ChangeSource: 'ParameterReference',
      CausingEntity: 'ImageId',
    });
    expect(changes[1]?.Details[0]).to.deep.include({ ChangeSource: 'ResourceReference', CausingEntity: 'Config' });
  });

  it('never show NoEcho values', () => {
    const of = cloud();
    of.create(WEB);
    of.settle();
    make(of, 'secret', {
      UsePreviousTemplate: true,
      Parameters: [{ ParameterKey: 'Password', ParameterValue: 'hunter2' }],
    });
    const text = JSON.stringify(look(of, 'secret'));
    expect(text).to.contain('UserData');
    expect(text).not.to.contain('hunter2');
    expect(text).not.to.contain(Buffer.from('secret=hunter2').toString('base64'));
  });

  it('fail when there is nothing to do', () => {
    const of = cloud();
    of.create(WEB);
    of.settle();
    make(of, 'same', { UsePreviousTemplate: true });
    expect(look(of, 'same')).to.include({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
  });

  it('go when another one is executed', () => {
    const of = cloud();
    of.create(WEB);
    of.settle();
    make(of, 'one', ami('ami-2'));
    make(of, 'two', ami('ami-3'));
    expect(refusal(() => make(of, 'two', ami('ami-4')))).to.match(/^AlreadyExistsException: /);
    of.call('ExecuteChangeSet', { StackName: 'web', ChangeSetName: 'one' });
    of.settle();
    expect(of.stack().StackStatus).to.equal('UPDATE_COMPLETE');
    expect(
      (of.call('ListChangeSets', { StackName: 'web' })['Summaries'] as { ChangeSetName: string }[]).map(
        (one) => one.ChangeSetName,
      ),
    ).to.deep.equal(['one']);
    expect(refusal(() => look(of, 'two'))).to.equal('ChangeSetNotFound: ChangeSet [two] does not exist');
    expect(refusal(() => of.call('DeleteChangeSet', { StackName: 'web', ChangeSetName: 'two' }))).to.equal('accepted');
  });
});
