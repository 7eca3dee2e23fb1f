import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import type { ChangePlan } from '../../../src/model/stack/change-plan.js';
import type { RunEvent, Stamped } from '../../../src/model/event.js';
import { NETWORK } from '../support/live.js';
import { CALM, commandWorld, type CommandWorld } from '../support/world.js';
import { ROOT } from '../../support/root.js';

const BUCKET = 'cdk-hnb659fds-assets-123456789012-eu-west-1';
const ami = (n: number): string => `ImageId=ami-0123456789abcde0${n}`;
const image = (n: number): string => `Image=ami-0123456789abcde0${n}`;

interface Case {
  readonly stack: string;
  /** What is typed for the creation, then for each update. CHANGED stands for a template, APP for a CDK app in the test's folder. */
  readonly create: readonly string[];
  readonly updates: readonly {
    readonly name: string;
    readonly args: readonly string[];
    /** What must be among it, so that the comparison is about something. */ readonly holds?: object;
  }[];
}

const template = (name: string): string => join(ROOT, 'templates', `${name}.yaml`);
const PASSWORD = 'DbPassword=not-a-real-one';

const CASES: readonly Case[] = [
  {
    stack: 'alb',
    create: ['--template', template('alb'), ...NETWORK, ami(1)],
    updates: [
      { name: 'another image', args: [ami(2)] },
      { name: 'what user data holds', args: ['AppVersion=2'] },
      { name: 'only sizes', args: ['MaxSize=6'] },
      { name: 'a few instances at a time', args: [ami(4), '--strategy', 'rolling', '--surge', '1'] },
      {
        name: 'resources that come, go and are replaced',
        args: ['--template', 'CHANGED', ami(3)],
        holds: { 'alb/Topic': 'Add', 'alb/Targets': 'Replace', 'alb/Launch': 'Modify', 'alb/Group': 'Modify' },
      },
    ],
  },
  {
    stack: 'classic',
    create: ['--template', template('classic-elb'), ...NETWORK, ami(1), PASSWORD],
    updates: [{ name: 'another image, so another launch configuration', args: [ami(2)] }],
  },
  {
    stack: 'web',
    create: ['--template', template('web-stack'), ...NETWORK, ami(1), PASSWORD],
    updates: [{ name: 'a secret, which is shown nowhere', args: ['DbPassword=another-secret-42'] }],
  },
  {
    stack: 'own',
    create: [
      '--template',
      join(ROOT, 'test', 'commands', 'own-template.yaml'),
      NETWORK[0]?.replace('VpcId', 'Vpc') ?? '',
      NETWORK[1]?.replace('Subnets', 'Nets') ?? '',
      'Nested=https://mine.s3.eu-west-1.amazonaws.com/nested.yaml',
      image(1),
      'Token=',
    ],
    updates: [{ name: 'another image, down the nested stack', args: [image(2)] }],
  },
  {
    stack: 'cdk-web',
    create: ['--app', 'APP', ami(1)],
    updates: [{ name: 'a CDK app with another image', args: ['--app', 'APP', ami(2)] }],
  },
];

/** A nested stack that comes into being is given a name anew by each change set. */
const named = (stack: string): string => stack.replace(/-[A-Z0-9]{12}$/, '');

/** What became of every resource, by the events of the operation: `STACK/ID` → what a plan would call it. */
function deedsOf(events: readonly RunEvent[], plan: ChangePlan): Readonly<Record<string, string>> {
  const before = new Map(plan.resources.map((row) => [`${named(row.stack)}/${row.logicalId}`, row.physicalId]));
  const deeds: Record<string, string> = {};
  for (const event of events) {
    if (event.type !== 'stack.event') continue;
    const { stackName, logicalId, physicalId, status, type } = event.event;
    // A stack tells of itself too; as a resource it is named by its parent.
    if (type === 'AWS::CloudFormation::Stack' && event.event.stackId === physicalId) continue;
    const key = `${named(stackName)}/${logicalId}`;
    if (status === 'CREATE_COMPLETE') deeds[key] = 'Add';
    if (status === 'UPDATE_COMPLETE') deeds[key] = physicalId === before.get(key) ? 'Modify' : 'Replace';
    // The old one of a resource that was replaced goes in the clean-up.
    if (status === 'DELETE_COMPLETE' && deeds[key] === undefined) deeds[key] = 'Remove';
  }
  return deeds;
}

function plannedDeeds(plan: ChangePlan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    plan.resources.map(({ stack, logicalId, action, replacement }) => [
      `${named(stack)}/${logicalId}`,
      action === 'Modify' && replacement === 'True' ? 'Replace' : action,
    ]),
  );
}

/** Names of balancers that the change leaves where they are. */
const keptOf = (balancers: ChangePlan['groups'][number]['balancers'] = []): readonly string[] =>
  balancers
    .filter(({ replaced }) => replaced !== true)
    .map(({ name }) => name)
    .sort();

const byGroup = (a: { readonly group: string }, b: { readonly group: string }): number =>
  a.group.localeCompare(b.group);

