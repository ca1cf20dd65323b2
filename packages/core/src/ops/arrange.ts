import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { axes, axis, axisOrNone, broadcast, formatShape, type Shape, sizeOf } from "../shape.ts";
import { beside } from "./apply.ts";
import { broadcasting } from "./broadcast.ts";
import { elementwiseOps } from "./elementwise.ts";
import { readAt } from "./indexing.ts";
import { cat, catArguments, movements } from "./movement.ts";
import { type Operand, requireNode } from "./row.ts";
import { iota, scalar } from "./source.ts";

const { add, eq, ge, le, where } = elementwiseOps;
const { reshape, expand } = broadcasting;
const { permute, slice, padZeros } = movements;

/** Options of `pad`. */
export interface PadOptions {
  readonly mode?: "constant" | "reflect" | "replicate" | "circular";
  /** What a constant padding holds. */
  readonly value?: number;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const spliced = (shape: Shape, at: number, remove: number, ...insert: number[]): number[] => [
  ...shape.slice(0, at),
  ...insert,
  ...shape.slice(at + remove),
];

/** Whether element (i, j) of the last two axes lies where `keep` says j − i may be. */
function triangle(op: string, x: Node, diagonal: number, keep: typeof ge): Node {
  if (x.shape.length < 2)
    fail("shape", op, `${formatShape(x.shape)} is no matrix; it needs at least two axes`);
  const [rows, columns] = [x.shape.at(-2) as number, x.shape.at(-1) as number];
  const inside = keep(add(iota([rows, columns], 0, "int32"), diagonal), iota([rows, columns], 1, "int32"));
  return where(inside, x, beside(x, 0));
}

/** The border that a padding mode puts before and after `x` along `dim`. */
const borders: Record<
  Exclude<PadOptions["mode"], "constant" | undefined>,
  (x: Node, dim: number, before: number, after: number) => readonly [Node, Node]
> = {
  reflect: (x, d, before, after) => {
    const n = x.shape[d] as number;
    return [
      movements.flip(slice(x, d, 1, 1 + before), d),
      movements.flip(slice(x, d, n - 1 - after, n - 1), d),
    ];
  },
  replicate: (x, d, before, after) => {
    const repeat = (edge: Node, times: number) => expand(edge, spliced(x.shape, d, 1, times));
    return [repeat(slice(x, d, 0, 1), before), repeat(slice(x, d, -1), after)];
  },
  circular: (x, d, before, after) => {
    const n = x.shape[d] as number;
    return [slice(x, d, n - before, n), slice(x, d, 0, after)];
  },
};

/** Rearrangements, as compositions of movements and indexing. */
export const arrangements = {
  /** Two axes exchanged; the last two unless told. */
  transpose(x: Node, dim0 = -2, dim1 = -1): Node {
    const [a, b] = [
      axisOrNone("transpose", dim0, x.shape.length),
      axisOrNone("transpose", dim1, x.shape.length),
    ];
    return permute(
      x,
      range(x.shape.length).map((i) => (i === a ? b : i === b ? a : i)),
    );
  },

  /** Axes `source` moved to places `destination`, the others keeping their order. */
  movedim(x: Node, source: number | readonly number[], destination: number | readonly number[]): Node {
    const from = [source].flat().map((d) => axisOrNone("movedim", d, x.shape.length));
    const to = [destination].flat().map((d) => axisOrNone("movedim", d, x.shape.length));
    if (from.length !== to.length || [from, to].some((list) => new Set(list).size !== list.length))
      fail(
        "dim",
        "movedim",
        `${from.length} axes ${formatShape(from)} do not go to ${to.length} places ${formatShape(to)}`,
      );
    const rest = range(x.shape.length).filter((i) => !from.includes(i));
    return permute(
      x,
      range(x.shape.length).map((i) =>
        to.includes(i) ? (from[to.indexOf(i)] as number) : (rest.shift() as number),
      ),
    );
  },

  /** Axes of size 1 removed: those of `dims`, or all. */
  squeeze(x: Node, dims?: number | readonly number[]): Node {
    const dropped = axes("squeeze", dims, x.shape.length).filter((d) => x.shape[d] === 1);
    return reshape(
      x,
      x.shape.filter((_, i) => !dropped.includes(i)),
    );
  },

  /** A new axis of size 1 at place `dim`. */
  unsqueeze(x: Node, dim: number): Node {
    return reshape(x, spliced(x.shape, axis("unsqueeze", dim, x.shape.length + 1), 0, 1));
  },

  /** Axes from `startDim` to `endDim` joined into one. */
  flatten(x: Node, startDim = 0, endDim = -1): Node {
    if (x.shape.length === 0) return reshape(x, [1]);
    const [start, end] = [axis("flatten", startDim, x.shape.length), axis("flatten", endDim, x.shape.length)];
    if (start > end) fail("dim", "flatten", `startDim ${start} lies behind endDim ${end}`);
    return reshape(x, spliced(x.shape, start, end - start + 1, sizeOf(x.shape.slice(start, end + 1))));
  },

  /** Axis `dim` divided into `sizes`, one of which may be −1. */
  unflatten(x: Node, dim: number, sizes: readonly number[]): Node {
    const d = axis("unflatten", dim, x.shape.length);
    const n = x.shape[d] as number;
    const known = sizeOf(sizes.filter((m) => m !== -1));
    const to = sizes.map((m) => (m === -1 ? n / known : m));
    if (!to.every((m) => Number.isInteger(m) && m >= 0) || sizeOf(to) !== n)
      fail(
        "shape",
        "unflatten",
        `sizes ${formatShape(sizes)} do not divide dim ${d} of ${formatShape(x.shape)}`,
      );
    return reshape(x, spliced(x.shape, d, 1, ...to));
  },

  /** `length` elements from `start` along `dim`. */
  narrow(x: Node, dim: number, start: number, length: number): Node {
    const n = x.shape[axis("narrow", dim, x.shape.length)] as number;
    const first = start < 0 ? start + n : start;
    if (first < 0 || length < 0 || first + length > n)
      fail("index", "narrow", `${length} elements from ${start} do not lie within dim ${dim} of size ${n}`);
    return slice(x, dim, first, first + length);
  },

  /** The part at `index` along `dim`, without that axis. */
  select(x: Node, dim: number, index: number): Node {
    const d = axis("select", dim, x.shape.length);
    const n = x.shape[d] as number;
    const at = index < 0 ? index + n : index;
    if (!Number.isInteger(index) || at < 0 || at >= n)
      fail("index", "select", `index ${index} is out of range for dim ${d} of size ${n}`);
    return reshape(slice(x, d, at, at + 1), spliced(x.shape, d, 1));
  },

  /** Parts of `splitSize` along `dim` (the last may be shorter), or of the listed sizes. */
  split(x: Node, splitSize: number | readonly number[], dim = 0): Node[] {
    const d = axis("split", dim, x.shape.length);
    const n = x.shape[d] as number;
    if (typeof splitSize === "number" && !(splitSize >= 1))
      fail("value", "split", `parts of ${splitSize} elements; give a size ≥ 1`);
    if (![splitSize].flat().every(Number.isInteger))
      fail("value", "split", `sizes ${[splitSize].flat()} must be whole numbers`);
    const sizes =
      typeof splitSize === "number"
        ? range(Math.max(1, Math.ceil(n / splitSize))).map((k) => Math.min(splitSize, n - k * splitSize))
        : splitSize;
    if (sizes.reduce((a, b) => a + b, 0) !== n || sizes.some((s) => s < 0))
      fail("shape", "split", `sizes ${formatShape(sizes)} do not add up to ${n}, the size of dim ${d}`);
    let end = 0;
    return sizes.map((size) => {
      end += size;
      return slice(x, d, end - size, end);
    });
  },

  /** At most `chunks` parts of equal size along `dim`, the last may be shorter. */
  chunk(x: Node, chunks: number, dim = 0): Node[] {
    if (!Number.isInteger(chunks) || chunks < 1)
      fail("value", "chunk", `${chunks} chunks; give a whole number ≥ 1`);
    const n = x.shape[axis("chunk", dim, x.shape.length)] as number;
    return arrangements.split(x, Math.max(1, Math.ceil(n / chunks)), dim);
  },

  /** The parts along `dim`, each without that axis. */
  unbind(x: Node, dim = 0): Node[] {
    const d = axis("unbind", dim, x.shape.length);
    return range(x.shape[d] as number).map((i) => arrangements.select(x, d, i));
  },

  /** The tensor laid side by side, repeats[i] times along axis i; further leading axes may be added. */
  repeat: (x: Node, repeats: readonly number[]): Node => {
    const lead = repeats.length - x.shape.length;
    if (lead < 0)
      fail(
        "shape",
        "repeat",
        `${formatShape(repeats)} needs a number for each axis of ${formatShape(x.shape)}`,
      );
    const shape = [...new Array<number>(lead).fill(1), ...x.shape];
    const interleaved = reshape(
      x,
      shape.flatMap((n) => [1, n]),
    );
    return reshape(
      expand(
        interleaved,
        shape.flatMap((n, i) => [repeats[i] as number, n]),
      ),
      shape.map((n, i) => n * (repeats[i] as number)),
    );
  },

  /** `repeat` that takes missing leading numbers as 1, as NumPy's tile. */
  tile: (x: Node, dims: readonly number[]): Node => {
    return arrangements.repeat(x, [
      ...new Array<number>(Math.max(0, x.shape.length - dims.length)).fill(1),
      ...dims,
    ]);
  },

  /** x with a border: (before, after) pairs from the last axis on; negative numbers crop a constant padding. */
  pad(x: Node, pads: readonly number[], { mode = "constant", value = 0 }: PadOptions = {}): Node {
    if (mode === "constant") {
      const padded = padZeros(x, pads);
      if (value === 0) return padded;
      const inside = padZeros(expand(scalar(true, "bool"), x.shape), pads);
      return where(inside, padded, beside(x, value));
    }
    if (!(mode in borders))
      fail("value", "pad", `there is no mode ${mode}; it is constant, ${Object.keys(borders).join(", ")}`);
    if (pads.length % 2 !== 0 || !pads.every(Number.isInteger))
      fail("shape", "pad", `${formatShape(pads)} must be (before, after) pairs of whole numbers`);
    return range(pads.length / 2).reduce((y, k) => {
      const d = x.shape.length - 1 - k;
      const [before, after] = [pads[2 * k] as number, pads[2 * k + 1] as number];
      const limit = (x.shape[d] as number) - (mode === "reflect" ? 1 : 0);
      const reach = Math.max(before, after);
      if (reach === 0 && d >= 0) return y;
      if (d < 0 || before < 0 || after < 0 || reach > (mode === "replicate" && limit > 0 ? reach : limit))
        fail(
          "shape",
          "pad",
          `${mode} padding of ${before}, ${after} does not fit dim ${d} of ${formatShape(x.shape)}`,
        );
      const [front, back] = borders[mode](y, d, before, after);
      return cat([front, y, back], d);
    }, x);
  },

  /** The slices of x at the places that the 1-d `index` lists along `dim`. */
  indexSelect(x: Node, dim: number, index: Node): Node {
    const d = axisOrNone("indexSelect", dim, x.shape.length);
    if (x.shape.length === 0 && sizeOf(index.shape) === 1)
      return readAt("indexSelect", x, d, reshape(index, []));
    if (index.shape.length > 1 || x.shape.length === 0)
      fail("shape", "indexSelect", `the index ${formatShape(index.shape)} must be a list of places`);
    const column = reshape(
      index,
      x.shape.map((_, i) => (i === d ? -1 : 1)),
    );
    const at = expand(column, spliced(x.shape, d, 1, column.shape[d] as number));
    return readAt("indexSelect", x, d, at);
  },

  /** gather with x and index broadcast against each other outside `dim`; on the flattened tensors without `dim`. */
  takeAlongDim(x: Node, index: Node, dim?: number): Node {
    if (dim === undefined) return readAt("takeAlongDim", reshape(x, [-1]), 0, reshape(index, [-1]));
    const d = axisOrNone("takeAlongDim", dim, x.shape.length);
    if (x.shape.length === 0) return readAt("takeAlongDim", x, d, index);
    if (index.shape.length !== x.shape.length)
      fail(
        "shape",
        "takeAlongDim",
        `the index ${formatShape(index.shape)} must have as many axes as ${formatShape(x.shape)}`,
      );
    const outer = broadcast("takeAlongDim", [spliced(x.shape, d, 1, 1), spliced(index.shape, d, 1, 1)]);
    const fit = (t: Node) => expand(t, spliced(outer, d, 1, t.shape[d] as number));
    return readAt("takeAlongDim", fit(x), d, fit(index));
  },

  /** Rows of `weight` at the places that `index` (this tensor, int32) holds: shape index.shape + [width]. */
  embedding(index: Node, weight: Node): Node {
    if (weight.shape.length !== 2)
      fail("shape", "embedding", `the weight ${formatShape(weight.shape)} must be [entries, width]`);
    const width = weight.shape[1] as number;
    const at = expand(reshape(index, [-1, 1]), [sizeOf(index.shape), width]);
    return reshape(readAt("embedding", weight, 0, at), [...index.shape, width]);
  },

  /** 1 at each index and 0 elsewhere along a new last axis of size `numClasses` (int32). */
  oneHot(index: Node, numClasses: number): Node {
    if (index.dtype !== "int32")
      fail(
        "dtype",
        "oneHot",
        `the index is ${index.dtype}; it must be int32. Did you mean index.to("int32")?`,
      );
    const classes = iota([numClasses], 0, "int32");
    // Looked up rather than compared at once: that refuses what is no class.
    const looked = readAt("oneHot", classes, 0, reshape(index, [-1]));
    return add(eq(reshape(looked, [...index.shape, 1]), classes), 0);
  },

  /** x with `value` where `mask` holds. */
  maskedFill(x: Node, mask: Node, value: Operand): Node {
    if (mask.dtype !== "bool")
      fail("dtype", "maskedFill", `the mask is ${mask.dtype}; it must be bool. Did you mean mask.ne(0)?`);
    return where(mask, beside(x, value), x);
  },

  /** The lower triangle: elements up to `diagonal` places right of the main one, 0 elsewhere. */
  tril(x: Node, diagonal = 0): Node {
    return triangle("tril", x, diagonal, ge);
  },

  /** The upper triangle: elements from `diagonal` places right of the main one, 0 elsewhere. */
  triu(x: Node, diagonal = 0): Node {
    return triangle("triu", x, diagonal, le);
  },

  /** The diagonal of a matrix, or the matrix with this vector on its diagonal. */
  diag(x: Node, diagonal = 0): Node {
    if (x.shape.length !== 1 && x.shape.length !== 2)
      fail(
        "shape",
        "diag",
        `${formatShape(x.shape)} is neither vector nor matrix. Did you mean diagonal or diagEmbed?`,
      );
    return x.shape.length === 1 ? movements.diagEmbed(x, diagonal) : movements.diagonal(x, diagonal);
  },
};

/** Tensors of one shape joined along a new axis `dim`. */
export function stack(tensors: readonly Node[], dim = 0): Node {
  for (const x of tensors) requireNode("stack", x);
  const first = tensors[0] ?? fail("value", "stack", "nothing to join: give at least one tensor");
  const d = axis("stack", dim, first.shape.length + 1);
  for (const x of tensors)
    if (x.shape.join() !== first.shape.join())
      fail(
        "shape",
        "stack",
        `${tensors.map((t) => formatShape(t.shape)).join(" · ")} must all be of one shape`,
      );
  return cat(
    tensors.map((x) => arrangements.unsqueeze(x, d)),
    d,
  );
}

export const arrangementArguments = {
  transpose: { dim0: "dim?", dim1: "dim?" },
  movedim: { source: "dim or dims", destination: "dim or dims" },
  squeeze: { dims: "dim or dims?" },
  unsqueeze: { dim: "dim" },
  flatten: { startDim: "dim?", endDim: "dim?" },
  unflatten: { dim: "dim", sizes: "open shape" },
  narrow: { dim: "dim", start: "integer", length: "size" },
  select: { dim: "dim", index: "integer" },
  split: { splitSize: "size or sizes", dim: "dim?" },
  chunk: { chunks: "count", dim: "dim?" },
  unbind: { dim: "dim?" },
  repeat: { repeats: "shape..." },
  tile: { dims: "shape..." },
  pad: { pads: "integers", options: { mode: ["constant", ...Object.keys(borders)], value: "number" } },
  indexSelect: { dim: "dim", index: "tensor" },
  takeAlongDim: { index: "tensor", dim: "dim?" },
  embedding: { weight: "tensor" },
  oneHot: { numClasses: "size" },
  maskedFill: { mask: "tensor", value: "operand" },
  tril: { diagonal: "integer?" },
  triu: { diagonal: "integer?" },
  diag: { diagonal: "integer?" },
} as const satisfies Signatures<typeof arrangements>;

export const stackArguments = catArguments;
