import type { Tensor } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";

type Unary = {
  readonly [K in keyof Tensor]: Tensor[K] extends (...args: never[]) => Tensor ? K : never;
}[keyof Tensor];
type Rest<K extends Unary> = Tensor[K] extends (...args: infer A) => Tensor ? A : never;

const ofTensor: Signature = { x: "tensor", rest: "...any" };

/** A tensor method as a function. */
const method =
  <K extends Unary & string>(name: K) =>
  (x: Tensor, ...rest: Rest<K>): Tensor => {
    checkArguments(name, ofTensor, [x]);
    return (x[name] as (...args: Rest<K>) => Tensor)(...rest);
  };

/**
 * Rectified linear unit max(x, 0), elementwise. Its derivative at 0 is 0.
 *
 * @example
 * console.log(functional.relu(tensor([-1, 2]))); //=> tensor([0, 2], shape [2], float32)
 */
export const relu = /* @__PURE__ */ method("relu");

/**
 * min(max(x, 0), 6), elementwise. Its derivative at 0 and 6 is 0.
 *
 * @example
 * console.log(functional.relu6(tensor([-1, 2, 8]))); //=> tensor([0, 2, 6], shape [3], float32)
 */
export const relu6 = /* @__PURE__ */ method("relu6");

/**
 * Scaled exponential linear unit λx for x > 0, else λα(eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733. [Klambauer et al. 2017]
 *
 * @example
 * console.log(functional.selu(tensor([-1, 0, 1]))); //=> tensor([-1.1113,  0.0000,  1.0507], shape [3], float32)
 */
export const selu = /* @__PURE__ */ method("selu");

/**
 * Continuously differentiable ELU: x for x > 0, else alpha·(e^{x/alpha} − 1). [Barron 2017]
 *
 * @param alpha default 1
 *
 * @example
 * console.log(functional.celu(tensor([-1, 0, 1]))); //=> tensor([-0.6321,  0.0000,  1.0000], shape [3], float32)
 */
export const celu = /* @__PURE__ */ method("celu");

/**
 * Sigmoid linear unit x·σ(x), also called swish. [Elfwing et al. 2018]
 *
 * @example
 * console.log(functional.silu(tensor([-1, 0, 1]))); //=> tensor([-0.2689,  0.0000,  0.7311], shape [3], float32)
 */
export const silu = /* @__PURE__ */ method("silu");

/**
 * x·tanh(ln(1 + eˣ)). [Misra 2019]
 *
 * @example
 * console.log(functional.mish(tensor([-1, 0, 1]))); //=> tensor([-0.3034,  0.0000,  0.8651], shape [3], float32)
 */
export const mish = /* @__PURE__ */ method("mish");

/**
 * Logistic function σ(x) = 1/(1 + e^{−x}).
 *
 * @example
 * console.log(functional.sigmoid(tensor([0, Math.log(3)]))); //=> tensor([0.50, 0.75], shape [2], float32)
 */
export const sigmoid = /* @__PURE__ */ method("sigmoid");

/**
 * ln σ(x), without overflow for any x.
 *
 * @example
 * console.log(functional.logSigmoid(tensor([0, -1000]))); //=> tensor([   -0.6931, -1000.0000], shape [2], float32)
 */
export const logSigmoid = /* @__PURE__ */ method("logSigmoid");

/**
 * Hyperbolic tangent tanh x.
 *
 * @example
 * console.log(functional.tanh(tensor([0, 1]))); //=> tensor([0.0000, 0.7616], shape [2], float32)
 */
export const tanh = /* @__PURE__ */ method("tanh");

/**
 * x clamped to [min, max].
 *
 * @param min default −1
 * @param max default 1
 *
 * @example
 * console.log(functional.hardtanh(tensor([-2, 0.5, 3]))); //=> tensor([-1.0,  0.5,  1.0], shape [3], float32)
 */
export const hardtanh = /* @__PURE__ */ method("hardtanh");

/**
 * (x + 3)/6 clamped to [0, 1].
 *
 * @example
 * console.log(functional.hardsigmoid(tensor([-3, 0, 1.5]))); //=> tensor([0.00, 0.50, 0.75], shape [3], float32)
 */
export const hardsigmoid = /* @__PURE__ */ method("hardsigmoid");

/**
 * x·hardsigmoid(x): 0 for x ≤ −3, x for x ≥ 3. [Howard et al. 2019]
 *
 * @example
 * console.log(functional.hardswish(tensor([-3, 0, 3]))); //=> tensor([0, 0, 3], shape [3], float32)
 */
export const hardswish = /* @__PURE__ */ method("hardswish");

/**
 * x/(1 + |x|).
 *
 * @example
 * console.log(functional.softsign(tensor([-1, 0, 3]))); //=> tensor([-0.50,  0.00,  0.75], shape [3], float32)
 */
export const softsign = /* @__PURE__ */ method("softsign");

/**
 * x − tanh x.
 *
 * @example
 * console.log(functional.tanhshrink(tensor([0, 1]))); //=> tensor([0.0000, 0.2384], shape [2], float32)
 */
export const tanhshrink = /* @__PURE__ */ method("tanhshrink");

/**
 * x shrunk towards 0 by `lambd`: x ∓ lambd, and 0 where |x| ≤ lambd.
 *
 * @param lambd default 0.5
 *
 * @example
 * console.log(functional.softshrink(tensor([-2, 0.25, 2]))); //=> tensor([-1.5,  0.0,  1.5], shape [3], float32)
 */
export const softshrink = /* @__PURE__ */ method("softshrink");

