import { ServiceFault } from '../../fault.js';
import type { Template } from '../template/template.js';

const IAM_TYPES: Readonly<Record<string, string | undefined>> = {
  'AWS::IAM::AccessKey': '',
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': '',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserToGroupAddition': '',
};

/** What a template needs its caller to acknowledge, and why; empty when nothing. */
export function requiredCapabilities(template: Template): {
  readonly capabilities: string[];
  readonly reason?: string;
} {
  const capabilities: string[] = [];
  const types = new Set<string>();
  let named = false;
  for (const resource of Object.values(template.resources)) {
    const nameProperty = IAM_TYPES[resource.type];
    if (nameProperty === undefined) continue;
    types.add(resource.type);
    named ||= nameProperty !== '' && resource.properties[nameProperty] !== undefined;
  }
  if (types.size > 0) capabilities.push(named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM');
  if (expands(template)) capabilities.push('CAPABILITY_AUTO_EXPAND');
  if (capabilities.length === 0) return { capabilities };
  const causes = [...types, ...(expands(template) ? template.transforms : [])];
  return { capabilities, reason: `The following resource(s) require capabilities: [${causes.join(', ')}]` };
}

/** Throws InsufficientCapabilitiesException when the caller did not acknowledge what the template needs. */
export function checkCapabilities(template: Template, given: readonly string[]): void {
  const missing = requiredCapabilities(template).capabilities.filter((needed) => {
    if (needed === 'CAPABILITY_IAM')
      return !given.includes('CAPABILITY_IAM') && !given.includes('CAPABILITY_NAMED_IAM');
    return !given.includes(needed);
  });
  if (missing.length > 0)
    throw new ServiceFault('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`);
}

/** Language extensions alone need no acknowledgement; macros do. */
function expands(template: Template): boolean {
  return template.transforms.some((name) => name !== 'AWS::LanguageExtensions');
}
