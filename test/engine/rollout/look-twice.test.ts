import { expect } from 'chai';
import { groupReader } from '../../../src/engine/rollout/reads/look-twice.js';
import { retrying } from '../../../src/engine/retrying-gateway.js';
import type { BareGroup, Gateway } from '../../../src/engine/gateway.js';
import type { Stack } from '../../../src/model/stack/stack.js';
import { SandboxClock } from '../../../src/sandbox/clock.js';

const deps = (): Pick<Parameters<typeof retrying>[0], 'clock' | 'interrupt' | 'emit'> => ({
  clock: new SandboxClock(0),
  interrupt: { received: undefined, wake: new AbortController().signal },
  emit: () => undefined,
});

describe('what one answer does not show', () => {
  const reader = (answers: readonly string[][]): { look: () => Promise<string[]>; asked: () => number } => {
    let asked = 0;
    const describeGroups: Gateway['describeGroups'] = () => {
      const names = answers[Math.min(asked++, answers.length - 1)] ?? [];
      return Promise.resolve({ at: asked, groups: names.map((name) => ({ name }) as BareGroup) });
    };
    const read = groupReader(deps(), { describeGroups });
    return {
      look: async () => (await read(['web', 'api'])).groups.map(({ name }) => name),
      asked: () => asked,
    };
  };

  it('is there when the next answer shows it', async () => {
    const { look, asked } = reader([['api'], ['web', 'api']]);
    expect([await look(), asked()]).to.deep.equal([['web', 'api'], 2]);
  });

  it('is gone when the next answer does not show it either, and is not asked for twice again', async () => {
    const { look, asked } = reader([['api']]);
    expect([await look(), asked()]).to.deep.equal([['api'], 2]);
    expect([await look(), asked()]).to.deep.equal([['api'], 3]);
  });

  it('is looked for anew once it has shown up', async () => {
    const { look, asked } = reader([['api'], ['api'], ['web', 'api'], ['api'], ['web', 'api']]);
    expect([await look(), asked()]).to.deep.equal([['api'], 2]);
    expect([await look(), asked()]).to.deep.equal([['web', 'api'], 3]);
    expect([await look(), asked()]).to.deep.equal([['web', 'api'], 5]);
  });

  it('is not looked for without end', async () => {
    const { look, asked } = reader([['web'], ['api'], ['web'], ['api'], ['web'], ['api']]);
    await look();
    expect(asked()).to.equal(5);
  });

  it('of stacks is there when the next answer shows it', async () => {
    const answers = [undefined, { name: 'web' } as Stack, undefined, undefined];
    const describeStack: Gateway['describeStack'] = () => Promise.resolve(answers.shift());
    const gateway = retrying({ ...deps(), gateway: { describeStack } as Gateway });
    expect((await gateway.describeStack('web'))?.name).to.equal('web');
    expect(await gateway.describeStack('web')).to.equal(undefined);
    expect(answers).to.have.length(0);
  });
});
