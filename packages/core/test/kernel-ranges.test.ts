import { cat, grad, randn, type Tensor, tensor } from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { addressWord, tableWords } from "../src/backend/wasm/abi/table.ts";
import { GemmKernels, instantiate } from "../src/backend/wasm/instance.ts";
import { target } from "../src/backend/wasm/target.ts";
import { arrays } from "../src/dtype.ts";
import { canonicalize, graphOf } from "../src/graph/canonicalize.ts";
import { bytesOf, type Program } from "../src/lower/ir/program.ts";
import { lower } from "../src/lower/pipeline.ts";

type Order = (extent: number) => readonly (readonly [from: number, to: number])[];

const whole: Order = (extent) => [[0, extent]];

/** Single points, the last first. */
const pointsBackwards: Order = (extent) =>
  Array.from({ length: extent }, (_, k) => [extent - 1 - k, extent - k]);

/** Three ranges of different length, the middle one last. */
const thirds: Order = (extent) => {
  const [a, b] = [Math.floor(extent / 3), Math.floor((3 * extent) / 4)];
  return [
    [b, extent],
    [0, a],
    [a, b],
  ];
};

/** Runs each kernel over ranges of its extent, in fresh memory; returns the bytes of the outputs. */
function run(program: Program, order: Order): { outputs: Buffer[]; divided: string[] } {
  const memory = new WebAssembly.Memory({ initial: 400 });
  let end = 1024;
  const allocate = (bytes: number): number => {
    const at = end;
    end += Math.ceil((bytes + 64) / 64) * 64;
    return at;
  };
  const gemm = new GemmKernels(memory, "strict");
  const { runKernel, constants, extents, workspace } = instantiate(program, gemm);
  const table = allocate(4 * (tableWords(program) + constants.length));
  const words = new Int32Array(memory.buffer, table);
  words.set(constants, tableWords(program));
  for (const b of program.buffers) words[addressWord(b)] = allocate(b.size * bytesOf[b.dtype]);
  const elements = (b: (typeof program.buffers)[number]) =>
    new arrays[b.dtype](memory.buffer as ArrayBuffer, words[addressWord(b)], b.size);
  for (const input of program.inputs)
    elements(input).forEach((_, k, all) => {
      all[k] = input.dtype === "int32" ? (7 * k) % 3 : Math.sin(1 + 3 * k);
    });
  const divided: string[] = [];
  program.kernels.forEach((kernel, k) => {
    if (extents[k]! > 1) divided.push(kernel.kind);
    // Every call has a workspace of its own, as threads would.
    for (const [from, to] of order(extents[k]!)) runKernel(table, k, from, to, allocate(workspace));
  });
  expect(end).toBeLessThan(memory.buffer.byteLength);
  expect(words[0]).toBe(0);
  const outputs = program.outputs.map((b) => Buffer.from(elements(b).slice().buffer));
  return { outputs, divided };
}

const x = randn([12, 18, 33]);
const matrix = randn([40, 40]);

/** Programs and the kinds of their kernels that calls divide. */
const programs: Record<string, [Tensor, readonly string[]]> = {
  softmax: [x.softmax(2), ["nest"]],
  "layer norm and its gradient": [
    grad((y: Tensor) =>
      y
        .sub(y.mean(-1, { keepdim: true }))
        .div(y.std(-1, { keepdim: true }))
        .pow(3)
        .sum(),
    )(x),
    ["nest"],
  ],
  "sums over the last axis": [x.sum(2), ["nest"]],
  "sums over the first axis": [x.exp().sum(0), []],
  "the index of the maximum": [x.argmax(1), ["nest"]],
  "a product of matrices": [matrix.matmul(matrix.transpose()), ["gemm"]],
  "a batch of products": [x.matmul(randn([12, 33, 20])), ["gemm"]],
  "products by a broadcast matrix": [randn([3, 1, 16, 16]).matmul(randn([1, 5, 16, 16])), ["gemm"]],
  "a product through views": [matrix.windows(0, 5).matmul(randn([5, 30])), ["gemm"]],
  "a running sum": [x.cumsum(1), ["scan"]],
  "a running product and its gradient": [grad((y: Tensor) => y.cumprod(1).square().sum())(x), ["scan"]],
  "a concatenation": [
    cat(
      Array.from({ length: 12 }, (_, k) => x.mul(k).exp()),
      1,
    ),
    ["concat"],
  ],
  "a scatter": [matrix.scatterAdd(0, tensor([[0, 2, 1]], { dtype: "int32" }), randn([1, 3])), []],
};

describe.each(Object.entries(programs))("the kernels of %s", (_, [result, kinds]) => {
  const program = lower(canonicalize(graphOf([result.node])), target);
  const expected = run(program, whole);

  it("have parallel points", () => {
    expect(new Set(expected.divided)).toEqual(
      new Set([...kinds, ...expected.divided.filter((k) => k === "nest")]),
    );
  });

  it.each([
    ["single points, the last first", pointsBackwards],
    ["three ranges in any order", thirds],
  ])("give the same bits over %s", (_, order) => {
    // A comparison by `toEqual` takes seconds for as many bytes.
    const { outputs } = run(program, order);
    expect(outputs.map((bytes, k) => bytes.equals(expected.outputs[k]!))).toEqual(outputs.map(() => true));
  });
});
