/** Addresses from `start` up to, not including, `end`. */
interface FreeRange {
  readonly start: number;
  readonly end: number;
}

/** The free ranges of a memory, in the order of their addresses: best fit, and neighbours coalesce. */
export class FreeList {
  #ranges: FreeRange[] = [];

  /** The start of the smallest range that holds so many bytes, which are allocated; undefined where none does. */
  allocate(bytes: number): number | undefined {
    let best = -1;
    let bestSize = Number.POSITIVE_INFINITY;
    this.#ranges.forEach(({ start, end }, k) => {
      if (end - start < bytes || end - start >= bestSize) return;
      best = k;
      bestSize = end - start;
    });
    const found = this.#ranges[best];
    if (!found) return undefined;
    const end = found.start + bytes;
    this.#ranges.splice(best, 1, ...(end < found.end ? [{ start: end, end: found.end }] : []));
    return found.start;
  }

  free(address: number, bytes: number): void {
    const above = this.#ranges.findIndex(({ start }) => start > address);
    const k = above < 0 ? this.#ranges.length : above;
    const [left, right] = [this.#ranges[k - 1], this.#ranges[k]];
    const joinsLeft = left?.end === address;
    const joinsRight = right?.start === address + bytes;
    const start = joinsLeft ? left.start : address;
    const end = joinsRight ? right.end : address + bytes;
    this.#ranges.splice(joinsLeft ? k - 1 : k, Number(joinsLeft) + Number(joinsRight), { start, end });
  }
}
