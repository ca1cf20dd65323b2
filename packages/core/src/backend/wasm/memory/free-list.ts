interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Free stretches of memory in the order of their addresses; neighbours are one. */
export class FreeList {
  #free: Stretch[] = [];

  /** The start of the tightest stretch that holds so many bytes, which are free no longer. */
  take(bytes: number): number | undefined {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    this.#free.forEach(({ from, to }, k) => {
      if (to - from < bytes || to - from >= least) return;
      best = k;
      least = to - from;
    });
    const found = this.#free[best];
    if (!found) return undefined;
    const rest = found.from + bytes < found.to ? [{ from: found.from + bytes, to: found.to }] : [];
    this.#free.splice(best, 1, ...rest);
    return found.from;
  }

  give(at: number, bytes: number): void {
    const after = this.#free.findIndex(({ from }) => from > at);
    const k = after < 0 ? this.#free.length : after;
    const [left, right] = [this.#free[k - 1], this.#free[k]];
    const joinsLeft = left?.to === at;
    const joinsRight = right?.from === at + bytes;
    const from = joinsLeft ? left.from : at;
    const to = joinsRight ? right.to : at + bytes;
    this.#free.splice(joinsLeft ? k - 1 : k, Number(joinsLeft) + Number(joinsRight), { from, to });
  }
}
