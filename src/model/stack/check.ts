import type { TemplateFinding } from './template.js';

/** A finding with who found it. */
export interface CheckedFinding extends TemplateFinding {
  readonly by: 'ha-updater' | 'cloudformation' | 'cfn-lint';
}

/** All that is known of one template after checking it. */
export interface CheckedTemplate {
  /** Path or address, as the user said it. */
  readonly origin: string;
  /** Without errors. */
  readonly ok: boolean;
  /** False when it could not be read at all. */
  readonly read: boolean;
  readonly bytes?: number;
  readonly resources?: number;
  /** By place in the text. */
  readonly findings: readonly CheckedFinding[];
  /** Why the service did not look at it; absent when it did. */
  readonly notAsked?: string;
}
