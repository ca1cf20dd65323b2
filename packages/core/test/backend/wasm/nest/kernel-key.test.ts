import { compile, evaluate, type Tensor } from "@chainrule/core";
import { expect, test } from "vitest";
import { buildModule } from "../../../../src/backend/wasm/module.ts";
import { target } from "../../../../src/backend/wasm/target.ts";
import { canonicalize, graphOf } from "../../../../src/graph/canonicalize.ts";
import { lower } from "../../../../src/lower/pipeline.ts";
import { given } from "../../../given.ts";

const size = 24;
const weights = Array.from({ length: 40 }, () => given(size, size));
/** A product so large that what stands before it and behind it is in nests of its own. */
const mixed = (x: Tensor, k: number): Tensor => x.matmul(weights[k] as Tensor).mul(0.2);

/** Nests over one shape, each unlike the others in one thing. */
const unlike: readonly ((x: Tensor) => Tensor)[] = [
  (x) => x.tanh(),
  (x) => x.sigmoid(),
  (x) => x.sub(x.relu()),
  (x) => x.relu().sub(x),
  (x) => x.roll(1, 0),
  (x) => x.roll(2, 0),
  (x) => x.roll(1, 1),
  (x) => x.flip(0),
  (x) => x.transpose(),
  (x) => x.slice(0, 1).pad([0, 0, 0, 1]),
  (x) => x.slice(0, 1).pad([0, 0, 1, 0]),
  (x) => x.slice(0, 2).pad([0, 0, 0, 2]),
  (x) => x.add(x.sum(0, { keepdim: true })),
  (x) => x.add(x.sum(1, { keepdim: true })),
  (x) => x.add(x.amax(1, { keepdim: true })),
  (x) => x.add(x.argmax(1, { keepdim: true })),
  (x) => x.add(x.argmin(1, { keepdim: true })),
  (x) => x.add(x.gt(0).to("float32")),
  (x) => x.add(x.gt(0).to("int32").sum()),
  (x) => x.cumsum(0),
  (x) => x.cumsum(1),
];

test("nests that differ in one thing do each their own", () => {
  const x = given(size, size);
  const all = compile((y: Tensor) => unlike.reduce((z, f, k) => mixed(f(z), k), y));
  const oneByOne = unlike.reduce((z, f, k) => {
    const step = f(z);
    evaluate(step);
    const next = mixed(step, k);
    evaluate(next);
    return next;
  }, x);
  expect(all(x).data()).toEqual(oneByOne.data());
});

test("nests alike are one function, whichever tensors they are for", () => {
  const x = given(size, size);
  const layers = (n: number) => weights.slice(0, n).reduce((y, _, k) => mixed(y, k).tanh(), x);
  const bytes = (n: number) =>
    buildModule(lower(canonicalize(graphOf([layers(n).node])), target), {}).bytes.length;
  expect((bytes(40) - bytes(1)) / 39).toBeLessThan(bytes(1) / 5);
  const deep = compile((y: Tensor) => weights.reduce((z, _, k) => mixed(z, k).tanh(), y));
  const oneByOne = weights.reduce((z, _, k) => {
    const next = mixed(z, k).tanh();
    evaluate(next);
    return next;
  }, x);
  expect(deep(x).data()).toEqual(oneByOne.data());
});
