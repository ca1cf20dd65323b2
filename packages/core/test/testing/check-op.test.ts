import {
  ChainruleError,
  customGradient,
  elementwise,
  fullLike,
  scalar,
  type Tensor,
  tensor,
} from "@chainrule/core";
import { type CheckName, type CheckOpOptions, checkOp } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

const { add, maximum, mul } = scalar;
const [x, w] = [
  tensor([
    [0.5, 2],
    [-1, 1.5],
  ]),
  tensor([
    [1.5, -2],
    [0.3, 1],
  ]),
];

const cube = elementwise("cube", {
  f: (a) => mul(a, mul(a, a)),
  d: (_y, a) => [mul(3, mul(a, a))],
});

/** a·b by rules of its own, whose parts can be replaced by wrong ones. */
const product = (rule: {
  gradient?: (ȳ: Tensor, a: Tensor, b: Tensor) => (Tensor | null)[];
  tangent?: (ȧ: Tensor, ḃ: Tensor, a: Tensor, b: Tensor) => Tensor;
}) =>
  customGradient((a: Tensor, b: Tensor) => ({
    value: a.mul(b),
    gradient: (ȳ) => rule.gradient?.(ȳ, a, b) ?? [ȳ.mul(b), ȳ.mul(a)],
    tangent: (ȧ, ḃ) => {
      const [da, db] = [ȧ ?? fullLike(a, 0), ḃ ?? fullLike(b, 0)];
      return rule.tangent?.(da, db, a, b) ?? da.mul(b).add(a.mul(db));
    },
  }));

