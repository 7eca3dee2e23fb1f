/** Booleans of YAML 1.1 as PyYAML and SnakeYAML read them: single letters stay text. */
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
/** Whole numbers of YAML 1.1 (yaml.org/type/int.html) that are not simply decimal. */
const BINARY = /^([-+]?)0b([01_]+)$/;
const OCTAL = /^([-+]?)0([0-7_]+)$/;
const HEXADECIMAL = /^([-+]?)0x([0-9a-fA-F_]+)$/;
const DECIMAL = /^([-+]?)([1-9][0-9_]*)$/;
const SEXAGESIMAL = /^([-+]?)([1-9][0-9_]*(?::[0-5]?[0-9])+)$/;

/**
 * What CloudFormation makes of an unquoted value: it reads YAML 1.1, where `Yes` is a boolean, 0755 an octal number
 * and 1:30 a sexagesimal one. Anything else stays as it is written.
 */
export function asYaml11(source: string): string {
  if (TRUE.test(source)) return 'true';
  if (FALSE.test(source)) return 'false';
  return (
    numbered(BINARY, source, (digits) => BigInt(`0b${digits}`)) ??
    numbered(OCTAL, source, (digits) => BigInt(`0o${digits}`)) ??
    numbered(HEXADECIMAL, source, (digits) => BigInt(`0x${digits}`)) ??
    numbered(DECIMAL, source, BigInt) ??
    numbered(SEXAGESIMAL, source, (digits) => digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)) ??
    source
  );
}

function numbered(pattern: RegExp, source: string, read: (digits: string) => bigint): string | undefined {
  const [, sign, written = ''] = pattern.exec(source) ?? [];
  const digits = written.replaceAll('_', '');
  if (sign === undefined || digits === '') return undefined;
  const value = read(digits);
  return String(sign === '-' ? -value : value);
}

/** Values that are named in one sentence. */
const mostShown = 5;

/** Says which unquoted values of a parameter are read as what, by how they are written. */
export function otherwiseThanWritten(parameter: string, values: ReadonlyMap<string, string>): string {
  const shown = [...values].slice(0, mostShown).map(([source, read]) => `${source} is "${read}"`);
  const more = values.size > shown.length ? ` and ${values.size - shown.length} more` : '';
  return (
    `Unquoted values of parameter ${parameter} are not what they look like, because CloudFormation reads ` +
    `YAML 1.1: ${shown.join(', ')}${more}.`
  );
}
