/** Exit codes from the worst one for whoever reads the code of a fleet: a bug, what is half-way, what went back. */
const WORST_FIRST: readonly number[] = [1, 5, 4, 7, 6, 3, 2, 10];

/** The end that says most of how a fleet is: the worst one, and the first of several; undefined without any. */
export function worstEnd<E extends { readonly exitCode: number }>(ends: readonly E[]): E | undefined {
  const rank = ({ exitCode }: E): number => {
    const at = WORST_FIRST.indexOf(exitCode);
    return at < 0 ? WORST_FIRST.length : at;
  };
  return ends.reduce<E | undefined>(
    (worst, one) => (worst === undefined || rank(one) < rank(worst) ? one : worst),
    undefined,
  );
}
