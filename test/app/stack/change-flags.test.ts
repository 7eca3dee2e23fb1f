import { expect } from 'chai';
import { readChange, type ChangeFlags, type ChangeWanted } from '../../../src/app/stack/change-flags.js';
import { Failure } from '../../../src/errors.js';

const FILES: Readonly<Record<string, string>> = {
  'policy.json': '{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}',
  'list.json': '[]',
  'broken.json': '{"Statement":',
};

type Given = Parameters<typeof readChange>[1];

const read = (flags: ChangeFlags, given: Partial<Given> = {}): Promise<ChangeWanted> =>
  readChange(flags, { parameters: [], canAsk: true, ...given }, (path) => Promise.resolve(FILES[path] ?? ''));

async function refusal(flags: ChangeFlags, given: Partial<Given> = {}): Promise<string> {
  const failure = await read(flags, given).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof Failure)) throw new Error('it was taken');
  expect(failure.outcome).to.equal('usage');
  return [failure.facts.what, ...failure.facts.reasons.map(({ text }) => text)].join('\n');
}

describe('flags that say how a stack is changed', () => {
  const account = '123456789012';
  const taken: readonly (readonly [ChangeFlags, Partial<ChangeWanted['settings']>])[] = [
    [{ tag: ['team=web', 'empty='] }, { tags: { team: 'web', empty: '' } }],
    [{ tag: [] }, { tags: {} }],
    [{ 'notification-arn': [''] }, { notificationArns: [] }],
    [{ 'stack-timeout': '90' }, { timeoutMinutes: 90 }],
    [{ 'stack-timeout': '2h' }, { timeoutMinutes: 120 }],
    [{ 'termination-protection': false }, { terminationProtection: false }],
    [{ 'disable-rollback': true }, { disableRollback: true }],
    [{ 'stack-policy': 'policy.json' }, { policy: FILES['policy.json'] ?? '' }],
    [{ 'stack-policy-during-update': 'policy.json' }, { policyDuringUpdate: FILES['policy.json'] ?? '' }],
    [
      { 'rollback-trigger': ['arn:a', 'arn:b'], 'monitoring-minutes': '10m' },
      { rollback: { triggers: ['arn:a', 'arn:b'], monitoringMinutes: 10 } },
    ],
    [
      { 'rollback-trigger': ['arn:a'], 'monitoring-minutes': '0' },
      { rollback: { triggers: ['arn:a'], monitoringMinutes: 0 } },
    ],
  ];
  for (const [flags, settings] of taken)
    it(`${JSON.stringify(flags)} become ${JSON.stringify(settings).slice(0, 80)}`, async () =>
      expect((await read(flags)).settings).to.deep.equal(settings));

  it('none of them leaves the settings of the stack alone, creates what is missing and holds nothing against the change', async () => {
    expect(await read({})).to.deep.equal({
      wishes: { create: true, replaceFailed: false, wait: false, rollbackFirst: false },
      guards: { accounts: [], noChanges: false, approveOnly: [], groupReplacement: false },
      keep: false,
      confirm: false,
    });
  });

  it('say what to do with a stack in no state for an update, and what guards the change', async () => {
    const { wishes, guards, keep, confirm, existing } = await read({
      create: false,
      wait: true,
      'continue-rollback': true,
      skip: ['Group'],
      'expect-account': [account],
      'approve-only': ['ImageId'],
      'allow-group-replacement': true,
      execute: false,
      confirm: true,
    });
    expect(wishes).to.deep.equal({
      create: false,
      replaceFailed: false,
      wait: true,
      rollbackFirst: false,
      continueRollback: { skip: ['Group'] },
    });
    expect(guards).to.deep.equal({
      accounts: [account],
      noChanges: false,
      approveOnly: ['ImageId'],
      groupReplacement: true,
    });
    expect([keep, confirm, existing]).to.deep.equal([true, true, undefined]);
    expect((await read({ 'change-set': 'mine' })).existing).to.equal('mine');
  });

  const refused: readonly (readonly [ChangeFlags, string, Partial<Given>?])[] = [
    [{ tag: ['team'] }, '--tag takes KEY=VALUE, not "team".'],
    [{ tag: ['=web'] }, '--tag takes KEY=VALUE, not "=web".'],
    [{ tag: ['AWS:team=web'] }, "keys that begin with aws: are AWS's own"],
    [{ tag: ['team=a', 'team=b'] }, '--tag team is given twice.'],
    [{ 'stack-timeout': '0' }, '--stack-timeout takes whole minutes from 1 to 43200'],
    [{ 'stack-timeout': '90s' }, '--stack-timeout takes whole minutes from 1 to 43200'],
    [{ 'stack-timeout': 'soon' }, 'not "soon"'],
    [{ 'monitoring-minutes': '5' }, '--monitoring-minutes goes with --rollback-trigger.'],
    [{ 'monitoring-minutes': '181', 'rollback-trigger': ['arn:a'] }, 'from 0 to 180'],
    [{ 'rollback-trigger': ['1', '2', '3', '4', '5', '6'] }, 'five times at most'],
    [{ 'stack-policy': 'list.json' }, '--stack-policy list.json has no list of statements.'],
    [{ 'stack-policy-during-update': 'broken.json' }, '--stack-policy-during-update broken.json is no JSON'],
    [{ 'change-set': 'mine' }, 'leave out parameters and --template', { parameters: ['ImageId=ami-1'] }],
    [{ 'change-set': 'mine' }, 'leave out parameters and --template', { template: 'web.yaml' }],
    [{ 'change-set': 'mine', execute: false }, '--change-set and --no-execute exclude each other.'],
    [{ skip: ['Group'] }, '--skip goes with --continue-rollback.'],
    [{ confirm: true }, '--confirm asks on a terminal, and there is none', { canAsk: false }],
    [{ 'expect-account': ['1234'] }, '--expect-account takes twelve digits, not "1234".'],
    [{ 's3-bucket-owner': account }, '--s3-bucket-owner goes with --s3-bucket.'],
    [{ 's3-bucket': 'mine', 's3-bucket-owner': 'me' }, '--s3-bucket-owner takes twelve digits, not "me".'],
  ];
  for (const [flags, words, given] of refused)
    it(`${JSON.stringify(flags)} are refused: ${words}`, async () =>
      expect(await refusal(flags, given)).to.include(words));

  it('that are wrong in several ways are told all of them at once', async () => {
    expect(await refusal({ tag: ['team'], skip: ['Group'], 'expect-account': ['x'] }))
      .to.include('--tag takes')
      .and.to.include('--skip goes')
      .and.to.include('--expect-account takes');
  });
});
