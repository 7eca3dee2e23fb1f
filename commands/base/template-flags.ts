import { string } from '@oclif/core/flags';

/** Where templates go that are too long for a call. */
export const templateFlags = {
  's3-bucket': string({ summary: 'Bucket for a template of more than 51,200 bytes [default: the one of CDK\'s bootstrap, if there is one]', helpValue: 'NAME', helpGroup: 'STACK' }),
  's3-prefix': string({ summary: 'Begins the names of objects there [default: ha-updater]', helpValue: 'PREFIX', helpGroup: 'STACK' }),
};
