import { oneLine } from '../../text/plain.js';
import { sentence } from '../../text/sentence.js';
import type { Dialect } from './dialect.js';

/** TeamCity cuts the description of a problem at 4,000 characters. Source: TeamCity docs, "Service Messages". */
const LONGEST = 4_000;

/** The identity of a problem has at most 60 characters. Source: the same. */
const LONGEST_IDENTITY = 60;

/** TeamCity: blocks, messages and the problem of a build. Source: TeamCity docs, "Service Messages". */
export const teamcity: Dialect = {
  open: ({ title }) => [`##teamcity[blockOpened name='${value(title)}']`],
  close: ({ title }) => [`##teamcity[blockClosed name='${value(title)}']`],
  problems: ({ failure, warnings }) => [
    ...warnings.map(
      ({ code, group, text }) =>
        `##teamcity[message text='${value(`${group === undefined ? '' : `${group}: `}${sentence(text)} [${code}]`)}' ` +
        `status='WARNING']`,
    ),
    ...(failure === undefined
      ? []
      : [
          `##teamcity[buildProblem description='${value(`${failure.title}: ${failure.what} [${failure.code}]`)}' ` +
            `identity='${value(failure.code.slice(0, LONGEST_IDENTITY))}']`,
        ]),
  ],
};

/** A text of others within quotes, with the escapes of service messages. */
function value(text: string): string {
  return oneLine(text)
    .slice(0, LONGEST)
    .replace(/[|'[\]]/g, '|$&')
    .replace(/[\u0080-\uffff]/g, (one) => `|0x${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
