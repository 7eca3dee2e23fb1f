import { expect } from 'chai';
import { chunks } from '../../src/text/chunks.js';
import { compare } from '../../src/text/compare.js';
import { duration, seconds, sinceStart } from '../../src/text/duration.js';
import { faultText, saidBy } from '../../src/text/fault-text.js';
import { describeHolder } from '../../src/text/holder.js';
import { splitKeyValue } from '../../src/text/key-value.js';
import { list } from '../../src/text/list.js';
import { oneLine, plainText } from '../../src/text/plain.js';
import { sentence, withoutStop } from '../../src/text/sentence.js';
import { command, distinct, flagsOf, remarked, commandLine, withWords } from '../../src/text/commands/next-command.js';
import { quote, singleQuoted } from '../../src/text/shell-quote.js';
import { targetFlags } from '../../src/text/commands/target-words.js';
import { timestamp } from '../../src/text/timestamp.js';

/** A function of text, what goes in, what comes out. */
const CASES: readonly (readonly [string, unknown, unknown])[] = [
  ['seconds', seconds(89_600), '90 s'],
  ['durations below a minute', duration(-5), '0s'],
  ['durations below an hour', duration(185_000), '3m 05s'],
  ['durations of hours', duration(3_725_000), '1h 02m'],
  ['times since the start', sinceStart(222_999), '+03:42'],
  ['times since the start, after an hour', sinceStart(3_822_000), '+1:03:42'],
  ['instants, in UTC', timestamp(0), '1970-01-01T00:00:00Z'],
  ['lists', list(['a', 'b']), 'a, b'],
  ['lists that are cut', list(['a', 'b', 'c'], 1), 'a and 2 more'],
  ['sentences that lack their full stop', sentence('It failed'), 'It failed.'],
  ['sentences that have it', sentence('It failed.'), 'It failed.'],
  ['texts for the middle of a sentence', withoutStop('It failed. '), 'It failed'],
  ['one line of several', oneLine('a\r\n\tb\u0007 '), 'a b'],
  [
    'prints without colours and titles',
    plainText('\u001b[31mred\u001b[0m\u001b]0;title\u0007\r\nend\u0008', ''),
    'red\nend',
  ],
  ['control characters that leave a gap', plainText('a\u0008b', ' '), 'a b'],
  ['words in order', ['b', 'B', 'a', 'a'].sort(compare), ['B', 'a', 'a', 'b']],
  ['pieces', chunks([1, 2, 3], 2), [[1, 2], [3]]],
  ['no pieces', chunks([], 2), []],
  ['keys and values', splitKeyValue('A=b=c'), { key: 'A', value: 'b=c' }],
  ['keys without a value', splitKeyValue('A='), { key: 'A', value: '' }],
  ['texts without a sign', splitKeyValue('A'), undefined],
  ['holders', describeHolder({ run: 'r', host: 'h', pid: 1 }), 'run r on h (pid 1)'],
  ['holders in a build', describeHolder({ run: 'r', host: 'h', pid: 1, build: 'b' }), 'run r on h (pid 1, b)'],
  ['faults', faultText({ operation: 's:Op', code: 'Denied', message: 'No.' }), 's:Op answered Denied: No.'],
  ['words for a shell', ['a/b', "it's"].map(quote), ['a/b', `'it'\\''s'`]],
  ['words in quotes whatever they hold', singleQuoted('a'), `'a'`],
  [
    'commands, whatever stands in them, and what they do',
    [
      commandLine(remarked(command`aws elb x --name ${'a # b'} --ids ${['i-1', "it's"]}`, 'why')),
      commandLine(command`ha-updater status  --asg ${[]} ${'web'} --json`),
      commandLine(command`aws s3 ls s3://${'a b'}/x`),
    ],
    [
      `aws elb x --name 'a # b' --ids i-1 'it'\\''s'   # why`,
      'ha-updater status --asg web --json',
      "aws s3 ls 's3://a b/x'",
    ],
  ],
  [
    'what a command does, and its flags, whatever its values look like',
    [
      command`aws autoscaling resume-processes --auto-scaling-group-name ${'a --region b'} --profile=me`,
      command`ha-updater lock show web --json`,
      withWords(command`ha-updater resume web`, ['--force']),
      command`ha-updater plan --help`,
      command`npx cdk bootstrap`,
    ].map((step) => [step.program, step.operation, ...flagsOf(step)]),
    [
      ['aws', 'autoscaling resume-processes', 'auto-scaling-group-name', 'profile'],
      ['ha-updater', 'lock show', 'json'],
      ['ha-updater', 'resume', 'force'],
      ['ha-updater', 'plan', 'help'],
      ['npx', ''],
    ],
  ],
  [
    'each command once',
    distinct([command`a ${'x y'}`, command`a ${'x y'}`, command`a`]).map(commandLine),
    ["a 'x y'", 'a'],
  ],
  [
    'flags of groups',
    targetFlags(['a b', 'elb:classic', 'arn:aws:x:y']),
    "--asg 'a b' --elb classic --target-group arn:aws:x:y",
  ],
];

describe('texts', () => {
  for (const [name, is, expected] of CASES) it(`are made of ${name}`, () => expect(is).to.deep.equal(expected));
});

describe('what AWS said, in a sentence', () => {
  it('has no full stop before the code', () => {
    const fault = { code: 'InvalidDocument', message: 'Document with name freeze does not exist.' };
    expect(saidBy(fault)).to.equal('Document with name freeze does not exist (InvalidDocument)');
  });
});
