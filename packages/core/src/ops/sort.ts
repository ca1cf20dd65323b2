import type { Signatures } from "../arguments.ts";
import type { TypedArray } from "../dtype.ts";
import type { HostView, Node } from "../graph/node.ts";
import { axisOrNone, range } from "../shape.ts";
import { broadcasting } from "./broadcast.ts";
import { type HostRow, host } from "./host.ts";
import { movements } from "./movement.ts";
import { row } from "./row.ts";

export interface SortOptions {
  /** Whether the largest element comes first; false by default. */
  readonly descending?: boolean;
  /** Accepted as by PyTorch: equal elements keep their order in any case. */
  readonly stable?: boolean;
}

/**
 * 64-bit keys, the low word first, that compare as unsigned integers as the elements do: −0 equals 0, and NaN is larger than
 * every number, as in PyTorch. float64 has the values of every dtype.
 */
function keysOf(x: TypedArray, descending: boolean): ArrayBuffer {
  const floats = new Float64Array(x.length);
  const words = new Int32Array(floats.buffer);
  const reverse = descending ? -1 : 0;
  for (let i = 0; i < x.length; i++) {
    const element = x[i]!;
    floats[i] = element + 0; // −0 + 0 is 0
    const low = words[2 * i]!;
    const high = words[2 * i + 1]!;
    // All bits of a negative number are flipped, and the sign of another one.
    const flip = high >> 31;
    words[2 * i] = reverse ^ (Number.isNaN(element) ? -1 : low ^ flip);
    words[2 * i + 1] = reverse ^ (Number.isNaN(element) ? -1 : high ^ (flip | (1 << 31)));
  }
  return floats.buffer;
}

/** Shorter lines are sorted by comparisons. */
const minRadix = 64;
/** Shorter lines are sorted by digits of 8 bits, since adding up 2¹⁶ counts costs more than the additional digits. */
const minWide = 2 ** 14;

/** The sign of a − b; NaN is larger than every number, as in PyTorch. */
const compare = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));

/** Sorts by comparisons, which are faster for a short line than counting the digits. */
function sortShortLines(out: HostView, x: TypedArray, descending: boolean): void {
  const n = out.shape.at(-1)!;
  const sign = descending ? -1 : 1;
  for (let start = 0; start < x.length; start += n) {
    const line = x.subarray(start, start + n);
    const order = Int32Array.from(line, (_, i) => i);
    out.data.set(
      order.sort((i, j) => sign * compare(line[i]!, line[j]!) || i - j),
      start,
    );
  }
}

/** A stable radix sort, the lowest digit first. */
function sortLongLines(out: HostView, x: TypedArray, descending: boolean): void {
  const n = out.shape.at(-1)!;
  const keys = keysOf(x, descending);
  const digits = n < minWide ? new Uint8Array(keys) : new Uint16Array(keys);
  const perKey = 8 / digits.BYTES_PER_ELEMENT;
  const ends = new Int32Array(2 ** (8 * digits.BYTES_PER_ELEMENT));
  let order = new Int32Array(n);
  let next = new Int32Array(n);
  for (let line = 0; line < x.length; line += n) {
    for (let i = 0; i < n; i++) order[i] = i;
    for (let digit = line * perKey; digit < (line + 1) * perKey; digit++) {
      ends.fill(0);
      for (let i = 0; i < n; i++) ends[digits[digit + i * perKey]!]!++;
      if (ends[digits[digit]!] === n) continue;
      for (let v = 1; v < ends.length; v++) ends[v]! += ends[v - 1]!;
      for (let i = n - 1; i >= 0; i--) next[--ends[digits[digit + order[i]! * perKey]!]!] = order[i]!;
      [order, next] = [next, order];
    }
    out.data.set(order, line);
  }
}

/** Fills each line of `out` with the indices that sort the line of x. */
const sortLines = (out: HostView, x: TypedArray, descending: boolean): void =>
  (out.shape.at(-1)! < minRadix ? sortShortLines : sortLongLines)(out, x, descending);

const argsortLast = (name: string, isDescending: boolean) => {
  const compute: HostRow["compute"] = (out, [x]) => sortLines(out, x!.data, isDescending);
  return host(name, { shape: (x) => x, dtype: () => "int32", compute }, true);
};
const ascending = argsortLast("argsort", false);
const descending = argsortLast("argsortDescending", true);

/** Ops that a host function computes. */
export const sorts = {
  /**
   * The indices (int32) that sort x along an axis. Equal elements keep their order; NaN is larger than every number.
   *
   * @param dim The axis; −1 by default.
   * @param options.descending Whether the largest element comes first; false by default.
   *
   * @example
   * console.log(tensor([3, 1, 2]).argsort().toArray()); //=> [ 1, 2, 0 ]
   */
  argsort: row(
    (x: Node, dim = -1, options: SortOptions = {}): Node => {
      const rank = x.shape.length;
      const d = axisOrNone("argsort", dim, rank);
      const order = options.descending ? descending : ascending;
      if (rank === 0) return broadcasting.reshape(order(broadcasting.reshape(x, [1])), []);
      const swapped = range(rank).map((i) => (i === d ? rank - 1 : i === rank - 1 ? d : i));
      return movements.permute(order(movements.permute(x, swapped)), swapped);
    },
    [[7]],
    [[3, 4, 2], 1],
    [[3, 4], 0, { descending: true }],
  ),
};

export const sortArguments = {
  argsort: { dim: "dim?", options: { descending: "boolean", stable: "boolean" } },
} as const satisfies Signatures<typeof sorts>;
