import { resume, rollback, cancel, updateGroups, updateStack } from '../../../src/index.js';
import type { ProcessContext } from '../../../src/index.js';
import { lookAt } from '../../../src/sandbox/invariants/look.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { autoScalingState, isLeaving, type GroupState } from '../../../src/sandbox/world/autoscaling/state.js';
import { meddle } from '../../../src/sandbox/world/autoscaling/interfere.js';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import { createCommandStage, type Called, type Ended, type Happening } from '../../support/command-stage.js';
import { brokenByCheck } from '../../check/judge.js';
import { playSettings } from '../draws/play-settings.js';
import { launchesNothing } from '../draws/settings.js';
import { CHANGE_BEGINS, type ChangeStory, type Meanwhile } from './change-story.js';
import { templatesOf } from './change-template.js';

/** How a story went. */
export interface ChangeTold {
  readonly story: ChangeStory;
  readonly outcomes: readonly string[];
  /** What was broken, as sentences; empty when all is well. */
  readonly wrong: readonly string[];
  readonly journal: string;
  readonly simulatedSeconds: number;
}

const STACK = 'web';
const MINUTE = 60_000;
/** Commands after which the story must have ended, faults being over by the last ones. */
const MOST_COMMANDS = 6;
const FAULTS_LAST = 1_900_000;

/** Plays the whole command, what comes after it, and what must hold in between and at the end. */
export async function simulateChange(story: ChangeStory): Promise<ChangeTold> {
  const stage = createCommandStage(story.scenario);
  const { sandbox } = stage;
  const { clock } = sandbox;
  makeStack(sandbox, story);
  const before = groupsIn(sandbox).map(({ name, desired, suspended }) => ({
    name,
    desired,
    suspended: [...suspended.keys()],
  }));
  const told: string[] = [];
  const wrong: string[] = [];
  const outcomes: string[] = [];
  const note = (name: string, ending: Ended): Ended => {
    const { document, said } = ending;
    outcomes.push(`${name} ${document?.outcome ?? 'killed'}`);
    told.push(`--- ${name} at ${seconds(sandbox)} s: ${document === undefined ? 'killed' : JSON.stringify(document)}`);
    told.push(said.trimEnd(), ...groupsIn(sandbox).map((group) => stateOf(group)));
    wrong.push(...untrue(sandbox, ending).map((text) => `${name}: ${text}`), ...brokenByCheck(ending.events));
    return ending;
  };
  for (const one of story.meanwhile) clock.after(one.afterMs, () => happen(sandbox, one));
  const first = commandOf('update-stack', story, story.parameters, story.flags);
  const [changed] = await together(sandbox, [
    () => stage.call('update-stack', first, story.mishap),
    ...(story.cancelAfterMs === undefined
      ? []
      : [
          () => after(sandbox, story.cancelAfterMs ?? 0, () => stage.call('cancel', commandOf('cancel', story), OTHER)),
        ]),
  ]).then((endings) => endings.map((ending, index) => note(index === 0 ? 'update-stack' : 'cancel', ending)));
  let last = changed!;
  if (!isGood(last)) {
    clock.advance(20_000);
    last = note(
      story.next,
      await stage.call(story.next, commandOf(story.next, story, story.parameters), story.nextMishap),
    );
  }
  // Whatever came of it: with a good image and nothing else, it is to end well.
  for (let turn = 0; turn < MOST_COMMANDS; turn++) {
    clock.advance(turn < 2 ? 60_000 : FAULTS_LAST);
    if (turn === 2) removeHooks(sandbox, story);
    // A frozen group that lost an instance is mended by force alone: nothing is replaced there.
    const force = turn >= 2;
    // Where the same command does not lead on, the first one that was printed does.
    const printed = turn >= 1 ? firstPrinted(last) : undefined;
    if (printed !== undefined) {
      last = note(printed, await stage.call(printed, commandOf(printed, story)));
      clock.advance(60_000);
    }
    last = note(
      'update-stack',
      await stage.call('update-stack', commandOf('update-stack', story, { ImageId: GOOD }, { force })),
    );
    if (isGood(last)) break;
  }
  if (!isGood(last)) wrong.push(`not finished: ${last.document?.outcome ?? ''} ${last.document?.failure?.what ?? ''}`);
  const endedAt = clock.now();
  clock.advance(40 * MINUTE);
  told.push(...groupsIn(sandbox).map((group) => stateOf(group)));
  wrong.push(
    ...sandbox.monitor.violations.map(
      ({ at, group, rule, text }) => `${secondsAt(sandbox, at)} s, ${group}: ${rule}: ${text}`,
    ),
    ...before.flatMap((was) => atEnd(sandbox, story, was, endedAt)),
  );
  return { story, outcomes, wrong, journal: told.join('\n'), simulatedSeconds: seconds(sandbox) };
}

