import { expect } from 'chai';
import { keptHalf } from '../../../src/decide/gates/kept-half.js';
import { keptIds, withoutKept } from '../../../src/decide/ownership/ignored-old.js';
import type { Group, Instance } from '../../../src/model/rollout/group.js';
import type { SwapRecord } from '../../../src/model/rollout/record.js';
import { group, instance, RECORD, T0 } from '../../support/groups.js';

const owned = (id: string, differs: Partial<Instance> = {}): Instance =>
  instance(id, { protectedFromScaleIn: true, ...differs });
const KEEPS: SwapRecord = { ...RECORD, kept: 1, gates: { keepMs: 1_000, keptUntil: T0 } };

const ids = (some: readonly Instance[] = []): readonly string[] => some.map(({ id }) => id);

/** What is decided about, what stays old, and which old half is kept. */
function parts(one: Group, record?: SwapRecord): readonly (readonly string[])[] {
  const shown = withoutKept(one, record, new Set());
  return [ids(shown.instances), ids(shown.kept?.instances), record === undefined ? [] : ids(keptHalf(shown, record))];
}

describe('protected instances that a rollout leaves as they are', () => {
  const old = instance('i-old');
  it('are not decided about', () => {
    expect(parts(group({ instances: [old, owned('i-owned')] }))).to.deep.equal([['i-old'], ['i-owned'], []]);
  });

  it('are not of the half that is kept in standby, where a person puts one there', () => {
    const parked = { lifecycle: 'Standby', health: [] };
    const instances = [instance('i-old', parked), owned('i-owned', parked)];
    const notes = { record: KEEPS };
    expect(parts(group({ instances, notes }), KEEPS)).to.deep.equal([['i-old'], [], ['i-old']]);
  });

  it('are told of before a rollout where one stands by: it may be refused for that', () => {
    const instances = [old, owned('i-owned', { lifecycle: 'Standby', health: [] })];
    expect(parts(group({ instances }))).to.deep.equal([['i-old', 'i-owned'], [], []]);
  });

  it('are those that were protected at the first look, also where they are gone or somebody protects others', () => {
    const shown = (instances: readonly Instance[], before: readonly string[]): readonly string[] => [
      ...keptIds(group({ instances }), KEEPS, new Set(before)),
    ];
    expect(shown([old, owned('i-owned')], [])).to.deep.equal(['i-owned']);
    expect(shown([owned('i-old'), instance('i-owned')], ['i-owned'])).to.deep.equal(['i-owned']);
    expect(shown([owned('i-old')], ['i-owned'])).to.deep.equal(['i-owned']);
  });
});
