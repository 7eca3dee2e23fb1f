import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseScenario } from '../../src/sandbox/scenario-file.js';
import { DEFAULT_SCENARIO, SAMPLE_IMAGES } from '../../src/sandbox/scenario.js';

describe('templates/scenario.yaml', () => {
  const scenario = parseScenario(readFileSync('templates/scenario.yaml', 'utf8'));

  it('shows the defaults as they are', () => {
    const { seed, region, account, start, timing } = scenario;
    expect({ seed, region, account, start, timing }).to.deep.equal({
      seed: DEFAULT_SCENARIO.seed,
      region: DEFAULT_SCENARIO.region,
      account: DEFAULT_SCENARIO.account,
      start: DEFAULT_SCENARIO.start,
      timing: DEFAULT_SCENARIO.timing,
    });
  });

  it('names the images that are built in, and the page that people read names them too', () => {
    expect(scenario.images).to.deep.equal(SAMPLE_IMAGES);
    const rows = [...readFileSync('docs/REHEARSE.md', 'utf8').matchAll(/^\| `(ami-\w+)` \|/gm)];
    expect(rows.map(([, image]) => image)).to.deep.equal(Object.keys(SAMPLE_IMAGES));
  });

  it('shows every behaviour of images and the faults by their names', () => {
    expect(new Set(Object.values(scenario.images).map((image) => image.behaviour))).to.deep.equal(
      new Set(['unhealthy', 'flaps', 'dies', 'missing', 'healthy']),
    );
    expect(scenario.faults.map((fault) => fault.kind)).to.include.members([
      'throttle',
      'serverError',
      'lostReply',
      'brokenAnswer',
      'staleReads',
      'refuse',
      'noCapacity',
      'killInstance',
      'resize',
      'alarm',
      'metric',
      'calendar',
      'stackFails',
    ]);
  });
});
