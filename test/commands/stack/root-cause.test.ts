import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DiagnoseDocument } from '../../../src/index.js';
import type { RunEvent } from '../../../src/model/event.js';
import { expectGolden } from '../../golden.js';
import { simulatedWorld, type SimulatedWorld } from '../support/simulated-world.js';

const PARAMETERS = 'Parameters: {Name: {Type: String}}\n';
const topic = (id: string, after?: string): string =>
  `  ${id}:\n    Type: AWS::SNS::Topic\n${after === undefined ? '' : `    DependsOn: ${after}\n`}    Properties: {DisplayName: !Ref Name}\n`;
const INNER = `${PARAMETERS}Resources:\n${topic('Calm')}${topic('Wild', 'Calm')}`;
const nested = (more = ''): string =>
  `${PARAMETERS}Resources:\n${topic('First')}  Nested:\n    Type: AWS::CloudFormation::Stack\n    DependsOn: First\n${more}    Properties:\n      TemplateURL: https://templates.s3.amazonaws.com/inner.yml\n      Parameters: {Name: !Ref Name}\n`;

/** What fails in a nested stack is named by its logical id: the nested stack's name is drawn. */
const SCENARIO = `
timing: {stackResource: [10, 10]}
objects:
  templates/inner.yml: ${JSON.stringify(INNER)}
  templates/broken.yml: ${JSON.stringify(INNER.replaceAll('Calm', 'Broken'))}
faults:
  - {kind: refuse, calls: "cloudformation:DescribeEvents", code: AccessDenied, message: "not authorized to perform cloudformation:DescribeEvents"}
  - {kind: stackFails, logicalId: Wild, reason: "Too wild (Service: Sns, Status Code: 400)", after: 1}
  - {kind: stackFails, stack: both, logicalId: One, reason: The first is no good}
  - {kind: stackFails, stack: both, logicalId: Two, reason: Nor is the second}
  - {kind: changeSetFails, logicalId: Broken, reason: Never seen either}
  - {kind: changeSetFails, stack: unread, logicalId: First, reason: Never seen}
`;

/** Times, ids and what follows from the speed of this machine, written the same in every run. */
function settled(text: string, folder: string): string {
  return text
    .replaceAll(folder, 'FOLDER')
    .replace(/^\S+Z \+[\d:]+ /gm, '')
    .replace(/\d{8}-\d{6}-\w{5}/g, 'RUN')
    .replace(/\b(?:(\d+h )?\d+m )?\d+s\b/g, '0s')
    .replace(/-[A-Z0-9]{12,13}\b/g, '-ID')
    .replace(/arn:aws:cloudformation:\S+/g, 'ARN')
    .replace(/^web \S+, (in progress|nothing in progress yet).*\n/gm, '')
    .replace(/^\S+ its change set is being worked out.*\n/gm, '')
    .replace(/^run Waiting for AWS: .*\n/gm, '')
    .replace(/ \((?:0s, )?\d of \d done\)| \(0s\)(?=:|$)/gm, '');
}

/** The events of each stack are in order; how two stacks interleave depends on when they were asked. */
function byStack(text: string): string {
  const lines = text.split('\n');
  const inner = (line: string): boolean =>
    /^web .*_(?:COMPLETE|FAILED|IN_PROGRESS) AWS::\S+ \S+ in web-Nested-ID/.test(
      line.replace(/ (?:ERROR|WARNING)(?= )/, ''),
    );
  return [...lines.filter((line) => !inner(line)), 'Of the nested stack:', ...lines.filter(inner), ''].join('\n');
}

