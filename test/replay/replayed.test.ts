import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from '../../src/index.js';
import type { Stamped } from '../../src/model/event.js';
import { parseScenario } from '../../src/sandbox/scenario-file.js';
import { createCommandStage, type CommandStage, type Ended } from '../support/command-stage.js';
import { sampleStack } from '../support/sample-stack.js';

const BAD = 'ami-0bad0bad0bad0bad0';
const GOOD = 'ami-0123456789abcdef1';

interface CheckedWithScenario extends CommandResult {
  readonly scenario: { readonly commands: readonly string[]; readonly lost: readonly string[] };
}

/** Makes a scenario of the events, and plays it with the commands that are told. */
async function playAgain(
  events: readonly Stamped[],
  recorder: CommandStage,
): Promise<{
  readonly text: string;
  readonly ran: Ended;
  readonly lost: readonly string[];
  readonly stage: CommandStage;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'));
  try {
    const [journal, file] = [join(folder, 'run.jsonl'), join(folder, 'scenario.yaml')];
    writeFileSync(journal, events.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const checked = await recorder.run(['check', journal, '--to-scenario', file]);
    expect(checked.code, checked.said).to.equal(0);
    const { scenario } = checked.document as CheckedWithScenario;
    const text = readFileSync(file, 'utf8');
    const stage = createCommandStage(parseScenario(text));
    const [create = '', play = ''] = scenario.commands.map((one) => one.replace(/^ha-updater /, ''));
    for (const one of scenario.commands) expect(text).to.contain(`#   ${one}\n`);
    const made = await stage.run(create.split(' '));
    expect(made.code, made.said).to.equal(0);
    return { text, ran: await stage.run(play.split(' ')), lost: scenario.lost, stage };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Summary {
  readonly code: number | undefined;
  readonly results: readonly string[];
  readonly seen: number;
  readonly terminated: readonly (readonly [string, number])[];
}

/** What a run came to: its outcome, those of its groups, and how many instances were there and were terminated. */
function summary({ code, events }: Pick<Ended, 'code' | 'events'>): Summary {
  const results = events.flatMap(({ event }) => (event.type === 'group.finished' ? [event.result.outcome] : []));
  const terminated = new Map<string, number>();
  const seen = new Set<string>();
  for (const { event } of events) {
    if (event.type === 'group.instances') event.instances.forEach(({ id }) => seen.add(id));
    if (event.type !== 'action.done' || event.action.type !== 'terminate') continue;
    const { half, instances } = event.action;
    terminated.set(half, (terminated.get(half) ?? 0) + instances.length);
  }
  return { code, results, seen: seen.size, terminated: [...terminated].sort() };
}

async function expectTheSame(recorder: CommandStage, ran: Ended): Promise<{ text: string; lost: readonly string[] }> {
  const again = await playAgain(ran.events, recorder);
  expect(summary(again.ran)).to.deep.equal(summary(ran));
  expect(again.stage.sandbox.monitor.violations).to.deep.equal([]);
  return again;
}

describe('check --to-scenario', () => {
  it('plays a good rollout again', async () => {
    const recorder = await sampleStack();
    const ran = await recorder.run(['update-stack', 'web', `ImageId=${GOOD}`, '--warmup', '40']);
    expect(ran.code, ran.said).to.equal(0);
    const { text } = await expectTheSame(recorder, ran);
    expect(text).to.contain('--warmup 40');
  });

  it('plays a bad version again, which is rolled back', async () => {
    const recorder = await sampleStack();
    const ran = await recorder.run(['update-stack', 'web', `ImageId=${BAD}`]);
    expect(ran.code, ran.said).to.equal(4);
    const { text } = await expectTheSame(recorder, ran);
    expect(text).to.contain('behaviour: unhealthy');
  });

  it('plays a rolling rollout again', async () => {
    const recorder = await sampleStack();
    const ran = await recorder.run(['update-stack', 'web', `ImageId=${GOOD}`, '--strategy', 'rolling', '--surge', '1']);
    expect(ran.code, ran.said).to.equal(0);
    const again = await playAgain(ran.events, recorder);
    expect(again.text).to.contain('--strategy rolling --surge 1 --unavailable 0');
    // In which zone each one is launched is chance, and a zone that is short takes one instance more.
    const { code, results, terminated } = summary(again.ran);
    expect({ code, results, terminated }).to.deep.equal((({ seen: _seen, ...rest }) => rest)(summary(ran)));
  });

  it('plays a rollout again in which an old instance died', async () => {
    const recorder = await sampleStack();
    const ran = await recorder.run(['update-stack', 'web', `ImageId=${GOOD}`], {
      when: ({ event }) => event.type === 'action.done' && event.action.type === 'resize',
      then: () => kill(recorder),
    });
    expect(ran.code, ran.said).to.equal(0);
    const { text } = await expectTheSame(recorder, ran);
    expect(text).to.match(/kind: killInstance\n {4}group: Group1\n {4}at: \d+\n {4}since: rollout\n {4}which: oldest/);
  });

  it('plays a rollout again whose size somebody else changed', async () => {
    const recorder = await sampleStack();
    const ran = await recorder.run(['update-stack', 'web', `ImageId=${GOOD}`], {
      when: ({ event }) => event.type === 'action.done' && event.action.type === 'resize',
      then: () =>
        void recorder.sandbox.clock.after(5_000, () =>
          recorder.sandbox.invoke('autoscaling', 'UpdateAutoScalingGroup', {
            AutoScalingGroupName: groupIn(recorder),
            MinSize: 1,
          }),
        ),
    });
    const { text } = await playAgain(ran.events, recorder);
    expect(text).to.match(/kind: resize\n {4}group: Group1\n {4}at: \d+\n {4}since: rollout\n {4}min: 1/);
  });

  it('holds no name, id, account or value of the real run', async () => {
    const recorder = await sampleStack();
    const ran = await recorder.run(['update-stack', 'web', `ImageId=${GOOD}`]);
    const real = JSON.stringify(ran.events);
    const { text } = await playAgain(ran.events, recorder);
    const named = [...real.matchAll(/\b(?:i|ami|vpc|subnet|lt)-[0-9a-f]{8,17}\b|\bweb-[\w-]+|\b\d{12}\b/g)].map(
      ([one]) => one,
    );
    // The sandbox's own network is that of every scenario.
    const own = /^(vpc|subnet)-/;
    expect(named).not.to.deep.equal([]);
    expect([...new Set(named)].filter((one) => !own.test(one) && text.includes(one))).to.deep.equal([]);
  });

  it('says what is lost', async () => {
    const recorder = await sampleStack();
    const ran = await recorder.run(['update-stack', 'web', `ImageId=${GOOD}`]);
    const { lost, text } = await playAgain(ran.events, recorder);
    expect(lost).to.include('Other resources of the template, and what became of them.');
    for (const one of lost) expect(text).to.contain(one);
  });

  it('refuses events without a rollout', async () => {
    const recorder = await sampleStack();
    const ran = await recorder.run(['update-stack', 'web', 'ImageId=ami-0123456789abcdef0']);
    const folder = mkdtempSync(join(tmpdir(), 'replay-'));
    try {
      const journal = join(folder, 'run.jsonl');
      writeFileSync(journal, ran.events.map((one) => `${JSON.stringify(one)}\n`).join(''));
      const checked = await recorder.run(['check', journal, '--to-scenario', join(folder, 'scenario.yaml')]);
      expect([checked.code, checked.document?.failure?.code]).to.deep.equal([2, 'check.noRollout']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function groupIn({ sandbox }: CommandStage): string {
  const answer = sandbox.invoke('autoscaling', 'DescribeAutoScalingGroups', {}) as {
    readonly AutoScalingGroups: readonly { readonly AutoScalingGroupName: string }[];
  };
  return answer.AutoScalingGroups[0]?.AutoScalingGroupName ?? '';
}

/** EC2 ends the oldest instance of the group some seconds from now. */
function kill(stage: CommandStage): void {
  const { sandbox } = stage;
  sandbox.clock.after(15_000, () => {
    const { AutoScalingGroups: [group] = [] } = sandbox.invoke('autoscaling', 'DescribeAutoScalingGroups', {}) as {
      readonly AutoScalingGroups?: readonly { readonly Instances: readonly { readonly InstanceId: string }[] }[];
    };
    sandbox.invoke('ec2', 'TerminateInstances', { InstanceIds: [group?.Instances[0]?.InstanceId ?? ''] });
  });
}
