import type { Index } from "../algebra/term.ts";
import {
  canTurn,
  diagonal,
  has,
  indexed,
  inner,
  isOne,
  matmul,
  numeral,
  oriented,
  outer,
  product,
  sameSet,
  total,
  unionOf,
  without,
} from "./build.ts";
import type { Notation } from "./notation.ts";

/**
 * Products with letters as products of matrices: Σₙ X[n,k]·d[n] is Xᵀd. One bound letter after the other is contracted; where
 * matrices cannot say a product, it stays one with letters.
 */

const isIdentity = (x: Notation): boolean => x.kind === "diagonal" && isOne(x.of);

/** Whether a product with such letters is an inner product: of vectors, of whole tensors, or of the rows of matrices. */
function isInner({ axes }: Notation, bound: readonly Index[]): boolean {
  const summed = axes.filter((i) => has(bound, i)).length;
  return summed === axes.length || (summed === 1 && axes.length === 2);
}

/** Joins parts with the same letters into an elementwise product, except for the only two if they are summed. */
function joined(parts: readonly Notation[], bound: readonly Index[]): Notation[] {
  const tensors = parts.filter(({ axes }) => axes.length > 0);
  const [a, b, more] = tensors;
  if (a && b && !more && sameSet(a.axes, b.axes) && isInner(a, bound)) return [...parts];
  const groups: Notation[][] = [];
  for (const p of parts) {
    const group = isIdentity(p)
      ? undefined
      : groups.find(([q]) => !isIdentity(q!) && sameSet(q!.axes, p.axes));
    if (group) group.push(p);
    else groups.push([p]);
  }
  return groups.map((group) => (group.length === 1 ? group[0]! : product(group)));
}

/** How many transposes an orientation of a matrix needs. */
const turns = (x: Notation, axes: readonly Index[]): number =>
  axes.length < 2 || x.axes.every((i, k) => i.name === axes[k]!.name) ? 0 : 1;

/** Σ a·b over letters that no other part has, as a product of matrices. */
function contracted(
  a: Notation,
  b: Notation,
  over: readonly Index[],
  out: readonly Index[] | undefined,
): Notation | undefined {
  const [left, right] = [without(a.axes, over), without(b.axes, over)];
  const batch = left.filter((i) => has(right, i));
  const [i, j] = [without(left, batch), without(right, batch)];
  if (i.length === 0 && j.length === 0) {
    return inner(a, canTurn(b, a.axes) ? oriented(b, a.axes) : b, over);
  }
  if (over.length > 1 || i.length > 1 || j.length > 1) return undefined;
  const [ab, ba] = [
    [
      [...batch, ...i, ...over],
      [...batch, ...over, ...j],
    ],
    [
      [...batch, ...j, ...over],
      [...batch, ...over, ...i],
    ],
  ] as const;
  const place = (x: readonly Index[]) =>
    x[0] ? (out ?? []).findIndex(({ name }) => name === x[0]!.name) : -1;
  const [p, q] = [place(i), place(j)];
  const costs = [turns(a, ab[0]) + turns(b, ab[1]), turns(b, ba[0]) + turns(a, ba[1])] as const;
  const forwards = p >= 0 && q >= 0 ? p < q : i.length === j.length ? costs[0] <= costs[1] : i.length > 0;
  return forwards
    ? matmul(oriented(a, ab[0]), oriented(b, ab[1]))
    : matmul(oriented(b, ba[0]), oriented(a, ba[1]));
}

/** A vector beside a matrix that has its letter: a diagonal matrix times the matrix. */
function scaledRows(parts: readonly Notation[], i: Index): Notation[] | undefined {
  const vector = parts.find(({ axes }) => axes.length === 1 && has(axes, i));
  const matrix = [...parts].reverse().find((x) => x !== vector && x.axes.length === 2 && has(x.axes, i));
  if (!vector || !matrix) return undefined;
  const row = { ...i, name: `${i.name}′` };
  const turned = oriented(matrix, [i, ...without(matrix.axes, [i])]);
  const scaled = { ...matmul(diagonal(vector, row, i), turned), axes: turned.axes };
  return parts.filter((x) => x !== vector && x !== matrix).concat(scaled);
}

