/** The three sizes of a group, in capacity units (instances, unless the group is weighted). */
export interface Size {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
}
