import { nearest } from '../../text/nearest.js';

/** Intrinsic functions that have a short form in YAML, by their name after the exclamation mark. */
const functions = [
  'And',
  'Base64',
  'Cidr',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'GetStackOutput',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'RefAll',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
  'ValueOf',
  'ValueOfAll',
];

const longNames: ReadonlyMap<string, string> = new Map([
  ['!Ref', 'Ref'],
  ['!Condition', 'Condition'],
  ...functions.map((name) => [`!${name}`, `Fn::${name}`] as const),
]);

/** The long name of a short tag: `!Sub` is `Fn::Sub`. undefined for tags that we do not know. */
export function longName(tag: string): string | undefined {
  return longNames.get(tag);
}

/** The known tag that an unknown one was probably meant to be. */
export function nearestTag(tag: string): string | undefined {
  return nearest(tag, [...longNames.keys()]);
}
