import type { Signature } from "@chainrule/core/internal";
import {
  elu,
  eluArguments,
  gelu,
  geluArguments,
  leakyRelu,
  leakyReluArguments,
  logSigmoid,
  logSoftmax,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softplusArguments,
  tanh,
} from "../functional/activations.ts";
import { functionLayer } from "./function-layer.ts";

const ofTensor: Signature = { x: "tensor" };
const alongDim: Signature = { x: "tensor", dim: "dim?" };

/** max(x, 0). */
export class ReLU extends functionLayer(relu, ofTensor) {
  static override readonly name: string = "ReLU";
}
/** x where positive, else negativeSlope·x. */
export class LeakyReLU extends functionLayer(leakyRelu, leakyReluArguments) {
  static override readonly name: string = "LeakyReLU";
}
/** x where positive, else alpha·(eˣ − 1). */
export class ELU extends functionLayer(elu, eluArguments) {
  static override readonly name: string = "ELU";
}
/** x·Φ(x), or its fast approximation by tanh. */
export class GELU extends functionLayer(gelu, geluArguments) {
  static override readonly name: string = "GELU";
}
/** x·σ(x). */
export class SiLU extends functionLayer(silu, ofTensor) {
  static override readonly name: string = "SiLU";
}
/** 1/(1 + e^{−x}). */
export class Sigmoid extends functionLayer(sigmoid, ofTensor) {
  static override readonly name: string = "Sigmoid";
}
/** ln σ(x). */
export class LogSigmoid extends functionLayer(logSigmoid, ofTensor) {
  static override readonly name: string = "LogSigmoid";
}
/** tanh x. */
export class Tanh extends functionLayer(tanh, ofTensor) {
  static override readonly name: string = "Tanh";
}
/** ln(1 + e^{βx})/β. */
export class Softplus extends functionLayer(softplus, softplusArguments) {
  static override readonly name: string = "Softplus";
}
/** eˣ/Σeˣ along a dim. */
export class Softmax extends functionLayer((x, dim: number = -1) => softmax(x, dim), alongDim) {
  static override readonly name: string = "Softmax";
}
/** x − ln Σeˣ along a dim. */
export class LogSoftmax extends functionLayer((x, dim: number = -1) => logSoftmax(x, dim), alongDim) {
  static override readonly name: string = "LogSoftmax";
}
