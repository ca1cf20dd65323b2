import { arange, type Tensor, tensor } from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { target } from "../../../src/backend/wasm/target.ts";
import { canonicalize, graphOf } from "../../../src/graph/canonicalize.ts";
import { addIndex, constantIndex, type Index, scaleIndex } from "../../../src/lower/ir/index-map.ts";
import type { Buffer, Nest } from "../../../src/lower/ir/kernel.ts";
import type { Kernel, Program } from "../../../src/lower/ir/program.ts";
import { lower } from "../../../src/lower/pipeline.ts";
import { verify } from "../../../src/lower/verify/verify.ts";
import { literal } from "../../../src/scalar/expr.ts";
import { add, eq, where } from "../../../src/scalar/primitives.ts";

const programOf = (y: Tensor): Program => lower(canonicalize(graphOf([y.node])), target);

/** The program with its first nest of loops made anew. */
function broken({ kernels, ...program }: Program, change: (nest: Nest) => Nest): Program {
  const at = kernels.findIndex((k) => k.kind === "nest");
  return { ...program, kernels: kernels.map((k, i) => (i === at ? change(k as Nest) : k)) };
}

const moveLoads = (nest: Nest, f: (index: Index) => Index): Nest => ({
  ...nest,
  args: nest.args.map((x) => (x.kind === "load" ? { ...x, index: f(x.index) } : x)),
});

const moveStores = (nest: Nest, f: (index: Index) => Index): Nest => ({
  ...nest,
  loops: nest.loops.map((loop) => ({
    ...loop,
    statements: loop.statements.map((t) => ({
      ...t,
      store: t.store && { ...t.store, index: f(t.store.index) },
    })),
  })),
});

const withValues = (
  nest: Nest,
  f: (t: Nest["loops"][number]["statements"][number]) => typeof t.value,
): Nest => ({
  ...nest,
  loops: nest.loops.map((loop) => ({
    ...loop,
    statements: loop.statements.map((t) => ({ ...t, value: f(t) })),
  })),
});

const x = () => arange(12).reshape([3, 4]).mul(0.5);
const softmax = () => programOf(x().softmax(1));
const scaled = () => programOf(x().sin().mul(2));
const later = (index: Index): Index => addIndex(index, constantIndex(1));

const without = (program: Program, kind: Kernel["kind"]): Program => ({
  ...program,
  kernels: program.kernels.filter((k) => k.kind !== kind),
});

describe("verify", () => {
  it.each<[string, () => Program, RegExp]>([
    ["a load beyond the end", () => broken(scaled(), (n) => moveLoads(n, later)), /buffer .* at /],
    ["a store beyond the end", () => broken(scaled(), (n) => moveStores(n, later)), /buffer .* at /],
    [
      "elements that nothing stores",
      () => broken(scaled(), (n) => moveStores(n, (index) => scaleIndex(index, 0))),
      /is an output and not stored/,
    ],
    [
      "a kernel that is missing",
      () => without(programOf(x().cumsum(0).add(1)), "scan"),
      /read before it is stored/,
    ],
    [
      "kernels in another order",
      () => {
        const program = programOf(x().mul(2).cumsum(0));
        return { ...program, kernels: [...program.kernels].reverse() };
      },
      /read before it is stored/,
    ],
    [
      "a fraction of an element",
      () => {
        const program = scaled();
        const [first, ...rest] = program.buffers as [Buffer, ...Buffer[]];
        return { ...program, buffers: [{ ...first, size: 13.5 }, ...rest] };
      },
      /of 13.5/,
    ],
    [
      "parallel axes that carry an accumulation",
      () => {
        const columnSums = programOf(
          x()
            .sub(x().sum(1, { keepdim: true }))
            .sum(0),
        );
        const parallel = (nest: Nest) => ({ ...nest, parallel: nest.outerAxes.length });
        return {
          ...columnSums,
          kernels: columnSums.kernels.map((k) => (k.kind === "nest" ? parallel(k) : k)),
        };
      },
      /belongs to another point of the parallel axes/,
    ],
    [
      "a memory plan with overlapping buffers",
      () => {
        const program = programOf(x().cumsum(0).add(x().cumsum(1)).cumsum(0));
        const offsets = new Map([...program.plan.offsets].map(([buffer]) => [buffer, 0]));
        return { ...program, plan: { ...program.plan, offsets } };
      },
      /overlaps/,
    ],
    [
      "a result of a later loop",
      () => broken(softmax(), (n) => ({ ...n, loops: [...n.loops].reverse() })),
      /result of no earlier reduction|read before it is stored|read by the loop/,
    ],
    [
      "a word that works in no dtype",
      () =>
        broken(scaled(), (n) =>
          withValues(n, (t) => where(eq(t.value, 0), add(where(eq(t.value, 1), 1, 2), 1), 2)),
        ),
      /the dtype of where is unknown/,
    ],
    [
      "a word in two dtypes",
      () =>
        broken(scaled(), (n) =>
          withValues(n, (t) => add(t.value, where(eq(t.value, 0), literal(1, "int32"), 2))),
        ),
      /add in float32 reads int32/,
    ],
    [
      "a value of another dtype than its tensor",
      () => broken(scaled(), (n) => withValues(n, (t) => eq(t.value, 0))),
      /bool/,
    ],
  ])("refuses %s", (_, program, message) => {
    expect(() => verify(program())).toThrow(message);
  });

  it.each<[string, () => Tensor]>([
    ["loops", () => x().sin()],
    ["rows", () => x().softmax(1)],
    ["sums down columns", () => x().sum(0)],
    [
      "a product of matrices",
      () =>
        arange(900)
          .reshape([30, 30])
          .matmul(arange(900).reshape([30, 30])),
    ],
    ["a scatter", () => x().scatterAdd(0, tensor([[1, 2]], { dtype: "int32" }), tensor([[1, 2]]))],
    ["a gather", () => x().gather(1, tensor([[0], [3]], { dtype: "int32" }))],
    [
      "padded windows",
      () =>
        x()
          .windows(1, 3, { padding: [1, 1] })
          .sum(-1),
    ],
    ["many points", () => arange(70_000).reshape([700, 100]).softmax(1).roll(3, 0)],
  ])("lets %s pass", (_, y) => {
    expect(() => verify(programOf(y()))).not.toThrow();
  });
});
