import {
  ChainruleError,
  checkpoint,
  customGradient,
  elementwise,
  noGrad,
  randn,
  scalar,
  type Tensor,
  tensor,
  where,
} from "@chainrule/core";
import { type GradcheckReport, gradcheck, gradgradcheck } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

const { div, log, mul, neg } = scalar;
const square = (x: scalar.Expr) => mul(x, x);

/** x³ with a stated derivative that is right except at element `wrong`, where it is twice too large. */
const cube = (wrong: number, mode: "reverse" | "forward") =>
  customGradient((x: Tensor) => {
    const factor = (m: string) =>
      tensor(
        Array.from({ length: x.size }, (_, i) => (i === wrong && m === mode ? 2 : 1)),
        {
          shape: x.shape,
          dtype: x.dtype,
        },
      );
    const slope = x.square().mul(3);
    return {
      value: x.pow(3),
      gradient: (ȳ: Tensor) => [ȳ.mul(slope).mul(factor("reverse"))],
      tangent: (ẋ: Tensor | null) => (ẋ as Tensor).mul(slope).mul(factor("forward")),
    };
  });

const messageOf = (check: () => unknown): string => {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(ChainruleError);
    return (error as Error).message;
  }
  return expect.fail("the check should have failed");
};

describe("gradcheck", () => {
  const x = tensor([[1, 2, 3]]);

  it("accepts a right gradient, of float32 inputs too, which it raises to float64", () => {
    expect(gradcheck(cube(-1, "reverse"), [x]).checked).toBe(9);
    gradcheck((a: Tensor, b: Tensor) => a.matmul(b).tanh(), [x, tensor([[0.1], [0.2], [0.3]])]);
  });
  it.each(["reverse", "forward"] as const)(
    "names the element that is wrong in %s mode, both numbers and the error in ulp",
    (mode) => {
      const check = () => gradcheck(cube(1, mode), [x]);
      expect(check).toThrow(ChainruleError);
      expect(check).toThrow(new RegExp(`∂y\\[0, 1\\]/∂x0\\[0, 1\\] is 24.* in ${mode} mode and 12 by`));
      expect(check).toThrow(/an error of 12\.0 or \d\.\d\de\+15 ulp/);
    },
  );
  it("checks only the modes that are given", () => {
    gradcheck(cube(1, "reverse"), [x], { modes: ["forward"] });
    gradcheck(cube(1, "forward"), [x], { modes: ["reverse"] });
  });
  it("passes integers on, and goes through structures", () => {
    const at = tensor([[2, 0]], { dtype: "int32" });
    gradcheck((p: { readonly w: Tensor }, index: Tensor) => p.w.gather(1, index).square(), [{ w: x }, at]);
  });
  it("checks every tensor that f returns in a list or an object", () => {
    const f = (t: Tensor) => ({ a: t.exp(), b: [t.sum()] });
    expect(gradcheck(f, [x]).checked).toBe(12);
    expect(() => gradcheck((t: Tensor) => [t, cube(0, "reverse")(t)], [x])).toThrow(/∂y1\[0, 0\]/);
  });
  it("accepts functions of and to no elements", () => {
    gradcheck((t: Tensor) => t.mul(2), [tensor([])]);
  });
});

