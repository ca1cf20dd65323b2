import type { Value } from "../graph/node.ts";
import { given, type Item, type Structure } from "../graph/structure.ts";
import type { Backend, Executable } from "./backend.ts";

/** Some items of a longer graph as a graph: which items it is given, and which it leaves to later ones. */
interface Piece {
  readonly executable: Executable;
  readonly needs: readonly number[];
  readonly leaves: readonly number[];
  /** One past the last of its items. */
  readonly end: number;
}

/** A graph made ready as pieces of about `longest` items, with what they need, which run one after the other. */
export function inPieces(
  { items, roots }: Structure,
  longest: number,
  prepare: Backend["prepare"],
): Executable {
  const lastUse = items.map((_, i) => i);
  items.forEach(({ inputs }, i) => {
    for (const x of inputs) lastUse[x] = i;
  });
  for (const r of roots) lastUse[r] = Number.POSITIVE_INFINITY;

  const cut = (start: number): Piece => {
    const own: Item[] = [];
    const needs: number[] = [];
    const places = new Map<number, number>();
    const place = (x: number): number => {
      const known = places.get(x);
      if (known !== undefined) return known;
      const { shape, dtype } = items[x] as Item;
      const at = own.push({ op: given, inputs: [], shape, dtype, input: needs.push(x) - 1 }) - 1;
      places.set(x, at);
      return at;
    };
    const made: number[] = [];
    let end = start;
    for (; end < items.length && own.length < longest; end++) {
      const item = items[end] as Item;
      if (item.input >= 0) continue;
      const inputs = item.inputs.map(place);
      places.set(end, own.push({ ...item, inputs }) - 1);
      made.push(end);
    }
    const leaves = made.filter((i) => (lastUse[i] as number) >= end);
    return { executable: prepare({ items: own, roots: leaves.map(place), inputs: [] }), needs, leaves, end };
  };
  const pieces: Piece[] = [];
  for (let start = 0; start < items.length; start = (pieces.at(-1) as Piece).end) pieces.push(cut(start));

  return {
    run(inputs) {
      const values = new Map<number, Value>();
      items.forEach(({ input }, i) => {
        if (input >= 0) values.set(i, inputs[input] as Value);
      });
      for (const { executable, needs, leaves, end } of pieces) {
        // What the graph was given outlives it: a later piece may be at fault.
        const dies = needs.map((x) => (lastUse[x] as number) < end && (items[x] as Item).input < 0);
        const results = executable.run(
          needs.map((x) => values.get(x) as Value),
          dies,
        );
        leaves.forEach((x, k) => {
          values.set(x, results[k] as Value);
        });
        needs.forEach((x, k) => {
          if (dies[k]) values.delete(x);
        });
      }
      return roots.map((r) => values.get(r) as Value);
    },
    release() {
      for (const { executable } of pieces) executable.release?.();
    },
  };
}
