import { dirname, isAbsolute, join } from 'node:path';
import { mapAt, resourcesOf, type ParsedTemplate, type Path, type Tree, type TreeMap } from '../tree.js';

/** A nested stack as its parent declares it. */
export interface NestedPlace {
  /** Logical id. */
  readonly id: string;
  readonly path: Path;
  /** Name of the condition under which it is there. */
  readonly condition?: string;
  /** Expression of the address of its template; absent when it has none. */
  readonly address?: Tree;
  readonly parameters: TreeMap;
  /** Path of its template when it is a file beside a parent that is one itself. */
  readonly fileBeside: (parentPath: string | undefined) => string | undefined;
}

/** Where the types that nest a template name it. */
const ADDRESSES: ReadonlyMap<string, string> = new Map([
  ['AWS::CloudFormation::Stack', 'TemplateURL'],
  ['AWS::Serverless::Application', 'Location'],
]);

/** The nested stacks that a template declares. */
export function nestedStacks(template: ParsedTemplate): readonly NestedPlace[] {
  return resourcesOf(template).flatMap(({ name: id, resource, path }) => {
    const type = resource['Type'];
    const name = typeof type === 'string' ? ADDRESSES.get(type) : undefined;
    if (name === undefined) return [];
    const properties = mapAt(resource, 'Properties');
    const { Condition: condition } = resource;
    const address = properties[name];
    const file = fileOf(resource, address);
    return [
      {
        id,
        path: [...path, 'Properties', name],
        parameters: mapAt(properties, 'Parameters'),
        ...(typeof condition === 'string' && { condition }),
        ...(address !== undefined && { address }),
        fileBeside: (parentPath) =>
          file === undefined || parentPath === undefined ? undefined : beside(parentPath, file),
      },
    ];
  });
}

/** CDK notes the file of an asset in the metadata; `aws cloudformation package` replaces a path in the URL's place. */
export function fileOf(resource: TreeMap, address: Tree | undefined): string | undefined {
  const file = mapAt(resource, 'Metadata')['aws:asset:path'] ?? address;
  return typeof file === 'string' && !file.includes('://') ? file : undefined;
}

function beside(parentPath: string, file: string): string {
  return isAbsolute(file) ? file : join(dirname(parentPath), file);
}
