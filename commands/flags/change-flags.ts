import { string } from '@oclif/core/flags';
import { NUMBERS } from '../../src/config/numbers.js';
import { onOff } from './flags.js';

const STACK = 'STACK';
const STATES = 'STATES OF THE STACK';
const GUARDS = 'GUARDS';

const many = (summary: string, helpValue: string, helpGroup: string) =>
  string({ summary: `${summary}; may be repeated`, helpValue, multiple: true, multipleNonGreedy: true, helpGroup });

/** What else the stack shall have. Nothing of it is sent unless it is given. */
export const settingFlags = {
  tag: many('Tag of the stack, over those that it has', 'KEY=VALUE', STACK),
  'role-arn': string({
    summary: 'Service role that CloudFormation works with; the stack keeps it',
    helpValue: 'ARN',
    helpGroup: STACK,
  }),
  'notification-arn': many('Topic that hears of the events; an empty value takes all away', 'ARN', STACK),
  'stack-policy': string({ summary: 'Policy of the stack, as JSON', helpValue: 'FILE', helpGroup: STACK }),
  'stack-policy-during-update': string({
    summary: 'Policy in its place for this update; the update then runs without its change set',
    helpValue: 'FILE',
    helpGroup: STACK,
  }),
  'termination-protection': onOff({ summary: 'Protect the stack from being deleted, or no longer', helpGroup: STACK }),
  'rollback-trigger': many('Alarm that rolls the stack back', 'ARN', STACK),
  'monitoring-minutes': string({
    summary: 'How long the alarms are watched after the last resource',
    helpValue: 'MINUTES',
    helpGroup: STACK,
  }),
  'disable-rollback': onOff({ summary: 'Leave a failure standing instead of rolling back', helpGroup: STACK }),
  'stack-timeout': string({
    summary: 'Longest time for creating the stack; it is then created without its change set',
    helpValue: 'MINUTES',
    helpGroup: STACK,
  }),
};

/** What to do about a stack that does not simply take an update. */
export const stateFlags = {
  create: onOff({ summary: 'Create the stack when there is none [default: true]', helpGroup: STATES }),
  'replace-failed': onOff({ summary: 'Delete a stack whose creation failed, then create it', helpGroup: STATES }),
  wait: onOff({ summary: "Wait for somebody else's change of the stack, then go on", helpGroup: STATES }),
  'wait-timeout': string({
    summary: `Longest wait of --wait [default: ${NUMBERS['wait-timeout'].fallback}]`,
    helpValue: 'SECONDS',
    helpGroup: STATES,
  }),
  'rollback-first': onOff({
    summary: 'Roll back an update that failed and was left standing, then go on',
    helpGroup: STATES,
  }),
  'continue-rollback': onOff({ summary: 'Continue a roll-back that failed, then go on', helpGroup: STATES }),
  skip: many('Resource that the continued roll-back leaves out', 'ID', STATES),
};

/** What has to hold before anything changes. */
export const guardFlags = {
  'expect-account': many('Refuse to work in another account', 'ID', GUARDS),
  'expect-no-changes': onOff({ summary: 'Refuse when anything would change', helpGroup: GUARDS }),
  'approve-only': many('Refuse when anything changes but this parameter and what it causes', 'KEY', GUARDS),
  'allow-group-replacement': onOff({
    summary: 'Go on although a group would be replaced or removed',
    helpGroup: GUARDS,
  }),
  sizes: string({
    summary:
      'The sizes of groups that the change touches: keep what serves, or take those of the template [default: keep]',
    options: ['keep', 'template'],
    helpValue: 'keep|template',
    helpGroup: GUARDS,
  }),
};

/** Change sets and the question before they are executed. */
export const executeFlags = {
  execute: onOff({
    summary: 'Execute the change set; --no-execute keeps it and prints its name [default: true]',
    helpGroup: STACK,
  }),
  'change-set': string({ summary: 'Execute this change set, made before', helpValue: 'NAME', helpGroup: STACK }),
  confirm: onOff({ summary: 'Show what would happen and ask first; needs a terminal', helpGroup: GUARDS }),
};
