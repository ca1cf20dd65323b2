import { ones, type Shape, Tensor, tensor } from "@chainrule/core";
import { operandsOf } from "../../src/ops/apply.ts";
import { methods } from "../../src/tensor/methods.ts";

export type Name = keyof typeof methods;
type Arguments = (x: Tensor) => readonly (readonly unknown[])[];

const int = (x: number | readonly number[]): Tensor => tensor(x as number[], { dtype: "int32" });
const none = int([]);
const zerosLike = (x: Tensor): Tensor => ones(x.shape, { dtype: "int32" }).sub(1);

/** One place of a scalar, of a vector, and none, and places of x's own shape. */
const places = (x: Tensor): (readonly [place: Tensor, element: Tensor])[] => [
  [int(0), tensor(5, { dtype: x.dtype })],
  [int([0]), tensor([5], { dtype: x.dtype })],
  [none, tensor([], { dtype: x.dtype })],
  [zerosLike(x), x],
];

const alone: Arguments = () => [[]];
const along: Arguments = () => [[0], [-1]];
const over: Arguments = () => [[], [0], [-1], [0, { keepdim: true }]];
const another: Arguments = (x) => [[x], [1]];
const reading: Arguments = (x) => places(x).flatMap(([at]) => [0, -1].map((dim) => [dim, at]));
const writing: Arguments = (x) => places(x).flatMap(([at, y]) => [0, -1].map((dim) => [dim, at, y]));

/** Rows at a list of places, too. */
const listed: Arguments = (x) => [...writing(x), [0, ones([x.shape[0] ?? 1], { dtype: "int32" }).sub(1), x]];

const all = (names: string, calls: Arguments) =>
  Object.fromEntries(names.split(" ").map((name) => [name, calls])) as { readonly [K in Name]?: Arguments };

