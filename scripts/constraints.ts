/**
 * Writes constraint-table.json in src/sandbox/wire/constraints anew: what AWS's published models say about the inputs
 * of the operations that the sandbox serves. The models are those that botocore ships; the SDK for JavaScript leaves
 * constraints out.
 *
 *     npm run constraints
 *
 * takes botocore VERSION from PyPI (Python 3 with pip has to be there) into a temporary folder. To take a newer one,
 * raise VERSION. What a model says wrongly is no matter of this script: src/sandbox/wire/constraints/exceptions.ts.
 */
import { writeFileSync } from 'node:fs';
import { withBotocore } from './aws-models.js';
import { constraintTable } from './constraint-models.js';

const VERSION = '1.44.8';

const file = new URL('../../src/sandbox/wire/constraints/constraint-table.json', import.meta.url);
writeFileSync(file, withBotocore(VERSION, constraintTable));
