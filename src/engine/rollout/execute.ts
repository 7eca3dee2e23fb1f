import type { Action } from '../../model/rollout/action.js';
import type { Size } from '../../model/rollout/group.js';
import type { SizeName } from '../../model/rollout/record.js';
import type { Deps } from '../deps.js';

/**
 * Sends one action to AWS, once. The caller looks at the world again afterwards, also when it
 * failed: a lost reply may hide an effect.
 *
 * @throws AwsFault
 */
export async function execute(
  { gateway, commands }: Pick<Deps, 'gateway' | 'commands'>,
  action: Action,
): Promise<void> {
  switch (action.type) {
    case 'record':
      // rule: no-record
      return gateway.writeNotes([action.group], { record: action.record, lease: action.lease });
    case 'suspend':
      return gateway.suspend(action.group, action.processes);
    case 'resume':
      return gateway.resume(action.group, action.processes);
    case 'resize':
      return gateway.resize(action.group, partOf(action.size, action.sets));
    case 'judge':
      // rule: no-verdict
      return gateway.writeNotes(action.groups, { verdict: action.verdict, lease: action.lease });
    case 'terminate':
      // rule: no-decrement
      return gateway.terminate(action.group, action.instances, action.decrement);
    case 'shield':
      return gateway.protect(action.group, action.instances, action.on);
    case 'standby':
      return gateway.standby(action.group, action.instances, { on: action.on, decrement: action.decrement });
    case 'freeze':
      return gateway.writeNotes([action.group], { frozen: action.note });
    case 'clear':
      // A wish goes with the rollout that it is about, also one that came after the last look.
      return gateway.deleteNotes(
        action.group,
        action.notes.includes('record') ? [...action.notes, 'wish'] : action.notes,
      );
    case 'pause':
      return gateway
        .writeNotes([action.group], { record: action.record })
        .then(() => gateway.deleteNotes(action.group, ['lease']));
    case 'rewrite': {
      const { record, verdict, frozen, out, lease } = action;
      return gateway.writeNotes([action.group], {
        record,
        lease,
        ...(verdict === undefined ? {} : { verdict }),
        ...(frozen === undefined ? {} : { frozen }),
        ...(out === undefined ? {} : { out }),
      });
    }
    case 'note':
      // rule: restart-not-written
      return gateway.writeNotes([action.group], { out: action.out });
    case 'deregister':
      return gateway.deregister(action.balancer, action.targets);
    case 'register':
      return gateway.register(action.balancer, action.targets);
    case 'run':
      return commands?.start({ group: action.group, instance: action.instance });
    case 'cancel':
      return commands?.cancel(action.instance);
    case 'version':
      return makeVersion(gateway, action);
    case 'point':
      return gateway.point(action.group, action.template, action.version);
    case 'renew':
      return gateway.writeNotes(action.groups, { lease: action.lease });
  }
}

/** The sizes of these names; all without any. */
function partOf(size: Size, names: readonly SizeName[] | undefined): Partial<Size> {
  return names === undefined ? size : Object.fromEntries(names.map((name) => [name, size[name]]));
}

/**
 * Makes the version and notes its number. The token is the same for whoever does it again, so that a second time, after
 * a lost reply or a crash, makes no second version; groups of one run that share a template share the version.
 */
async function makeVersion(
  gateway: Deps['gateway'],
  { group, run, image }: Extract<Action, { type: 'version' }>,
): Promise<void> {
  const { id, template, source } = image;
  const made = await gateway.makeVersion({
    template,
    source,
    image: id,
    token: `ha-updater-${run}-${template}-${source}`,
    description: `ha-updater run ${run}: ${id} in place of the image of version ${source}`,
  });
  await gateway.writeNotes([group], { image: { run, image: { ...image, made } } });
}
