import { string } from '@oclif/core/flags';
import { onOff } from './flags.js';

const PARAMETERS = 'PARAMETERS';

/** Where parameters come from, beside KEY=VALUE. */
export const parameterFlags = {
  'parameters-file': string({
    summary:
      "File of parameters: lines of KEY=VALUE, or JSON or YAML: KEY: VALUE, the AWS CLI's or CodePipeline's form; " +
      'may be repeated, later ones win',
    helpValue: 'FILE',
    helpGroup: PARAMETERS,
    multiple: true,
    multipleNonGreedy: true,
  }),
  'use-default': string({
    summary: "Parameter that takes the template's default although the stack has a value; may be repeated",
    helpValue: 'KEY',
    helpGroup: PARAMETERS,
    multiple: true,
    multipleNonGreedy: true,
  }),
  'ignore-unknown-parameters': onOff({
    summary: 'Leave out parameters that the template does not declare, with a warning',
    helpGroup: PARAMETERS,
  }),
};
