import { expect } from 'chai';
import sinon from 'sinon';
import { thisMachine } from '../../src/run/process-identity.js';

describe('whether the holder of a lease is gone', () => {
  const machine = thisMachine('agent-1');
  const knowsItsBoot = machine.host !== 'agent-1';
  afterEach(() => sinon.restore());

  const answers = (code: string | undefined): void => {
    sinon.stub(process, 'kill').callsFake(() => {
      if (code === undefined) return true;
      throw Object.assign(new Error(code), { code });
    });
  };

  it('is said only of a process of this very machine that does not run', () => {
    answers('ESRCH');
    expect(machine.holderIsGone({ host: machine.host, pid: 7 })).to.equal(knowsItsBoot);
  });

  it('is not said of one that runs, also under another user', () => {
    answers(undefined);
    expect(machine.holderIsGone({ host: machine.host, pid: 7 })).to.equal(false);
    sinon.restore();
    answers('EPERM');
    expect(machine.holderIsGone({ host: machine.host, pid: 7 })).to.equal(false);
  });

  it('is never said of another host, nor asked', () => {
    answers('ESRCH');
    expect(machine.holderIsGone({ host: 'agent-1/00000000', pid: 7 })).to.equal(false);
    expect(machine.holderIsGone({ host: 'agent-1', pid: 7 })).to.equal(false);
  });
});
