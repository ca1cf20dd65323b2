import type { Tensor } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";

type Unary = {
  readonly [K in keyof Tensor]: Tensor[K] extends (...args: never[]) => Tensor ? K : never;
}[keyof Tensor];
type Rest<K extends Unary> = Tensor[K] extends (...args: infer A) => Tensor ? A : never;

const ofTensor: Signature = { x: "tensor", rest: "...any" };

/** A method of tensors as a function. */
const method =
  <K extends Unary & string>(name: K) =>
  (x: Tensor, ...rest: Rest<K>): Tensor => {
    checkArguments(name, ofTensor, [x]);
    return (x[name] as (...args: Rest<K>) => Tensor)(...rest);
  };

/** max(x, 0). */
export const relu = /* @__PURE__ */ method("relu");

/** x held between 0 and 6; its derivative at the bounds is 0. */
export const relu6 = /* @__PURE__ */ method("relu6");

/** λx for x > 0, else λα(eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733. [Klambauer et al. 2017] */
export const selu = /* @__PURE__ */ method("selu");

/** x for x > 0, else alpha·(e^{x/alpha} − 1). [Barron 2017] */
export const celu = /* @__PURE__ */ method("celu");

/** x·σ(x), also called swish. */
export const silu = /* @__PURE__ */ method("silu");

/** x·tanh(ln(1 + eˣ)). [Misra 2019] */
export const mish = /* @__PURE__ */ method("mish");

/** 1/(1 + e^{−x}). */
export const sigmoid = /* @__PURE__ */ method("sigmoid");

/** ln σ(x). */
export const logSigmoid = /* @__PURE__ */ method("logSigmoid");

/** tanh x. */
export const tanh = /* @__PURE__ */ method("tanh");

/** x held between `min` and `max`, −1 and 1 by default. */
export const hardtanh = /* @__PURE__ */ method("hardtanh");

/** (x + 3)/6 held between 0 and 1. */
export const hardsigmoid = /* @__PURE__ */ method("hardsigmoid");

/** x·hardsigmoid(x): 0 up to −3, x from 3 on. [Howard et al. 2019] */
export const hardswish = /* @__PURE__ */ method("hardswish");

/** x/(1 + |x|). */
export const softsign = /* @__PURE__ */ method("softsign");

/** x − tanh x. */
export const tanhshrink = /* @__PURE__ */ method("tanhshrink");

/** x moved towards 0 by `lambd`, and 0 where |x| ≤ lambd. */
export const softshrink = /* @__PURE__ */ method("softshrink");

/** x, and 0 where |x| ≤ lambd. */
export const hardshrink = /* @__PURE__ */ method("hardshrink");

/** x where it is greater than `threshold`, else `value`. */
export const threshold = /* @__PURE__ */ method("threshold");

/** eˣ/Σeˣ along a dim, in range for every finite x. */
export const softmax = /* @__PURE__ */ method("softmax");

/** x − ln Σeˣ along a dim. */
export const logSoftmax = /* @__PURE__ */ method("logSoftmax");

/** a·σ(b) for the halves a and b of x along a dim. [Dauphin et al. 2016] */
export const glu = /* @__PURE__ */ method("glu");

/** 1 at each index and 0 elsewhere along a new last axis of size `numClasses` (int32). */
export const oneHot = /* @__PURE__ */ method("oneHot");

/** x with a border: (before, after) pairs from the last axis on; `mode` constant, reflect, replicate or circular. */
export const pad = /* @__PURE__ */ method("pad");

export const leakyReluArguments: Signature = { x: "tensor", negativeSlope: "number?" };

/** x where positive, else negativeSlope·x. @throws where the slope is not finite. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  checkArguments("leakyRelu", leakyReluArguments, arguments);
  requireInRange("leakyRelu", ranges.finite, { negativeSlope });
  return x.leakyRelu(negativeSlope);
}

export const eluArguments: Signature = { x: "tensor", alpha: "number?" };

/** x where positive, else alpha·(eˣ − 1). @throws where alpha is not finite. */
export function elu(x: Tensor, alpha = 1): Tensor {
  checkArguments("elu", eluArguments, arguments);
  requireInRange("elu", ranges.finite, { alpha });
  return x.elu(alpha);
}

export interface GELUOptions {
  readonly approximate?: "none" | "tanh";
}

export const geluArguments: Signature = { x: "tensor", options: { approximate: "string" } };

/** x·Φ(x), or its fast approximation by tanh. @throws where `approximate` is another word. [Hendrycks & Gimpel 2016] */
export function gelu(x: Tensor, options: GELUOptions = {}): Tensor {
  checkArguments("gelu", geluArguments, arguments);
  const { approximate = "none" } = options;
  if (approximate !== "none" && approximate !== "tanh")
    fail("value", "gelu", `approximate "${approximate}" must be "none" or "tanh"`);
  return approximate === "tanh" ? x.geluTanh() : x.gelu();
}

export const softplusArguments: Signature = { x: "tensor", beta: "number?" };

/** ln(1 + e^{βx})/β. @throws where beta is 0 or not finite. */
export function softplus(x: Tensor, beta = 1): Tensor {
  checkArguments("softplus", softplusArguments, arguments);
  requireInRange("softplus", ranges.nonZero, { beta });
  return beta === 1 ? x.softplus() : x.mul(beta).softplus().div(beta);
}
