import type { TemplateFinding } from '../model/stack/template.js';
import { checkReferences } from './references.js';
import { isMap, mapAt, pathText, type ParsedTemplate, type Path } from './tree.js';
import { checkGroups } from './group-policies.js';

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

/** Notes a finding at a path of the template. */
export type Find = (
  path: Path,
  code: string,
  text: string,
  remedy: string,
  severity?: TemplateFinding['severity'],
) => void;

/**
 * All that is wrong with a template as far as its text alone shows, in the order of the text. The
 * service checks everything else; these are the faults that it finds late, or never.
 */
export function checkTemplate(template: ParsedTemplate): readonly TemplateFinding[] {
  const findings: TemplateFinding[] = [];
  const find: Find = (path, code, text, remedy, severity = 'error') => {
    findings.push({ code, path: pathText(path), ...template.at(path), text, remedy, severity });
  };
  checkSections(template, find);
  checkDeclarations(template, find);
  checkReferences(template, find);
  checkGroups(template, find);
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Macros (SAM, language extensions, people's own) may bring names and sections that the text does not show. */
export function isTransformed(template: ParsedTemplate): boolean {
  if (template.top['Transform'] !== undefined) return true;
  // Fn::Transform (AWS::Include and others) brings entries into the map that it stands in.
  return (
    ['Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs'].some(
      (section) => mapAt(template.top, section)['Fn::Transform'] !== undefined,
    ) || template.top['Fn::Transform'] !== undefined
  );
}

function checkSections(template: ParsedTemplate, find: Find): void {
  for (const name of Object.keys(template.top)) {
    if (sections.includes(name) || name === 'Fn::Transform') continue;
    const severity = isTransformed(template) ? 'warning' : 'error';
    find(
      [name],
      'template.section',
      `Unknown section ${name}.`,
      `The sections of a template are ${sections.join(', ')}.`,
      severity,
    );
  }
  if (Object.keys(mapAt(template.top, 'Resources')).length === 0) {
    find(
      ['Resources'],
      'template.noResources',
      'The template declares no resources.',
      'Declare at least one under Resources.',
    );
  }
}

function checkDeclarations(template: ParsedTemplate, find: Find): void {
  const parameters = Object.entries(mapAt(template.top, 'Parameters'));
  for (const [key, value] of parameters) {
    if (key.startsWith('Fn::') || (isMap(value) && typeof value['Type'] === 'string')) continue;
    find(
      ['Parameters', key],
      'template.parameterType',
      `Parameter ${key} has no Type.`,
      'Give it one, such as String.',
    );
  }
  const resources = Object.entries(mapAt(template.top, 'Resources'));
  for (const [key, value] of resources) {
    if (key.startsWith('Fn::') || (isMap(value) && typeof value['Type'] === 'string')) continue;
    find(
      ['Resources', key],
      'template.resourceType',
      `Resource ${key} has no Type.`,
      'Give it one, such as AWS::AutoScaling::AutoScalingGroup.',
    );
  }
  if (parameters.length > maxParameters) {
    find(
      ['Parameters'],
      'template.tooManyParameters',
      `${parameters.length} parameters; CloudFormation takes ${maxParameters}.`,
      'Use fewer.',
    );
  }
  if (resources.length > maxResources) {
    find(
      ['Resources'],
      'template.tooManyResources',
      `${resources.length} resources; CloudFormation takes ${maxResources}.`,
      'Split the stack.',
    );
  }
}
