/** How many nodes must look alike for a loop to be seen in them. */
const sight = 32;

/**
 * How many nodes from `start` on, at most `most` and more than half of that, are whole rounds of a loop: what follows them
 * begins as they do. Undefined where they come from no loop, or from one of longer rounds.
 */
export function wholeRounds(labels: readonly unknown[], start: number, most: number): number | undefined {
  for (let size = most; size > most / 2; size--) {
    let alike = 0;
    while (alike < sight && labels[start + alike] === labels[start + size + alike]) alike++;
    if (alike === sight) return size;
  }
  return undefined;
}
