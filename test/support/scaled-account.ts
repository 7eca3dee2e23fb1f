import { createSizeKeeper } from '../../src/engine/stack/keep-sizes.js';
import { runRollout } from '../../src/engine/rollout/run-rollout.js';
import type { Deps } from '../../src/engine/deps.js';
import type { StackChange, StackOrder } from '../../src/engine/stack/stack-change.js';
import type { GroupResult } from '../../src/model/rollout/decision.js';
import type { Plan } from '../../src/model/rollout/rollout-plan.js';
import { lookAt } from '../../src/sandbox/invariants/look.js';
import type { Fault } from '../../src/sandbox/scenario.js';
import { autoScalingState, type GroupState } from '../../src/sandbox/world/autoscaling/state.js';
import { PLAN } from './groups.js';
import { StackAccount } from './stack-account.js';

/** Sizes as most templates have them: fixed, and smaller than what scaling has made of the group. */
const TEMPLATE = (policy: string): string => `
Parameters:
  ImageId: {Type: String}
  Max: {Type: Number, Default: 8}
Resources:
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties: {LaunchTemplateData: {ImageId: !Ref ImageId, InstanceType: t3.micro}}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
${policy}
    Properties:
      LaunchTemplate: {LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber}
      MinSize: 1
      MaxSize: !Ref Max
      DesiredCapacity: 2
      AvailabilityZones: !GetAZs ""
  Last:
    Type: AWS::SNS::Topic
    DependsOn: Group
    Properties: {DisplayName: !Ref ImageId}
`;

/** Leaves sizes alone that the template does not change, but not on the way back. */
export const IGNORE = '    UpdatePolicy: {AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: true}}';

/** The change of the stack fails after the group has been changed, and the stack rolls back. */
export const LAST_FAILS: Fault = {
  kind: 'stackFails',
  stack: 'web',
  logicalId: 'Last',
  reason: 'It fails',
  after: 1,
};

/** Ends a run as a kill does: nobody catches it, and nothing of the run is sent any more. */
export class Killed extends Error {}

/** The change, counted from 1, at which a run is killed. */
interface Kill {
  readonly change: number;
  readonly when: 'before' | 'after';
}

/** Calls of a run that change something. */
const CHANGES: ReadonlySet<string> = new Set([
  'writeNotes',
  'deleteNotes',
  'suspend',
  'resume',
  'resize',
  'executeChangeSet',
]);

interface ChangeOptions extends Partial<StackOrder> {
  /** False: as update-stack did before sizes were kept. */
  readonly keep?: boolean;
  readonly plan?: Partial<Plan>;
  readonly kill?: Kill;
}

/** A stack with a group that scaling made larger than its template says, and who watches how many serve. */
export class ScaledAccount extends StackAccount {
  readonly #policy: string;
  #runs = 0;
  /** The fewest that were in service since the first change began. */
  least = Infinity;

  constructor(faults: readonly Fault[] = [], { policy = '', desired = 6 } = {}) {
    super({ faults });
    this.#policy = policy;
    this.sandbox.invoke('cloudformation', 'CreateStack', {
      StackName: 'web',
      TemplateBody: TEMPLATE(policy),
      Parameters: [{ ParameterKey: 'ImageId', ParameterValue: 'ami-00000001' }],
    });
    this.minutes(10);
    this.autoscaling('SetDesiredCapacity', { DesiredCapacity: desired });
    this.minutes(10);
    this.sandbox.world.onChange(
      () => (this.least = Math.min(this.least, lookAt(this.sandbox.world, this.group().name)?.inService ?? 0)),
    );
  }

  minutes(count: number): void {
    this.sandbox.clock.advance(count * 60_000);
  }

  group(): GroupState {
    const [group] = autoScalingState(this.sandbox.world).groups.values();
    if (group === undefined) throw new Error('there is no group');
    return group;
  }

  /** Somebody else's call about the group. */
  autoscaling(operation: string, input: object): void {
    this.sandbox.world.invoke(
      'autoscaling',
      operation,
      { AutoScalingGroupName: this.group().name, ...input },
      'others',
    );
  }

  /** Somebody takes away all tags of ours. */
  removeTags(): void {
    const { name, tags } = this.group();
    const Tags = [...tags.keys()]
      .filter((key) => key.startsWith('ha-updater:'))
      .map((Key) => ({ ResourceId: name, ResourceType: 'auto-scaling-group', Key }));
    this.sandbox.world.invoke('autoscaling', 'DeleteTags', { Tags }, 'others');
  }

  /** `min/desired/max` */
  size(): string {
    const { min, desired, max } = this.group();
    return `${min}/${desired}/${max}`;
  }

  /** Tags of ours and suspended processes. */
  left(): readonly string[] {
    const { tags, suspended } = this.group();
    return [...[...tags.keys()].filter((key) => key.startsWith('ha-updater:')), ...suspended.keys()].sort();
  }

  /** As update-stack changes the stack, up to the rollout. */
  async changeTo(
    parameters: Readonly<Record<string, string>>,
    { keep = true, plan = {}, kill, ...order }: ChangeOptions = {},
  ): Promise<StackChange> {
    const run = `r${++this.#runs}`;
    const deps = kill === undefined ? this.deps : killable(this.deps, kill);
    const keeper = createSizeKeeper(deps, 'web', (groups, keepSize) => ({
      ...PLAN,
      ...plan,
      strategy: 'keep-size',
      stack: 'web',
      run,
      groups,
      keepSize,
    }));
    const done = await this.change(
      parameters,
      TEMPLATE(this.#policy),
      order,
      async (open) => {
        if (keep) await keeper.begin(open);
        return 'execute';
      },
      deps,
    ).catch(async (error: unknown) => {
      throw await keeper.endAfter(error);
    });
    await keeper.end();
    return done;
  }

  stackStatus(): string {
    const answer = this.sandbox.invoke('cloudformation', 'DescribeStacks', { StackName: 'web' }) as {
      Stacks: readonly { readonly StackStatus: string }[];
    };
    return answer.Stacks[0]?.StackStatus ?? '';
  }

  /** A later run over the group, named by its stack or alone, which nobody has interrupted. */
  later(plan: Partial<Plan>, by: 'stack' | 'group' = 'stack'): Promise<readonly GroupResult[]> {
    const deps: Deps = {
      ...this.deps,
      // It is seen on this machine that the earlier run is gone.
      holderIsGone: () => true,
      interrupt: { received: undefined, wake: new AbortController().signal },
    };
    return runRollout(deps, {
      ...PLAN,
      ...(by === 'stack' && { stack: 'web' }),
      run: 'later',
      groups: [this.group().name],
      ...plan,
    });
  }
}

function killable(deps: Deps, { change, when }: Kill): Deps {
  let changes = 0;
  let dead = false;
  const gateway = new Proxy(deps.gateway, {
    get: (target, name, receiver) => {
      const call: unknown = Reflect.get(target, name, receiver);
      if (typeof call !== 'function') return call;
      return async (...input: readonly unknown[]): Promise<unknown> => {
        if (dead) throw new Killed();
        const last = CHANGES.has(String(name)) && ++changes === change;
        if (last && when === 'before') dead = true;
        if (dead) throw new Killed();
        const answer: unknown = await Reflect.apply(call, target, input);
        if (last) dead = true;
        if (last) throw new Killed();
        return answer;
      };
    },
  });
  return { ...deps, gateway };
}
