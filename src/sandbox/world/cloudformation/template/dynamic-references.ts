import { ssmValue } from '../../ssm/ssm-state.js';
import type { World } from '../../world.js';
import { invalid, isObject, type Json } from './template.js';

const SSM = /\{\{resolve:ssm(?:-secure)?:([^{}]+?)\}\}/g;

/**
 * A value of a template with the parameters that its dynamic references name, as they are now. Those of secrets
 * stay as they are: the sandbox has none.
 * Source: CloudFormation user guide, "Get values stored in other services using dynamic references": whoever deploys
 * resolves them during operations of stacks and change sets; a change set compares the references themselves.
 * @throws ValidationError when there is no such parameter; its words are assumed
 */
export function resolveDynamic(world: World, value: Json): Json {
  if (typeof value === 'string') return value.includes('{{resolve:') ? replaced(world, value) : value;
  if (Array.isArray(value)) return value.map((item) => resolveDynamic(world, item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolveDynamic(world, inner)]));
}

function replaced(world: World, text: string): string {
  return text.replace(SSM, (_, name: string) => {
    const found = ssmValue(world, name.trim());
    if (found === undefined) throw invalid(`Parameters: [ssm:${name.trim()}] cannot be found.`);
    return found;
  });
}
