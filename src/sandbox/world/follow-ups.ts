import type { GroupState, Member } from './autoscaling/state.js';
import type { Activity } from '@aws-sdk/client-auto-scaling';
import type { Ec2Instance, EndedBy } from './ec2/state.js';
import type { World } from './world.js';

/** Who ends an instance, and why in Auto Scaling's words. */
export interface Termination {
  readonly by: EndedBy;
  readonly cause: string;
}

/**
 * What Auto Scaling does in answer to something that happens elsewhere. The steps of an instance's life lead in a
 * circle (a plan launches and terminates, and the end of both asks for another plan); files import in one direction
 * only, so what leads back is called through here. `autoscaling/index.ts` says what each answer is.
 */
export interface FollowUps {
  /** The group's capacity is compared with what is desired of it. */
  readonly plan: (world: World, group: GroupState) => void;
  /** An instance is to be launched in this zone in the place of that one, which goes later. */
  readonly launchFor: (world: World, group: GroupState, member: Member, cause: string) => void;
  /** The instance has booted, and no hook holds it any more. */
  readonly entersService: (world: World, group: GroupState, member: Member) => void;
  /** The instance is to leave the group. */
  readonly beginTermination: (world: World, group: GroupState, member: Member, termination: Termination) => Activity;
  /** The instance has drained, and no hook holds it any more. */
  readonly shutsDown: (world: World, group: GroupState, member: Member) => void;
  /** EC2 tells that an instance ended without its group having asked for it. */
  readonly instanceEnded: (world: World, instance: Ec2Instance) => void;
  /** Somebody registered these instances with a balancer, or deregistered them. */
  readonly registrationsChanged: (world: World, ids: readonly string[]) => void;
}

let answers: FollowUps | undefined;

/** Says what the answers are; once, when Auto Scaling is put together. */
export function answerWith(followUps: FollowUps): void {
  answers = followUps;
}

/** The answers. @throws before Auto Scaling is put together, which is a mistake in the sandbox */
export function followUps(): FollowUps {
  if (answers === undefined) throw new Error('Auto Scaling is not put together yet.');
  return answers;
}
