import { join } from 'node:path';
import { expect } from 'chai';
import type { Stamped } from '../../src/model/event.js';
import { NETWORK } from '../commands/support/live.js';
import { CALM, CALM_GROUPS, commandWorld, type CommandWorld } from '../commands/support/world.js';
import { ROOT } from '../tidy/scan.js';
import type { Documents } from './documents.js';
import { misfits } from './fits.js';
import { shapesOf } from './shape.js';

const TEMPLATE = join(ROOT, 'templates', 'web-stack.yaml');
const image = (n: number): string => `ImageId=ami-0123456789abcde0${n}`;
/** So that the events tell of a setting, too. */
const POLL = { HA_UPDATER_POLL: '5' };
const FAILED = 'a failure';

/** A command line, whose document it writes, and how it has to end, so that it is the document that is meant. */
type Step = readonly [args: readonly string[], document: keyof Documents, code: number];

const KEPT = ['--history', 's3://runs/kept'];

/** In this order: each finds what the ones before it left. */
const STEPS: readonly Step[] = [
  [['validate', TEMPLATE, '--lint', 'off'], 'validate', 0],
  [['plan', 'web', '--template', TEMPLATE, ...NETWORK, image(1), 'DbPassword=not-a-real-one'], 'plan', 0],
  [
    [
      'update-stack',
      'web',
      '--template',
      TEMPLATE,
      ...NETWORK,
      image(1),
      'DbPassword=not-a-real-one',
      ...CALM,
      ...KEPT,
    ],
    'update-stack',
    0,
  ],
  [['plan', 'web', image(2), '--detailed-exitcode'], 'plan', 10],
  [['update-stack', 'web', image(2), ...CALM], 'update-stack', 0],
  [['update-stack', 'web', ...CALM], 'update-stack', 0],
  [
    ['update-asgs', 'web', '--swap', 'always', '--strategy', 'rolling', '--pause-at', '50%', ...CALM_GROUPS],
    'update-asgs',
    0,
  ],
  [['status', 'web', '--events'], 'status', 0],
  [['resume', 'web', ...CALM_GROUPS], 'resume', 0],
  [['restart', 'web', '--exec', 'echo done', '--quorum', '1', '--healthy-timeout', '7200'], 'restart', 0],
  [['update-stack', 'web', image(9), '--warmup-seconds', '3600', '--action-timeout', '7200'], 'update-stack', 4],
  [['status', '--asg', 'web-*', '--all-matching'], 'status', 0],
  [['list'], 'list', 0],
  [['history', 'web', ...KEPT], 'history', 0],
  [['diagnose', 'web'], 'diagnose', 0],
  [['unfreeze', 'web'], 'unfreeze', 0],
  [['cancel', 'web'], FAILED, 3],
  [['rollback', 'web'], 'rollback', 0],
  [['status', 'no-such-stack'], FAILED, 3],
  [['status'], FAILED, 2],
  [['config', 'web'], 'config', 0],
  [['config', '--schema'], 'config --schema', 0],
  [['explain', 'stack.failed'], 'explain', 0],
  [['explain'], 'explain', 0],
  [['no-such-command'], 'an unknown command', 2],
];

describe('documents that commands write', function () {
  this.timeout(240_000);
  const shapes = shapesOf(new URL('documents.d.ts', import.meta.url), 'Documents');
  let world: CommandWorld;
  before(async () => {
    world = await commandWorld('images: {ami-0123456789abcde09: {behaviour: unhealthy}}\nobjects: {runs: ""}\n', 400);
  });
  after(() => world.stop());

  for (const [args, document, expected] of STEPS) {
    const words = args.map((word) => word.replace(ROOT, '')).join(' ');
    it(`have the fields that the contract names: ${words}`, async () => {
      const { code, document: written, stderr } = await world.json<object>(args, POLL);
      expect(code, stderr).to.equal(expected);
      expect(misfits(shapes.get(document) ?? [], written)).to.deep.equal([]);
    });
  }

  it('and so have the lines of --output jsonl', async () => {
    const { code, stdout, stderr } = await world.run(
      ['update-stack', 'web', image(3), '--output', 'jsonl', ...CALM],
      POLL,
    );
    expect(code, stderr).to.equal(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Stamped);
    expect(lines.length).to.be.greaterThan(20);
    expect(lines.flatMap((line) => misfits(shapes.get('jsonl') ?? [], line))).to.deep.equal([]);
  });
});
