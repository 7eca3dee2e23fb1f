import type { Wire } from '../../src/sandbox/wire/wire.js';
import type { WireAnswer } from '../../src/sandbox/wire/wire-types.js';
import { editDocument } from './edits.js';
import type { SpoiledAnswer } from './input.js';

/** The same wire, on which some good answers hold something else than the service said. */
export function spoilAnswers(wire: Wire, spoiled: readonly SpoiledAnswer[]): Wire {
  let number = -1;
  return {
    ...wire,
    answer: (request) => {
      const answer = wire.answer(request);
      number += 1;
      if (answer === 'reply lost' || answer.status >= 300 || answer.then !== undefined) return answer;
      return spoiled
        .filter(({ from, count }) => number >= from && number < from + count)
        .reduce((now, { edits }) => withBody(now, editDocument(textOf(now), edits)), answer);
    },
  };
}

function textOf({ body }: WireAnswer): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
}

function withBody(answer: WireAnswer, text: string): WireAnswer {
  const { 'content-length': _, ...headers } = answer.headers;
  return { ...answer, headers, body: text };
}
