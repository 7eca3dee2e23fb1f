import { string } from '@oclif/core/flags';

/** Where the template comes from beside --template, and where it goes when it is too long for a call. */
export const templateFlags = {
  app: string({
    summary:
      'CDK app: the folder that cdk synth wrote, or the command that writes it to cdk.out, such as "npx cdk synth"',
    helpValue: 'FOLDER|COMMAND',
    helpGroup: 'STACK',
  }),
  's3-bucket': string({
    summary: "Bucket for a template of more than 51,200 bytes [default: the one of CDK's bootstrap, if there is one]",
    helpValue: 'NAME',
    helpGroup: 'STACK',
  }),
  's3-bucket-owner': string({
    summary: 'Account that must own --s3-bucket [default: the account of the credentials]',
    helpValue: 'ACCOUNT',
    helpGroup: 'STACK',
  }),
  's3-prefix': string({
    summary: 'Begins the names of objects there [default: ha-updater]',
    helpValue: 'PREFIX',
    helpGroup: 'STACK',
  }),
};
