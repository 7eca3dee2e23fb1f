import { stripVTControlCharacters } from 'node:util';

/**
 * What a program or an instance printed, without colours and without the characters that would steer the terminal
 * that shows it. Line breaks (all become `\n`) and tabs stay; `instead` stands for each other control character.
 */
export function plainText(text: string, instead: '' | ' '): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, instead);
}

/**
 * One line without control characters: AWS's messages carry line breaks, and what an instance or a
 * template says could also carry escape sequences for the terminal.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}
