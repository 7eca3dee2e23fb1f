import type { FlagShape } from './settings-file.js';
import { settable } from './settings.js';

/** A JSON Schema of settings files, from the flags that there are: editors complete and check by it. */
export function schemaOf(known: readonly FlagShape[]): object {
  const flags = Object.fromEntries(
    settable(known).map((flag) => [
      flag.name,
      { ...valueSchema(flag), ...(flag.summary !== undefined && { description: flag.summary }) },
    ]),
  );
  const section = { type: ['object', 'null'], additionalProperties: false, properties: flags };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of ha-updater',
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      defaults: { ...section, description: 'For every stack' },
      stacks: {
        type: ['object', 'null'],
        description: 'By the name of the stack, over the defaults',
        additionalProperties: section,
      },
    },
  };
}

function valueSchema({ kind, many, options, takes }: FlagShape): object {
  if (kind === 'switch') return { type: 'boolean' };
  const one =
    options === undefined
      ? { type: takes === 'SECONDS' || takes === 'MINUTES' ? ['number', 'string'] : ['string', 'number'] }
      : { enum: options };
  if (!many) return one;
  const list = [{ type: 'array', items: one }, one];
  return {
    anyOf:
      takes === 'KEY=VALUE'
        ? [...list, { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } }]
        : list,
  };
}