/** Functions with a derivative that is wrong in one op, and what the message says of it. */
const wrong: readonly (readonly [
  title: string,
  f: (...x: Tensor[]) => Tensor,
  op: string,
  partial: RegExp,
])[] = (() => {
  const flipped = elementwise("flipped", { f: (a) => square(a), d: (_y, a) => [mul(-2, a)] });
  const dropped = elementwise("dropped", { f: (a) => square(a), d: (_y, a) => [a] });
  const swapped = elementwise("swapped", { f: (a, b) => mul(a, b), d: (_y, a, b) => [a, b] });
  const lopsided = elementwise("lopsided", {
    f: (a, b) => div(a, b),
    d: (_y, a, b) => [div(1, b), div(a, square(b))],
  });
  const constant = elementwise("constant", { f: (a) => neg(log(a)), d: () => [-1] });
  const unsummed = customGradient((a: Tensor, b: Tensor) => ({
    value: a.mul(b.sum()),
    gradient: (ȳ) => [ȳ.mul(b.sum()), ȳ.mul(a)],
    tangent: (ȧ, ḃ) => (ȧ ? ȧ.mul(b.sum()) : a.mul(0)).add(ḃ ? a.mul(ḃ.sum()) : 0),
  }));
  const steep = customGradient((a: Tensor) => ({
    value: a.sub(1).relu(),
    gradient: (ȳ) => [ȳ.mul(where(a.eq(1), 3, a.gt(1)))],
    tangent: (ȧ) => (ȧ as Tensor).mul(a.gt(1)),
  }));
  return [
    ["a flipped sign", (a) => flipped(a.exp()).log(), "flipped", /∂y\[0\]\/∂x\[0\] is -5\.4.* and 5\.4/],
    ["a dropped factor", (a) => dropped(a.sin()).tanh(), "dropped", /is 0\.8.* and 1\.6/],
    [
      "the wrong operand",
      (a, b) => swapped(a, b as Tensor).exp(),
      "swapped",
      /∂y\[0\]\/∂x0\[0\] is 1 .* and 0\.5/,
    ],
    [
      "one wrong operand of two",
      (a, b) => lopsided(a, (b as Tensor).exp()).sum(),
      "lopsided",
      /∂y\[0\]\/∂x1\[0\] is 0\.36.* and -0\.36/,
    ],
    ["a constant", (a) => constant(a.square()), "constant", /∂y\[1\]\/∂x\[1\] is -1 .* and -0\.2/],
    [
      "a cotangent that is not summed over a broadcast axis",
      (a, b) => unsummed(a.exp(), (b as Tensor).tanh()).log(),
      "customGradient",
      /∂y\[1\]\/∂x1\[0\] is 0 .* and 7\.38/,
    ],
    [
      "a slope outside of those of a kink",
      (a) => steep(a).mul(2),
      "customGradient",
      /is 3 .* between 0 and 1/,
    ],
    ["detach", (a) => a.mul(a.detach()), "detach", /no derivative passes through it/],
    ["noGrad", (a) => a.mul(noGrad(() => a.exp())), "exp", /no derivative passes through it/],
    ["an op used twice", (a) => flipped(flipped(a)).mul(flipped(a)), "flipped", /is -2.* and 2/],
    [
      "an op inside a checkpoint",
      (a) => checkpoint((t: Tensor) => flipped(t).exp())(a),
      "checkpoint",
      /∂y\[0\]\/∂x\[0\] is -5/,
    ],
    [
      "an op beside stable formulas, whose parts are right only together",
      (a) => flipped(a).logSoftmax(0).add(a.logSumExp()).add(a.norm()),
      "flipped",
      /is -2 .* and 2/,
    ],
  ];
})();

describe("the op at fault", () => {
  const [a, b] = [tensor([1, 2]), tensor([0.5, 0.25])];
  it.each(wrong)("is found for %s", (_, f, op, partial) => {
    const used = f.length === 2 ? [a, b] : [a];
    const message = messageOf(() => gradcheck(f, used));
    expect(message).toMatch(
      new RegExp(`The op at fault is likely ${op}, called at .*gradcheck.test.ts:\\d+`),
    );
    expect(message.split("at fault")[1]).toMatch(partial);
  });

  it("is one that computes in float32, which is too coarse", () => {
    expect(() => gradcheck((t: Tensor) => t.to("float32").exp().to("float64"), [a])).toThrow(
      /likely toFloat32.*: it computes in float32/,
    );
  });
  it("is named in gradgradcheck too", () => {
    const once = customGradient((t: Tensor) => ({
      value: t.pow(3),
      gradient: (ȳ) => [ȳ.mul(t.detach().square().mul(3))],
      tangent: (ẋ) => (ẋ as Tensor).mul(t.square().mul(3)),
    }));
    gradcheck(once, [a]);
    expect(() => gradgradcheck(once, [a])).toThrow(/∂x̄0\[0\]\/∂x0\[0\] is 0 .*likely detach/s);
  });
});

/** Right functions at points where they have no derivative, and what the report says of them. */
const kinked: readonly (readonly [
  title: string,
  f: (x: Tensor) => Tensor,
  at: number[],
  says: string | RegExp,
])[] = [
  ["relu", (x) => x.relu(), [0, 1], "∂y[0]/∂x0[0] has a kink: 0 from the left, 1 from the right"],
  ["abs", (x) => x.abs(), [0, -1], "∂y[0]/∂x0[0] has a kink: -1 from the left, 1 from the right"],
  [
    "amax of equal elements",
    (x) => x.amax(),
    [2, 2],
    /∂y\[\]\/∂x0\[1\] has a kink: 0 from the left, 1 from the right/,
  ],
  ["max along a dim", (x) => x.max(0).values, [2, 2], /∂y\[\]\/∂x0\[0\] has a kink/],
  ["norm", (x) => x.norm(), [0, 0], /∂y\[\]\/∂x0\[0\] has a kink: -1 from the left, 1 from the right/],
  ["maximum", (x) => x.maximum(3), [3, 1], /kink: 0 from the left, 1 from the right/],
  ["clamp", (x) => x.clamp(0, 1), [1, 0.5], /kink: 1 from the left, 0 from the right/],
  ["leakyRelu", (x) => x.leakyRelu(0.1), [0, 1], /kink: 0\.1 from the left, 1 from the right/],
  [
    "sqrt",
    (x) => x.sqrt(),
    [0, 4],
    "∂y[0]/∂x0[0] does not exist: a jump or an infinite slope, which was not checked",
  ],
  ["floor", (x) => x.floor(), [3, 0.5], "∂y[0]/∂x0[0] does not exist"],
  ["sign", (x) => x.sign(), [0, 0.5], "∂y[0]/∂x0[0] does not exist"],
  ["pow", (x) => x.pow(1.5), [0, 1], "∂y[0]/∂x0[0] is at the edge of the domain"],
];

