import type { TemplateFinding } from '../model/stack/template.js';
import { mapAt, type ParsedTemplate, type Path } from './tree.js';

/** What is wrong at a path of the template; an error unless it says otherwise. */
export interface TemplateFault extends Pick<TemplateFinding, 'code' | 'text' | 'remedy'> {
  readonly path: Path;
  readonly severity?: TemplateFinding['severity'];
}

/** Notes a finding at a path of the template. */
export type Find = (fault: TemplateFault) => void;

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