/** Contracts one bound letter. Undefined where none can be. */
function step(
  parts: readonly Notation[],
  bound: readonly Index[],
  out: readonly Index[] | undefined,
): Notation[] | undefined {
  for (const i of bound) {
    const holders = parts.filter(({ axes }) => has(axes, i));
    const rest = parts.filter((x) => !holders.includes(x));
    const [a, b, more] = holders;
    const isPrivate = (j: Index) => has(bound, j) && !rest.some(({ axes }) => has(axes, j));
    if (a && !b) return [...rest, total(a, a.axes.filter(isPrivate))];
    if (!a || !b || more) continue;
    const over = a.axes.filter((j) => isPrivate(j) && has(b.axes, j));
    const found = contracted(a, b, over, out);
    if (found) return [...rest, found];
  }
  for (const i of bound) {
    const scaled = scaledRows(parts, i);
    if (scaled) return scaled;
  }
  return undefined;
}

/** The product of parts whose letters all stay. */
function combined(parts: readonly Notation[], out: readonly Index[] | undefined): Notation {
  const scalars = parts.filter(({ axes }) => axes.length === 0);
  const [a, b, more] = parts.filter(({ axes }) => axes.length > 0);
  const spans = out && sameSet(unionOf(parts), out) ? out : undefined;
  if (!a || !b || more) return product(parts, spans);
  const batch = a.axes.filter((i) => has(b.axes, i));
  const [ownA, ownB] = [without(a.axes, batch), without(b.axes, batch)];
  const pair = (x: Notation) => product([...scalars, x]);
  const identity = [a, b].find(isIdentity);
  const other = a === identity ? b : a;
  if (identity && batch.length === 1) {
    const [j] = without(identity.axes, batch);
    return pair(diagonal(other, batch[0]!, j!));
  }
  if (identity || ownA.length !== 1 || ownB.length !== 1) return product(parts, spans);
  const [u, v] = out && has(out.slice(0, -1), ownB[0]!) && !has(out.slice(0, -1), ownA[0]!) ? [b, a] : [a, b];
  return pair(
    outer(
      oriented(u, [...batch, ...without(u.axes, batch)]),
      oriented(v, [...batch, ...without(v.axes, batch)]),
    ),
  );
}

/** The letters of the parts that no sum binds. */
const kept = (parts: readonly Notation[], over: readonly Index[]): Index[] => without(unionOf(parts), over);

const isWindows = (x: Notation): boolean => x.kind === "opaque" && x.name === "windows";

/** Products with letters inside of a product as its parts. */
const flattened = (parts: readonly Notation[]): readonly Notation[] =>
  parts.flatMap((p) => (p.kind === "indexed" ? p.factors : [p]));

/** Π of the parts, summed over letters, with the axes `out` in their order if they are given. */
export function network(
  given: readonly Notation[],
  bound: readonly Index[],
  out?: readonly Index[],
): Notation {
  const parts = flattened(given);
  const over = [...bound, ...given.flatMap((p) => (p.kind === "indexed" ? p.over : []))];
  const fallback = () => indexed(parts, over, out ?? kept(parts, over));
  if (parts.some(isWindows)) {
    const tensors = joined(
      parts.filter((p) => !isWindows(p)),
      [],
    );
    return indexed([...tensors, ...parts.filter(isWindows)], over, out ?? kept(parts, over));
  }
  try {
    let left = joined(parts, over);
    for (;;) {
      const open = over.filter((i) => left.some(({ axes }) => has(axes, i)));
      if (open.length === 0) break;
      const next = step(left, open, out);
      if (!next) return fallback();
      left = joined(next, over);
    }
    const whole = left.length === 0 ? numeral(1n) : combined(left, out);
    const axes = out?.filter((i) => has(whole.axes, i));
    return axes ? oriented(whole, axes) : whole;
  } catch (error) {
    if (error instanceof RangeError) return fallback();
    throw error;
  }
}
