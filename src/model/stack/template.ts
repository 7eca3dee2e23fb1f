import type { DeclaredParameter } from './stack.js';

/** Template as the service takes it: text as written, an S3 address, or the one that the stack has. */
export type TemplateSource =
  | { readonly kind: 'body'; readonly text: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'previous' };

/** A place in a template's text, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something in a template that a person should know of, at its place. */
export interface TemplateFinding extends Position {
  /** Stable dotted code, such as `template.updatePolicy`. */
  readonly code: string;
  /** Where in the template: `Resources/Web/UpdatePolicy`. */
  readonly path: string;
  /** The nested template that it is in, by its path or address; absent: the template that was named. */
  readonly origin?: string;
  readonly text: string;
  readonly remedy: string;
  /** An error refuses the start; a warning is said and goes on. */
  readonly severity: 'error' | 'warning';
}

/** A parameter with the limits that its template states. Defaults of NoEcho parameters are never here. */
export interface TemplateParameter extends DeclaredParameter {
  readonly allowedValues?: readonly string[];
  /** Must match the whole value. */
  readonly allowedPattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly constraintDescription?: string;
}

/** A template that was read, parsed and checked; `source` is what will be sent. */
export interface LoadedTemplate {
  readonly source: TemplateSource;
  /** Where it came from, for people: a path, an address, or whose own it is. */
  readonly origin: string;
  readonly bytes: number;
  /** Number of resources declared. */
  readonly resources: number;
  readonly declared: readonly TemplateParameter[];
  readonly findings: readonly TemplateFinding[];
  /** Where each resource is declared, by logical id; absent when the text could not be read. */
  readonly places?: Readonly<Record<string, Position>>;
  /** Files that it names for nested stacks, by their logical id: paths beside the template. */
  readonly nestedFiles?: Readonly<Record<string, string>>;
}

/** KEY=VALUE as the user gave it. */
export interface GivenParameter {
  readonly key: string;
  readonly value: string;
}

/** What a run knows of its parameters before it asks for a change set. */
export interface RunValues {
  readonly parameters: ReadonlyMap<string, string>;
  /** Kept ones whose values are not shown: those of NoEcho parameters. */
  readonly unknown: ReadonlySet<string>;
  /** ARN; absent before a creation. */
  readonly stackId?: string;
}
