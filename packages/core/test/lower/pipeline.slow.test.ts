import { cat, evaluate, grad, randn, stack, type Tensor, tensor, zeros } from "@chainrule/core";
import { interpreter, withBackend } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import { target } from "../../src/backend/wasm/target.ts";
import { canonicalize, graphOf } from "../../src/graph/canonicalize.ts";
import { lower } from "../../src/lower/pipeline.ts";

/** Bytes that a program takes beside its inputs and outputs. */
const scratch = (y: Tensor): number => lower(canonicalize(graphOf([y.node])), target).plan.bytes;

const index = tensor(Int32Array.of(3, 50_256, 7));

it("a one-hot vector of a vocabulary takes no memory for pairs of classes", () => {
  const classes = 50_257;
  expect(scratch(index.oneHot(classes).sum())).toBeLessThan(5 * classes);
  expect(index.oneHot(classes).argmax(1).toArray()).toEqual([3, 50_256, 7]);
});

const x = randn([40, 60]);
const table = randn([50, 60]);
const places = tensor(Int32Array.from({ length: 40 }, (_, i) => (i * 7) % 50));
evaluate(x, table, places, index);
const slopes = (of: Tensor, f: (t: Tensor) => Tensor): Tensor => grad((t: Tensor) => f(t).mul(x).sum())(of);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

/** What reads its operands where they lie, in steps along each axis. */
const inSteps: Readonly<Record<string, () => Tensor>> = {
  cumsum: () => x.cumsum(0),
  "cumsum along rows": () => x.cumsum(1),
  "cumsum of what is permuted, flipped and cut": () => x.transpose().flip(1).slice(0, 1, null, 3).cumsum(1),
  "cumsum of what is repeated": () => x.select(0, 3).expand([30, 60]).cumsum(0),
  indexSelect: () => table.indexSelect(0, places),
  embedding: () => places.embedding(table),
  takeAlongDim: () => table.takeAlongDim(places.reshape([40, 1]), 0),
  indexAdd: () => table.indexAdd(0, places, x),
  indexCopy: () => table.indexCopy(0, places, x.flip(0)),
  indexFill: () => table.indexFill(0, places, 3),
  "scatterAdd to zeros": () => zeros([60, 50]).scatterAdd(1, places.expand([60, 40]), x.transpose()),
  "scatter into what is permuted": () => table.transpose().scatter(1, places.expand([60, 40]), x.transpose()),
  "stack of rows": () => stack(x.unbind(0)),
  "stack of columns that lie in one piece": () => stack(x.transpose().unbind(1)),
  "cat of columns": () =>
    cat(
      upTo(20).map((i) => x.slice(1, 2 * i, 3 * i + 1)),
      1,
    ),
  "cat of every other row": () =>
    cat(
      upTo(20).map((i) => x.slice(0, 39, null, -2).slice(1, i, i + 2)),
      1,
    ),
  "cat within matrices": () =>
    cat(
      upTo(12).map((i) => x.reshape([8, 5, 60]).slice(1, i % 5, (i % 5) + 1)),
      1,
    ),
};

it("the gradient of cumsum takes no memory beside its own and that of what it is taken of", () => {
  expect(scratch(grad((t: Tensor) => t.cumsum(0).mul(x).sum())(x))).toBeLessThan(1.1 * 4 * x.size);
  expect(scratch(grad((t: Tensor) => t.cumsum(1).sum())(x))).toBeLessThan(64);
});

describe("no memory of its own has an operand that is moved", () => {
  it.each(Object.entries(inSteps))("%s", (_, f) => {
    expect(scratch(f())).toBe(0);
    const truth = withBackend(interpreter, () => f().data());
    expect(f().data()).toEqual(truth);
  });

  it.each<[string, () => Tensor]>([
    ["indexSelect", () => slopes(table, (t) => t.indexSelect(0, places))],
    ["embedding", () => slopes(table, (t) => places.embedding(t))],
  ])("nor has the gradient of %s an index or zeros of its size", (_, f) => {
    expect(scratch(f())).toBeLessThan(1.1 * 4 * x.size);
    expect(f().data()).toEqual(withBackend(interpreter, () => f().data()));
  });
});

it("lists of tensors may be as long as memory allows", () => {
  const many = new Array<Tensor>(130_000).fill(tensor([1]).add(1));
  evaluate(many, index);
  expect(cat(many).sum().item()).toBe(260_000);
  expect(zeros([130_000]).split(new Array(130_000).fill(1)).length).toBe(130_000);
});
