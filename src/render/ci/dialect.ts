import type { Instant } from '../../clock.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { FailureFacts } from '../../model/event.js';

/** A part of a log that folds. */
export interface Section {
  readonly name: 'stack' | 'groups';
  readonly title: string;
}

/** What a build page shows of a run besides its log. */
interface Problems {
  /** How it failed; absent when it did not. */
  readonly failure?: FailureFacts & { readonly title: string };
  readonly warnings: readonly Reason[];
}

/** How a pipeline's runner is told of sections and problems. Each answer is lines without their break. */
export interface Dialect {
  readonly open: (section: Section, at: Instant) => readonly string[];
  readonly close: (section: Section, at: Instant) => readonly string[];
  readonly problems: (problems: Problems) => readonly string[];
}
