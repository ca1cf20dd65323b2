import {
  elu,
  gelu,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from "../activations.ts";
import { functionLayer } from "./functionLayer.ts";

/** max(x, 0). */
export class ReLU extends functionLayer(relu) {
  static override readonly name: string = "ReLU";
}
/** x where positive, else negativeSlope·x. */
export class LeakyReLU extends functionLayer(leakyRelu) {
  static override readonly name: string = "LeakyReLU";
}
/** x where positive, else alpha·(eˣ − 1). */
export class ELU extends functionLayer(elu) {
  static override readonly name: string = "ELU";
}
/** x·Φ(x), or its fast approximation by tanh. */
export class GELU extends functionLayer(gelu) {
  static override readonly name: string = "GELU";
}
/** x·σ(x). */
export class SiLU extends functionLayer(silu) {
  static override readonly name: string = "SiLU";
}
/** 1/(1 + e^{−x}). */
export class Sigmoid extends functionLayer(sigmoid) {
  static override readonly name: string = "Sigmoid";
}
/** ln σ(x). */
export class LogSigmoid extends functionLayer(logSigmoid) {
  static override readonly name: string = "LogSigmoid";
}
/** tanh x. */
export class Tanh extends functionLayer(tanh) {
  static override readonly name: string = "Tanh";
}
/** ln(1 + e^{βx})/β. */
export class Softplus extends functionLayer(softplus) {
  static override readonly name: string = "Softplus";
}
/** eˣ/Σeˣ along a dim. */
export class Softmax extends functionLayer((x, dim: number = -1) => softmax(x, dim)) {
  static override readonly name: string = "Softmax";
}
/** x − ln Σeˣ along a dim. */
export class LogSoftmax extends functionLayer((x, dim: number = -1) => logSoftmax(x, dim)) {
  static override readonly name: string = "LogSoftmax";
}
