import { isFloat } from "../dtype.ts";
import type { Item } from "../graph/structure.ts";
import { sizeOf } from "../shape.ts";

/** Sums of at most so many terms are formulas of them: those over small windows, above all. */
export const fewTerms = 9;
/** Products below this many multiplications are plain loops. */
const smallProduct = 4096;

/** A contraction as matrix products: how many, of how many rows and columns, summed over how many elements. */
export interface Extent {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

export function extentOf({ op, inputs }: Item, items: readonly Item[]): Extent | undefined {
  if (op.family !== "contraction") return undefined;
  const [x, y] = inputs.map((i) => (items[i] as Item).shape) as [readonly number[], readonly number[]];
  const size = (l: string) => (op.a.includes(l) ? x[op.a.indexOf(l)] : y[op.b.indexOf(l)]) as number;
  const product = (inA: boolean, inB: boolean, inOut: boolean) => {
    const letters = [...new Set(op.a + op.b)];
    const are = (l: string) =>
      op.a.includes(l) === inA && op.b.includes(l) === inB && op.out.includes(l) === inOut;
    return sizeOf(letters.filter(are).map(size));
  };
  return {
    batch: product(true, true, true),
    m: product(true, false, true),
    n: product(false, true, true),
    k: product(true, true, false),
  };
}

/** Whether the matrix kernel works an item out: a contraction of many multiplications that is no dot, and no formula of few terms. */
export function isMatrixProduct(item: Item, items: readonly Item[]): boolean {
  const extent = extentOf(item, items);
  if (!extent || !isFloat(item.dtype)) return false;
  const { batch, m, n, k } = extent;
  const vectors = m === 1 || n === 1;
  return batch * m * n * k > smallProduct && m * n > 1 && k > (vectors ? fewTerms : 1);
}
