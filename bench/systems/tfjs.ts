import "@tensorflow/tfjs-core/dist/register_all_gradients";
import * as tf from "@tensorflow/tfjs-core";
import type { Forms, System } from "../cell.ts";
import type { Gpt } from "../tasks/gpt.ts";
import { moments } from "../tasks/moments.ts";
import type { Data } from "../tasks/problem.ts";

type Variables = Record<string, tf.Variable>;

const tensor = ({ shape, data }: Data): tf.Tensor =>
  tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32");

const variables = (tensors: Record<string, Data>): Variables =>
  Object.fromEntries(Object.entries(tensors).map(([name, data]) => [name, tf.variable(tensor(data))]));

/** A training step; decoupled weight decay, which TensorFlow.js lacks, is applied between gradient and update. */
function training(loss: () => tf.Tensor, p: Variables, optimizer: tf.Optimizer, decay = 0) {
  let last = 0;
  const list = Object.values(p);
  return {
    step() {
      const { value, grads } = tf.variableGrads(() => tf.tidy(loss) as tf.Scalar, list);
      if (decay > 0)
        tf.tidy(() => {
          for (const v of list) v.assign(tf.mul(v, 1 - decay));
        });
      optimizer.applyGradients(grads as tf.NamedTensorMap);
      last = value.dataSync()[0] as number;
      tf.dispose([value, ...Object.values(grads)]);
    },
    result: () => [last],
  };
}

const adamOf = ({ lr, beta1, beta2, eps }: { lr: number; beta1: number; beta2: number; eps: number }) =>
  tf.train.adam(lr, beta1, beta2, eps);

/** Kernels run when they are called, so that a step is finished when it returns. */
function calling(f: () => readonly tf.Tensor[]) {
  let outputs: readonly tf.Tensor[] = [];
  return {
    step() {
      tf.dispose(outputs as tf.Tensor[]);
      outputs = tf.tidy(() => f() as tf.Tensor[]);
    },
    result: () => outputs.flatMap((y) => moments(y.dataSync())),
  };
}

const valueAndGradients = (
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
  cotangent?: tf.Tensor,
): readonly tf.Tensor[] => {
  const { value, grads } = tf.valueAndGrads(f)(inputs as tf.Tensor[], cotangent);
  return [value, ...grads];
};

/** Forms from a table of variants. */
const forms = <V>(variants: Record<string, V>, prepare: (variant: V) => ReturnType<Forms[string]>): Forms =>
  Object.fromEntries(Object.entries(variants).map(([name, v]) => [name, () => prepare(v)]));

/** Every pair of two tables of variants. */
const pairs = <A, B>(a: Record<string, A>, b: Record<string, B>): Record<string, readonly [A, B]> =>
  Object.fromEntries(
    Object.entries(a).flatMap(([nameA, x]) =>
      Object.entries(b).map(([nameB, y]) => [`${nameA}, ${nameB}`, [x, y] as const]),
    ),
  );

type Pointwise = (targets: tf.Tensor, logits: tf.Tensor) => tf.Tensor;

const bces: Record<string, Pointwise> = {
  "losses.sigmoidCrossEntropy": (y, z) => tf.losses.sigmoidCrossEntropy(y, z),
  "softplus(z) − y·z": (y, z) => tf.mean(tf.sub(tf.softplus(z), tf.mul(y, z))),
};

const crossEntropies: Record<string, Pointwise> = {
  "losses.softmaxCrossEntropy": (y, z) => tf.losses.softmaxCrossEntropy(y, z),
  logSoftmax: (y, z) => tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(z), y), -1))),
};

/** Cast, because the WebAssembly backend's oneHot makes integers for every requested dtype. */
const oneHot = (index: tf.Tensor, depth: number): tf.Tensor => tf.cast(tf.oneHot(index, depth), "float32");

const dense = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.add(tf.matMul(x, w), b);

/** 3 × 3 convolutions with padding 1 of [batch, row, column, channel]; kernels are [3, 3, in, out]. */
const convs: Record<string, (x: tf.Tensor4D, kernel: tf.Tensor4D) => tf.Tensor4D> = {
  conv2d: (x, kernel) => tf.conv2d(x, kernel, 1, "same"),
  im2col: (x, kernel) => {
    const [n, h, w, c] = x.shape;
    const out = kernel.shape[3];
    const padded = tf.pad(x, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
    const shifted = [0, 1, 2].flatMap((i) =>
      [0, 1, 2].map((j) => tf.slice(padded, [0, i, j, 0], [n, h, w, c])),
    );
    const columns = tf.reshape(tf.concat(shifted, 3), [n * h * w, 9 * c]);
    return tf.reshape(tf.matMul(columns, tf.reshape(kernel, [9 * c, out])), [n, h, w, out]);
  },
};

const pairwise =
  (combine: (x: tf.Tensor) => tf.Tensor) =>
  (x: tf.Tensor4D): tf.Tensor4D => {
    const [n, h, w, c] = x.shape;
    const rows = combine(tf.reshape(x, [(n * h) / 2, 2, w * c]));
    return tf.reshape(combine(tf.reshape(rows, [(n * h * w) / 4, 2, c])), [n, h / 2, w / 2, c]);
  };

const pools: Record<string, (x: tf.Tensor4D) => tf.Tensor4D> = {
  maxPool: (x) => tf.maxPool(x, 2, 2, "valid"),
  "pool by max": pairwise((x) => tf.max(x, 1)),
  "pool by maximum of halves": pairwise((x) => {
    const [a, b] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
    return tf.maximum(a, b);
  }),
};

const layerNorms: Record<
  string,
  (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, eps: number) => tf.Tensor
> = {
  moments: (x, weight, bias, eps) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, eps))), weight), bias);
  },
  "mean of squares": (x, weight, bias, eps) => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, eps))), weight), bias);
  },
};

