import { plainText } from '../text/plain.js';

/** What is kept of a command's output: its end says why it failed. */
const KEPT_CHARACTERS = 2_000;
const KEPT_BYTES = 4 * KEPT_CHARACTERS;

/** Takes secrets out of a text. `torn`: its beginning was cut off. */
export type Mask = (text: string, torn: boolean) => string;

/** The end of what a command prints, however much that is. */
export interface Tail {
  readonly add: (chunk: Buffer) => void;
  /** Without colours and other control characters but line breaks. */
  readonly text: () => string;
}

/**
 * @param mask takes secrets out of what was printed, before it is cut; `torn` when the text's own beginning is gone
 * already
 */
export function createTail(mask: Mask = (text) => text): Tail {
  let bytes = Buffer.alloc(0);
  let cut = false;
  return {
    add: (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length <= KEPT_BYTES) return;
      cut = true;
      bytes = bytes.subarray(bytes.length - KEPT_BYTES);
    },
    text: () => {
      const printed = bytes.toString('utf8');
      // The cut may have gone through a character.
      const masked = mask(cut ? printed.replace(/^\ufffd+/, '') : printed, cut);
      const clean = plainText(masked, ' ').replaceAll('	', ' ').trim();
      const points = Array.from(clean);
      return cut || points.length > KEPT_CHARACTERS ? `…${points.slice(-KEPT_CHARACTERS).join('')}` : clean;
    },
  };
}