const GOOD = 'ami-00000002';
const OTHER: Happening = { elsewhere: true };

/** A person looks into it: whose hook nobody completes, and abandons what is launched, that one is removed. */
function removeHooks({ world }: Sandbox, { settings }: ChangeStory): void {
  groupsIn({ world }).forEach(({ name, hooks }, index) => {
    if (!launchesNothing(settings[index] ?? [])) return;
    for (const LifecycleHookName of hooks.keys())
      world.invoke('autoscaling', 'DeleteLifecycleHook', { AutoScalingGroupName: name, LifecycleHookName }, 'others');
  });
}

function makeStack(sandbox: Sandbox, { groups, nested, settings }: ChangeStory): void {
  const { world, clock } = sandbox;
  const [first] = groups;
  const { min = 0, max = 1, desired } = first?.template ?? {};
  const parameters = {
    ImageId: 'ami-00000001',
    Min: min,
    Max: max,
    ...(desired !== undefined && { Desired: desired }),
  };
  world.invoke(
    'cloudformation',
    'CreateStack',
    {
      StackName: STACK,
      TemplateBody: templatesOf(groups, nested).body,
      Parameters: Object.entries(parameters).map(([ParameterKey, value]) => ({
        ParameterKey,
        ParameterValue: String(value),
      })),
      Capabilities: ['CAPABILITY_AUTO_EXPAND'],
    },
    'others',
  );
  clock.advance(20 * MINUTE);
  groupsIn({ world }).forEach(({ name }, index) => {
    const live = groups[index]?.live;
    if (live === undefined) throw new Error('more groups than were drawn');
    world.invoke(
      'autoscaling',
      'UpdateAutoScalingGroup',
      { AutoScalingGroupName: name, MinSize: live.min, MaxSize: live.max, DesiredCapacity: live.desired },
      'others',
    );
  });
  clock.advanceTo(world.startedAt + (CHANGE_BEGINS - 120) * 1_000);
  const names = groupsIn({ world }).map(({ name }) => name);
  playSettings(sandbox, Object.fromEntries(settings.map((some, index) => [names[index] ?? '', some])));
  clock.advanceTo(world.startedAt + CHANGE_BEGINS * 1_000);
}

function groupsIn({ world }: Pick<Sandbox, 'world'>): GroupState[] {
  return [...autoScalingState(world).groups.values()];
}

/** Somebody else, while the first command works. What AWS refuses does not happen. */
function happen({ world }: Sandbox, { group: index, does }: Meanwhile): void {
  const group = groupsIn({ world })[index];
  if (group === undefined) return;
  const ask = (operation: string, input: object): void => {
    try {
      world.invoke('autoscaling', operation, input, 'others');
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
    }
  };
  const [oldest] = [...group.members.values()].filter((member) => !isLeaving(member));
  switch (does) {
    case 'scaleOut':
    case 'scaleIn': {
      const DesiredCapacity = does === 'scaleOut' ? Math.min(group.max, group.desired + 2) : group.desired - 1;
      if (DesiredCapacity !== group.desired)
        ask('SetDesiredCapacity', { AutoScalingGroupName: group.name, DesiredCapacity });
      return;
    }
    case 'mark':
      if (oldest !== undefined) ask('SetInstanceHealth', { InstanceId: oldest.id, HealthStatus: 'Unhealthy' });
      return;
    case 'terminate':
    case 'interruptSpot':
      meddle(world, group.name, { kind: 'meddle', group: group.name, at: 0, does, instance: 'oldest' });
      return;
    case 'removeTags':
      ask('DeleteTags', {
        Tags: [...group.tags.keys()]
          .filter((Key) => Key.startsWith('ha-updater:'))
          .map((Key) => ({ ResourceId: group.name, ResourceType: 'auto-scaling-group', Key })),
      });
  }
}

/** The command that the last words of one that stopped half-way print first, where it finishes or undoes. */
function firstPrinted({ code, document }: Ended): 'resume' | 'rollback' | undefined {
  const [first = ''] = document?.failure?.next ?? [];
  const name = /^ha-updater (resume|rollback)\b/.exec(first)?.[1];
  return code === 5 ? (name as 'resume' | 'rollback' | undefined) : undefined;
}

type Name = 'update-stack' | 'update-asgs' | 'resume' | 'rollback' | 'cancel';