describe('following a stack, and the root cause', function () {
  this.timeout(90_000);
  let world: SimulatedWorld;
  before(async () => {
    world = await simulatedWorld(SCENARIO);
  });
  after(() => world.stop());
  const update = (stack: string, ...args: readonly string[]): ReturnType<SimulatedWorld['json']> =>
    world.json(['update-stack', stack, ...args]);

  it('tells the events of nested stacks, each with its time and how many changes are left, then the root cause first', async () => {
    const template = await world.file('web.yaml', nested());
    const made = await world.run(['update-stack', 'web', '--template', template, 'Name=one', '--output', 'jsonl']);
    expect(made.code, made.stderr).to.equal(0);
    const told = made.stdout
      .trim()
      .split('\n')
      .flatMap((line) => {
        const { event } = JSON.parse(line) as { readonly event: RunEvent };
        return event.type === 'stack.event' ? [event.event] : [];
      });
    expect(new Set(told.map(({ id }) => id)).size, 'each once').to.equal(told.length);
    const ofRoot = told.filter(({ stackName }) => stackName === 'web').map(({ at }) => at);
    expect(ofRoot, 'oldest first').to.deep.equal([...ofRoot].sort((a, b) => a - b));
    expect(
      told.some(({ stackName, logicalId }) => stackName !== 'web' && logicalId === 'Calm'),
      'of the nested stack too',
    ).to.equal(true);
    const { code, stdout, stderr } = await world.run(['update-stack', 'web', '--template', template, 'Name=two']);
    expect(code, stderr).to.equal(7);
    expect(stdout, 'the time since its resource first moved').to.match(
      /UPDATE_COMPLETE AWS::SNS::Topic First \((9|1\d|2\d)s, 1 of 4 done\)/,
    );
    expectGolden(
      'command-root-cause.txt',
      byStack(settled(`${stdout}${stderr.replace(/^(?=.)/gm, 'stderr| ')}`, world.folder)),
    );
  });

  it('is found again by diagnose, whose template is the former one, though DescribeEvents is not allowed', async () => {
    const { code, document } = await world.json(['diagnose', 'web']);
    expect(code).to.equal(0);
    const { findings, missed } = document as unknown as DiagnoseDocument;
    expect(findings.map((finding) => [finding.code, finding.resource])).to.deep.equal([
      ['diagnose.resourceFailed', 'Wild'],
    ]);
    expect(findings[0]?.place, 'the object that its row names').to.equal(
      'https://templates.s3.amazonaws.com/inner.yml:6:3',
    );
    expect(missed, 'there are the stack events instead').to.deep.equal([]);
  });

  it('points into the file of a nested stack when the template names it', async () => {
    await mkdir(join(world.folder, 'parts'));
    await world.file('parts/inner.yml', `# The same\n${INNER}`);
    const template = await world.file('filed.yaml', nested('    Metadata: {"aws:asset:path": parts/inner.yml}\n'));
    const first = await update('filed', '--template', template, 'Name=one');
    expect(first.code, first.stderr).to.equal(7);
    expect(first.document.failure?.reasons[0]?.text).to.match(
      /^\S+\/parts\/inner\.yml:7:3 Wild \(AWS::SNS::Topic in filed-Nested-\w+\) CREATE_FAILED: Too wild/,
    );
  });

  it('tells two failures that have nothing to do with each other', async () => {
    const template = await world.file('both.yaml', `${PARAMETERS}Resources:\n${topic('One')}${topic('Two')}`);
    const { code, document, stderr } = await update('both', '--template', template, 'Name=one', '--disable-rollback');
    expect(code, stderr).to.equal(7);
    expect(
      document.failure?.reasons
        .filter((reason) => reason.code === 'stack.resource')
        .map(({ text }) => text.replace(/^\S+\//, '')),
    ).to.have.members([
      'both.yaml:3:3 One (AWS::SNS::Topic in both) CREATE_FAILED: The first is no good',
      'both.yaml:6:3 Two (AWS::SNS::Topic in both) CREATE_FAILED: Nor is the second',
    ]);
    expect(stderr.match(/Root cause: /g)).to.have.length(2);
  });

  it('says why the change set of a nested stack failed, where the one above says only that it did, and leaves nothing', async () => {
    const template = await world.file('broken.yaml', nested().replace('inner.yml', 'broken.yml'));
    const { code, document, stderr } = await update('broken', '--template', template, 'Name=one');
    expect(code, stderr).to.equal(3);
    expect(document.failure?.what).to.match(
      /^CloudFormation refuses to create stack broken: in broken-Nested-\w+, The following hook\(s\)\/validation failed/,
    );
    const { StackSummaries: left } = world.ask('ListStacks', {}) as {
      readonly StackSummaries: readonly { readonly StackName: string; readonly StackStatus: string }[];
    };
    expect(
      left.filter(({ StackName }) => StackName.startsWith('broken')).map(({ StackStatus }) => StackStatus),
    ).to.deep.equal(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
  });

  it('says what may not be asked when a change set fails for an unknown resource', async () => {
    const template = await world.file('unread.yaml', `${PARAMETERS}Resources:\n${topic('First')}`);
    const { code, document } = await update('unread', '--template', template, 'Name=one');
    expect(code).to.equal(3);
    expect(document.failure?.reasons).to.deep.equal([
      {
        code: 'stack.validation',
        text: 'Which resource it is about cannot be asked: cloudformation:DescribeEvents answered AccessDenied.',
        remedy: 'Allow cloudformation:DescribeEvents.',
      },
    ]);
  });
});

describe('following a stack in trouble', function () {
  this.timeout(90_000);
  const TOPIC = `${PARAMETERS}Resources:\n${topic('Only')}`;

  it('says every 30 s what is in progress while nothing happens', async () => {
    const world = await simulatedWorld('timing: {stackResource: [300, 300]}\n');
    try {
      const template = await world.file('slow.yaml', TOPIC);
      const { code, stdout, stderr } = await world.run(['update-stack', 'slow', '--template', template, 'Name=one']);
      expect(code, stderr).to.equal(0);
      const beats = [...stdout.matchAll(/^(\S+Z) \S+ slow CREATE_IN_PROGRESS, in progress: Only, 0 of 1 done/gm)].map(
        ([, at = '']) => Date.parse(at),
      );
      expect(beats.length).to.be.within(8, 10);
      expect(
        beats.every((at, index) => index === 0 || at - (beats[index - 1] ?? 0) >= 29_000),
        'and not more often',
      ).to.equal(true);
    } finally {
      await world.stop();
    }
  });

  it('never fails because its events cannot be read: not in between, and not at the end', async () => {
    const world = await simulatedWorld(
      'faults:\n  - {kind: throttle, calls: "cloudformation:DescribeStackEvents", rate: 1, code: Throttling}\n',
    );
    try {
      const template = await world.file('throttled.yaml', TOPIC);
      const { code, document, stderr } = await world.json([
        'update-stack',
        'throttled',
        '--template',
        template,
        'Name=one',
      ]);
      expect([code, document.outcome], stderr).to.deep.equal([0, 'created']);
      expect(stderr)
        .to.include('The last events could not be read (Throttling')
        .and.to.include('[stack.eventsMissing]');
    } finally {
      await world.stop();
    }
  });
});
