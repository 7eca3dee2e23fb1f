import { expect } from 'chai';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { BEGIN_S, BETTER, stackWorld } from '../ways-out/worlds.js';

const REFUSES: Fault = {
  kind: 'stackFails',
  stack: 'web',
  logicalId: 'Group',
  reason: 'Groups need a tag',
  hook: 'Acme::Group::Tagged',
  from: BEGIN_S,
  times: 1,
};

describe('a hook that refuses a resource', () => {
  it('is told with its rule and what it advises, in the last words and by diagnose', async () => {
    const stage = stackWorld([REFUSES]);
    const { code, document } = await stage.run(['update-stack', 'web', `ImageId=${BETTER}`]);
    expect(code).to.equal(7);
    const [reason] = document?.failure?.reasons ?? [];
    expect([reason?.code, reason?.remedy]).to.deep.equal([
      'diagnose.hookObjected',
      'Correct Group as the rule says. https://example.com/rules',
    ]);
    const looked = JSON.stringify((await stage.run(['diagnose', 'web'])).document);
    expect(looked).to.include('Acme::Group::Tagged::Rule (HIGH): Groups need a tag');
  });

  it('without rules, as one by Lambda, is told in its own words', async () => {
    const stage = stackWorld([{ ...REFUSES, hook: 'Acme::Lambda::Check' }]);
    await stage.run(['update-stack', 'web', `ImageId=${BETTER}`]);
    const looked = JSON.stringify((await stage.run(['diagnose', 'web'])).document);
    expect(looked).to.include('Groups need a tag, says Acme::Lambda::Check');
  });

  for (const refusal of ['AccessDenied', 'InvalidAction'])
    it(`is told as before where AWS answers ${refusal}, which is told once`, async () => {
      const refused = { kind: 'refuse', calls: 'cloudformation:GetHookResult', code: refusal, message: 'no' } as const;
      const stage = stackWorld([REFUSES, refused]);
      const { code, document } = await stage.run(['update-stack', 'web', `ImageId=${BETTER}`]);
      expect(code).to.equal(7);
      expect(document?.failure?.reasons[0]?.remedy).to.equal('Change the resource so that the hook accepts it.');
      const looked = JSON.stringify((await stage.run(['diagnose', 'web'])).document);
      expect(looked.split('cloudformation:GetHookResult').length).to.equal(2);
    });
});
