import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { expectGolden } from '../golden.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { serveSandbox, type LiveSandbox } from '../../src/sandbox/live.js';
import { typed, type TypedEnd } from '../support/typed.js';
import { simulatedWorld, type SimulatedWorld } from './support/simulated-world.js';
import { ROOT } from '../support/root.js';

const TEMPLATE = join(ROOT, 'templates', 'web-stack.yaml');
const NETWORK = [
  `VpcId=${DEFAULT_VPC}`,
  `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`,
  'ImageId=ami-0123456789abcdef0',
  'DbPassword=not-a-real-one',
];

/** One mistake: what is typed, with which environment, and what must be said. FOLDER stands for the test's own. */
interface Mistake {
  readonly args: readonly string[];
  /** undefined takes the variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly exit: number;
  readonly says: readonly RegExp[];
}

const GROUP =
  'Resources:\n  Web:\n    Type: AWS::AutoScaling::AutoScalingGroup\n    Properties: {MinSize: 1, MaxSize: 2}\n';

const FILES: Readonly<Record<string, string>> = {
  'flow.yaml': 'Resources:\n  A: [\n',
  'indent.yaml': 'Resources:\n  A:\n    Type: AWS::SNS::Topic\n   B: 1\n',
  'text.yaml': 'hello\n',
  'empty.yaml': '',
  'big.yaml': `Resources:\n  T: {Type: "AWS::SNS::Topic"}\n#${'x'.repeat(52_000)}\n`,
  'huge.yaml': `Resources:\n  T: {Type: "AWS::SNS::Topic"}\n#${'x'.repeat(1_100_000)}\n`,
  'deep.yml': `defaults:\n  tag: ${'['.repeat(3_000)}${']'.repeat(3_000)}\n`,
  'rolling.yaml': `${GROUP}    UpdatePolicy:\n      AutoScalingRollingUpdate: {MinInstancesInService: 1}\n`,
};

const template = (file: string): readonly string[] => ['update-stack', 'web', '--template', `FOLDER/${file}`];

/** Simulated seconds per second, for those who wait until they give up. */
const SPEED = 100;

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'a settings file that is nested very deep': {
    args: ['update-asgs', 'web', '--config', 'FOLDER/deep.yml'],
    exit: 2,
    says: [/deep\.yml(:\d+:\d+)?: /],
  },
  'a list of assets that is broken': {
    args: ['update-stack', 'Web', '--app', 'FOLDER/app-lists'],
    exit: 2,
    says: [/app-lists cannot be read as the output of cdk synth/],
  },
  'outputs that go nowhere': {
    args: [...template('flow.yaml'), '--outputs', 'FOLDER/none/outputs.json'],
    exit: 2,
    says: [/The outputs could not be written to \S+outputs\.json: there is no such file or folder/, /usage\.outputs/],
  },
  'outputs to a directory': {
    args: [...template('flow.yaml'), '--outputs', 'FOLDER'],
    exit: 2,
    says: [/it is a directory/],
  },
  'bad YAML': {
    args: template('flow.yaml'),
    exit: 2,
    says: [/flow\.yaml:3:1: not a template/, /\[template\.syntax\]/],
  },
  'flags that there are none of': {
    args: ['update-stack', 'web', '--templte=hidden-7', '--no-wat', '--no-debug'],
    exit: 2,
    says: [
      /There is no flag --templte\. Did you mean --template\? There is no flag --no-wat\. Did you mean --no-wait\? /,
      /Did you mean --no-wait\? There is no flag --no-debug\. Did you mean --debug\? \[/,
    ],
  },
  'bad indentation': { args: template('indent.yaml'), exit: 2, says: [/indent\.yaml:4:1: not a template/] },
  'a text instead of a template': { args: template('text.yaml'), exit: 2, says: [/text\.yaml:1:1: not a template/] },
  'an empty template': { args: template('empty.yaml'), exit: 2, says: [/it is empty/] },
  'a template file that is not there': {
    args: template('none.yaml'),
    exit: 2,
    says: [/There is no file \S+none\.yaml/],
  },
  'a directory as template': {
    args: ['update-stack', 'web', '--template', 'FOLDER'],
    exit: 2,
    says: [/is a directory/],
  },
  'a template too large for a call': { args: template('big.yaml'), exit: 2, says: [/51200/, /--s3-bucket/] },
  'a template too large for anything': { args: template('huge.yaml'), exit: 2, says: [/more than 1048576 bytes/] },
  'a rolling update in the template': {
    args: template('rolling.yaml'),
    exit: 3,
    says: [/rolling\.yaml:6:\d+ Resources\/Web\/UpdatePolicy/, /terminating before it launches/],
  },
  'a template at an address without https': {
    args: ['update-stack', 'web', '--template', 'http://example.com/a'],
    exit: 2,
    says: [/not http:/],
  },
  'an S3 object that is not there': {
    args: ['update-stack', 'web', '--template', 's3://no-such/web.yaml'],
    exit: 2,
    says: [/no object s3:\/\/no-such\/web\.yaml/],
  },
  'an unknown parameter': {
    args: ['update-stack', 'web', 'AppVerson=3'],
    exit: 2,
    says: [/no parameter AppVerson\. Did you mean AppVersion\?/],
  },
  'missing parameters': {
    args: ['update-stack', 'fresh', '--template', TEMPLATE, 'ImageId=ami-1'],
    exit: 2,
    says: [/VpcId has no value/, /DbPassword has no value/, /Give VpcId=VALUE/],
  },
  'a secret of a bad length': {
    args: ['update-stack', 'web', 'DbPassword=tiny-93'],
    exit: 2,
    says: [/DbPassword has fewer than 8 characters/],
  },
  'a number that is none': { args: ['update-stack', 'web', 'MinSize=abc'], exit: 2, says: [/MinSize/, /not a number/] },
  'KEY without =': { args: ['update-stack', 'web', 'AppVersion'], exit: 2, says: [/no "="/, /KEY=VALUE/, /--help/] },
  'no such stack to update': {
    args: ['update-stack', 'nope'],
    exit: 3,
    says: [/There is no stack nope/, /--template FILE/],
  },
  'no such stack to swap': {
    args: ['update-asgs', 'nope'],
    exit: 3,
    says: [/There is no stack nope\. This command looked in region eu-west-1 of account 123456789012\./],
  },
  'no such stack to diagnose': {
    args: ['diagnose', 'nope'],
    exit: 3,
    says: [/There is no stack nope\. .* eu-west-1 of account 123456789012\./, /ha-updater list --region eu-west-1/],
  },
  'no such stack to cancel': {
    args: ['cancel', 'nope'],
    exit: 3,
    says: [/There is no stack nope\. .* eu-west-1 of account 123456789012\./, /ha-updater list --region eu-west-1/],
  },
  'blanks around =': {
    args: ['update-stack', 'web', 'ImageId', '=', 'ami-0123456789abcdef1', 'AppVersion=', '2'],
    exit: 2,
    says: [/blanks around the "=" of ImageId\. Write ImageId=VALUE/, /Write AppVersion=VALUE without blanks/],
  },
  'a template without a name': {
    args: ['update-stack', 'web', '--template='],
    exit: 2,
    says: [/The path of the template is empty; perhaps a variable of the shell is not set\./],
  },
  'help on what is no command': { args: ['web', '--help'], exit: 2, says: [/There is no command web\./, /Next:/] },
  'half a command': { args: ['lock', 'sho'], exit: 2, says: [/no command lock sho\. Did you mean lock show\?/] },
  'no command of a topic': {
    args: ['server', 'up'],
    exit: 2,
    says: [/There are server deploy, server remove, server status\./],
  },
  'no such stack to show': {
    args: ['status', 'nope'],
    exit: 3,
    says: [/There is no stack nope\. This command looked in region eu-west-1 of account 123456789012\./, /list-stacks/],
  },
  'an unknown group': {
    args: ['update-asgs', '--asg', 'nope'],
    exit: 3,
    says: [/nope: there is no such Auto Scaling group\. This command looked in/, /ha-updater list .*# the groups/],
  },
  'STACK and --asg': { args: ['update-asgs', 'web', '--asg', 'x'], exit: 2, says: [/either STACK or --asg/] },
  'an empty STACK': { args: ['status', ''], exit: 2, says: [/STACK must not be empty/] },
  'no credentials': {
    args: ['update-asgs', 'web'],
    env: { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
    exit: 2,
    says: [/no usable AWS credentials/, /get-caller-identity/],
  },
  'a profile that is not there': {
    args: ['status', 'web', '--profile', 'ghost'],
    env: { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
    exit: 2,
    says: [/"ghost"/],
  },
  'wrong credentials': {
    args: ['update-stack', 'web', 'AppVersion=9'],
    env: { AWS_ENDPOINT_URL: 'REFUSING' },
    exit: 2,
    says: [/no usable AWS credentials/, /InvalidClientTokenId/],
  },
  'an endpoint where nobody listens': {
    args: ['update-stack', 'web', 'AppVersion=9'],
    env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    exit: 3,
    says: [/cannot be reached/, /127\.0\.0\.1:9/],
  },
  'an endpoint that is no address': {
    args: ['status', 'web'],
    env: { AWS_ENDPOINT_URL: 'bogus', HA_UPDATER_SPEED: undefined },
    exit: 2,
    says: [/AWS_ENDPOINT_URL must be/],
  },
  'a region that is none': {
    args: ['update-asgs', 'web', '--region', 'Ireland'],
    exit: 2,
    says: [/"Ireland" is not the name of an AWS region/, /eu-west-1/],
  },
  'another speed without a sandbox': {
    args: ['status', 'web'],
    env: { AWS_ENDPOINT_URL: undefined },
    exit: 2,
    says: [/HA_UPDATER_SPEED=100 is only for a sandbox/, /unset HA_UPDATER_SPEED/],
  },
  'a choice that is not offered': {
    args: ['update-asgs', 'web', '--swap', 'bogus'],
    exit: 2,
    says: [/--swap=bogus/, /outdated, always, never/],
  },
  'a negative number': {
    args: ['update-asgs', 'web', '--deadline', '-5'],
    exit: 2,
    says: [/--deadline must be a number of seconds from 1 to 86400, or a time such as 90s, 5m or 1h30m, not "-5"/],
  },
  'NaN and other numbers': {
    args: ['update-asgs', 'web', '--deadline', 'NaN', '--poll', '0'],
    exit: 2,
    says: [/not "NaN"/, /--poll/],
  },
  'an unknown flag': { args: ['update-stack', 'web', '--nope'], exit: 2, says: [/--nope/, /--help/] },
  'an unknown command': {
    args: ['updat-asgs', 'web'],
    exit: 2,
    says: [/no command updat-asgs\. Did you mean update-asgs\?/],
  },
};

/** Whatever takes a file, and its file; APP stands for the folder of an app whose manifest is that file. */
const READERS: Readonly<Record<string, (file: string) => readonly string[]>> = {
  template: (file) => ['update-stack', 'web', '--template', file],
  'parameters file': (file) => ['update-stack', 'web', '--parameters-file', file],
  "parameter's value": (file) => ['update-stack', 'web', `ImageId=@file:${file}`],
  'stack policy': (file) => ['update-stack', 'web', '--stack-policy', file],
  'settings file': (file) => ['update-asgs', 'web', '--config', file],
  manifest: (file) => ['update-stack', '--app', file.replace('FOLDER/', 'FOLDER/app-')],
  scenario: (file) => ['sandbox', '--port', '0', '--scenario', file],
};

/** What a file can be that is none, and what is said of it. */
const NO_FILES: Readonly<Record<string, RegExp>> = {
  round: /its symbolic links go round in a circle \(ELOOP\)/,
  zero: /(has )?more than \d+ bytes/,
  socket: /\(ENXIO\)/,
  broken: /i\/o error \(EIO\)/,
};

for (const [reader, args] of Object.entries(READERS))
  for (const [file, says] of Object.entries(NO_FILES))
    Object.assign(MISTAKES, {
      [`a ${reader} that is "${file}"`]: { args: args(`FOLDER/${file}`), exit: 2, says: [says] },
    });

for (const [reader, args] of Object.entries(READERS).filter(([name]) => /^(template|settings file)$/.test(name)))
  Object.assign(MISTAKES, {
    [`a ${reader} with a name that is too long`]: {
      args: args(`FOLDER/${'x'.repeat(300)}`),
      exit: 2,
      says: [/its name is too long \(ENAMETOOLONG\)/],
    },
  });

/** Files that are none, beside those that have a text. */
async function makeNoFiles(folder: string): Promise<Server> {
  await symlink('round', join(folder, 'round'));
  await symlink('/dev/zero', join(folder, 'zero'));
  await symlink('/proc/self/mem', join(folder, 'broken'));
  const server = createServer().listen(join(folder, 'socket'));
  for (const file of Object.keys(NO_FILES)) {
    await mkdir(join(folder, `app-${file}`));
    await symlink(join('..', file), join(folder, `app-${file}`, 'manifest.json'));
  }
  await cp(join(ROOT, 'test', 'fixtures', 'cdk', 'cdk.out'), join(folder, 'app-lists'), { recursive: true });
  for (const name of await readdir(join(folder, 'app-lists')))
    if (name.endsWith('.assets.json')) await writeFile(join(folder, 'app-lists', name), '{"files": 7');
  return server;
}

describe('wrong input', function () {
  this.timeout(120_000);
  let folder: string;
  let world: SimulatedWorld;
  let live: LiveSandbox;
  let refusing: Server;
  let socket: Server;
  let env: Record<string, string>;
  let atFirst: string;
  const ended = new Map<string, TypedEnd>();

  const state = async (): Promise<string> => {
    const { document } = await world.json(['status', 'web', '--events']);
    const { stack, resources, groups, events } = document as unknown as Record<string, unknown>;
    return JSON.stringify({ stack, resources, groups, events });
  };

  /** Over HTTP and in real time: where the endpoint, the keys or the speed are wrong, nothing may stand in for them. */
  const make = async ({ args, env: differs = {} }: Mistake): Promise<TypedEnd> => {
    const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    const merged = Object.entries({ ...env, ...differs }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value === 'REFUSING' ? url : value] as const],
    );
    return typed(
      args.map((word) => word.replace('FOLDER', folder)),
      { env: Object.fromEntries(merged) },
    );
  };

  /** What differs from run to run: ports and ids. */
  const withoutChance = (text: string): string =>
    text
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'REQUEST')
      .replace(/\b\d{8}-\d{6}-[0-9a-z]{5}\b/g, 'RUN')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');

  before(async () => {
    world = await simulatedWorld();
    folder = world.folder;
    for (const [name, text] of Object.entries(FILES)) await world.file(name, text);
    socket = await makeNoFiles(folder);
    refusing = createServer((_, answer) => {
      answer.writeHead(403, { 'content-type': 'text/xml' });
      answer.end(
        '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error><RequestId>r-1</RequestId></ErrorResponse>',
      );
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const empty = ['MinSize=0', 'DesiredCapacity=0'];
    const made = await world.run(['update-stack', 'web', '--template', TEMPLATE, ...NETWORK, ...empty]);
    expect(made.code, made.stderr).to.equal(0);
    atFirst = await state();
    live = await serveSandbox(world.sandbox, { port: 0, speed: SPEED });
    env = {
      ...world.env,
      AWS_ENDPOINT_URL: live.url,
      AWS_ACCESS_KEY_ID: 'AKIDSANDBOX',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      HA_UPDATER_SPEED: String(SPEED),
    };
    for (const [name, mistake] of Object.entries(MISTAKES)) ended.set(name, await make(mistake));
  });

  after(async () => {
    refusing.close();
    socket.close();
    await live.close();
    await world.stop();
  });

  for (const [name, { exit, says }] of Object.entries(MISTAKES)) {
    it(`${name}: exit ${exit}, one clear error`, () => {
      const { code, stderr } = ended.get(name) ?? { code: null, stderr: 'never ran' };
      expect(code, stderr).to.equal(exit);
      for (const words of says) expect(stderr).to.match(words);
      expect(stderr.match(/\(exit \d\): /g), stderr).to.have.length(1);
      expect(stderr)
        .to.include('Nothing was changed.')
        .and.not.match(/\n\s+at |undefined|\[object|tiny-93/);
    });
  }

  it('is told in the words of its golden, from the first to the last', () => {
    // Messages that name files or the world outside differ from machine to machine, as the depth of a stack does.
    const told = [...ended]
      .filter(
        ([, { stderr }]) =>
          !stderr.includes(basename(folder)) && !/Provider|cannot be reached|\bE(?!RROR)[A-Z]{4,}\b/.test(stderr),
      )
      .map(([name, { stderr }]) => `## ${name}\n${withoutChance(stderr)}`);
    expectGolden('messages/wrong-input.txt', told.join('\n'));
  });

  it('changes nothing', async () => {
    expect(await state()).to.equal(atFirst);
  });

  it('a group without instances is no error: there is nothing to do', async () => {
    const { code, document, stderr } = await world.json(['update-asgs', 'web', '--swap', 'always']);
    expect(code, stderr).to.equal(0);
    const { outcome, groups } = document;
    expect({ outcome, groups: groups?.map((group) => [group.outcome, group.why]) }).to.deep.equal({
      outcome: 'nothing',
      groups: [['skipped', 'it is empty (desired 0)']],
    });
  });
});