/**
 * x, but 0 where |x| ≤ lambd.
 *
 * @param lambd default 0.5
 *
 * @example
 * console.log(functional.hardshrink(tensor([-2, 0.25, 2]))); //=> tensor([-2,  0,  2], shape [3], float32)
 */
export const hardshrink = /* @__PURE__ */ method("hardshrink");

/**
 * x where x > `threshold`, else `value`.
 *
 * @example
 * console.log(functional.threshold(tensor([-1, 2]), 0, 20)); //=> tensor([20,  2], shape [2], float32)
 */
export const threshold = /* @__PURE__ */ method("threshold");

/**
 * Softmax eˣ/Σeˣ along an axis, without overflow for any finite x.
 *
 * @example
 * console.log(functional.softmax(tensor([0, Math.log(3)]), 0)); //=> tensor([0.25, 0.75], shape [2], float32)
 */
export const softmax = /* @__PURE__ */ method("softmax");

/**
 * ln softmax(x) = x − ln Σeˣ along an axis.
 *
 * @example
 * console.log(functional.logSoftmax(tensor([0, 0]), 0)); //=> tensor([-0.6931, -0.6931], shape [2], float32)
 */
export const logSoftmax = /* @__PURE__ */ method("logSoftmax");

/**
 * Gated linear unit a·σ(b), where a and b are the halves of x along an axis. [Dauphin et al. 2016]
 *
 * @param dim the axis, of even size; default −1
 *
 * @example
 * console.log(functional.glu(tensor([2, 4, 0, 0]))); //=> tensor([1, 2], shape [2], float32)
 */
export const glu = /* @__PURE__ */ method("glu");

/**
 * One-hot vectors of class indices: 1 at each index and 0 elsewhere along a new last axis (int32).
 *
 * @param numClasses the size of the new axis
 *
 * @example
 * console.log(functional.oneHot(tensor([2, 0], { dtype: "int32" }), 3));
 * //=> tensor([[0, 0, 1],
 * //=>         [1, 0, 0]], shape [2, 3], int32)
 */
export const oneHot = /* @__PURE__ */ method("oneHot");

/**
 * x with a border.
 *
 * @param pads pairs (before, after), from the last axis on
 * @param options `mode` "constant" (default), "reflect", "replicate" or "circular", and the `value` of a constant
 * border, 0 by default
 *
 * @example
 * console.log(functional.pad(tensor([1, 2]), [1, 2])); //=> tensor([0, 1, 2, 0, 0], shape [5], float32)
 */
export const pad = /* @__PURE__ */ method("pad");

export const leakyReluArguments: Signature = { x: "tensor", negativeSlope: "number?" };

/**
 * x where x > 0, else negativeSlope·x.
 *
 * @param negativeSlope default 0.01
 * @throws where the slope is not finite
 *
 * @example
 * console.log(functional.leakyRelu(tensor([-2, 2]), 0.25)); //=> tensor([-0.5,  2.0], shape [2], float32)
 */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  checkArguments("leakyRelu", leakyReluArguments, arguments);
  requireInRange("leakyRelu", ranges.finite, { negativeSlope });
  return x.leakyRelu(negativeSlope);
}

export const eluArguments: Signature = { x: "tensor", alpha: "number?" };

/**
 * Exponential linear unit: x where x > 0, else alpha·(eˣ − 1). [Clevert et al. 2016]
 *
 * @param alpha default 1
 * @throws where alpha is not finite
 *
 * @example
 * console.log(functional.elu(tensor([-1, 1]))); //=> tensor([-0.6321,  1.0000], shape [2], float32)
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  checkArguments("elu", eluArguments, arguments);
  requireInRange("elu", ranges.finite, { alpha });
  return x.elu(alpha);
}

/** Options of `gelu`. */
export interface GELUOptions {
  /** "none" for x·Φ(x), "tanh" for the approximation ½x(1 + tanh(√(2/π)(x + 0.044715x³))). Default: "none". */
  readonly approximate?: "none" | "tanh";
}

export const geluArguments: Signature = { x: "tensor", options: { approximate: "string" } };

/**
 * Gaussian error linear unit x·Φ(x), where Φ is the distribution function of N(0, 1). [Hendrycks & Gimpel 2016]
 *
 * @throws for another word as `approximate`
 *
 * @example
 * console.log(functional.gelu(tensor([-1, 0, 1]))); //=> tensor([-0.1587,  0.0000,  0.8413], shape [3], float32)
 */
export function gelu(x: Tensor, options: GELUOptions = {}): Tensor {
  checkArguments("gelu", geluArguments, arguments);
  const { approximate = "none" } = options;
  if (approximate !== "none" && approximate !== "tanh")
    fail("value", "gelu", `approximate "${approximate}" must be "none" or "tanh"`);
  return approximate === "tanh" ? x.geluTanh() : x.gelu();
}

export const softplusArguments: Signature = { x: "tensor", beta: "number?" };

/**
 * ln(1 + e^{βx})/β, without overflow for any x.
 *
 * @param beta β; default 1
 * @throws where beta is 0 or not finite
 *
 * @example
 * console.log(functional.softplus(tensor([0, 1000]))); //=> tensor([   0.6931, 1000.0000], shape [2], float32)
 */
export function softplus(x: Tensor, beta = 1): Tensor {
  checkArguments("softplus", softplusArguments, arguments);
  requireInRange("softplus", ranges.nonZero, { beta });
  return beta === 1 ? x.softplus() : x.mul(beta).softplus().div(beta);
}