describe("checkOp", () => {
  it("accepts right ops of every kind, and prints a line for each check", () => {
    const report = checkOp(cube, [[x], [w]], { formula: (a) => a ** 3 }).assert();
    expect(report.findings).toEqual([]);
    expect(String(report).match(/^✓ \w+$/gm)).toHaveLength(8);
    checkOp((a: Tensor, b: Tensor) => a.matmul(b), [[x, w]], {
      reference: (a: Tensor, b: Tensor) => a.unsqueeze(2).mul(b.unsqueeze(0)).sum(1),
    }).assert();
    checkOp((a: Tensor, b: Tensor) => a.mul(b).tanh(), [[x, w]]).assert();
    checkOp((list: readonly Tensor[], n: number) => list[0]!.add(list[1]!).mul(n), [[[x, w], 3]]).assert();
    checkOp(product({}), [[x, w]], { skip: ["broadcasting"] }).assert();
  });

  it("notes what an op does not have, which is no fault", () => {
    const reverseOnly = customGradient((a: Tensor) => ({
      value: a.exp(),
      gradient: (ȳ) => [ȳ.mul(a.exp())],
    }));
    const report = checkOp(reverseOnly, [[x]]);
    expect(report.ok).toBe(true);
    expect(String(report)).toContain("note: sample 0: no forward mode");
    expect(String(checkOp(elementwise("plain", { f: (a) => add(a, 1) }), [[x]]))).toContain(
      "note: sample 0: no derivative: plain: has no derivative rule",
    );
    expect(String(checkOp((a: Tensor) => a.gt(0), [[x]]))).toContain("the result is not float");
    expect(String(checkOp((a: Tensor) => a.relu(), [[tensor([0, 1])]]))).toContain(
      "1 partial derivatives at kinks",
    );
  });

  const faults: readonly (readonly [
    check: CheckName,
    title: string,
    op: (...args: Tensor[]) => Tensor,
    args: readonly Tensor[],
    says: RegExp,
    options?: CheckOpOptions | undefined,
  ])[] = [
    [
      "value",
      "an op that is not its formula",
      cube,
      [x],
      /at \[0, 0\] and expected to be 0\.25.*ulp/,
      { formula: (a) => a ** 2 },
    ],
    [
      "value",
      "an op that is not its reference",
      (a) => a.sum(1),
      [x],
      /expected to be -0\.5/,
      { reference: (a: Tensor) => a.sum(0) },
    ],
    [
      "derivatives",
      "a flipped sign",
      elementwise("flipped", { f: (a) => mul(a, a), d: (_y, a) => [mul(-2, a)] }),
      [x],
      /∂y\[0, 0\]\/∂x0\[0, 0\] is -1 in reverse.* and 1 by.*\n.*\n.*at fault is likely flipped/s,
    ],
    [
      "derivatives",
      "a wrong operand",
      product({ gradient: (ȳ, a, b) => [ȳ.mul(a), ȳ.mul(b)] }),
      [x, w],
      /likely customGradient/,
    ],
    [
      "adjoint",
      "modes that differ",
      product({ tangent: (ȧ, ḃ, a, b) => ȧ.mul(b).sub(a.mul(ḃ)) }),
      [x, w],
      /⟨u, J·v⟩ is .* by forward mode and .* by reverse mode, in float32/,
    ],
    [
      "secondDerivatives",
      "a gradient that cannot be differentiated",
      product({ gradient: (ȳ, a, b) => [ȳ.mul(b.detach()), ȳ.mul(a)] }),
      [x, w],
      /∂x̄0\[0, 0\]\/∂x1\[0, 0\] is 0 .*likely detach/s,
    ],
    [
      "broadcasting",
      "a gradient that is not summed",
      product({}),
      [x, w],
      /gradient 0 is \[2, 2\], the argument \[1, 2\]/,
    ],
    [
      "zeroSize",
      "an op that refuses operands without elements",
      (a) => (a.size === 0 ? a.reshape(7) : a.exp()),
      [x],
      /operands \[0, 2\] are refused/,
    ],
    [
      "specialValues",
      "a formula with another NaN",
      elementwise("largest", { f: (a) => maximum(a, 0), d: (_y, a) => [scalar.lt(0, a)] }),
      [x],
      /is NaN at .* and expected to be 0/,
      { formula: (a) => Number(a > 0) * (a || 0) },
    ],
    [
      "dtypes",
      "a result that is always float32",
      (a) => a.exp().to("float32"),
      [x],
      /the result of float64 is float32/,
    ],
  ];
  for (const [check, title, op, args, says, options] of faults)
    it(`${check} finds ${title}`, () => {
      const report = checkOp(op, [args], options);
      const own = report.findings.filter((found) => found.check === check);
      expect(own.map(({ text }) => text).join("\n")).toMatch(says);
      expect(String(report)).toContain(`✗ ${check}`);
      expect(() => report.assert()).toThrow(ChainruleError);
      expect(() => report.assert()).toThrow(/checkOp: the op has \d+ faults?\n/);
      const without = checkOp(op, [args], { ...options, skip: report.findings.map((found) => found.check) });
      expect(without.findings).toEqual([]);
    });

  const refusals: readonly (readonly [title: string, call: () => unknown, message: RegExp])[] = [
    ["no samples", () => checkOp(cube, []), /there is no sample/],
    [
      "a sample that is no list",
      () => checkOp(cube, [x] as never),
      /sample 0 is a tensor .* must be the list of arguments/,
    ],
    [
      "a sample without a float tensor",
      () => checkOp(cube, [[x.to("int32")]]),
      /none of the inputs is a float tensor/,
    ],
    ["a sample that is not finite", () => checkOp(cube, [[tensor([1, Infinity])]]), /x0\[1\] is Infinity/],
    [
      "an op that returns no tensor",
      () => checkOp((_: Tensor) => 3, [[x]]),
      /the op returned 3, not a tensor/,
    ],
    ["what is no function", () => checkOp(3 as never, [[x]]), /op 3 must be a function/],
    [
      "an unknown check",
      () => checkOp(cube, [[x]], { skip: ["values"] }),
      /no check "values"; the checks are value, deriv/,
    ],
    ["an unknown option", () => checkOp(cube, [[x]], { only: [] } as never), /only/],
  ];
  it.each(refusals)("refuses %s", (_, call, message) => {
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(message);
  });
});
