/** The elementwise functions of other libraries and their gradients in float32, for the report of accuracy. */
import "./systems/jaxInNode.ts";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-backend-cpu";
import { grad, lax, nn, numpy as np } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";

/** A function of a library on its tensors. */
type Op<T> = (...x: T[]) => T;

const tfOps: Readonly<Record<string, Op<tf.Tensor>>> = {
  mul: tf.mul,
  div: tf.div,
  square: tf.square,
  reciprocal: tf.reciprocal,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  pow: tf.pow,
  atan2: tf.atan2,
  exp: tf.exp,
  expm1: tf.expm1,
  log: tf.log,
  log1p: tf.log1p,
  sin: tf.sin,
  cos: tf.cos,
  tan: tf.tan,
  asin: tf.asin,
  acos: tf.acos,
  atan: tf.atan,
  sinh: tf.sinh,
  cosh: tf.cosh,
  tanh: tf.tanh,
  asinh: tf.asinh,
  acosh: tf.acosh,
  atanh: tf.atanh,
  erf: tf.erf,
  sigmoid: tf.sigmoid,
  logSigmoid: tf.logSigmoid,
  softplus: tf.softplus,
  leakyRelu: (x) => tf.leakyRelu(x!, 0.01),
  elu: tf.elu,
  selu: tf.selu,
} as Record<string, Op<tf.Tensor>>;

type Array = np.Array;
const jaxOps = {
  mul: np.multiply,
  div: np.divide,
  square: np.square,
  reciprocal: np.reciprocal,
  sqrt: np.sqrt,
  rsqrt: lax.rsqrt,
  pow: np.power,
  atan2: np.atan2,
  hypot: np.hypot,
  logaddexp: np.logaddexp,
  exp: np.exp,
  exp2: np.exp2,
  expm1: np.expm1,
  log: np.log,
  log2: np.log2,
  log10: np.log10,
  log1p: np.log1p,
  sin: np.sin,
  cos: np.cos,
  tan: np.tan,
  asin: np.asin,
  acos: np.acos,
  atan: np.atan,
  sinh: np.sinh,
  cosh: np.cosh,
  tanh: np.tanh,
  asinh: np.asinh,
  acosh: np.acosh,
  atanh: np.atanh,
  erf: lax.erf,
  erfc: lax.erfc,
  sinc: np.sinc,
  deg2rad: np.deg2rad,
  rad2deg: np.rad2deg,
  sigmoid: nn.sigmoid,
  logSigmoid: nn.logSigmoid,
  softplus: nn.softplus,
  leakyRelu: nn.leakyRelu,
  elu: nn.elu,
  gelu: (x: Array) => nn.gelu(x, { approximate: false }),
  geluTanh: (x: Array) => nn.gelu(x, { approximate: true }),
  silu: nn.silu,
  selu: nn.selu,
  celu: nn.celu,
  mish: nn.mish,
  softsign: nn.softSign,
} as unknown as Record<string, Op<Array> | undefined>;

type Columns = readonly (readonly number[])[];
/** The value and the partial derivatives at every point; undefined of a function that the library lacks. */
type Library = (name: string, columns: Columns) => ArrayLike<number>[] | undefined;

const tfjs: Library = (name, columns) => {
  const op = tfOps[name];
  if (!op) return undefined;
  return tf.tidy(() => {
    const x = columns.map((c) => tf.tensor1d([...c], "float32"));
    return [op(...x), ...tf.grads(op)(x)].map((t) => t.dataSync() as Float32Array);
  });
};

const jax: Library = (name, columns) => {
  const op = jaxOps[name];
  if (!op) return undefined;
  const inputs = () => columns.map((c) => np.array(Float32Array.from(c), { shape: [c.length] }));
  const partials = columns.map((_, argnums) =>
    (grad as unknown as (f: Op<Array>, o: object) => Op<Array>)((...x) => np.sum(op(...x)), { argnums })(
      ...inputs(),
    ),
  );
  return [op(...inputs()), ...partials].map((t) => t.dataSync() as Float32Array);
};

await tf.setBackend("cpu");

export const libraries: Readonly<Record<string, Library>> = { "TensorFlow.js": tfjs, "jax-js": jax };
