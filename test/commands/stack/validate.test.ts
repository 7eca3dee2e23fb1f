import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ValidateDocument } from '../../../src/index.js';
import { expectGolden } from '../../golden.js';
import { typed, type TypedEnd } from '../../support/typed.js';
import { CLEAN_ENV } from '../support/cli.js';
import { simulatedWorld, type SimulatedWorld } from '../support/simulated-world.js';

const FAULTY = `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  ImageId: {Type: String}
Resorces: {}
Resources:
  Config:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties: {ImageId: !Ref ImagId, InstanceType: t3.micro}
  Web:
    Type: AWS::AutoScaling::AutoScalingGroup
    UpdatePolicy: {AutoScalingRollingUpdate: {MaxBatchSize: 1}}
    Properties: {MinSize: 1, MaxSize: 2, LaunchConfigurationName: !Ref Config, TargetGroupARNs: [!Ref "AWS::NoValue"]}
  Api:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {MinSize: 1, MaxSize: 2, LaunchConfigurationName: !Ref Config, LoadBalancerNames: [api]}
`;
const GOOD = 'Resources:\n  Topic: {Type: "AWS::SNS::Topic"}\n';
const BROKEN = 'Resources:\n  A: [\n';

describe('ha-updater validate', function () {
  this.timeout(20_000);
  let folder: string;
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<TypedEnd> =>
    typed(args, { env: { ...CLEAN_ENV, ...env } });
  const offline = (...args: readonly string[]): Promise<TypedEnd> =>
    run(['validate', '--offline', '--lint', 'off', ...args]);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
    await Promise.all([
      writeFile(join(folder, 'faulty.yaml'), FAULTY),
      writeFile(join(folder, 'good.yaml'), GOOD),
      writeFile(join(folder, 'broken.yaml'), BROKEN),
    ]);
  });
  after(() => rm(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);

  it('tells all findings of many templates, each at its place', async () => {
    const { code, stdout, stderr } = await offline(at('faulty.yaml'), at('good.yaml'), at('broken.yaml'));
    expect({ code, stderr }).to.deep.equal({ code: 3, stderr: '' });
    expectGolden('validate.txt', stdout.replaceAll(`${folder}/`, ''));
  });

  it('answers 0 for what is good, 3 for warnings only when told to, and 2 for what cannot be read', async () => {
    expect((await offline(at('good.yaml'))).code).to.equal(0);
    const advice = at('advice.yaml');
    await writeFile(
      advice,
      'Resources:\n  G: {Type: "AWS::AutoScaling::AutoScalingGroup", Properties: {MinSize: 1, MaxSize: 1}}\n',
    );
    expect((await offline(advice)).code).to.equal(0);
    expect((await offline(advice, '--strict')).code).to.equal(3);
    const missing = await offline(at('good.yaml'), at('none.yaml'));
    expect(missing.code).to.equal(2);
    expect(missing.stdout).to.include('good.yaml: 1 resource, no objections').and.include('none.yaml: not read.');
    expect((await run(['validate'])).code).to.equal(2);
    expect((await offline(at('good.yaml'), '--json', '--format', 'sarif')).code).to.equal(2);
  });

  it('judges each template for itself, also one whose resource has a map for its type', async () => {
    await writeFile(at('map.yaml'), 'Resources:\n  A:\n    Type: {Ref: "AWS::Region"}\n');
    const { code, stdout } = await offline(at('map.yaml'), at('good.yaml'));
    expect(code).to.equal(3);
    expect(stdout).to.include('map.yaml:2:3: error: Resources/A: The Type of resource A is no text');
    expect(stdout).to.include('good.yaml: 1 resource, no objections.');
  });

  it('costs what the text costs, however many names are undeclared, and prints no more than is read', async () => {
    const names = Array.from({ length: 4_000 }, (_, n) => `      P${n}: !Ref Undeclared${n}\n`).join('');
    await writeFile(at('many.yaml'), `Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n${names}`);
    const { code, stdout } = await offline(at('many.yaml'));
    expect(code).to.equal(3);
    expect(stdout.split('\n').length).to.equal(103);
    expect(stdout).to.include('many.yaml: 3900 more are not shown; --json has all.');
    expect(stdout).to.include('many.yaml: 1 resource, 4000 errors, 0 warnings.');
  });

  it('speaks JSON', async () => {
    const { code, stdout } = await offline(at('faulty.yaml'), '--json');
    const document = JSON.parse(stdout) as ValidateDocument;
    expect(document).to.include({ command: 'validate', outcome: 'refused', exitCode: 3 });
    expect(code).to.equal(3);
    expect(document.templates[0]?.findings.map(({ code: finding, line }) => `${finding} ${line}`)).to.deep.equal([
      'template.section 4',
      'template.undeclared 8',
      'template.rollingUpdate 11',
      'template.noBalancer 12',
      'template.healthCheckType 15',
    ]);
  });

  it('speaks SARIF, with a rule for every code', async () => {
    const { code, stdout } = await offline(at('faulty.yaml'), '--format', 'sarif');
    expect(code).to.equal(3);
    interface Sarif {
      version: string;
      runs: [
        {
          tool: { driver: { rules: { id: string }[] } };
          results: {
            ruleId: string;
            ruleIndex: number;
            level: string;
            locations: [{ physicalLocation: { region: object } }];
          }[];
        },
      ];
    }
    const { version, runs } = JSON.parse(stdout) as Sarif;
    const [{ tool, results }] = runs;
    expect(version).to.equal('2.1.0');
    expect(results.map(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId)).to.deep.equal([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(results[1]).to.deep.include({ ruleId: 'template.undeclared', level: 'error' });
    expect(results[1]?.locations[0].physicalLocation.region).to.deep.equal({ startLine: 8, startColumn: 32 });
  });

  describe('with cfn-lint on the path', () => {
    let env: Record<string, string>;
    before(async () => {
      const bin = join(folder, 'bin');
      await mkdir(bin);
      const rows = `[{"Filename": "'"$4"'", "Level": "Error", "Message": "said by lint", "Location": {"Start": {"LineNumber": 2, "ColumnNumber": 3}, "Path": ["Resources"]}, "Rule": {"Id": "E9", "ShortDescription": "a rule"}}]`;
      await writeFile(
        join(bin, 'cfn-lint'),
        `#!/bin/sh\ncase "$*" in *broken*) echo gone wrong >&2; exit 1;; esac\necho '${rows}'\nexit 2\n`,
      );
      await chmod(join(bin, 'cfn-lint'), 0o755);
      env = { PATH: `${bin}:${CLEAN_ENV['PATH'] ?? ''}` };
    });

    it('adds what it finds as warnings, or as errors when they are to count', async () => {
      const warned = await run(['validate', '--offline', at('good.yaml')], env);
      expect(warned.code, warned.stderr).to.equal(0);
      expect(warned.stdout).to.include('good.yaml:2:3: warning: Resources: said by lint (a rule) [cfn-lint.E9]');
      expect((await run(['validate', '--offline', '--lint', 'error', at('good.yaml')], env)).code).to.equal(3);
    });

    it('names the file that makes it fail, and tells of all others', async () => {
      await Promise.all(['one', 'two', 'three'].map((name) => writeFile(at(`${name}.yaml`), GOOD)));
      const names = ['one.yaml', 'broken.yaml', 'two.yaml', 'three.yaml'].map(at);
      const { stdout } = await run(['validate', '--offline', ...names], env);
      expect(stdout).to.include('broken.yaml:1:1: warning: cfn-lint failed (exit 1): gone wrong [cfn-lint.failed]');
      expect(stdout).to.include('one.yaml:2:3: warning: Resources: said by lint').and.include('two.yaml:2:3: warning');
    });

    it('says that it failed, and that it is missing when it is needed', async () => {
      const failed = await run(['validate', '--offline', at('broken.yaml')], env);
      expect(failed.stderr).to.include('cfn-lint failed (exit 1): gone wrong');
      const none = await run(['validate', '--offline', '--lint', 'error', at('good.yaml')], { PATH: folder });
      expect(none.code).to.equal(2);
      expect(none.stderr).to.include('cfn-lint is not on the path');
    });
  });

  describe('with CloudFormation in reach', () => {
    let world: SimulatedWorld;
    before(async () => {
      world = await simulatedWorld('objects: {"bucket/far.yaml": "Resources: {T: {Type: AWS::SNS::Topic}}"}');
    });
    after(() => world.stop());
    const ask = (...args: readonly string[]): Promise<TypedEnd> => world.run(['validate', '--lint', 'off', ...args]);

    it('asks it, and takes its word', async () => {
      const circle = await world.file(
        'circle.yaml',
        'Resources:\n  A: {Type: "AWS::SNS::Topic", DependsOn: B}\n  B: {Type: "AWS::SNS::Topic", DependsOn: A}\n',
      );
      const { code, stdout } = await ask(at('good.yaml'), circle, 's3://bucket/far.yaml', 's3://bucket/none.yaml');
      expect(code).to.equal(2);
      expect(stdout).to.match(/circle\.yaml:\d+:\d+: error: .*[Cc]ircular.*\[template\.rejected\]/);
      expect(stdout)
        .to.include('good.yaml: 1 resource, no objections.\n')
        .and.include('s3://bucket/far.yaml: 1 resource, no objections.\n')
        .and.include('s3://bucket/none.yaml: not read.');
    });

    it('does without it when it cannot be reached', async () => {
      const { code, stdout } = await run(['validate', '--lint', 'off', at('good.yaml')], {
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        HA_UPDATER_SPEED: '1000',
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'any',
        AWS_SECRET_ACCESS_KEY: 'any',
      });
      expect(code).to.equal(0);
      expect(stdout).to.include(
        'no objections. CloudFormation was not asked: cloudformation:ValidateTemplate answered ECONNREFUSED.',
      );
    });
  });
});
