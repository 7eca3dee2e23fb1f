import type { TemplateParameter } from '../../model/stack/template.js';
import { isList, isMap, mapAt, type ParsedTemplate, type Tree, type TreeMap } from '../tree.js';

/** The parameters that a template declares, with their limits. Defaults of NoEcho parameters stay behind. */
export function declaredParameters(template: ParsedTemplate): readonly TemplateParameter[] {
  const parameters = mapAt(template.top, 'Parameters');
  return Object.entries(parameters).flatMap(([key, value]) =>
    isMap(value) && !key.startsWith('Fn::') ? [declared(key, value)] : [],
  );
}

function declared(key: string, declaration: TreeMap): TemplateParameter {
  const noEcho = isTrue(declaration['NoEcho']);
  const fallback = declaration['Default'];
  const allowed = declaration['AllowedValues'];
  return {
    key,
    type: text(declaration['Type']) ?? 'String',
    hasDefault: fallback !== undefined,
    noEcho,
    ...(fallback !== undefined && !noEcho && { default: text(fallback) ?? '' }),
    ...(isList(allowed) && { allowedValues: allowed.map((value) => text(value) ?? '') }),
    ...present('allowedPattern', text(declaration['AllowedPattern'])),
    ...present('minLength', number(declaration['MinLength'])),
    ...present('maxLength', number(declaration['MaxLength'])),
    ...present('minValue', number(declaration['MinValue'])),
    ...present('maxValue', number(declaration['MaxValue'])),
    ...present('constraintDescription', text(declaration['ConstraintDescription'])),
  };
}

/** `true` in any spelling that CloudFormation's YAML 1.1 reads as such. */
export function isTrue(value: Tree | undefined): boolean {
  return typeof value === 'string' && /^(true|yes|on)$/i.test(value);
}

function text(value: Tree | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: Tree | undefined): number | undefined {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  return Number.isFinite(parsed) ? parsed : undefined;
}

function present<K extends string, V>(key: K, value: V | undefined): Readonly<Partial<Record<K, V>>> {
  return (value === undefined ? {} : { [key]: value }) as Readonly<Partial<Record<K, V>>>;
}
