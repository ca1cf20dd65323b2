import type { Index } from "../algebra/term.ts";

/** Which axes of the tensors of a graph are the same axis, such as that of the examples: a union-find. */
export class Axes {
  readonly #ids = new Map<string, number>();
  readonly #parents: number[] = [];

  /** The number of an axis that is known by a key. */
  id(key: string): number {
    const known = this.#ids.get(key) ?? this.#parents.length;
    if (known === this.#parents.length) this.#parents.push(known);
    this.#ids.set(key, known);
    return this.#root(known);
  }

  #root(id: number): number {
    const parent = this.#parents[id]!;
    return parent === id ? id : this.#root(parent);
  }

  join(a: number, b: number): void {
    const [low, high] = [this.#root(a), this.#root(b)].sort((x, y) => x - y) as [number, number];
    this.#parents[high] = low;
  }

  /** The letters of the axes of a tensor that is known by a key; axes of size 1 have none. */
  letters(key: string, shape: readonly number[]): (Index | undefined)[] {
    return shape.map((size, d) =>
      size === 1 ? undefined : { name: `${key}.${d}`, size, axis: this.id(`${key}.${d}`) },
    );
  }
}
