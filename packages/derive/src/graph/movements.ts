import type { Movement } from "@chainrule/core/internal";
import type { Letters } from "../algebra/term.ts";

type Reader<K extends Movement["name"]> = (
  op: Extract<Movement, { name: K }>,
  from: readonly number[],
  at: Letters,
) => Letters | undefined;

/** The letters at which a movement reads its input, for movements that only rearrange letters. */
const readers: { readonly [K in Movement["name"]]?: Reader<K> } = {
  permute: ({ dims }, from, at) => from.map((_, d) => at[dims.indexOf(d)]),
  expand: ({ shape }, from, at) =>
    from.map((n, d) => (n === 1 ? undefined : at[d + shape.length - from.length])),
  reshape({ shape }, from, at) {
    const [before, after] = [from, shape].map((s) => s.filter((n) => n !== 1).join());
    if (before !== after) return undefined;
    const letters = at.filter((i) => i !== undefined);
    return from.map((n) => (n === 1 ? undefined : letters.shift()));
  },
};

export const readLetters = (op: Movement, from: readonly number[], at: Letters): Letters | undefined =>
  (readers[op.name] as Reader<Movement["name"]> | undefined)?.(op, from, at);
