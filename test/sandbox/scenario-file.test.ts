import { expect } from 'chai';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';
import { parseScenario } from '../../src/sandbox/scenario-file.js';

describe('a scenario file', () => {
  it('changes only what it names', () => {
    expect(parseScenario('')).to.deep.equal(DEFAULT_SCENARIO);
    expect(parseScenario('seed: 7\ntiming:\n  boot: [1, 2.5]\n')).to.deep.equal({
      ...DEFAULT_SCENARIO,
      seed: 7,
      timing: { ...DEFAULT_SCENARIO.timing, boot: [1, 2.5] },
    });
  });

  it('holds everything that a scenario can say', () => {
    const scenario = parseScenario(`
seed: 3
region: us-east-1
account: "000000000001"
start: 2026-01-02T03:04:05Z
timing: { launchDelay: [0, 0], wave: 5 }
images:
  ami-1: { behaviour: flaps, boot: [5, 10], flapSeconds: 20 }
  ami-2: { behaviour: dies, diesAfter: 60 }
parameters: { /ami: ami-1 }
objects: { bucket/key.yaml: "Resources: {}" }
faults:
  - { kind: throttle, calls: 'autoscaling:*', rate: 0.25, code: RateExceeded, from: 10, until: 20 }
  - { kind: serverError, calls: '*:Describe*', rate: 1 }
  - { kind: lostReply, calls: '*', rate: 0.5 }
  - { kind: refuse, calls: 'ec2:DescribeInstances', code: UnauthorizedOperation, message: no }
  - { kind: staleReads, service: elb, seconds: 5 }
  - { kind: noCapacity, zone: us-east-1a, after: 2 }
  - { kind: launchFails, code: Unsupported, message: 'not {type} in {zone}', zone: us-east-1a, type: t3.micro, running: 4 }
  - { kind: killInstance, group: web, at: 100, which: oldest }
  - { kind: resize, group: web, at: 100, desired: 3 }
  - { kind: stackFails, logicalId: Group, reason: because, times: 1 }
`);
    expect(scenario.faults.map((fault) => fault.kind)).to.have.length(10);
    expect(scenario.faults[0]).to.deep.equal({
      kind: 'throttle',
      calls: 'autoscaling:*',
      rate: 0.25,
      code: 'RateExceeded',
      from: 10,
      until: 20,
    });
    expect([scenario.region, scenario.account, scenario.start]).to.deep.equal([
      'us-east-1',
      '000000000001',
      '2026-01-02T03:04:05Z',
    ]);
    expect(scenario.images['ami-2']).to.deep.equal({ behaviour: 'dies', diesAfter: 60 });
    expect(scenario.objects).to.deep.equal({ 'bucket/key.yaml': 'Resources: {}' });
  });

  const refused: [what: string, text: string, message: RegExp][] = [
    ['an unknown key', 'seed: 1\nsead: 2', /^scenario: sead \(line 2\): is not known; there are seed, /],
    ['an unknown key deep down', 'timing:\n  boot: [1, 2]\n  bot: 3', /timing\.bot \(line 3\): is not known/],
    ['a wrong type', 'seed: many', /seed \(line 1\): should be a whole number of at least 0/],
    [
      'a negative number',
      'timing:\n  pending: [-1, 2]',
      /timing\.pending\[0\] \(line 2\): should be a number of at least 0/,
    ],
    ['a range the wrong way round', 'timing: { boot: [9, 2] }', /timing\.boot \(line 1\): should be \[least, most\]/],
    ['an unknown fault', 'faults:\n- kind: gremlin', /faults\[0\]\.kind \(line 2\): should be one of throttle, /],
    ['a fault without its kind', 'faults:\n- rate: 1', /faults\[0\] \(line 2\): lacks kind/],
    [
      'a key of another fault',
      "faults:\n- kind: lostReply\n  calls: '*'\n  rate: 1\n  code: X",
      /faults\[0\]\.code \(line 5\): is not known/,
    ],
    ['a missing key', 'faults: [{ kind: throttle, rate: 1 }]', /faults\[0\] \(line 1\): lacks calls/],
    [
      'a rate above one',
      "faults: [{ kind: throttle, calls: '*', rate: 2 }]",
      /faults\[0\]\.rate .*: should be a number from 0 to 1/,
    ],
    [
      'a call of no service',
      'faults: [{ kind: throttle, calls: autoscale:X, rate: 1 }]',
      /faults\[0\]\.calls .*: should be service:Operation/,
    ],
    [
      'a window that never opens',
      "faults: [{ kind: throttle, calls: '*', rate: 1, from: 5, until: 5 }]",
      /faults\[0\] .*: ends \(until\) before it begins/,
    ],
    ['an account as a number', 'account: 123456789012', /account \(line 1\): should be text \(in quotes/],
    ['a start that is no time', 'start: tonight', /start \(line 1\): should be a time/],
    ['an image without behaviour', 'images: { ami-1: {} }', /images\.ami-1 \(line 1\): lacks behaviour/],
    ['a list as the document', '- 1', /the document \(line 1\): should be keys with values/],
    ['a key twice', 'seed: 1\nseed: 2', /Map keys must be unique.*line 2/s],
    ['an empty value', 'seed:', /seed.*: should be a whole number/],
  ];
  for (const [what, text, message] of refused) {
    it(`is refused for ${what}, with the place`, () => {
      expect(() => parseScenario(text)).to.throw(Error, message);
    });
  }
});
