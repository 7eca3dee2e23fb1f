import type { ServiceName } from '../../world/world.js';
import generated from './constraint-table.json' with { type: 'json' };

/** What a model says about one shape: its type and what values of it have to satisfy. */
export interface ShapeConstraints {
  /** `string`, `integer`, `structure`, `list` and so on, as models name types. */
  readonly is: string;
  readonly required?: readonly string[];
  /** Of a number its value, of anything else its length. */
  readonly min?: number;
  readonly max?: number;
  /** As Java reads it, and of the whole text. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Its value is in no message. */
  readonly sensitive?: true;
  /** The shape of each member; '' for one that is only asked to be there. */
  readonly members?: Readonly<Record<string, string>>;
  /** Shapes of a map's keys, and of the items of a list or a map. */
  readonly key?: string;
  readonly of?: string;
}

/** One service: the shape of each input ('' where there is none), and what the shapes say that constrain something. */
export interface ServiceConstraints {
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, ShapeConstraints>>;
}

/** Constraints of the operations that the sandbox serves, as models say; scripts/constraints.ts writes them. */
export const CONSTRAINTS = generated as unknown as {
  /** The package and its version. */
  readonly from: string;
  readonly services: Readonly<Partial<Record<ServiceName, ServiceConstraints>>>;
};
