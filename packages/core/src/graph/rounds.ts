/** How many nodes must repeat for a loop to be recognised. */
const sample = 32;

/**
 * The number of nodes from `start` on that are whole iterations of a loop, at most `max` and more than half of that: the nodes
 * after them begin as they do. Undefined if the nodes come from no loop, or from one of longer iterations.
 */
export function wholeRounds(labels: readonly unknown[], start: number, max: number): number | undefined {
  for (let size = max; size > max / 2; size--) {
    let equal = 0;
    while (equal < sample && labels[start + equal] === labels[start + size + equal]) equal++;
    if (equal === sample) return size;
  }
  return undefined;
}