const geluScale = Math.sqrt(2 / Math.PI);
const gelu = (x: tf.Tensor): tf.Tensor => {
  const cube = tf.mul(tf.mul(x, x), x);
  const t = tf.tanh(tf.mul(tf.add(x, tf.mul(cube, 0.044715)), geluScale));
  return tf.mul(tf.mul(x, 0.5), tf.add(t, 1));
};
/** ½x(1 + tanh u) = x·σ(2u): fewer kernels. */
const geluBySigmoid = (x: tf.Tensor): tf.Tensor =>
  tf.mul(x, tf.sigmoid(tf.mul(x, tf.add(tf.mul(tf.square(x), 2 * geluScale * 0.044715), 2 * geluScale))));

const embeddings: Record<string, (index: tf.Tensor, table: tf.Tensor) => tf.Tensor> = {
  gather: (index, table) => tf.gather(table, index as tf.Tensor1D),
  "one-hot": (index, table) => tf.matMul(oneHot(index, table.shape[0] as number), table),
};

function gptLogits(
  { heads, blocks, normEps }: Gpt["hyper"],
  p: Variables,
  tokens: tf.Tensor,
  embedding: (index: tf.Tensor, table: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const parameter = (name: string) => p[name] as tf.Variable;
  const norm = (x: tf.Tensor, name: string) =>
    (layerNorms.moments as (typeof layerNorms)[string])(
      x,
      parameter(`${name}.weight`),
      parameter(`${name}.bias`),
      normEps,
    );
  const linear = (x: tf.Tensor, name: string) =>
    dense(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
  const [n, t] = tokens.shape as [number, number];
  const table = parameter("tokenEmbedding");
  const width = table.shape[1] as number;
  const d = width / heads;
  const mask = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([t, t]), -1, 0)), -1e9);
  const embedded = tf.reshape(embedding(tf.reshape(tokens, [n * t]), table), [n, t, width]);
  let x = tf.reshape(tf.add(embedded, parameter("positionEmbedding")), [n * t, width]);
  for (let i = 0; i < blocks; i++) {
    const name = `blocks.${i}`;
    const parts = tf.split(linear(norm(x, `${name}.norm1`), `${name}.qkv`), 3, 1);
    const [q, k, v] = parts.map((part, j) =>
      tf.transpose(tf.reshape(part, [n, t, heads, d]), j === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3]),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const scores = tf.add(tf.mul(tf.matMul(q, k), 1 / Math.sqrt(d)), mask);
    const mixed = tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]);
    x = tf.add(x, linear(tf.reshape(mixed, [n * t, width]), `${name}.out`));
    x = tf.add(x, linear(geluBySigmoid(linear(norm(x, `${name}.norm2`), `${name}.up`)), `${name}.down`));
  }
  return tf.matMul(norm(x, "norm"), parameter("head"));
}

