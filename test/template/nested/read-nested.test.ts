import { expect } from 'chai';
import { AwsFault, usage } from '../../../src/errors.js';
import type { KnownValues } from '../../../src/template/nested/evaluate.js';
import { readNested, type NestedIo, type NestedReading } from '../../../src/template/nested/read-nested.js';
import { parseTemplate } from '../../../src/template/parse.js';

const group = (policy = '{AutoScalingRollingUpdate: {MaxBatchSize: 1}}'): string =>
  `Resources:\n  Web: {Type: "AWS::AutoScaling::AutoScalingGroup", UpdatePolicy: ${policy}}\n`;
const nesting = (properties: string, more = ''): string =>
  `Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n${more}    Properties: {${properties}}\n`;
const conditional = `Parameters: {Env: {Type: String, Default: test}}\nConditions: {Prod: !Equals [!Ref Env, prod]}\n${group('!If [Prod, {AutoScalingRollingUpdate: {}}, !Ref "AWS::NoValue"]')}`;

interface World {
  readonly files?: Readonly<Record<string, string>>;
  readonly urls?: Readonly<Record<string, string>>;
  readonly stacks?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly unknown?: readonly string[];
  readonly path?: string;
}

/** What was found as `origin severity code`, and all that was read. */
async function reading(
  text: string,
  { files = {}, urls = {}, stacks = {}, values = {}, unknown = [], path }: World,
): Promise<{ readonly found: readonly string[]; readonly read: readonly string[]; readonly all: NestedReading }> {
  const read: string[] = [];
  const io: NestedIo = {
    readFile: (name) => (
      read.push(name),
      answer(files[name], () => usage('template.missing', `There is no file ${name}.`))
    ),
    readUrl: (url) => (
      read.push(url),
      answer(urls[url], () => new AwsFault('denied', 's3:GetObject', 'AccessDenied', 'Access Denied'))
    ),
    stackOf: (parent, id) => Promise.resolve(`${parent}/${id}` in stacks ? `${parent}/${id}` : undefined),
    stackTemplate: (id) => answer(stacks[id], () => new AwsFault('missing', 'a:B', 'C', 'D')),
  };
  const known: KnownValues = {
    parameters: new Map(Object.entries(values)),
    unknown: new Set(unknown),
    pseudo: new Map([['AWS::Region', 'eu-west-1']]),
  };
  const all = await readNested(
    {
      template: parseTemplate(text, 'root').template,
      ...(path !== undefined && { path }),
      stackId: () => Promise.resolve('arn:x:stack'),
      certain: known,
      likely: known,
    },
    io,
    'error',
  );
  const told = (origin: string, findings: NestedReading['unread']): string[] =>
    findings.map(({ severity, code }) => `${origin} ${severity} ${code}`);
  return {
    found: [...told('root', all.unread), ...all.templates.flatMap(({ origin, findings }) => told(origin, findings))],
    read,
    all,
  };
}

function answer(text: string | undefined, fault: () => Error): Promise<string> {
  return text === undefined ? Promise.reject(fault()) : Promise.resolve(text);
}

