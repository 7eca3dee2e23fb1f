import { expect } from 'chai';
import { BETTER, leftOn, stackWorld } from '../ways-out/worlds.js';

const UPDATE = ['update-stack', 'web', `ImageId=${BETTER}`];

describe('cancel of a change whose run is gone', () => {
  for (const elsewhere of [false, true]) {
    it(`gives the kept sizes back before it ends well, from ${elsewhere ? 'another' : 'the same'} machine`, async () => {
      const stage = stackWorld();
      await stage.run(UPDATE, { killedAt: { change: /ExecuteChangeSet/, when: 'after' } });
      expect(leftOn(stage)).to.not.deep.equal([]);
      const { code, document } = await stage.run(['cancel', 'web'], { elsewhere });
      expect(code).to.equal(0);
      expect(document?.groups?.map(({ outcome }) => outcome)).to.deep.equal(['sizeKept']);
      expect(leftOn(stage)).to.deep.equal([]);
      expect(stage.sandbox.monitor.violations).to.deep.equal([]);
    });
  }
});