describe("a kink", () => {
  it.each(kinked)("of %s is reported, and is no false alarm", (_, f, at, says) => {
    const report: GradcheckReport = gradcheck(f, [tensor(at, { dtype: "float64" })]);
    expect(report.ok).toBe(true);
    expect(report.kinks.length).toBeGreaterThan(0);
    expect(String(report)).toMatch(
      typeof says === "string" ? new RegExp(says.replace(/[[\]]/g, "\\$&")) : says,
    );
  });
  it("within a step of the point is not one at the point", () => {
    expect(gradcheck((x: Tensor) => x.relu(), [tensor([3e-6, -3e-6])]).kinks).toEqual([]);
  });
  it("is not mistaken for one where the function is merely curved", () => {
    expect(gradcheck((x: Tensor) => x.mul(100).sin(), [tensor([0.3, 1])]).kinks).toEqual([]);
    expect(gradcheck((x: Tensor) => x.relu().pow(1.5), [tensor([0, 1])]).kinks).toEqual([]);
  });
  it("is listed five times at most", () => {
    const report = gradcheck((x: Tensor) => x.abs(), [tensor([0, 0, 0, 0, 0, 0, 0])]);
    expect(report.kinks).toHaveLength(7);
    expect(String(report)).toMatch(
      /^49 partial derivatives are right\n(.*kink.*\n){5}and 2 more such points$/,
    );
  });
});

describe("gradgradcheck", () => {
  it("accepts right second derivatives, and compares those by the cotangent too", () => {
    expect(
      gradgradcheck((x: Tensor, y: Tensor) => x.mul(y).exp(), [tensor([1, 2]), tensor([0.5])]).checked,
    ).toBe(15);
  });
  it("finds a wrong second derivative where the first is right", () => {
    const slope = elementwise("slope", { f: (x) => mul(2, x), d: () => [-2] });
    const once = customGradient((x: Tensor) => ({
      value: x.square(),
      gradient: (ȳ) => [ȳ.mul(slope(x))],
      tangent: (ẋ) => (ẋ as Tensor).mul(slope(x)),
    }));
    gradcheck(once, [tensor([1, 2])]);
    expect(() => gradgradcheck(once, [tensor([1, 2])])).toThrow(
      /∂x̄0\[0\]\/∂x0\[0\] is -2\.236068 in reverse mode and 2\.236068 by.*likely slope/s,
    );
  });
});

describe("what gradcheck refuses", () => {
  const x = tensor([1, 2]);
  const refusals: readonly (readonly [title: string, check: () => unknown, message: RegExp])[] = [
    [
      "inputs without a float tensor",
      () => gradcheck((t: Tensor) => t, [x.to("int32")]),
      /none of the inputs is a float/,
    ],
    ["no inputs", () => gradcheck(() => x, []), /none of the inputs is a float/],
    [
      "inputs that are no list",
      () => gradcheck((t: Tensor) => t, x as never),
      /inputs a tensor float32\[2\] must be a list/,
    ],
    ["what is no function", () => gradcheck(x as never, [x]), /f a tensor float32\[2\] must be a function/],
    ["an unknown option", () => gradcheck((t: Tensor) => t, [x], { step: 1 } as never), /step/],
    [
      "a function that returns no tensor",
      () => gradcheck((_: Tensor) => 3, [x]),
      /f returned 3; it must return a tensor/,
    ],
    ["an async function", () => gradcheck(async (t: Tensor) => t, [x]), /async function/],
    [
      "a function that returns bool",
      () => gradcheck((t: Tensor) => t.gt(1), [x]),
      /f returns bool, which has no derivative/,
    ],
    [
      "a function that falls to float32",
      () => gradcheck((t: Tensor) => t.to("float32"), [x]),
      /too coarse for differences/,
    ],
    ["NaN among the inputs", () => gradcheck((t: Tensor) => t, [tensor([1, Number.NaN])]), /x0\[1\] is NaN/],
    [
      "a result outside of the domain",
      () => gradcheck((t: Tensor) => t.log(), [tensor([1, -1])]),
      /y\[1\] is NaN/,
    ],
    ["an infinite result", () => gradcheck((t: Tensor) => t.log(), [tensor([1, 0])]), /y\[1\] is -Infinity/],
    [
      "random numbers",
      () => gradcheck((t: Tensor) => t.mul(randn(2)), [x]),
      /f gave .* of the same inputs: it draws random/,
    ],
  ];
  it.each(refusals)("%s", (_, check, message) => {
    expect(check).toThrow(ChainruleError);
    expect(check).toThrow(message);
  });
});