function commandOf(
  name: Name,
  { flags }: ChangeStory,
  parameters: Readonly<Record<string, string>> = {},
  more: Partial<ChangeStory['flags']> & { readonly force?: boolean } = {},
): Called {
  const common = { stack: STACK, asgs: [], output: 'jsonl', region: 'eu-west-1' };
  const rolling = flags.strategy === undefined ? {} : { strategy: flags.strategy };
  return (surroundings: ProcessContext) => {
    switch (name) {
      case 'update-stack':
        return updateStack(
          {
            ...common,
            ...rolling,
            parameters: Object.entries(parameters).map(([key, value]) => `${key}=${value}`),
            capabilities: ['CAPABILITY_AUTO_EXPAND'],
            'on-interrupt': 'cancel',
            ...more,
          },
          surroundings,
        );
      case 'update-asgs':
        return updateGroups({ ...common, ...rolling }, surroundings);
      case 'resume':
        return resume(common, surroundings);
      case 'rollback':
        return rollback(common, surroundings);
      case 'cancel':
        return cancel(common, surroundings);
    }
  };
}

/** Commands side by side: time passes when all of them sleep. */
async function together({ clock }: Sandbox, commands: readonly (() => Promise<Ended>)[]): Promise<readonly Ended[]> {
  clock.actors = commands.length;
  return Promise.all(
    commands.map(async (command) => {
      try {
        return await command();
      } finally {
        clock.actors = Math.max(1, clock.actors - 1);
        clock.pass();
      }
    }),
  );
}

async function after<T>({ clock }: Sandbox, ms: number, run: () => Promise<T>): Promise<T> {
  await clock.sleep(ms);
  return run();
}

function isGood({ code }: Ended): boolean {
  return code === 0;
}

/** What a command's last words say and the world does not show. */
function untrue(sandbox: Sandbox, { document, events }: Ended): readonly string[] {
  if (document === undefined) return [];
  const changed = events.some(({ event: { type } }) => type === 'action.started' || type === 'stack.started');
  const noted = groupsIn(sandbox).filter(({ tags }) => tags.has('ha-updater:rollout'));
  const { failure, outcome, exitCode } = document;
  const left = failure?.left ?? '';
  return [
    ...(noted.length > 0 && exitCode === 0 ? [`it ended well, and ${names(noted)} still carries a record`] : []),
    ...(noted.length > 0 && exitCode !== 0 && changed && left === ''
      ? [`${outcome}: ${names(noted)} still carries a record, and the last words name nothing that is left`]
      : []),
    ...(exitCode !== 0 && failure?.what === '' ? ['it says nothing'] : []),
    ...(failure?.reasons.some(({ text }) => /: \.|by :|\(\)/.test(text)) === true ? ['a reason is an empty list'] : []),
  ];
}

/**
 * What must be so once all is over: sizes, processes and notes as the owner has them.
 * @param endedAt when the last command ended: whom Auto Scaling launches later, where a person has registering
 *   suspended, no command can register
 */
function atEnd(
  sandbox: Sandbox,
  { flags, meanwhile }: ChangeStory,
  was: { readonly name: string; readonly desired: number; readonly suspended: readonly string[] },
  endedAt: number,
): readonly string[] {
  const look = lookAt(sandbox.world, was.name);
  if (look === undefined) return [`${was.name} is gone`];
  const { group } = look;
  const shrinks = flags.sizes === 'template' || meanwhile.some(({ does }) => does === 'scaleIn');
  // A scheduled action, or a person, may ask for less, also once all is over.
  const least = Math.min(was.desired, ...group.others.flatMap(({ set }) => set?.desired ?? []));
  const ours = [...group.tags.keys()].filter((key) => key.startsWith('ha-updater:'));
  const suspended = [...group.suspended.keys()].filter((process) => !was.suspended.includes(process));
  const launchedLater = look.instances.filter(({ registered, launchedAt }) => !registered && launchedAt > endedAt);
  const serves = look.inService + launchedLater.reduce((sum, { units }) => sum + units, 0);
  return [
    ...(!shrinks && group.desired < least ? [`${was.name}: desired ${group.desired}, it was ${was.desired}`] : []),
    ...(serves < group.desired ? [`${was.name}: ${look.inService} in service of ${group.desired}`] : []),
    ...(ours.length > 0 ? [`${was.name}: tags of ours are left: ${ours.join(', ')}`] : []),
    ...(suspended.length > 0 ? [`${was.name}: suspended are ${suspended.join(', ')}`] : []),
  ];
}

function names(groups: readonly GroupState[]): string {
  return groups.map(({ name }) => name).join(', ');
}

function stateOf({ name, min, desired, max, suspended, tags, members }: GroupState): string {
  const ours = [...tags].filter(([key]) => key.startsWith('ha-updater:')).map(([key, { value }]) => `${key}=${value}`);
  const lives = [...members.values()].map(({ id, lifecycle, health }) => `${id} ${lifecycle} ${health}`);
  return `    ${name} ${min}/${desired}/${max} [${[...suspended.keys()].join(', ')}] {${ours.join('; ')}} ${lives.join(', ')}`;
}

function seconds(sandbox: Sandbox): number {
  return secondsAt(sandbox, sandbox.clock.now());
}

function secondsAt({ world }: Sandbox, at: number): number {
  return Math.round((at - world.startedAt) / 1_000);
}