describe('nested templates', () => {
  const URL_A = 'https://b.s3.eu-west-1.amazonaws.com/a.yaml';

  it('are checked as the one above them: the object of a TemplateURL, also a computed one', async () => {
    for (const address of [URL_A, '!Sub "https://b.s3.${AWS::Region}.amazonaws.com/a.yaml"']) {
      const { found } = await reading(nesting(`TemplateURL: ${address}`), { urls: { [URL_A]: group() } });
      expect(found).to.deep.equal([`${URL_A} error template.rollingUpdate`]);
    }
  });

  it('are files beside a template that is one: a path before packaging, and an asset of CDK', async () => {
    const files = { '/app/inner/a.yaml': group() };
    for (const parent of [
      nesting('TemplateURL: inner/a.yaml'),
      nesting('TemplateURL: ./inner/a.yaml'),
      nesting(`TemplateURL: ${URL_A}`, '    Metadata: {"aws:asset:path": inner/a.yaml}\n'),
    ]) {
      const { found } = await reading(parent, { files, path: '/app/root.yaml' });
      expect(found).to.deep.equal(['/app/inner/a.yaml error template.rollingUpdate']);
    }
  });

  it('of a parent that is no file are asked of S3, whatever file was an asset once', async () => {
    const parent = nesting(`TemplateURL: ${URL_A}`, '    Metadata: {"aws:asset:path": inner/a.yaml}\n');
    const { found } = await reading(parent, { urls: { [URL_A]: group() } });
    expect(found).to.deep.equal([`${URL_A} error template.rollingUpdate`]);
  });

  it('of a stack that is there are its own, when the new one cannot be read: one warning names it', async () => {
    const { found, all } = await reading(nesting(`TemplateURL: ${URL_A}`), {
      stacks: { 'arn:x:stack/Inner': group() },
    });
    expect(found).to.deep.equal([
      'root warning template.nestedUnread',
      'the template of nested stack Inner error template.rollingUpdate',
    ]);
    expect(all.unread[0]?.text).to.equal(
      'The template of nested stack Inner could not be read (s3:GetObject answered AccessDenied: Access Denied); ' +
        'the one that the stack has now is checked instead.',
    );
  });

  it('that cannot be read at all are one warning', async () => {
    for (const address of [URL_A, '!GetAtt Inner.Outputs.Url', '!Ref Url', 'ssm-doc://x', 'inner/a.yaml']) {
      const { found, all } = await reading(nesting(`TemplateURL: ${address}`), { unknown: ['Url'] });
      expect(found, address).to.deep.equal(['root warning template.nestedUnread']);
      expect(all.unread[0]?.path).to.equal('Resources/Inner/Properties/TemplateURL');
    }
  });

  it('get the values that their parent gives them, and their own defaults for the others', async () => {
    const urls = { [URL_A]: conditional };
    const given = (parameters: string): string =>
      `Parameters: {Stage: {Type: String}}\n${nesting(`TemplateURL: ${URL_A}${parameters}`)}`;
    const found = async (parameters: string, world: World): Promise<readonly string[]> =>
      (await reading(given(parameters), { urls, ...world })).found;
    const policy = [`${URL_A} error template.rollingUpdate`];
    expect(await found('', {})).to.deep.equal([]);
    expect(await found(', Parameters: {Env: prod}', {})).to.deep.equal(policy);
    expect(await found(', Parameters: {Env: !Ref Stage}', { values: { Stage: 'prod' } })).to.deep.equal(policy);
    expect(await found(', Parameters: {Env: !Ref Stage}', { values: { Stage: 'test' } })).to.deep.equal([]);
    expect(await found(', Parameters: {Env: !Ref Stage}', { unknown: ['Stage'] })).to.deep.equal(policy);
  });

  it('that do not come into being are not read', async () => {
    const parent = `Parameters: {Env: {Type: String, Default: a}}\nConditions: {Prod: !Equals [!Ref Env, prod]}\n${nesting(`TemplateURL: ${URL_A}`, '    Condition: Prod\n')}`;
    const { found, read } = await reading(parent, { urls: { [URL_A]: group() } });
    expect({ found, read }).to.deep.equal({ found: [], read: [] });
  });

  it('nest others, whose files are beside them', async () => {
    const { found } = await reading(nesting('TemplateURL: a/a.yaml'), {
      path: '/app/root.yaml',
      files: { '/app/a/a.yaml': nesting('TemplateURL: b/b.yaml'), '/app/a/b/b.yaml': group() },
    });
    expect(found).to.deep.equal(['/app/a/b/b.yaml error template.rollingUpdate']);
  });

  it('that are no templates are faults at their place', async () => {
    const { found } = await reading(nesting(`TemplateURL: ${URL_A}`), { urls: { [URL_A]: 'Resources: [' } });
    expect(found).to.deep.equal([`${URL_A} error template.syntax`]);
  });

  it('that nest themselves end, and so does a template of a thousand', async () => {
    const self = nesting(`TemplateURL: ${URL_A}`);
    const deep = await reading(self, { urls: { [URL_A]: self } });
    expect(deep.read.length).to.equal(1);
    expect(deep.found).to.deep.equal([`${URL_A} warning template.nestedUnread`]);
    const wide = `Resources:\n${Array.from({ length: 1_000 }, (_, n) => `  N${n}: {Type: "AWS::CloudFormation::Stack", Properties: {TemplateURL: "https://b.s3.amazonaws.com/${n}"}}\n`).join('')}`;
    const urls = Object.fromEntries(
      Array.from(
        { length: 1_000 },
        (_, n) => [`https://b.s3.amazonaws.com/${n}`, 'Resources: {T: {Type: A}}\n'] as const,
      ),
    );
    const { found, read } = await reading(wide, { urls });
    expect(read.length).to.equal(200);
    expect(found).to.deep.equal(['root warning template.nestedUnread']);
  });
});
