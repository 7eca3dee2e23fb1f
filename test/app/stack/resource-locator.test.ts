import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLocator } from '../../../src/app/stack/resource-locator.js';
import { SandboxClock } from '../../../src/sandbox/clock.js';
import type { Gateway } from '../../../src/engine/gateway.js';
import { AwsFault } from '../../../src/errors.js';
import type { StackEvent } from '../../../src/model/stack/stack.js';
import { loadTemplate, type TemplateIo } from '../../../src/template/load.js';

const ROOT = 'arn:root';
const INNER = 'arn:inner';
const URL = 'https://bucket.s3.eu-west-1.amazonaws.com/abc.json?versionId=1';
const PARENT = `Resources:\n  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: !Sub "${URL}"}}\n`;
const CHILD = 'Resources:\n  First: {Type: AWS::SNS::Topic}\n  Topic: {Type: AWS::SNS::Topic}\n';

const event = (part: Partial<StackEvent>): StackEvent => ({
  id: 'e',
  at: 1,
  stackId: ROOT,
  stackName: 'web',
  logicalId: '',
  physicalId: '',
  type: 'AWS::SNS::Topic',
  status: 'UPDATE_FAILED',
  reason: '',
  ...part,
});
const itself = (stackId: string, stackName: string, status: string): StackEvent =>
  event({ stackId, stackName, logicalId: stackName, physicalId: stackId, type: 'AWS::CloudFormation::Stack', status });
const row = (more: Partial<StackEvent> = {}): StackEvent =>
  event({
    logicalId: 'Nested',
    physicalId: INNER,
    type: 'AWS::CloudFormation::Stack',
    status: 'UPDATE_IN_PROGRESS',
    ...more,
  });
const failed = event({ stackId: INNER, stackName: 'web-Nested', logicalId: 'Topic' });

/** Answers only what a test lets it know. */
function locator(
  gateway: Partial<Pick<Gateway, 'readObject' | 'stackTemplate'>>,
  root?: Parameters<typeof createLocator>[1],
): ReturnType<typeof createLocator> {
  const denied = (): Promise<string> => Promise.reject(new AwsFault('denied', 's3:GetObject', 'AccessDenied', 'no'));
  const clock = new SandboxClock(0);
  const deps = {
    gateway: { readObject: denied, stackTemplate: denied, ...gateway } as Gateway,
    clock,
    emit: () => undefined,
    interrupt: { received: undefined, wake: new AbortController().signal },
    holderIsGone: () => false,
  };
  return createLocator(deps, root);
}

describe('the place of a resource', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
    await writeFile(join(folder, 'inner.yml'), CHILD);
  });
  after(() => rm(folder, { recursive: true }));
  const root = (text: string): ReturnType<typeof loadTemplate> => {
    const io = { readFile: () => Promise.resolve(text) } as unknown as TemplateIo;
    return loadTemplate(join(folder, 'web.yaml'), 'web', io);
  };

  it('of the stack itself is in the template that was deployed', async () => {
    const locate = locator({}, await root(PARENT));
    expect(await locate(row(), [row()])).to.equal(`${join(folder, 'web.yaml')}:2:3`);
  });

  it('in a nested stack is in the file that the parent names, or that CDK published as the object', async () => {
    const events = [row({ templateUrl: URL }), failed];
    for (const line of [
      'Metadata: {"aws:asset:path": inner.yml}, Properties: {TemplateURL: x://y}',
      'Properties: {TemplateURL: ./inner.yml}',
    ]) {
      const named = locator({}, await root(`Resources:\n  Nested: {Type: AWS::CloudFormation::Stack, ${line}}\n`));
      expect(await named(failed, events), line).to.equal(`${join(folder, 'inner.yml')}:3:3`);
    }
    const assets = {
      files: { abc: { source: { path: 'inner.yml' }, destinations: { here: { objectKey: 'abc.json' } } } },
    };
    await writeFile(join(folder, 'web.assets.json'), JSON.stringify(assets));
    expect(await locator({}, await root(PARENT))(failed, events)).to.equal(`${join(folder, 'inner.yml')}:3:3`);
    await rm(join(folder, 'web.assets.json'));
  });

  it('is else in the object that the first event of the row names, which a roll-back does not', async () => {
    const asked: string[] = [];
    const readObject = (bucket: string, key: string): Promise<string> => {
      asked.push(`${bucket}/${key}`);
      return Promise.resolve(CHILD);
    };
    const events = [
      row({ templateUrl: URL }),
      failed,
      row({ templateUrl: 'https://bucket.s3.eu-west-1.amazonaws.com/former.json' }),
    ];
    expect(await locator({ readObject }, await root(PARENT))(failed, events)).to.equal(
      `${URL.replace('?versionId=1', '')}:3:3`,
    );
    expect(asked).to.deep.equal(['bucket/abc.json']);
  });

  it('is else in what GetTemplate answers, and says when that is the former template', async () => {
    const stackTemplate = (id: string): Promise<string> => Promise.resolve(id === INNER ? CHILD : PARENT);
    const made = [
      itself(INNER, 'web-Nested', 'CREATE_IN_PROGRESS'),
      row(),
      failed,
      itself(INNER, 'web-Nested', 'ROLLBACK_IN_PROGRESS'),
    ];
    expect(await locator({ stackTemplate })(failed, made)).to.equal('template of stack web-Nested:3:3');
    const back = [
      itself(INNER, 'web-Nested', 'UPDATE_IN_PROGRESS'),
      row(),
      failed,
      itself(INNER, 'web-Nested', 'UPDATE_ROLLBACK_IN_PROGRESS'),
    ];
    expect(await locator({ stackTemplate })(failed, back)).to.equal('former template of stack web-Nested:3:3');
  });

  it('is not known when nothing may be read, when it is no template, or when it is not in it', async () => {
    expect(await locator({})(failed, [row(), failed])).to.equal(undefined);
    expect(await locator({ stackTemplate: () => Promise.resolve('Resources: [') })(failed, [row(), failed])).to.equal(
      undefined,
    );
    expect(await locator({ stackTemplate: () => Promise.resolve(CHILD) })(event({ logicalId: 'Other' }), [])).to.equal(
      undefined,
    );
  });
});
