import { isFloat } from "../dtype.ts";
import type { Item, Structure } from "../graph/structure.ts";
import { arg, subexpressions, toExpr } from "../scalar/expr.ts";
import { functions } from "../scalar/functions.ts";
import { sizeOf } from "../shape.ts";
import { strided } from "./strided.ts";

/** Formulas longer than this are cut: the part below is stored. */
const longest = 64;
/** What is at most this long is worked out again by each of its readers. */
const cheap = 12;
/** Products below this many multiplications are plain loops. */
const smallProduct = 4096;

/** The words of an elementwise formula, and whether it calls a function. */
const costs = new WeakMap<object, { readonly words: number; readonly heavy: boolean }>();

function costOf(item: Item): { readonly words: number; readonly heavy: boolean } {
  if (item.op.family !== "elementwise") return { words: 1, heavy: false };
  const known = costs.get(item.op);
  if (known) return known;
  const parts = subexpressions([item.op.f(item.inputs.map((_, i) => arg(i)))]);
  const heavy = parts.some((e) => e.kind === "apply" && e.name in functions);
  const cost = { words: parts.length, heavy };
  costs.set(item.op, cost);
  return cost;
}

/** Multiplications of a contraction: the product of the sizes of all its letters. */
export function productSize(item: Item, items: readonly Item[]): number {
  if (item.op.family !== "contraction") return 0;
  const { a, b } = item.op;
  const [x, y] = item.inputs.map((i) => (items[i] as Item).shape) as [readonly number[], readonly number[]];
  const sizes = new Map([
    ...[...a].map((l, k) => [l, x[k] as number] as const),
    ...[...b].map((l, k) => [l, y[k] as number] as const),
  ]);
  return [...sizes.values()].reduce((n, s) => n * s, 1);
}

export const isSmallProduct = (item: Item, items: readonly Item[]): boolean =>
  !isFloat(item.dtype) || productSize(item, items) <= smallProduct;

/** Which items get memory of their own; the others are formulas inside their readers. */
export function materialised({ items, roots }: Structure): readonly boolean[] {
  const readers: number[][] = items.map(() => []);
  items.forEach((item, i) => {
    for (const x of new Set(item.inputs)) (readers[x] as number[]).push(i);
  });
  const isRoot = new Set(roots);
  const asked = askedFor(items);
  const chosen: boolean[] = [];
  const words: number[] = [];
  const heavy: boolean[] = [];
  items.forEach((item, i) => {
    const cost = costOf(item);
    const inner = item.inputs.filter((x) => !chosen[x]);
    const within = inner.reduce((n, x) => n + (words[x] as number), 0);
    words[i] = cost.words + (within <= longest && staysAlong(item) ? 0 : within);
    heavy[i] = cost.heavy || inner.some((x) => heavy[x]);
    const users = readers[i] as number[];
    const repeated = users.length > 1 || users.some((u) => repeats(items[u] as Item, item));
    const own = item.input >= 0 || !inlines(item);
    chosen[i] =
      own ||
      isRoot.has(i) ||
      asked.has(i) ||
      (words[i] as number) > longest ||
      (repeated && (heavy[i] as boolean)) ||
      (users.length > 1 && (words[i] as number) > cheap);
  });
  return chosen;
}

const inlines = (item: Item): boolean =>
  item.op.family === "elementwise" ||
  item.op.family === "movement" ||
  item.op.family === "source" ||
  (item.op.family === "indexing" && item.op.mode === "gather");

/** Whether a movement repeats elements along its last axis: loops work them out once, before they run along it. */
function staysAlong({ op, shape }: Item): boolean {
  if (op.family !== "movement") return false;
  const at = shape.map((_, k) => arg(k));
  const along = at.filter((_, k) => shape[k] !== 1).at(-1);
  const formulas = op.reads(at).flatMap(({ index, valid }) => [...index.map(toExpr), valid ?? toExpr(0)]);
  return along !== undefined && !subexpressions(formulas).includes(along);
}

/** Whether a reader reads the elements of `x` more than once. */
const repeats = (reader: Item, x: Item): boolean =>
  reader.op.family === "contraction" ||
  (reader.op.family === "movement" && sizeOf(reader.shape) > sizeOf(x.shape));

/** The items that some reader takes from memory only. */
function askedFor(items: readonly Item[]): ReadonlySet<number> {
  const asked = new Set<number>();
  for (const item of items) {
    const { op, inputs } = item;
    if (op.family === "contraction" && !isSmallProduct(item, items))
      for (const x of inputs) asked.add(strided(items, x).base);
    if (op.family === "indexing")
      for (const x of op.mode === "gather" ? inputs.slice(0, 1) : inputs) asked.add(x);
    if (op.family === "recurrence") for (const x of inputs) asked.add(x);
  }
  return asked;
}
