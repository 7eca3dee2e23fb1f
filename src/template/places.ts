import type { Position } from '../model/stack/template.js';
import { fileOf } from './nested/nested-places.js';
import { parseTemplate } from './parse.js';
import { isMap, mapAt, type ParsedTemplate } from './tree.js';

/** Where a template declares its resources, and the files that it names for nested stacks. */
export interface Places {
  /** By logical id. */
  readonly places: Readonly<Record<string, Position>>;
  /** By logical id of the nested stack: a path beside the template. */
  readonly nestedFiles: Readonly<Record<string, string>>;
}

/** Reads no more than that. @throws Failure (usage) when the text is no template */
export function readPlaces(text: string, origin: string): Places {
  return placesOf(parseTemplate(text, origin).template);
}

export function placesOf(template: ParsedTemplate): Places {
  const resources = mapAt(template.top, 'Resources');
  const nestedFiles = Object.entries(resources).flatMap(([id, resource]) => {
    if (!isMap(resource) || resource['Type'] !== 'AWS::CloudFormation::Stack') return [];
    const file = fileOf(resource, mapAt(resource, 'Properties')['TemplateURL']);
    return file === undefined ? [] : [[id, file] as const];
  });
  return {
    places: Object.fromEntries(Object.keys(resources).map((id) => [id, template.at(['Resources', id])])),
    nestedFiles: Object.fromEntries(nestedFiles),
  };
}
