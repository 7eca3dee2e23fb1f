import type { TemplateFinding } from '../model/stack/template.js';
import { isTransformed, type Find } from './template-fault.js';
import { checkCircles } from './dependencies.js';
import { checkLoops, checkNames } from './declared-names.js';
import { checkReferences } from './references.js';
import { isMap, mapAt, pathText, type ParsedTemplate } from './tree.js';
import { checkGroups, type Judging } from './group-policies.js';
import { NOTHING_KNOWN } from './nested/evaluate.js';

/** Limits of one template, from the CloudFormation quotas page. */
const maxParameters = 200;
const maxResources = 500;

const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Globals',
  'Resources',
  'Outputs',
  'Hooks',
];

/** Without values: a policy counts when it may be there. */
const BY_TEXT: Judging = { evaluate: NOTHING_KNOWN, undecided: 'error' };

/**
 * All that is wrong with a template as far as its text shows, and the values that are known, in the order of the
 * text. The service checks everything else; these are the faults that it finds late, or never.
 */
export function checkTemplate(template: ParsedTemplate, judging: Judging = BY_TEXT): readonly TemplateFinding[] {
  const findings: TemplateFinding[] = [];
  const find: Find = ({ path, code, text, remedy, severity = 'error' }) => {
    findings.push({ code, path: pathText(path), ...template.at(path), text, remedy, severity });
  };
  checkSections(template, find);
  checkDeclarations(template, find);
  checkReferences(template, find);
  checkCircles(template, find);
  checkNames(template, find);
  checkLoops(template, find);
  checkGroups(template, find, judging);
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}

function checkSections(template: ParsedTemplate, find: Find): void {
  for (const name of Object.keys(template.top)) {
    if (sections.includes(name) || name === 'Fn::Transform') continue;
    const severity = isTransformed(template) ? 'warning' : 'error';
    find({
      path: [name],
      code: 'template.section',
      text: `Unknown section ${name}.`,
      remedy: `The sections of a template are ${sections.join(', ')}.`,
      severity,
    });
  }
  if (Object.keys(mapAt(template.top, 'Resources')).length === 0) {
    find({
      path: ['Resources'],
      code: 'template.noResources',
      text: 'The template declares no resources.',
      remedy: 'Declare at least one under Resources.',
    });
  }
}

function checkDeclarations(template: ParsedTemplate, find: Find): void {
  const parameters = Object.entries(mapAt(template.top, 'Parameters'));
  for (const [key, value] of parameters) {
    if (key.startsWith('Fn::') || (isMap(value) && typeof value['Type'] === 'string')) continue;
    find({
      path: ['Parameters', key],
      code: 'template.parameterType',
      text: `Parameter ${key} has no Type.`,
      remedy: 'Give it one, such as String.',
    });
  }
  const resources = Object.entries(mapAt(template.top, 'Resources'));
  for (const [key, value] of resources) {
    if (key.startsWith('Fn::') || (isMap(value) && typeof value['Type'] === 'string')) continue;
    find({
      path: ['Resources', key],
      code: 'template.resourceType',
      text:
        isMap(value) && value['Type'] != null
          ? `The Type of resource ${key} is no text, and CloudFormation computes no types.`
          : `Resource ${key} has no Type.`,
      remedy: 'Give it one, such as AWS::AutoScaling::AutoScalingGroup.',
    });
  }
  if (parameters.length > maxParameters) {
    find({
      path: ['Parameters'],
      code: 'template.tooManyParameters',
      text: `${parameters.length} parameters; CloudFormation takes ${maxParameters}.`,
      remedy: 'Use fewer.',
    });
  }
  if (resources.length > maxResources) {
    find({
      path: ['Resources'],
      code: 'template.tooManyResources',
      text: `${resources.length} resources; CloudFormation takes ${maxResources}.`,
      remedy: 'Split the stack.',
    });
  }
}
