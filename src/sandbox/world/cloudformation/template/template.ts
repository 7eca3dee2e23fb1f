import { visit, type CollectionTag, type ScalarTag, type YAMLMap, type YAMLSeq } from 'yaml';
import { ServiceFault } from '../../fault.js';
import { asYaml11, readYaml } from './yaml.js';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Properties = Readonly<Record<string, Json>>;

export interface ParameterDeclaration {
  readonly type: string;
  readonly defaultValue?: string | undefined;
  readonly noEcho: boolean;
  readonly description?: string | undefined;
  readonly constraintDescription?: string | undefined;
  readonly allowedValues?: readonly string[] | undefined;
  readonly allowedPattern?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minValue?: number | undefined;
  readonly maxValue?: number | undefined;
}

export interface ResourceDeclaration {
  readonly type: string;
  readonly properties: Properties;
  readonly dependsOn: readonly string[];
  readonly condition?: string | undefined;
  readonly deletionPolicy?: string | undefined;
  readonly updateReplacePolicy?: string | undefined;
  readonly creationPolicy?: Json | undefined;
  readonly updatePolicy?: Json | undefined;
  readonly metadata?: Json | undefined;
}

interface OutputDeclaration {
  readonly value: Json;
  readonly description?: string | undefined;
  readonly condition?: string | undefined;
  readonly exportName?: Json | undefined;
}

export interface Template {
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  readonly metadata?: Json | undefined;
  readonly transforms: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  readonly mappings: Readonly<Record<string, Json>>;
  readonly conditions: Readonly<Record<string, Json>>;
  readonly rules: Readonly<Record<string, Json>>;
  readonly resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly outputs: Readonly<Record<string, OutputDeclaration>>;
}

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Transform',
  'Parameters',
  'Mappings',
  'Conditions',
  'Rules',
  'Resources',
  'Outputs',
  'Globals',
  'Hooks',
];

const RESOURCE_KEYS = [
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'CreationPolicy',
  'UpdatePolicy',
  'Metadata',
  'Version',
  'Connectors',
];

/** Short forms: `!Sub x` means `Fn::Sub: x`. */
const SHORT_FORMS = [
  'And',
  'Base64',
  'Cidr',
  'Contains',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

/**
 * Reads a template, YAML or JSON, into its parts.
 * @param expand writes out loops, of a template that has the transform for them
 * Throws ValidationError `Template format error: …` in the service's words.
 */
export function parseTemplate(
  body: string,
  expand: (document: Record<string, Json>) => Record<string, Json> = (document) => document,
): Template {
  const document = readDocument(body);
  if (!isObject(document)) throw invalid('Template format error: unsupported structure.');
  const root = transformsOf(document['Transform']).includes('AWS::LanguageExtensions') ? expand(document) : document;
  const unknown = Object.keys(root).filter((key) => !SECTIONS.includes(key));
  if (unknown.length > 0) throw invalid(`Invalid template property or properties [${unknown.join(', ')}]`);
  const version = root['AWSTemplateFormatVersion'];
  if (version !== undefined && version !== '2010-09-09') {
    throw invalid(`Template format error: ${text(version)} is not a supported value for AWSTemplateFormatVersion.`);
  }
  const resources = section(root, 'Resources');
  if (Object.keys(resources).length === 0) {
    throw invalid('Template format error: At least one Resources member must be defined.');
  }
  return {
    version: version === undefined ? undefined : text(version),
    description: root['Description'] === undefined ? undefined : text(root['Description']),
    metadata: root['Metadata'],
    transforms: [...new Set([...transformsOf(root['Transform']), ...innerTransforms(root)])],
    parameters: mapValues(section(root, 'Parameters'), parameterOf),
    mappings: section(root, 'Mappings'),
    conditions: section(root, 'Conditions'),
    rules: section(root, 'Rules'),
    resources: mapValues(resources, resourceOf),
    outputs: mapValues(section(root, 'Outputs'), outputOf),
  };
}

export function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What CloudFormation makes of a scalar where text is expected. */
export function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return JSON.stringify(value);
  }
}

export function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationError', message);
}

function readDocument(body: string): Json {
  const language = body.trimStart().startsWith('{') ? 'JSON' : 'YAML';
  const document = readYaml(body, tags());
  const problem = document.errors[0];
  if (problem !== undefined) {
    const place = problem.linePos?.[0];
    const where = place === undefined ? '' : ` (line ${place.line}, column ${place.col})`;
    throw invalid(`Template format error: ${language} not well-formed.${where}`);
  }
  const unknownTag = document.warnings.find((warning) => warning.code === 'TAG_RESOLVE_FAILED');
  if (unknownTag !== undefined)
    throw invalid(
      `Template format error: YAML not well-formed. (line ${unknownTag.linePos?.[0].line ?? 1}, ` +
        `column ${unknownTag.linePos?.[0].col ?? 1})`,
    );
  visit(document, {
    Alias: () => {
      throw invalid('Template format error: YAML aliases are not allowed in CloudFormation templates');
    },
  });
  asYaml11(document, '');
  return document.toJS() as Json;
}

function tags(): (ScalarTag | CollectionTag)[] {
  return [
    ...SHORT_FORMS.map((name) => [`!${name}`, `Fn::${name}`] as const),
    ['!Ref', 'Ref'] as const,
    ['!Condition', 'Condition'] as const,
  ].flatMap(([tag, key]): (ScalarTag | CollectionTag)[] => [
    { tag, resolve: (value: string) => ({ [key]: key === 'Fn::GetAtt' ? splitAttribute(value) : value }) },
    {
      tag,
      collection: 'seq',
      resolve: (items: YAMLSeq.Parsed | YAMLMap.Parsed) => {
        asYaml11(items, key);
        return { [key]: items.toJSON() as Json };
      },
    },
    {
      tag,
      collection: 'map',
      resolve: (items: YAMLSeq.Parsed | YAMLMap.Parsed) => {
        asYaml11(items, key);
        return { [key]: items.toJSON() as Json };
      },
    },
  ]);
}

