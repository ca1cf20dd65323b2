import { type Kind, kinds, type Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import { Node } from "../graph/node.ts";
import { beside, elementwise } from "../ops/apply.ts";
import { arrangements } from "../ops/arrange.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { indexings } from "../ops/indexing.ts";
import { movements } from "../ops/movement.ts";
import type { Operand } from "../ops/row.ts";
import { data, iota, scalar } from "../ops/source.ts";
import { add, and, le, lt, neg, where } from "../scalar/primitives.ts";
import { broadcast, formatShape, sameShape, sizeOf } from "../shape.ts";
import { selections } from "./select.ts";

const { reshape, expand } = broadcasting;
const { indexSelect, movedim, select, unbind, unsqueeze } = arrangements;

type End = number | "";
/** A range as Python writes it, `start:stop:step`: each may be left out, and negative numbers count from the end. */
export type Range = `${End}:${End}` | `${End}:${End}:${End}`;

/**
 * What stands for one axis (or none, or several): a number drops the axis; `"1:3"` is a range of it; `null` makes a new axis of
 * size 1; `"..."` is everything that the others leave; a list or an int32 tensor names places; a list of booleans or a
 * bool tensor keeps the places where it holds.
 */
export type Index = number | null | "..." | Range | readonly number[] | readonly boolean[] | Node;

const rangePattern = /^(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?$/;

const isBoolean = (x: unknown): x is boolean => typeof x === "boolean";

const indexKind: Kind = {
  holds: (x) =>
    x === null ||
    x === "..." ||
    (typeof x === "string" ? rangePattern.test(x) : kinds.integer.holds(x) || kinds.tensor.holds(x)) ||
    kinds.integers.holds(x) ||
    (Array.isArray(x) && x.every(isBoolean)),
  message: 'a whole number, a range such as "1:3", "...", null, a list of places or a tensor of them',
  code: "index",
  fix: '"1:3" for the range from 1 up to 3, or [1, 3] for the places 1 and 3',
};

const indicesKind: Kind = {
  ...indexKind,
  holds: (x) => Array.isArray(x) && x.every(indexKind.holds),
  message: "a list with an index for each axis",
  fix: '[0, "1:3"]',
};

/** A place counted from the front. */
const fromFront = elementwise("at", {
  f: (i, n) => where(lt(i, 0), add(i, n), i),
  types: "number",
  require: {
    holds: (i, n) => and(le(neg(n), i), lt(i, n)),
    message: "an index must lie within −n … n − 1 for an axis of size n",
  },
});

/** A list of places, or of whether to keep them, as a tensor. */
const listed = (list: readonly number[] | readonly boolean[]): Node =>
  list.length > 0 && list.every(isBoolean)
    ? data(Uint8Array.from(list, Number), [list.length], "bool")
    : data(Int32Array.from(list as readonly number[]), [list.length], "int32");

/** The range along `dim` that a text says. */
function ranged(x: Node, dim: number, text: string): Node {
  const [start, stop, step] = text.split(":").map((part) => (part === "" ? undefined : Number(part)));
  return movements.slice(x, dim, start, stop, step);
}

const width = (i: Index): number =>
  i === null || i === "..." ? 0 : i instanceof Node && i.dtype === "bool" ? i.shape.length : 1;

/** The index with `...` spelled out. */
function spelled(op: string, x: Node, index: readonly Index[]): Index[] {
  const dots = index.indexOf("...");
  if (dots !== index.lastIndexOf("...")) fail("index", op, 'an index has at most one "..."');
  const left = x.shape.length - index.reduce<number>((n, i) => n + width(i), 0);
  if (left < 0)
    fail(
      "index",
      op,
      `${x.shape.length - left} indices for the ${x.shape.length} axes of ${formatShape(x.shape)}`,
    );
  const everything = new Array<Index>(left).fill(":");
  return dots === -1
    ? [...index, ...everything]
    : [...index.slice(0, dots), ...everything, ...index.slice(dots + 1)];
}

/** The lists of places, one for each axis, that an index tensor stands for at axis d. */
function placesOf(op: string, x: Node, d: number, index: Node): Node[] {
  if (index.dtype === "int32") return [index];
  if (index.dtype !== "bool")
    fail(
      "dtype",
      op,
      `an index tensor is ${index.dtype}; it must be int32 or bool. Did you mean i.to("int32")?`,
    );
  const over = x.shape.slice(d, d + index.shape.length);
  if (index.shape.length === 0 || !sameShape(over, index.shape))
    fail(
      "shape",
      op,
      `the mask ${formatShape(index.shape)} must have the shape of the axes it selects from, ${formatShape(over)}`,
    );
  return unbind(selections.nonzero(index), 1);
}

/** Axes `dims` of x replaced by the elements at `places`: where the first stood if they are neighbours, else in front. */
function picked(x: Node, dims: readonly number[], places: readonly Node[]): Node {
  const shape = broadcast(
    "at",
    places.map((p) => p.shape),
  );
  const sizes = dims.map((d) => x.shape[d] as number);
  const flat = places.reduce(
    (sum, p, k) =>
      elementwiseOps.add(elementwiseOps.mul(sum, sizes[k] as number), fromFront(p, sizes[k] as number)),
    scalar(0, "int32"),
  );
  const front = movedim(
    x,
    dims,
    dims.map((_, k) => k),
  );
  const rest = front.shape.slice(dims.length);
  const rows = indexSelect(reshape(front, [sizeOf(sizes), ...rest]), 0, reshape(expand(flat, shape), [-1]));
  const first = dims[0] as number;
  const to = dims.every((d, k) => d === first + k) ? first : 0;
  const axes = shape.map((_, k) => k);
  return movedim(
    reshape(rows, [...shape, ...rest]),
    axes,
    axes.map((k) => k + to),
  );
}

function read(op: string, x: Node, index: readonly Index[]): Node {
  let y = x;
  let d = 0;
  const dims: number[] = [];
  const places: Node[] = [];
  for (const i of spelled(op, x, index)) {
    if (typeof i === "number") y = select(y, d, i);
    else if (i === null) y = unsqueeze(y, d++);
    else if (typeof i === "string") y = ranged(y, d++, i);
    else
      for (const p of placesOf(op, y, d, i instanceof Node ? i : listed(i))) {
        dims.push(d++);
        places.push(p);
      }
  }
  return dims.length === 0 ? y : picked(y, dims, places);
}

/** x as one axis, its places that `index` names, and `value` spread over them. */
function written(op: string, x: Node, index: readonly Index[], value: Operand): readonly [Node, Node, Node] {
  const places = read(op, reshape(iota([sizeOf(x.shape)], 0, "int32"), x.shape), index);
  const flat = (t: Node) => reshape(t, [-1]);
  return [flat(x), flat(places), flat(expand(beside(x, value), places.shape))];
}

/** Indexing with several axes at once. */
export const subscripts = {
  /**
   * The elements that an index for each axis names, as `x[0, 1:5, ..., None, [2, 4]]` of NumPy and PyTorch:
   * `x.at(0, "1:5", "...", null, [2, 4])`. Several lists or tensors of places are broadcast and read together.
   * Negative places count from the end.
   * @throws where a place lies outside, or there are more indices than axes.
   */
  at(x: Node, ...index: Index[]): Node {
    return read("at", x, index);
  },

  /** x with `value`, which is broadcast, at the places of `x.at(…index)`; where a place repeats, the last one stays. */
  setAt(x: Node, index: readonly Index[], value: Operand): Node {
    const [flat, places, elements] = written("setAt", x, index, value);
    return reshape(indexings.scatter(flat, 0, places, elements), x.shape);
  },

  /** x with `value`, which is broadcast, added at the places of `x.at(…index)`; repeated places add up. */
  addAt(x: Node, index: readonly Index[], value: Operand): Node {
    const [flat, places, elements] = written("addAt", x, index, value);
    return reshape(indexings.scatterAdd(flat, 0, places, elements), x.shape);
  },

  /** The elements of the flattened tensor at the places of `index`, in its shape; negative ones count from the end. */
  take(x: Node, index: Node): Node {
    return read("take", reshape(x, [-1]), [index]);
  },
};

export const subscriptArguments = {
  at: { index: { ...indexKind, rest: true } },
  setAt: { index: indicesKind, value: "operand" },
  addAt: { index: indicesKind, value: "operand" },
  take: { index: "tensor" },
} as const satisfies Signatures<typeof subscripts>;
