import { ChainruleError, elementwise, scalar, type Tensor, tensor } from "@chainrule/core";
import { matchers } from "@chainrule/core/testing";
import type {} from "@chainrule/core/testing/expect";
import type {} from "@chainrule/core/testing/vitest";
import { expect as jestExpect } from "expect";
import { describe, it, expect as vitestExpect } from "vitest";

vitestExpect.extend(matchers);
jestExpect.extend(matchers);

const { mul } = scalar;
const halved = elementwise("halved", { f: (x) => mul(x, mul(x, x)), d: (_y, x) => [mul(1.5, mul(x, x))] });
const cube = (x: Tensor) => x.pow(3);
const x = tensor([1, 2]);

/** The message of an expectation that fails; without the colours of Jest's own messages. */
const messageOf = (expectation: () => unknown): string => {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  return vitestExpect.fail("the expectation should have failed");
};

describe.each([
  ["vitest", vitestExpect],
  ["jest", jestExpect as unknown as typeof vitestExpect],
])("with the expect of %s", (_, expect) => {
  it("toBeCloseToTensor compares shape, dtype and elements with the tolerances of the dtype", () => {
    expect(x).toBeCloseToTensor(tensor([1, 2]));
    expect(x).toBeCloseToTensor([1, 2 + 1e-6]);
    expect(x).not.toBeCloseToTensor([1, 2.001]);
    expect(x).not.toBeCloseToTensor([[1, 2]]);
    expect(x).not.toBeCloseToTensor(tensor([1, 2], { dtype: "float64" }));
    expect(x.to("float64")).not.toBeCloseToTensor([1, 2 + 1e-6]);
    expect(x.to("int32")).toBeCloseToTensor([1, 2]);
    expect(x.to("int32")).not.toBeCloseToTensor([1, 3]);
    expect(x.gt(1)).toBeCloseToTensor([false, true]);
    expect(tensor([Number.NaN, Infinity])).toBeCloseToTensor([Number.NaN, Infinity]);
    expect(tensor([Number.NaN])).not.toBeCloseToTensor([0]);
  });

  it("toBeCloseToTensor takes rtol, atol and ulp; those that are left out are 0", () => {
    expect(x).toBeCloseToTensor([1, 2.1], { rtol: 0.1 });
    expect(x).toBeCloseToTensor([1, 2.1], { atol: 0.11 });
    expect(x).not.toBeCloseToTensor([1, 2 + 2 ** -22], { rtol: 0 });
    expect(x).toBeCloseToTensor([1, 2 + 2 ** -22], { ulp: 1 });
    expect(x).not.toBeCloseToTensor([1, 2 + 2 ** -21], { ulp: 1 });
  });

  it("toBeCloseToTensor names index, both values, the error in ulp, and the worst of several", () => {
    expect(messageOf(() => expect(tensor([[1, 2]])).toBeCloseToTensor([[1, 2.5]]))).toBe(
      "the tensor is 2 at [0, 1] and expected to be 2.5, an error of 0.500 or 2.10e+6 ulp (atol 0.00001, rtol 0.0000013)",
    );
    expect(messageOf(() => expect(tensor([1, 2, 3])).toBeCloseToTensor([1, 2.5, 9]))).toMatch(
      /at \[1\].*\n2 of 3 elements differ, most of all: the tensor is 3 at \[2\] and expected to be 9/,
    );
    expect(messageOf(() => expect(x).toBeCloseToTensor([1]))).toBe(
      "the tensor is float32[2] and expected to be float32[1]",
    );
    expect(messageOf(() => expect(x).not.toBeCloseToTensor(x))).toBe(
      "the tensors are close, and were expected to differ",
    );
  });

  it("toHaveGradient compares with a gradient derived by hand", () => {
    const sum = (t: Tensor) => cube(t).sum();
    expect(sum).toHaveGradient((t: Tensor) => t.square().mul(3), [x]);
    expect(sum).not.toHaveGradient((t: Tensor) => t.square(), [x]);
    expect(messageOf(() => expect(sum).toHaveGradient((t: Tensor) => t.square(), [x]))).toMatch(
      /∂f\/∂x0\[0\] is 3 by the library and 1 by hand.*ulp.*\nIt is 3 by central differences, so the gradient by hand is wrong/,
    );
    expect(messageOf(() => expect(sum).not.toHaveGradient((t: Tensor) => t.square().mul(3), [x]))).toMatch(
      /was expected to differ/,
    );
  });

  it("toPassGradcheck compares with differences, and names the op at fault", () => {
    expect(cube).toPassGradcheck([x]);
    expect(halved).not.toPassGradcheck([x]);
    expect(messageOf(() => expect(halved).toPassGradcheck([x]))).toMatch(
      /∂y\[0\]\/∂x0\[0\] is 1\.5 in reverse mode and 3 by central.*ulp.*at fault is likely halved/s,
    );
    expect(messageOf(() => expect((t: Tensor) => t.relu()).not.toPassGradcheck([tensor([0])]))).toBe(
      "1 partial derivatives are right\n∂y[0]/∂x0[0] has a kink: 0 from the left, 1 from the right\nThe check was expected to fail",
    );
  });

  it("toPassGradgradcheck compares second derivatives", () => {
    expect(cube).toPassGradgradcheck([x]);
    const cut = (t: Tensor) => t.mul(t.detach());
    expect(cut).not.toPassGradgradcheck([x]);
    expect(messageOf(() => expect(cut).toPassGradgradcheck([x]))).toMatch(
      /∂x̄0\[0\]\/∂x0\[0\] is 0.*at fault is likely detach/s,
    );
  });

  it("misuse is an error, with .not too", () => {
    const misuses = [
      () => expect(3).toBeCloseToTensor([3]),
      () => expect(3).not.toBeCloseToTensor([3]),
      () => expect(3).not.toPassGradcheck([x]),
      () => expect(cube).not.toPassGradcheck([x.to("int32")]),
      () => expect(cube).not.toHaveGradient((t: Tensor) => t, [x]),
      () => expect((t: Tensor) => t.sum()).not.toHaveGradient((_: Tensor) => [null], [x]),
    ];
    for (const misuse of misuses) vitestExpect(misuse).toThrow(ChainruleError);
  });
});
