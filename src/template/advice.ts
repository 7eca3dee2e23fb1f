import type { TemplateFinding } from '../model/stack/template.js';
import { isTransformed, type TemplateFault } from './template-fault.js';
import { intrinsic, isList, isMap, mapAt, pathText, type ParsedTemplate, type Tree } from './tree.js';

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

/**
 * What a person may want to know of the groups before a first swap, and need not hear again at every
 * update: nothing here is wrong by itself.
 */
export function adviseTemplate(template: ParsedTemplate): readonly TemplateFinding[] {
  if (isTransformed(template)) return [];
  const findings: TemplateFinding[] = [];
  const find = ({ path, code, text, remedy }: TemplateFault): void => {
    findings.push({ code, path: pathText(path), ...template.at(path), text, remedy, severity: 'warning' });
  };
  for (const [name, resource] of Object.entries(mapAt(template.top, 'Resources'))) {
    if (!isMap(resource) || resource['Type'] !== GROUP) continue;
    const path = ['Resources', name, 'Properties'];
    const properties = mapAt(resource, 'Properties');
    const balanced = ['LoadBalancerNames', 'TargetGroupARNs', 'TrafficSources'].some((property) =>
      isGiven(properties[property]),
    );
    if (!balanced) {
      const text =
        `Group ${name} is behind no load balancer: a new instance counts as proven as soon as Auto ` +
        'Scaling calls it in service.';
      find({
        path,
        code: 'template.noBalancer',
        text,
        remedy: 'Give it TargetGroupARNs or LoadBalancerNames, unless its instances serve no requests.',
      });
    }
    const check = properties['HealthCheckType'];
    if (balanced && (check === undefined || check === 'EC2')) {
      const text =
        `Group ${name} has a load balancer but HealthCheckType EC2: Auto Scaling never replaces an ` +
        'instance that the balancer calls unhealthy.';
      find({
        path: check === undefined ? path : [...path, 'HealthCheckType'],
        code: 'template.healthCheckType',
        text,
        remedy: 'Set HealthCheckType to ELB with a HealthCheckGracePeriod.',
      });
    }
  }
  return findings;
}

/** False for nothing, an empty list, and a choice between such. */
function isGiven(value: Tree | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (isList(value)) return value.some(isGiven);
  const call = intrinsic(value);
  if (call?.name === 'Ref' && call.argument === 'AWS::NoValue') return false;
  if (call?.name === 'Fn::If' && isList(call.argument)) return call.argument.slice(1).some(isGiven);
  return true;
}