/** Arguments of the methods that take some, valid for some shape at least. */
const calls: { readonly [K in Name]?: Arguments } = {
  ...all(
    "cumsum cumprod cummax cummin logCumSumExp logcumsumexp softmax logSoftmax max min maxAlong minAlong glu",
    along,
  ),
  ...all("sum prod amax amin any all mean var std nanSum nansum nanMean nanmean countNonzero", over),
  ...all("logSumExp logsumexp argmax argmin", over),
  reshape: () => [[[-1]], [[1]], [[0]], [[]]],
  expand: (x) => [[[2]], [[0]], [[3, 1]], [[2, ...x.shape]]],
  view: () => [[[-1]], [[1]], [[0]]],
  broadcastTo: (x) => [[[2, ...x.shape]], [[0, ...x.shape]]],
  expandAs: (x) => [[x], [x.unsqueeze(0)]],
  permute: (x) => [[x.shape.map((_, i) => i).reverse()]],
  slice: () => [[0], [0, 1], [-1, 0, 1]],
  flip: () => [[], [0], [-1]],
  roll: () => [[1], [1, 0]],
  diagonal: () => [[], [1]],
  diagEmbed: () => [[], [1]],
  padZeros: () => [[[1, 1]], [[0, 0]], [[-1, 2]]],
  windows: () => [
    [0, 1],
    [-1, 2],
    [0, 1, { padding: 1 }],
  ],
  fold: () => [[0, 3]],
  gather: reading,
  indexSelect: reading,
  takeAlongDim: (x) => places(x).flatMap(([at]) => [[at], [at, 0]]),
  take: (x) => places(x).map(([at]) => [at]),
  scatter: writing,
  scatterAdd: writing,
  indexAdd: listed,
  indexCopy: listed,
  indexFill: (x) => places(x).map(([at]) => [0, at, 1]),
  scatterReduce: (x) =>
    ["sum", "mean", "prod", "amax", "amin"].flatMap((how) =>
      writing(x).flatMap((args) => [
        [...args, how],
        [...args, how, { includeSelf: false }],
      ]),
    ),
  maskedScatter: (x) => [
    [x.gt(0), x],
    [tensor(true), tensor([])],
    [tensor(false), tensor([])],
  ],
  maskedFill: (x) => [
    [x.gt(0), 1],
    [tensor(true), 0],
  ],
  maskedSelect: (x) => [[x.gt(0)], [tensor(false)]],
  searchSorted: another,
  embedding: () => [[ones([3, 2])], [ones([0, 2])]],
  oneHot: () => [[3], [0]],
  at: () => [[0], ["..."], [null]],
  setAt: () => [
    [[0], 1],
    [["..."], 1],
  ],
  addAt: () => [
    [[0], 1],
    [["..."], 1],
  ],
  unsqueeze: along,
  flatten: () => [[], [0], [0, -1]],
  unflatten: () => [
    [0, [-1]],
    [0, [2, -1]],
    [0, [0, -1]],
  ],
  narrow: () => [
    [0, 0, 1],
    [0, 0, 0],
  ],
  select: () => [
    [0, 0],
    [-1, -1],
  ],
  split: () => [[1], [2, 0], [[1], 0], [[0], 0]],
  chunk: () => [[1], [2, 0]],
  unbind: () => [[], [0]],
  repeat: () => [[[2]], [[0]], [[2, 3]]],
  tile: () => [[[2]], [[]], [[0]]],
  repeatInterleave: () => [[2], [2, 0], [int([1]), 0]],
  pad: () =>
    ["constant", "reflect", "replicate", "circular"].flatMap((mode) => [
      [[1, 1], { mode }],
      [[0, 0], { mode }],
      [[1, 0], { mode, value: 1 }],
    ]),
  transpose: () => [[], [0, -1]],
  movedim: () => [[0, -1]],
  moveaxis: () => [[0, -1]],
  swapaxes: () => [[0, -1]],
  sizeOf: along,
  squeeze: () => [[], [0], [-1]],
  rot90: () => [[]],
  matmul: (x) => [[x], [1], [x.reshape([x.size])]],
  mm: (x) => [[x], [x.ndim === 2 ? x.transpose() : x]],
  bmm: (x) => [[x]],
  mv: (x) => [[x], [x.ndim === 2 ? ones([x.shape[1] as number], { dtype: x.dtype }) : x]],
  dot: another,
  outer: another,
  inner: another,
  tensordot: (x) => [[x], [x, 0], [x, 1]],
  kron: another,
  cross: another,
  matrixPower: () => [[0], [1], [2]],
  lerp: (x) => [[x, x]],
  where: (x) => [[x.ne(0), x]],
  bincount: alone,
  trace: alone,
  polygamma: () => [[1]],
  threshold: () => [[0, 1]],
  clamp: () => [[0], [0, 1]],
  isClose: another,
  norm: () => [[], [2, 0], [3], [1, -1], [Infinity], [-Infinity, 0], [0], [0.5]],
};

/** Calls of a method on x: those above; for a formula, x or 1 as every operand after the first; x alone. */
export function callsOf(name: Name, x: Tensor): readonly (readonly unknown[])[] {
  const listed = calls[name];
  if (listed) return listed(x);
  const method = methods[name];
  if (!("formula" in method)) return method.length > 1 ? [[x], [1]] : [[]];
  const others = operandsOf(method.formula) - 1;
  return others > 0 ? [x, 1].map((other) => new Array(others).fill(other)) : [[]];
}

/** The tensors that a method gives for x and arguments. */
export function resultsOf(name: Name, x: Tensor, args: readonly unknown[]): Tensor[] {
  const called = (x as unknown as Record<Name, (...args: readonly unknown[]) => unknown>)[name](...args);
  return called instanceof Tensor ? [called] : (Object.values(called as object) as Tensor[]);
}

export const names = Object.keys(methods) as Name[];

export const title = (name: Name, shape: Shape, args: readonly unknown[]): string =>
  `[${shape}].${name}(${args.map((a) => (a instanceof Tensor ? `tensor[${a.shape}]` : JSON.stringify(a))).join(", ")})`;
