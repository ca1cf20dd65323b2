import { type Kind, kinds } from "../arguments.ts";
import { fail } from "../errors.ts";
import { Node } from "../graph/node.ts";
import { data } from "../ops/source.ts";
import { formatShape } from "../shape.ts";

type Bound = number | "";
/** A range as in Python, `start:stop:step`: each part is optional, and negative numbers count from the end. */
export type Range = `${Bound}:${Bound}` | `${Bound}:${Bound}:${Bound}`;

/**
 * An index of one axis, or of several: an integer removes the axis; `"1:3"` is a range of it; `null` inserts an axis of
 * size 1; `"..."` keeps all axes that the other indices leave; a list or an int32 tensor holds indices; a list of booleans
 * or a bool tensor selects the elements where it holds.
 */
export type Index = number | null | "..." | Range | readonly number[] | readonly boolean[] | Node;

const rangePattern = /^(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?$/;

const isBoolean = (x: unknown): x is boolean => typeof x === "boolean";

export const indexKind: Kind = {
  holds: (x) =>
    x === null ||
    x === "..." ||
    (typeof x === "string" ? rangePattern.test(x) : kinds.integer.holds(x) || kinds.tensor.holds(x)) ||
    kinds.integers.holds(x) ||
    (Array.isArray(x) && x.every(isBoolean)),
  message: 'an integer, a range such as "1:3", "...", null, a list of indices or a tensor of them',
  code: "index",
  fix: '"1:3" for the range from 1 up to 3, or [1, 3] for the indices 1 and 3',
};

export const indicesKind: Kind = {
  ...indexKind,
  holds: (x) => Array.isArray(x) && x.every(indexKind.holds),
  message: "a list with an index for each axis",
  fix: '[0, "1:3"]',
};

/** Start, stop and step of a range. */
export const parseRange = (range: Range): (number | undefined)[] =>
  range.split(":").map((part) => (part === "" ? undefined : Number(part)));

/** A list of indices (int32), or of booleans (bool), as a tensor. */
export const indexTensor = (list: readonly number[] | readonly boolean[]): Node =>
  list.length > 0 && list.every(isBoolean)
    ? data(Uint8Array.from(list, Number), [list.length], "bool")
    : data(Int32Array.from(list as readonly number[]), [list.length], "int32");

/** The number of axes of x that an index consumes. */
const axesConsumed = (i: Index): number =>
  i === null || i === "..." ? 0 : i instanceof Node && i.dtype === "bool" ? i.shape.length : 1;

/** The index of every axis of x: `...` and missing indices become full ranges. */
export function expandEllipsis(op: string, x: Node, index: readonly Index[]): Exclude<Index, "...">[] {
  const ellipsis = index.indexOf("...");
  if (ellipsis !== index.lastIndexOf("...")) fail("index", op, 'an index has at most one "..."');
  const left = x.shape.length - index.reduce<number>((n, i) => n + axesConsumed(i), 0);
  if (left < 0)
    fail(
      "index",
      op,
      `${x.shape.length - left} indices for the ${x.shape.length} axes of ${formatShape(x.shape)}`,
    );
  const position = ellipsis === -1 ? index.length : ellipsis;
  const full = new Array<Range>(left).fill(":");
  return [...index.slice(0, position), ...full, ...index.slice(position + 1)] as Exclude<Index, "...">[];
}
