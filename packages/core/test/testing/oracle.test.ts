import { ChainruleError, elementwise, scalar, type Tensor, tensor } from "@chainrule/core";
import { compareGradients, oracle } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

describe("oracle", () => {
  const bce = (z: Tensor, y: Tensor) => y.mul(z.neg().softplus()).add(y.neg().add(1).mul(z.softplus())).sum();
  const z = tensor([-2, 0, 17]);
  const y = tensor([0, 1, 1]);

  it("returns the value where the gradient is the hand-derived one", () => {
    const guarded = oracle(bce, (logit: Tensor, label: Tensor) => [logit.sigmoid().sub(label), null]);
    expect(guarded(z, y).item()).toBe(bce(z, y).item());
  });
  it("names the element where it is not, and says that the derivation is wrong", () => {
    const wrong = oracle(bce, (logit: Tensor, label: Tensor) => logit.sigmoid().sub(label.mul(2)));
    expect(() => wrong(z, y)).toThrow(ChainruleError);
    expect(() => wrong(z, y)).toThrow(/∂f\/∂x0\[1\] is -0\.5 by the library and -1\.5 by hand/);
    expect(() => wrong(z, y)).toThrow(/an error of 1\.00 or 8\.39e\+6 ulp/);
    expect(() => wrong(z, y)).toThrow(/It is -0\.5 by central differences, so the gradient by hand is wrong/);
  });
  it("says that the library is wrong where an op is, and which", () => {
    const { mul } = scalar;
    const halved = elementwise("halved", { f: (x) => mul(x, x), d: (_y, x) => [x] });
    const check = () =>
      compareGradients(
        (index: Tensor, t: Tensor) => halved(t.exp()).gather(0, index).sum(),
        (_, t) => [null, t.mul(2).exp().mul(2)],
        [tensor([0, 1], { dtype: "int32" }), tensor([0, 1])],
      );
    expect(check).toThrow(/∂f\/∂x1\[0\] is 1 by the library and 2 by hand/);
    expect(check).toThrow(
      /so the library is wrong\nThe op at fault is likely halved, called at .*oracle.test.ts/,
    );
  });
  it("refuses a hand-derived gradient of another shape, or none", () => {
    expect(() => compareGradients(bce, (logit: Tensor) => logit.sum(), [z, y])).toThrow(/\[3\].*\[\]/);
    expect(() => compareGradients(bce, () => [null, null], [z, y])).toThrow(/nothing would be compared/);
    expect(() => compareGradients(bce, () => 3 as never, [z, y])).toThrow(
      /must return a tensor, or a list of at most 2/,
    );
  });
  it("refuses a function that does not return one number", () => {
    expect(() =>
      compareGradients(
        (t: Tensor) => t,
        (t) => t,
        [z],
      ),
    ).toThrow(/must return one number, got shape \[3\]/);
  });
  it("compares float64 to twelve digits, and takes a tolerance", () => {
    const t = tensor([0.3], { dtype: "float64" });
    const near = (by: number) => (x: Tensor) => x.cos().mul(1 + by);
    const f = (x: Tensor) => x.sin().sum();
    compareGradients(f, near(0), [t]);
    expect(() => compareGradients(f, near(1e-9), [t])).toThrow(/by hand/);
    compareGradients(f, near(1e-9), [t], { atol: 1e-8 });
    compareGradients(f, near(1e-9), [t], { ulp: 1e7 });
  });
  it("takes NaN for no agreement with a number", () => {
    expect(() =>
      compareGradients(
        (x: Tensor) => x.sum(),
        (x: Tensor) => x.mul(Number.NaN),
        [z],
      ),
    ).toThrow(/NaN/);
  });
});
