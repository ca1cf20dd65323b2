import { elementwise, scalar, Tensor, tensor, where } from "@chainrule/core";
import { interpreter, withBackend } from "@chainrule/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { target } from "../../../src/backend/wasm/target.ts";
import { canonicalize, graphOf } from "../../../src/graph/canonicalize.ts";
import { printProgram } from "../../../src/lower/ir/print.ts";
import { lower } from "../../../src/lower/pipeline.ts";
import { constant } from "../../../src/ops/source.ts";

type Step = (x: Tensor) => Tensor;

/** A constant of the library, of any shape that it meets. */
const own = (value: number): Tensor => new Tensor(constant(value, "float32"));

/** Ops that do nothing, on tensors of shape [3, 3]. */
const nothing: readonly (readonly [string, Step])[] = [
  ["x·1", (x) => x.mul(own(1))],
  ["1·x", (x) => own(1).mul(x)],
  ["x/1", (x) => x.div(own(1))],
  ["x − 0", (x) => x.sub(own(0))],
  ["−(−x)", (x) => x.neg().neg()],
  ["a choice between x and x", (x) => where(x.isNaN(), x, x)],
  ["a reshape and back", (x) => x.reshape([9]).reshape([3, 3])],
  ["three reshapes", (x) => x.reshape([9, 1]).reshape([1, 9]).reshape([3, 3])],
  ["a permutation and its inverse", (x) => x.transpose(0, 1).transpose(1, 0)],
  ["two flips", (x) => x.flip(0).flip(0)],
  ["an axis more and an axis less", (x) => x.unsqueeze(1).squeeze(1)],
];

/** Ops that do little, but something: to −0, NaN or the places of elements. */
const something: readonly Step[] = [
  (x) => x.add(own(0)),
  (x) => own(0).sub(x),
  (x) => own(1).div(x),
  (x) => x.mul(own(0)),
  (x) => x.mul(own(-1)),
  (x) => x.sub(own(1)),
  (x) => x.sub(own(-0)),
  (x) => x.neg(),
  (x) => x.abs().neg(),
  (x) => where(x.gt(0), x, x.neg()),
  (x) => x.transpose(0, 1),
  (x) => x.reshape([9]).flip(0).reshape([3, 3]),
  (x) => x.transpose(0, 1).reshape([9]).reshape([3, 3]),
  (x) => x.flip(0).flip(1),
];

const specials = [0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 1e-40, -3e38] as const;

const kernelsOf = (y: Tensor): string => printProgram(lower(canonicalize(graphOf([y.node])), target));

describe("an op that does nothing", () => {
  it.each(nothing)("has no kernel: %s", (_, f) => {
    const x = tensor(specials, { shape: [3, 3] });
    expect(kernelsOf(f(x).exp())).toBe(kernelsOf(x.exp()));
  });

  it.each(nothing)("is a tensor of its own, or the same, where it is asked for: %s", (_, f) => {
    const x = tensor(specials, { shape: [3, 3] });
    const y = f(x);
    expect([...y.data()]).toEqual([...x.data()]);
    if (y.node !== x.node) expect(kernelsOf(f(x))).toContain("=");
  });
});

const steps = fc.array(fc.constantFrom(...something, ...nothing.map(([, f]) => f)), {
  minLength: 1,
  maxLength: 8,
});

describe("random sequences of ops that do little or nothing", () => {
  it("have the bits that the interpreter finds, which leaves nothing out", () => {
    fc.assert(
      fc.property(steps, fc.shuffledSubarray([...specials], { minLength: 9 }), (fs, elements) => {
        const y = () => {
          const x = tensor(elements, { shape: [3, 3] });
          return [...fs.reduce((t, f) => f(t), x).data()];
        };
        expect(y()).toEqual(withBackend(interpreter, y));
      }),
      { seed: 17, numRuns: 300, endOnFailure: true },
    );
  });
});

describe("ops of users", () => {
  it("are what their formulas say, whatever they are called", () => {
    const square = elementwise("neg", { f: (x) => scalar.mul(x, x) });
    const sum = elementwise("sub", { f: (x, y) => scalar.sub(y, x) });
    const spread = elementwise("expand", { f: (x) => scalar.add(x, 1) });
    const x = tensor([3, -2]);
    expect(square(square(x)).add(1).toArray()).toEqual([82, 17]);
    expect(sum(x, own(0)).add(1).toArray()).toEqual([-2, 3]);
    expect(
      x
        .mul(spread(own(0)))
        .add(1)
        .toArray(),
    ).toEqual([4, -1]);
  });
});
