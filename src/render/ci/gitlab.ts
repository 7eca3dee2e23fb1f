import type { Instant } from '../../clock.js';
import { oneLine } from '../../text/plain.js';
import type { Dialect, Section } from './dialect.js';

/**
 * GitLab: sections of a job log that fold, open at first. It knows no annotations: the lines of the log say it.
 * Source: GitLab Docs, "CI/CD job logs", custom collapsible sections.
 */
export const gitlab: Dialect = {
  open: (section, at) => [`${mark('start', section, at)}${oneLine(section.title)}`],
  close: (section, at) => [mark('end', section, at)],
  problems: () => [],
};

function mark(edge: 'start' | 'end', { name }: Section, at: Instant): string {
  return `\u001b[0Ksection_${edge}:${Math.floor(at / 1000)}:ha_updater_${name}\r\u001b[0K`;
}
