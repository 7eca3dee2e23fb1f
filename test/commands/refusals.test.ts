import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectGolden } from '../golden.js';
import type { Outcome } from '../../src/model/event.js';
import { failureBlock } from '../../src/render/last-words.js';
import { createCommandStage, type CommandStage, type Ended } from '../support/command-stage.js';
import { call, standardGroup } from '../support/sandbox.js';
import { SAMPLE_IMAGES } from '../../src/sandbox/scenario.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';

const BEFORE = 'ami-0123456789abcdef0';
const ASG = (name: string): readonly string[] => ['update-asgs', '--asg', name];

/** Command lines that are refused, or that end at once otherwise than well; FOLDER is one that is empty. */
const LINES: readonly (readonly string[])[] = [
  ['update-asgs', 'wex'],
  ['update-asgs', '--asg', 'solos'],
  ['update-asgs', '--asg-tag', 'app=none'],
  ['update-asgs', '--asg-tag', 'app=web'],
  ['update-asgs', 'web', '--only', 'Groups'],
  ['update-asgs', 'web', '--except', 'Group'],
  ['update-stack', 'web', 'ImageId=ami-0123456789abcdef1', '--expect-no-changes'],
  ['update-stack', 'web', 'ImageId=ami-0123456789abcdef1', '--approve-only', 'MinSize'],
  ['update-stack', 'web', 'ImageId=ami-0123456789abcdef1', '--expect-account', '210987654321'],
  ['update-stack', 'web', 'ImageID=ami-0123456789abcdef1'],
  ['update-stack', 'web', 'ImageId=ami-0123456789abcdef1', 'ImageId=ami-0123456789abcdef0'],
  ['update-stack', 'web', '--template', 'FOLDER/none.yaml'],
  ['update-stack', 'web', '--template', 'FOLDER/odd.yaml'],
  ['update-stack', 'wex', '--no-create', '--template', 'templates/web-stack.yaml'],
  ['update-stack', 'web', '--change-set', 'none'],
  [...ASG('solo'), '--alarm', 'none'],
  [...ASG('solo'), '--alarm', 'rings'],
  [...ASG('solo'), '--change-calendar', 'freeze'],
  [...ASG('solo'), '--change-calendar', 'none'],
  [...ASG('solo'), '--metric', 'm:App/Errors{stat=Sum} <'],
  [...ASG('solo'), '--gate-command', './no-such-gate.sh'],
  ASG('odd'),
  ASG('suspended'),
  ['restart', '--asg', 'solo', '--ssm', 'x', '--quorum', '9'],
  ['restart', '--elb', 'none', '--exec', 'true'],
  ['restart', '--asg', 'solo'],
  ['resume', '--asg', 'solos'],
  ['rollback', 'wex'],
  ['cancel', 'web'],
  ['cancel', '--asg', 'solo'],
  ['unfreeze', '--asg', 'solos'],
  ['watch', 'wex'],
  ['watch', '--asg', 'solos'],
  ['status', '--asg', 'solos'],
  ['diagnose', 'wex'],
  ['plan', '--asg', 'solos'],
  ['history', 'web'],
  ['history', 'web', '--history', 's3://none/here'],
  ['history', 'web', '--history', 'here'],
  ['update-stack', 'web', '--to', 'none', '--history', 's3://kept/here'],
  ['check', 'FOLDER/odd.yaml'],
  ['report', 'FOLDER/none.jsonl'],
  ['report', 'FOLDER/odd.yaml'],
  ['explain', 'swap.rolledback'],
  ['validate', 'FOLDER/odd.yaml', '--offline'],
  ['lock', 'show', 'web'],
  ['fleet', 'plan', 'FOLDER/odd.yaml'],
  ['fleet', 'run', 'FOLDER/fleet.yaml', '--approve', 'one1'],
  ['sandbox', '--port', 'x'],
  ['conformance', '--story', 'none'],
  ['server', 'deploy', 'a b', '--s3-bucket', 'kept', '--stacks', 'web'],
  ['update-asgs', 'web', '--on', 'server', '--server', 'none'],
];

/** The stack of the README, and groups with something against their rollout. */
async function world(): Promise<CommandStage> {
  const stage = createCommandStage({
    images: SAMPLE_IMAGES,
    alarms: { rings: { state: 'ALARM' } },
    calendars: { freeze: 'CLOSED' },
    objects: { 'kept/there': '' },
  });
  const { world: root, clock } = stage.sandbox;
  for (const name of ['solo', 'odd', 'suspended']) {
    const group = standardGroup(root, { name, size: 3, max: 6, image: BEFORE, configuration: 'lt', settle: false });
    clock.advance(900_000);
    group.changeImage('ami-0123456789abcdef1');
  }
  for (const name of ['solo', 'odd'])
    call(root, 'autoscaling', 'CreateOrUpdateTags', {
      Tags: [
        { Key: 'app', Value: 'web', ResourceId: name, ResourceType: 'auto-scaling-group', PropagateAtLaunch: false },
        ...(name === 'odd'
          ? [
              {
                Key: 'ha-updater:rollout',
                Value: 'v=99 what=ever',
                ResourceId: name,
                ResourceType: 'auto-scaling-group',
                PropagateAtLaunch: false,
              },
            ]
          : []),
      ],
    });
  call(root, 'autoscaling', 'SuspendProcesses', { AutoScalingGroupName: 'suspended', ScalingProcesses: ['Launch'] });
  const parameters = [
    `VpcId=${DEFAULT_VPC}`,
    `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`,
    `ImageId=${BEFORE}`,
    'DbPassword=not-a-real-one',
  ];
  const made = await stage.run(['update-stack', 'web', '--template', 'templates/web-stack.yaml', ...parameters]);
  expect(made.code, made.said).to.equal(0);
  return stage;
}

describe('what is refused', function () {
  this.timeout(60_000);
  it('is told in the words of its golden', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ha-updater-refused-'));
    await writeFile(join(folder, 'odd.yaml'), 'Resources: [\n');
    await writeFile(join(folder, 'fleet.yaml'), 'waves:\n  - name: one\n    targets: [{name: web, stack: web}]\n');
    const stage = await world();
    const told: string[] = [];
    for (const line of LINES) {
      const words = line.map((word) => word.replace('FOLDER', folder));
      const { code, document, said } = await stage.run(words);
      told.push(`$ ha-updater ${line.join(' ')}   # exit ${code ?? ''}\n${messageOf(document, said, folder)}`);
    }
    await rm(folder, { recursive: true, force: true });
    expectGolden('messages/refusals.txt', `${told.join('\n')}\n`);
    expect(stage.sandbox.monitor.violations).to.deep.equal([]);
  });
});

/** The last words, without what differs from machine to machine. */
function messageOf(document: Ended['document'], said: string, folder: string): string {
  const { failure, outcome, exitCode } = document ?? {};
  const text =
    failure === undefined || exitCode === undefined
      ? said
      : failureBlock(outcome as Outcome, exitCode, failure)
          .join('\n')
          .trimStart();
  return `${text
    .replaceAll(folder, 'FOLDER')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'REQUEST')
    .trimEnd()}\n`;
}
