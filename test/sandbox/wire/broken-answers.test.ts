import { expect } from 'chai';
import type { BreakHow } from '../../../src/sandbox/scenario.js';
import type { WireAnswer, WireOutcome } from '../../../src/sandbox/wire/wire-types.js';
import type { CallSeen } from '../../../src/sandbox/wire/wire.js';
import type { WiredWorld } from '../../../src/sandbox/index.js';
import type { Services } from '../../../src/sandbox/world/world.js';
import { faulty, sandboxOf } from './support.js';

const ROOT = '<SetDesiredCapacityResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">';

/** A service that counts how often it was asked to do something. */
function counting(how: BreakHow, effect: 'before' | 'after'): { sandbox: WiredWorld; ran: () => number } {
  let ran = 0;
  const services: Services = { autoscaling: { SetDesiredCapacity: () => (ran++, {}) } };
  const sandbox = sandboxOf(
    services,
    faulty({ kind: 'brokenAnswer', calls: 'autoscaling:*', rate: 1, how, effect, times: 1 }),
  );
  return { sandbox, ran: () => ran };
}

const ask = ({ wire }: WiredWorld): WireOutcome =>
  wire.answer({
    method: 'POST',
    host: 'autoscaling.eu-west-1.amazonaws.com',
    path: '/',
    query: new URLSearchParams(),
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20261121/eu-west-1/autoscaling/aws4_request' },
    body: 'Action=SetDesiredCapacity&Version=2011-01-01&AutoScalingGroupName=g&DesiredCapacity=1',
  });

describe('answers that break', () => {
  const broken = (how: BreakHow): WireAnswer => ask(counting(how, 'after').sandbox) as WireAnswer;
  const whole = (): WireAnswer => {
    const { sandbox } = counting('html', 'after');
    ask(sandbox);
    return ask(sandbox) as WireAnswer;
  };
  const length = (answer: WireAnswer): number => Number(answer.headers['content-length']);

  it('are cut in their body, or shorter than was declared, and then the connection breaks', () => {
    const all = Buffer.byteLength(whole().body);
    const [cut, short] = [broken('cut'), broken('short')];
    expect([length(cut), cut.body.length, cut.then]).to.deep.equal([all, Math.floor(all / 2), 'reset']);
    expect([length(short), short.body.length, short.then]).to.deep.equal([all + 100, all, 'reset']);
  });

  it('are documents without their end, of the right length', () => {
    const cut = broken('cutDocument');
    expect(String(cut.body).startsWith(ROOT)).to.equal(true);
    expect([cut.status, length(cut), cut.then]).to.deep.equal([200, cut.body.length, undefined]);
  });

  it('are empty, a page, or a redirect to one, and say nothing of the service but the time', () => {
    for (const [how, status, body, location] of [
      ['empty', 200, /^$/, undefined],
      ['html', 200, /^<!DOCTYPE html>/, undefined],
      ['redirect', 302, /^<!DOCTYPE html>/, 'https://portal.invalid/login'],
    ] as const) {
      const answer = broken(how);
      expect([answer.status, answer.headers.location], how).to.deep.equal([status, location]);
      expect(String(answer.body), how).to.match(body);
      expect(answer.headers, how).to.include.keys('date').and.not.include.keys('x-amzn-requestid');
    }
  });

  it('stop arriving, or never come', () => {
    expect(broken('drip').then).to.equal('silence');
    expect(ask(counting('reset', 'after').sandbox)).to.equal('reply lost');
  });

  it('break after the effect of their call, or in place of it, as often as is said', () => {
    for (const [effect, ran, outcome] of [
      ['after', 1, 'reply lost'],
      ['before', 0, 'ServiceUnavailable'],
    ] as const) {
      const told: CallSeen[] = [];
      const world = counting('cutDocument', effect);
      world.sandbox.onCall((call) => told.push(call));
      expect((ask(world.sandbox) as WireAnswer).status, effect).to.equal(200);
      expect([world.ran(), told[0]?.outcome], effect).to.deep.equal([ran, outcome]);
      expect(String((ask(world.sandbox) as WireAnswer).body), effect).to.match(/<\/SetDesiredCapacityResponse>$/);
      expect(world.ran(), effect).to.equal(ran + 1);
    }
  });
});
