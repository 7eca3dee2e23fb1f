import { invalid, type Template } from './template.js';

/** Source: CloudFormation user guide, "Understand CloudFormation quotas". */
const MOST = { parameters: 200, outputs: 200, mappings: 200 } as const;
const LONGEST_DESCRIPTION = 1024;
const LONGEST_VALUE = 4096;

/** A name of a resource type: of AWS, of somebody else, of a module, or a custom one. */
const TYPE = /^(Custom::[\w@:-]{1,60}|[A-Za-z0-9]{1,64}(::[A-Za-z0-9]{1,64}){2,4})$/;

/** Refuses a template beyond the quotas, or with types that are none. Which types there are is not looked up. */
export function checkQuotas(template: Template): void {
  for (const [name, most] of Object.entries(MOST)) {
    const count = Object.keys(template[name as keyof typeof MOST]).length;
    if (count > most)
      throw invalid(`Template format error: Number of ${name}, ${count}, is greater than maximum allowed, ${most}`);
  }
  if (Buffer.byteLength(template.description ?? '') > LONGEST_DESCRIPTION)
    throw invalid(`Template format error: 'Description' length is greater than ${LONGEST_DESCRIPTION}.`);
  const types = Object.values(template.resources).map(({ type }) => type);
  const unknown = [...new Set(types)].filter((type) => !TYPE.test(type));
  if (unknown.length > 0) throw invalid(`Template format error: Unrecognized resource types: [${unknown.join(', ')}]`);
}

/** Refuses a value that is too long. The words are assumed. */
export function checkValueLength(key: string, value: string): void {
  if (Buffer.byteLength(value) > LONGEST_VALUE)
    throw invalid(`Parameter '${key}' must contain at most ${LONGEST_VALUE} bytes`);
}