/** `A.B.C` names attribute `B.C` of resource `A`. */
export function splitAttribute(value: string): string[] {
  const dot = value.indexOf('.');
  return dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)];
}

function section(root: Record<string, Json>, name: string): Record<string, Json> {
  const value = root[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw invalid(`Template format error: ${name} must be an object.`);
  return value;
}

function mapValues<T>(values: Record<string, Json>, make: (name: string, value: Json) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(name, value)]));
}

function transformsOf(value: Json | undefined): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((one) => (isObject(one) ? text(one['Name']) : text(one)));
}

/** Names of the macros that `Fn::Transform` calls anywhere below. */
function innerTransforms(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(innerTransforms);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Fn::Transform' ? transformsOf(inner) : innerTransforms(inner),
  );
}

function parameterOf(name: string, value: Json): ParameterDeclaration {
  if (!/^[A-Za-z0-9]+$/.test(name)) throw invalid(`Template format error: Parameter name ${name} is non alphanumeric.`);
  if (!isObject(value))
    throw invalid(`Template format error: Every Parameters object must contain a Type member. [/Parameters/${name}]`);
  if (value['Type'] === undefined)
    throw invalid(`Template format error: Every Parameters object must contain a Type member.`);
  const type = text(value['Type']);
  if (!isParameterType(type)) throw invalid(`Template format error: Unrecognized parameter type: ${type}`);
  const optionalText = (key: string): string | undefined => (value[key] === undefined ? undefined : text(value[key]));
  const number = (key: string): number | undefined => (value[key] === undefined ? undefined : Number(value[key]));
  const allowed = value['AllowedValues'];
  const standard = value['Default'];
  return {
    type,
    defaultValue:
      standard === undefined ? undefined : Array.isArray(standard) ? standard.map(text).join(',') : text(standard),
    noEcho: text(value['NoEcho']).toLowerCase() === 'true',
    description: optionalText('Description'),
    constraintDescription: optionalText('ConstraintDescription'),
    allowedValues: Array.isArray(allowed) ? allowed.map(text) : undefined,
    allowedPattern: optionalText('AllowedPattern'),
    minLength: number('MinLength'),
    maxLength: number('MaxLength'),
    minValue: number('MinValue'),
    maxValue: number('MaxValue'),
  };
}

function isParameterType(type: string): boolean {
  if (
    ['String', 'Number', 'CommaDelimitedList', 'List<Number>', 'List<String>', 'AWS::SSM::Parameter::Name'].includes(
      type,
    )
  )
    return true;
  const wrapped = /^(?:List|AWS::SSM::Parameter::Value)<(.+)>$/.exec(type)?.[1];
  if (wrapped !== undefined) return isParameterType(wrapped);
  return /^AWS::(EC2|Route53)::[A-Za-z]+::(Id|KeyName|GroupName|Name)$/.test(type);
}

function resourceOf(name: string, value: Json): ResourceDeclaration {
  if (!/^[A-Za-z0-9]+$/.test(name)) {
    throw invalid(`Template format error: Resource name ${name} is non alphanumeric.`);
  }
  if (!isObject(value)) throw invalid(`Template format error: [/Resources/${name}] resource definition is malformed`);
  if (typeof value['Type'] !== 'string') {
    throw invalid(`Template format error: [/Resources/${name}] Every Resources object must contain a Type member.`);
  }
  for (const key of Object.keys(value)) {
    if (!RESOURCE_KEYS.includes(key)) throw invalid(`Invalid template resource property '${key}'`);
  }
  const properties = value['Properties'] ?? {};
  if (!isObject(properties))
    throw invalid(`Template format error: [/Resources/${name}/Properties] Properties must be an object`);
  const dependsOn = value['DependsOn'];
  return {
    type: value['Type'],
    properties,
    dependsOn:
      dependsOn === undefined || dependsOn === null
        ? []
        : (Array.isArray(dependsOn) ? dependsOn : [dependsOn]).map(text),
    condition: value['Condition'] === undefined ? undefined : text(value['Condition']),
    deletionPolicy: policy(name, 'DeletionPolicy', value['DeletionPolicy']),
    updateReplacePolicy: policy(name, 'UpdateReplacePolicy', value['UpdateReplacePolicy']),
    creationPolicy: value['CreationPolicy'],
    updatePolicy: value['UpdatePolicy'],
    metadata: value['Metadata'],
  };
}

function policy(resource: string, kind: string, value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !['Delete', 'Retain', 'Snapshot', 'RetainExceptOnCreate'].includes(value)) {
    throw invalid(
      `Template error: ${kind} of resource ${resource} must be one of Delete, Retain, Snapshot, RetainExceptOnCreate`,
    );
  }
  return value;
}

function outputOf(name: string, value: Json): OutputDeclaration {
  if (!isObject(value) || value['Value'] === undefined) {
    throw invalid(`Template format error: Output ${name} is malformed. The Value field is required.`);
  }
  const exported = value['Export'];
  return {
    value: value['Value'],
    description: value['Description'] === undefined ? undefined : text(value['Description']),
    condition: value['Condition'] === undefined ? undefined : text(value['Condition']),
    exportName: isObject(exported) ? exported['Name'] : undefined,
  };
}
