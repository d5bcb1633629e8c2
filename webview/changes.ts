/** Tells whether any of some values is another one than when it was last asked: a picture of the same values need not be drawn again. */
export function changes(): (...values: readonly unknown[]) => boolean {
  let before: readonly unknown[] = [];
  return (...values) => {
    const differs = values.length !== before.length || values.some((value, i) => !Object.is(value, before[i]));
    before = values;
    return differs;
  };
}
