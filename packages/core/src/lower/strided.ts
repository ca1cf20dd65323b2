import type { Item } from "../graph/structure.ts";
import { arg } from "../scalar/expr.ts";
import { stridesOf } from "../shape.ts";
import { type Index, indexOf } from "./index-map.ts";
import { axesOf, flatIndex } from "./unit.ts";

/** Where a tensor's elements lie in the memory of another: a start and a step for each axis. */
export interface Strided {
  /** The item whose memory is read. */
  readonly base: number;
  readonly start: number;
  readonly steps: readonly number[];
}

/** A tensor as a strided view of what it was moved from, as far down as its movements are such views. */
export function strided(items: readonly Item[], i: number): Strided {
  const item = items[i] as Item;
  const { coordinates } = axesOf("s", item.shape);
  let base = i;
  let index: readonly Index[] = coordinates;
  for (let below = item; below.op.family === "movement" && below.inputs.length === 1; ) {
    const [read] = below.op.reads(below.shape.map((_, k) => arg(k)));
    if (!read) break;
    const moved = indexOf(read.index, read.valid, index);
    const plain = moved.index.every((x) => [...x.terms.values()].every((t) => t.atom.kind === "loop"));
    if (!plain || moved.guard === null || moved.guard.length > 0) break;
    index = moved.index;
    base = below.inputs[0] as number;
    below = items[base] as Item;
  }
  const flat = flatIndex(index, stridesOf((items[base] as Item).shape));
  const steps = coordinates.map((c) => {
    const [name] = [...c.terms.keys()];
    return name === undefined ? 0 : (flat.terms.get(name)?.factor ?? 0);
  });
  return { base, start: flat.constant, steps };
}
