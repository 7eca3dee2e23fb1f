import type { World } from '../../world.js';
import { checkCapabilities } from './capabilities.js';
import { condition } from '../template/intrinsics.js';
import { loadTemplate, type TemplateSource } from '../template/load.js';
import { resolveParameters, valuesFor, type GivenParameter } from '../template/parameters.js';
import { checkRules } from '../template/template-rules.js';
import { baseScope } from '../template/scope.js';
import { cloudFormationState, findStack, type Blueprint, type StackRow, type Tag } from '../deploy/state.js';
import { ServiceFault } from '../../fault.js';
import { invalid } from '../template/template.js';

const MAX_RESOURCES = 500;
const MAX_TAGS = 50;

/** What CreateStack, UpdateStack and CreateChangeSet have in common. */
export interface BlueprintInput extends TemplateSource {
  readonly StackName: string;
  readonly Parameters?: readonly GivenParameter[] | undefined;
  readonly Capabilities?: readonly string[] | undefined;
  readonly Tags?: readonly Tag[] | undefined;
  readonly NotificationARNs?: readonly string[] | undefined;
  readonly RoleARN?: string | undefined;
  readonly RollbackConfiguration?: object | undefined;
  /** Of CreateChangeSet alone. */
  readonly ChangeSetName?: string | undefined;
}

/**
 * Everything a request asks the stack to be, checked. What it leaves out (tags, role, notifications)
 * stays as it was; an empty list clears.
 */
export function requestedBlueprint(
  world: World,
  input: BlueprintInput,
  stack: { name: string; id: string },
  previous: Blueprint | undefined,
): Blueprint {
  const { Parameters: given = [] } = input;
  const { body, template } = loadTemplate(world, input, previous?.body, valuesFor(given, previous?.parameters));
  if (Object.keys(template.resources).length > MAX_RESOURCES) {
    throw invalid(
      `Template format error: Number of resources, ${Object.keys(template.resources).length}, is ` +
        `greater than maximum allowed, ${MAX_RESOURCES}`,
    );
  }
  const parameters = resolveParameters(world, template, given, previous?.parameters);
  checkCapabilities(template, acknowledged(input));
  checkTags(input.Tags ?? []);
  const blueprint: Blueprint = {
    body,
    template,
    parameters,
    tags: [...(input.Tags ?? previous?.tags ?? [])].map(({ Key, Value }) => ({ Key, Value })),
    capabilities: [...(input.Capabilities ?? [])],
    notificationArns: [...(input.NotificationARNs ?? previous?.notificationArns ?? [])],
    roleArn: input.RoleARN ?? previous?.roleArn,
    rollbackConfiguration: input.RollbackConfiguration ?? previous?.rollbackConfiguration,
  };
  const scope = baseScope(world, stack, blueprint, { visibility: 'plain', resource: () => '' });
  for (const name of Object.keys(template.conditions)) condition(name, scope);
  checkRules(scope);
  return blueprint;
}

/** API reference, CreateChangeSet, Capabilities: CAPABILITY_AUTO_EXPAND "doesn't apply to creating change sets". */
function acknowledged({ Capabilities = [], ChangeSetName }: BlueprintInput): readonly string[] {
  return ChangeSetName === undefined ? Capabilities : [...Capabilities, 'CAPABILITY_AUTO_EXPAND'];
}

/** The stack of a request. Throws ValidationError in the words of this family of calls. */
export function stackOf(
  world: World,
  name: string | undefined,
  words: 'Stack with id X does not exist' | 'Stack [X] does not exist',
): StackRow {
  const stack = name === undefined ? undefined : findStack(world, name);
  if (stack === undefined) throw invalid(words.replace('X', name ?? ''));
  return stack;
}

/** A token stands for one accepted operation: its second use means that the first one began. */
export function claimToken(world: World, stackName: string, token: string | undefined): void {
  if (token === undefined) return;
  if (!/^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/.test(token)) {
    throw invalid(
      `1 validation error detected: Value '${token}' at 'clientRequestToken' failed to satisfy ` +
        'constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*',
    );
  }
  cloudFormationState(world).tokens.add(`${stackName}/${token}`);
}

/** Throws TokenAlreadyExistsException when the token was used on this stack. */
export function checkToken(world: World, stackName: string, token: string | undefined): void {
  if (token !== undefined && cloudFormationState(world).tokens.has(`${stackName}/${token}`)) {
    throw new ServiceFault(
      'TokenAlreadyExistsException',
      `A stack operation with the client request token ${token} already exists`,
    );
  }
}

function checkTags(tags: readonly Tag[]): void {
  if (tags.length > MAX_TAGS) throw invalid(`Number of tags exceeds the limit of ${MAX_TAGS}`);
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw invalid('Duplicate tag keys found. Each key must be unique.');
  if (tags.some((tag) => tag.Key.startsWith('aws:')))
    throw invalid('aws: prefixed tag key names are not allowed for external use.');
}
