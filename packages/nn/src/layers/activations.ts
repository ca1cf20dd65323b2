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

/**
 * `relu` as a layer: max(x, 0).
 *
 * @example
 * console.log(new ReLU().forward(tensor([-1, 2]))); //=> tensor([0, 2], shape [2], float32)
 */
export class ReLU extends functionLayer(relu, ofTensor) {
  static override readonly name: string = "ReLU";
}
/**
 * `leakyRelu` as a layer: x where x > 0, else negativeSlope·x. Default slope: 0.01.
 *
 * @example
 * console.log(new LeakyReLU(0.25).forward(tensor([-2, 2]))); //=> tensor([-0.5,  2.0], shape [2], float32)
 */
export class LeakyReLU extends functionLayer(leakyRelu, leakyReluArguments) {
  static override readonly name: string = "LeakyReLU";
}
/**
 * `elu` as a layer: x where x > 0, else alpha·(eˣ − 1). Default alpha: 1.
 *
 * @example
 * console.log(new ELU(2).forward(tensor([-1, 1]))); //=> tensor([-1.2642,  1.0000], shape [2], float32)
 */
export class ELU extends functionLayer(elu, eluArguments) {
  static override readonly name: string = "ELU";
}
/**
 * `gelu` as a layer: x·Φ(x), or its approximation by tanh.
 *
 * @example
 * console.log(new GELU({ approximate: "tanh" }).forward(tensor([-1, 0, 1])));
 * //=> tensor([-0.1588,  0.0000,  0.8412], shape [3], float32)
 */
export class GELU extends functionLayer(gelu, geluArguments) {
  static override readonly name: string = "GELU";
}
/**
 * `silu` as a layer: x·σ(x).
 *
 * @example
 * console.log(new SiLU().forward(tensor([-1, 0, 1]))); //=> tensor([-0.2689,  0.0000,  0.7311], shape [3], float32)
 */
export class SiLU extends functionLayer(silu, ofTensor) {
  static override readonly name: string = "SiLU";
}
/**
 * `sigmoid` as a layer: 1/(1 + e^{−x}).
 *
 * @example
 * console.log(new Sigmoid().forward(tensor([0, Math.log(3)]))); //=> tensor([0.50, 0.75], shape [2], float32)
 */
export class Sigmoid extends functionLayer(sigmoid, ofTensor) {
  static override readonly name: string = "Sigmoid";
}
/**
 * `logSigmoid` as a layer: ln σ(x).
 *
 * @example
 * console.log(new LogSigmoid().forward(tensor([0, -1000])));
 * //=> tensor([   -0.6931, -1000.0000], shape [2], float32)
 */
export class LogSigmoid extends functionLayer(logSigmoid, ofTensor) {
  static override readonly name: string = "LogSigmoid";
}
/**
 * `tanh` as a layer.
 *
 * @example
 * console.log(new Tanh().forward(tensor([0, 1]))); //=> tensor([0.0000, 0.7616], shape [2], float32)
 */
export class Tanh extends functionLayer(tanh, ofTensor) {
  static override readonly name: string = "Tanh";
}
/**
 * `softplus` as a layer: ln(1 + e^{βx})/β. Default β: 1.
 *
 * @example
 * console.log(new Softplus().forward(tensor([0, 1000]))); //=> tensor([   0.6931, 1000.0000], shape [2], float32)
 */
export class Softplus extends functionLayer(softplus, softplusArguments) {
  static override readonly name: string = "Softplus";
}
/**
 * `softmax` as a layer: eˣ/Σeˣ along an axis. Default axis: −1.
 *
 * @example
 * console.log(new Softmax().forward(tensor([0, Math.log(3)]))); //=> tensor([0.25, 0.75], shape [2], float32)
 */
export class Softmax extends functionLayer((x, dim: number = -1) => softmax(x, dim), alongDim) {
  static override readonly name: string = "Softmax";
}
/**
 * `logSoftmax` as a layer: x − ln Σeˣ along an axis. Default axis: −1.
 *
 * @example
 * console.log(new LogSoftmax().forward(tensor([0, 0]))); //=> tensor([-0.6931, -0.6931], shape [2], float32)
 */
export class LogSoftmax extends functionLayer((x, dim: number = -1) => logSoftmax(x, dim), alongDim) {
  static override readonly name: string = "LogSoftmax";
}
