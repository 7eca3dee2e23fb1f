import { stripVTControlCharacters } from 'node:util';

/** Characters that turn the direction of what follows: a line then shows other words than it has (Unicode UAX #9). */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * What a program or an instance printed, without colours and without the characters that would steer the terminal
 * that shows it. Line breaks (all become `\n`) and tabs stay; `instead` stands for each other control character.
 */
export function plainText(text: string, instead: '' | ' '): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(TURNS, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, instead);
}

/**
 * One line without control characters: AWS's messages carry line breaks, and what an instance or a
 * template says could also carry escape sequences for the terminal.
 */
export function oneLine(text: string): string {
  return text
    .replace(TURNS, '')
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
}

/**
 * A line for a log that somebody else's program reads too: words of others must be no command to it. GitHub's runner
 * takes `::name` at the start of a line, blanks before it or not, and `##[name]` anywhere in it; Azure's takes
 * `##vso[…]` and `##[name]`; TeamCity's takes `##teamcity[…]` wherever it stands in a line.
 */
export function harmlessLine(line: string): string {
  return line
    .replace(TURNS, '')
    .replace(/[\u2028\u2029]/g, ' ')
    .replace(/##(?=(vso|teamcity)?\[)/gi, '# #')
    .replace(/^(\s*):(?=:)/gm, '$1: ');
}

/** The same for JSON as text, without changing what it says: every such character becomes its escape. */
export function harmlessJson(json: string): string {
  return json
    .replace(
      /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
      (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replace(/##(?=(vso|teamcity)?\[)/gi, '#\\u0023');
}
