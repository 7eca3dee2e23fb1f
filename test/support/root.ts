import { fileURLToPath } from 'node:url';

/** The repository, seen from dist/test/support. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