/** TensorFlow.js on whichever backend is set. */
export const tfjs: System = {
  logistic: (work) => {
    const products: Record<string, (x: tf.Tensor, w: tf.Tensor) => tf.Tensor> = {
      dot: (x, w) => tf.dot(x, w),
      "multiply and sum": (x, w) => tf.sum(tf.mul(x, w), -1),
    };
    return forms(pairs(bces, products), ([bce, product]) => {
      const { x, y, ...rest } = work.tensors();
      const [p, inputs, targets] = [variables(rest), tensor(x), tensor(y)];
      return training(
        () => bce(targets, tf.add(product(inputs, p.w as tf.Tensor), p.b as tf.Tensor)),
        p,
        tf.train.sgd(work.hyper.lr),
      );
    });
  },

  xor: (work) =>
    forms(bces, (bce) => {
      const { x, y, ...rest } = work.tensors();
      const [p, inputs, targets] = [variables(rest), tensor(x), tensor(y)];
      const layer = (input: tf.Tensor, i: number) =>
        dense(input, p[`w${i}`] as tf.Tensor, p[`b${i}`] as tf.Tensor);
      return training(
        () => bce(targets, layer(tf.tanh(layer(inputs, 1)), 2)),
        p,
        tf.train.sgd(work.hyper.lr),
      );
    }),

  mlp: (work) =>
    forms(crossEntropies, (loss) => {
      const { x, y, ...rest } = work.tensors();
      const [p, inputs] = [variables(rest), tensor(x)];
      const targets = oneHot(tensor(y), 10);
      const layer = (input: tf.Tensor, i: number) =>
        dense(input, p[`w${i}`] as tf.Tensor, p[`b${i}`] as tf.Tensor);
      return training(
        () => loss(targets, layer(tf.relu(layer(tf.relu(layer(inputs, 1)), 2)), 3)),
        p,
        adamOf(work.hyper),
      );
    }),

  cnn: (work) =>
    forms(pairs(convs, pools), ([conv, pool]) => {
      const { x, y, k1, k2, w, ...rest } = work.tensors();
      const kernels = [k1, k2].map((k) => tf.variable(tf.transpose(tensor(k), [2, 3, 1, 0])));
      // The dense layer's rows come in the order [channel, row, column].
      const [channels, size] = [
        k2.shape[0] as number,
        Math.sqrt((w.shape[0] as number) / (k2.shape[0] as number)),
      ];
      const rows = tf.transpose(tf.reshape(tensor(w), [channels, size, size, 10]), [1, 2, 0, 3]);
      const p: Variables = {
        k1: kernels[0] as tf.Variable,
        k2: kernels[1] as tf.Variable,
        w: tf.variable(tf.reshape(rows, w.shape as [number, number])),
        ...variables(rest),
      };
      const images = tf.transpose(tensor(x), [0, 2, 3, 1]) as tf.Tensor4D;
      const targets = oneHot(tensor(y), 10);
      const layer = (input: tf.Tensor4D, i: 1 | 2) =>
        pool(tf.relu(tf.add(conv(input, p[`k${i}`] as tf.Tensor4D), p[`b${i}`] as tf.Tensor)) as tf.Tensor4D);
      return training(
        () => {
          const features = tf.reshape(layer(layer(images, 1), 2), [images.shape[0], -1]);
          return tf.losses.softmaxCrossEntropy(targets, dense(features, p.w as tf.Tensor, p.b as tf.Tensor));
        },
        p,
        adamOf(work.hyper),
      );
    }),

  gpt: (work) =>
    forms(embeddings, (embedding) => {
      const { tokens, targets, ...rest } = work.tensors();
      const [p, inputs] = [variables(rest), tensor(tokens as Data)];
      const vocabulary = p.tokenEmbedding?.shape[0] as number;
      const expected = oneHot(tf.reshape(tensor(targets as Data), [-1]), vocabulary);
      const { lr, weightDecay } = work.hyper;
      return training(
        () => tf.losses.softmaxCrossEntropy(expected, gptLogits(work.hyper, p, inputs, embedding)),
        p,
        adamOf(work.hyper),
        lr * weightDecay,
      );
    }),

  matmul: (work) => {
    const { a, b } = work.tensors();
    return {
      matMul: () => {
        const [x, y] = [tensor(a), tensor(b)];
        return calling(() => [tf.matMul(x, y)]);
      },
      "b stored transposed": () => {
        const [x, y] = [tensor(a), tf.transpose(tensor(b))];
        return calling(() => [tf.matMul(x, y, false, true)]);
      },
    };
  },

  softmax: (work) =>
    forms(
      {
        softmax: (x: tf.Tensor) => tf.softmax(x),
        "exp and sum": (x: tf.Tensor) => {
          const e = tf.exp(tf.sub(x, tf.max(x, -1, true)));
          return tf.div(e, tf.sum(e, -1, true));
        },
      },
      (f) => {
        const { x, cotangent } = work.tensors();
        const [input, ȳ] = [tensor(x), tensor(cotangent)];
        return calling(() => valueAndGradients(f, [input], ȳ));
      },
    ),

  layerNorm: (work) =>
    forms(layerNorms, (norm) => {
      const { x, weight, bias, cotangent } = work.tensors();
      const inputs = [x, weight, bias].map(tensor);
      const ȳ = tensor(cotangent);
      return calling(() =>
        valueAndGradients(
          (v, w, b) => norm(v as tf.Tensor, w as tf.Tensor, b as tf.Tensor, work.hyper.eps),
          inputs,
          ȳ,
        ),
      );
    }),

  gelu: (work) =>
    forms({ "op by op": gelu, "with x·σ(2u) for ½x(1 + tanh u)": geluBySigmoid }, (f) => {
      const x = tensor(work.tensors().x);
      const ones = tf.onesLike(x);
      return calling(() => valueAndGradients(f, [x], ones));
    }),

  sum: (work) => ({
    sum: () => {
      const x = tensor(work.tensors().x);
      return calling(() => [work.hyper.dim === null ? tf.sum(x) : tf.sum(x, work.hyper.dim)]);
    },
  }),
};
