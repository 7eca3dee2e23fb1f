import { PARAMETER_NAME } from './arguments.js';
import { isTransformed, type Find } from './template-fault.js';
import { isList, isMap, mapAt, type ParsedTemplate, type Path, type Tree } from './tree.js';

/** What a name is of, by section. */
const NAMED: readonly (readonly [section: string, noun: string])[] = [
  ['Parameters', 'Parameter'],
  ['Resources', 'Resource'],
  ['Outputs', 'Output'],
];

/** Names with other characters than letters and digits, or more than 255. Macros may still change them. */
export function checkNames(template: ParsedTemplate, find: Find): void {
  if (isTransformed(template)) return;
  for (const [section, noun] of NAMED) {
    for (const name of Object.keys(mapAt(template.top, section))) {
      if (PARAMETER_NAME.test(name) || name.startsWith('Fn::') || name === '<<') continue;
      find({
        path: [section, name],
        code: 'template.name',
        text: `${noun} name "${name}" is not alphanumeric.`,
        remedy: 'Use letters and digits alone, at most 255.',
      });
    }
  }
}

const LOOPS = 'AWS::LanguageExtensions';

/** Loops that nothing expands: `Fn::ForEach` is part of a transform (CloudFormation, Fn::ForEach). */
export function checkLoops(template: ParsedTemplate, find: Find): void {
  const transform = template.top['Transform'];
  const transforms = isList(transform) ? transform : [transform];
  if (transforms.includes(LOOPS)) return;
  const walk = (tree: Tree, path: Path): void => {
    if (isList(tree)) tree.forEach((item, index) => walk(item, [...path, index]));
    if (!isMap(tree)) return;
    for (const [key, value] of Object.entries(tree)) {
      if (!key.startsWith('Fn::ForEach::')) walk(value, [...path, key]);
      else {
        find({
          path: [...path, key],
          code: 'template.loop',
          text: `${key} is expanded only by the transform ${LOOPS}, which the template does not name.`,
          remedy: `Add "Transform: ${LOOPS}".`,
          // Another macro may know it too.
          severity: transform === undefined ? 'error' : 'warning',
        });
      }
    }
  };
  walk(template.top, []);
}
