import { ChainruleError, customGradient, type Tensor, tensor } from "@chainrule/core";
import { compareGradients, gradcheck, oracle } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

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

describe("gradcheck", () => {
  const x = tensor([[1, 2, 3]]);

  it("accepts a right gradient, of float32 inputs too, which it raises to float64", () => {
    gradcheck(cube(-1, "reverse"), [x]);
    gradcheck((a: Tensor, b: Tensor) => a.matmul(b).tanh(), [x, tensor([[0.1], [0.2], [0.3]])]);
  });
  it.each(["reverse", "forward"] as const)(
    "names the element that is wrong in %s mode, and both numbers",
    (mode) => {
      const check = () => gradcheck(cube(1, mode), [x]);
      expect(check).toThrow(ChainruleError);
      expect(check).toThrow(
        new RegExp(`∂y\\[0, 1\\]/∂x0\\[0, 1\\] is 24.* in ${mode} mode and 1[12]\\.\\d+ by`),
      );
    },
  );
  it("checks only the modes that are asked for", () => {
    gradcheck(cube(1, "reverse"), [x], { modes: ["forward"] });
    gradcheck(cube(1, "forward"), [x], { modes: ["reverse"] });
  });
  it("passes whole numbers on, and goes through structures", () => {
    const at = tensor([[2, 0]], { dtype: "int32" });
    gradcheck((p: { readonly w: Tensor }, index: Tensor) => p.w.gather(1, index).square(), [{ w: x }, at]);
  });
  it("finds a gradient that stops where it should not", () => {
    expect(() => gradcheck((t: Tensor) => t.mul(t.detach()), [x])).toThrow(/∂y\[0, 0\]\/∂x0\[0, 0\] is 1 /);
  });
  it("refuses a function that falls to float32", () => {
    expect(() => gradcheck((t: Tensor) => t.to("float32"), [x])).toThrow(/float32/);
  });
  it("accepts functions of and to nothing", () => {
    gradcheck((t: Tensor) => t.mul(2), [tensor([])]);
  });
});

describe("oracle", () => {
  const bce = (z: Tensor, y: Tensor) => y.mul(z.neg().softplus()).add(y.neg().add(1).mul(z.softplus())).sum();
  const z = tensor([-2, 0, 17]);
  const y = tensor([0, 1, 1]);

  it("returns the value where the gradient is the hand-derived one", () => {
    const guarded = oracle(bce, (logit: Tensor, label: Tensor) => [logit.sigmoid().sub(label), null]);
    expect(guarded(z, y).item()).toBe(bce(z, y).item());
  });
  it("names the element where it is not", () => {
    const wrong = oracle(bce, (logit: Tensor, label: Tensor) => logit.sigmoid().sub(label.mul(2)));
    expect(() => wrong(z, y)).toThrow(ChainruleError);
    expect(() => wrong(z, y)).toThrow(/∂f\/∂x0\[1\] is -0\.5 by the library and -1\.5 by hand/);
  });
  it("refuses a hand-derived gradient of another shape", () => {
    expect(() => compareGradients(bce, (logit: Tensor) => logit.sum(), [z, y])).toThrow(/\[3\].*\[\]/);
  });
  it("compares float64 to twelve digits, and takes a tolerance", () => {
    const t = tensor([0.3], { dtype: "float64" });
    const near = (by: number) => (x: Tensor) => x.cos().mul(1 + by);
    const f = (x: Tensor) => x.sin().sum();
    compareGradients(f, near(0), [t]);
    expect(() => compareGradients(f, near(1e-9), [t])).toThrow(/by hand/);
    compareGradients(f, near(1e-9), [t], { atol: 1e-8 });
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