describe('what plan says is what update-stack does', function () {
  this.timeout(120_000);
  let world: CommandWorld;
  before(async () => {
    world = await commandWorld(
      `parameters: {/cdk-bootstrap/hnb659fds/version: "21"}\nobjects: {${BUCKET}: "", mine: ""}\n`,
      400,
    );
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    const shelf = new S3({
      endpoint: world.env['AWS_ENDPOINT_URL'] ?? '',
      region: 'eu-west-1',
      credentials,
      forcePathStyle: true,
    });
    await shelf.putObject({
      Bucket: 'mine',
      Key: 'nested.yaml',
      Body: await readFile(join(ROOT, 'test', 'commands', 'own-nested.yaml'), 'utf8'),
    });
    // A copy: what is zipped for publishing stays beside it.
    await cp(join(ROOT, 'test', 'fixtures', 'cdk', 'cdk.out'), join(world.folder, 'cdk.out'), { recursive: true });
    const alb = await readFile(template('alb'), 'utf8');
    // A target group of another port has to be a new one; a topic comes, an output goes.
    await world.file(
      'changed.yaml',
      alb
        .replace(
          '      Port: 80\n      Protocol: HTTP\n      HealthCheckPath',
          '      Port: 8080\n      Protocol: HTTP\n      HealthCheckPath',
        )
        .replace('Resources:\n', 'Resources:\n  Topic: {Type: AWS::SNS::Topic}\n'),
    );
  });
  after(() => world.stop());

  const typed = (stack: string, args: readonly string[]): readonly string[] => [
    args.includes('--app') ? 'Web' : stack,
    ...args.map(
      (word) => ({ CHANGED: join(world.folder, 'changed.yaml'), APP: join(world.folder, 'cdk.out') })[word] ?? word,
    ),
  ];

  const planned = async (stack: string, args: readonly string[]): Promise<ChangePlan> => {
    const { code, document, stderr } = await world.json(['plan', ...typed(stack, args), ...CALM]);
    expect(code, stderr).to.equal(0);
    if (document.plan === undefined) throw new Error('there is no plan');
    return document.plan;
  };
  const done = async (stack: string, args: readonly string[]): Promise<readonly RunEvent[]> => {
    const { code, stdout, stderr } = await world.run([
      'update-stack',
      ...typed(stack, args),
      '--output',
      'jsonl',
      ...CALM,
    ]);
    expect(code, stdout.slice(-2_000) + stderr).to.equal(0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Stamped).event);
  };

  /** Groups: who is swapped, how large it gets and is in the end, and how many instances go. */
  const groupDeeds = async (plan: ChangePlan, events: readonly RunEvent[]): Promise<readonly object[]> => {
    const { groups } = (await world.json<StatusDocument>(['status', plan.stack])).document;
    const ends = events.flatMap((event) =>
      event.type === 'group.finished'
        ? [{ group: event.result.group, action: 'swap' }]
        : event.type === 'group.skipped'
          ? [{ group: event.group, action: 'skip' }]
          : [],
    );
    return ends.sort(byGroup).map(({ group, action }) => {
      const actions = events.flatMap((event) =>
        event.type === 'action.started' && 'group' in event.action && event.action.group === group
          ? [event.action]
          : [],
      );
      const grown = actions.flatMap((one) => (one.type === 'resize' && one.purpose !== 'restore' ? [one.size] : []));
      const gone = actions.flatMap((one) => (one.type === 'terminate' ? one.instances : []));
      const now = groups.find(({ name }) => name === group);
      const seen = new Set(now?.instances.flatMap(({ health }) => health.map(({ balancer }) => balancer)));
      // One that took another's place could not be named before it was there.
      const balancers = keptOf(plan.groups.find((one) => one.group === group)?.balancers).filter((name) =>
        seen.has(name),
      );
      return {
        group,
        action,
        size: now?.size,
        ...(grown[0] !== undefined && { doubled: grown[0] }),
        gone: new Set(gone).size,
        balancers,
        others: seen.size - balancers.length,
      };
    });
  };
  const plannedGroups = (plan: ChangePlan): readonly object[] =>
    [...plan.groups].sort(byGroup).map(({ group, action, size, resized = size, doubled, instances, balancers }) => ({
      group,
      action,
      size: resized,
      ...(action === 'swap' && { doubled }),
      gone: action === 'swap' ? instances : 0,
      balancers: keptOf(balancers),
      others: balancers.length - keptOf(balancers).length,
    }));

  for (const { stack, create, updates } of CASES) {
    describe(stack, () => {
      it('created', async () => {
        const plan = await planned(stack, create);
        expect(plan.action).to.equal('create');
        const events = await done(stack, create);
        expect(deedsOf(events, plan)).to.deep.equal(plannedDeeds(plan));
        const proven = events.flatMap((event) => (event.type === 'group.finished' ? [event.result] : []));
        expect(proven.every(({ outcome }) => outcome === 'proven')).to.equal(true);
        expect(proven.length).to.be.at.least(Math.max(1, plan.newGroups.length));
        expect(plan.groups).to.deep.equal([]);
      });

      for (const { name, args, holds = {} } of updates) {
        it(name, async () => {
          const plan = await planned(stack, args);
          expect(plan.action).to.equal('update');
          expect(plannedDeeds(plan)).to.include(holds);
          const events = await done(stack, args);
          expect(deedsOf(events, plan)).to.deep.equal(plannedDeeds(plan));
          expect(await groupDeeds(plan, events)).to.deep.equal(plannedGroups(plan));
        });
      }

      it('and then there is nothing to do, which plan says as well', async () => {
        const args = updates.at(-1)?.args ?? create;
        const plan = await planned(stack, args);
        expect([plan.action, plan.groups.map(({ action }) => action)]).to.deep.equal([
          'none',
          plan.groups.map(() => 'skip'),
        ]);
        const events = await done(stack, args);
        expect(events.some(({ type }) => type === 'stack.unchanged')).to.equal(true);
        expect(await groupDeeds(plan, events)).to.deep.equal(plannedGroups(plan));
      });
    });
  }

  // In a describe of its own: a test beside others' describes would run before them.
  describe('in all of it', () => {
    it('no secret was shown', () => {
      expect(world.said().length).to.be.greaterThan(10_000);
      expect(world.said()).not.to.include('another-secret-42').and.not.to.include('not-a-real-one');
    });
  });
});
