/** How the line begins in which a search that judges a broken rule says what it found. */
export const FOUND = 'found: ';
