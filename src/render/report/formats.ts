import type { Stamped } from '../../model/event.js';
import { runFacts } from './facts.js';

/** In which forms there is a report. */
export const FORMATS = ['html', 'markdown', 'junit', 'text'] as const;
export type Format = (typeof FORMATS)[number];

/**
 * The report of a run.
 * @param events of one run, in their order
 */
export async function reportAs(format: Format, events: readonly Stamped[]): Promise<string> {
  const facts = runFacts(events);
  switch (format) {
    case 'html': {
      const { htmlReport } = await import('./html/html-report.js');
      return htmlReport(facts);
    }
    case 'markdown': {
      const { markdownReport } = await import('./markdown.js');
      return markdownReport(facts);
    }
    case 'junit': {
      const { junitReport } = await import('./junit.js');
      return junitReport(facts);
    }
    case 'text': {
      const { textReport } = await import('./text.js');
      return textReport(facts);
    }
  }
}
