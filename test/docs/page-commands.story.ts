import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SAMPLE_IMAGES } from '../../src/sandbox/scenario.js';
import { createCommandStage, type CommandStage } from '../support/command-stage.js';
import { ROOT } from '../support/root.js';
import { createSample, SAMPLE_IMAGE } from '../support/sample-stack.js';
import { call, standardGroup } from '../support/sandbox.js';
import { ENDS_WITH, NOT_RUN, pageCommands, wordsOf } from './page-commands.js';

/** The groups that pages name, beside the stack `web`; the classic balancer of `solo` is called as restarts name it. */
const GROUPS = ['web', 'solo', 'ONE', 'TWO', 'THREE'];

/** The stack of the README, and what else the pages name: groups, alarms, a calendar, a bucket. */
async function world(): Promise<CommandStage> {
  const stage = createCommandStage({
    images: SAMPLE_IMAGES,
    alarms: { 'web-5xx': {}, 'web-latency': {} },
    calendars: { 'release-freeze': 'OPEN' },
    objects: { 'my-runs/readme': 'for runs' },
  });
  for (const name of GROUPS) {
    standardGroup(stage.sandbox.world, {
      name,
      size: 3,
      max: 6,
      image: SAMPLE_IMAGE,
      configuration: 'lt',
      settle: false,
    });
    const tags = Object.entries({ app: 'web', env: 'prod' }).map(([Key, Value]) => ({
      Key,
      Value,
      ResourceId: name,
      ResourceType: 'auto-scaling-group',
      PropagateAtLaunch: false,
    }));
    if (name === 'solo') call(stage.sandbox.world, 'autoscaling', 'CreateOrUpdateTags', { Tags: tags });
  }
  stage.sandbox.clock.advance(900_000);
  await createSample(stage, ['MinSize=3', 'DesiredCapacity=3', 'MaxSize=6']);
  return stage;
}

describe('the command lines of the pages', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-pages-'));
    await copyFile(join(ROOT, 'templates', 'web-stack.yaml'), join(folder, 'web.yaml'));
    await writeFile(join(folder, 'fleet.yaml'), 'waves:\n  - name: one\n    targets: [{name: web, stack: web}]\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Files of a page lie beside each other, and what one line writes another one reads. */
  const inFolder = (word: string): string => word.replace(/^[\w-]+\.(?:jsonl|html|json|yaml|xml)$/, join(folder, '$&'));
  const run = async (): Promise<{ readonly ok: true; readonly words: string; readonly output: string }> =>
    Promise.resolve({ ok: true, words: 'exit 0', output: '' });

  for (const line of pageCommands().filter((one) => !NOT_RUN.some(({ lines }) => lines.includes(one))))
    it(`run: ${line}`, async () => {
      const { sandbox, ...stage } = await world();
      const { code, said } = await stage.run(wordsOf(line).map(inFolder), { hooks: { run } });
      expect(code, said).to.equal(ENDS_WITH[line] ?? 0);
      expect(sandbox.monitor.violations).to.deep.equal([]);
    });
});
