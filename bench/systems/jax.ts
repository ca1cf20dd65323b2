import "./jaxInNode.ts";
import { blockUntilReady, grad, jit, lax, nn, numpy as np, tree, valueAndGrad, vjp } from "@jax-js/jax";
import { type Forms, serve } from "../cell.ts";
import type { AdamHyper } from "../tasks/adam.ts";
import type { Gpt } from "../tasks/gpt.ts";
import { moments } from "../tasks/moments.ts";
import type { Data } from "../tasks/problem.ts";

type Array = np.Array;
type Tree = Record<string, Array>;
type Loss = (p: Tree, ...inputs: Array[]) => Array;

const array = ({ shape, data }: Data): Array => np.array(data, { shape: [...shape] });

const arrays = <T extends string>(tensors: Record<T, Data>) =>
  Object.fromEntries(Object.entries<Data>(tensors).map(([name, data]) => [name, array(data)])) as Record<
    T,
    Array
  >;

/** A training step under `jit`: `update` makes the next state of its parts from the state and the gradient. */
function training(
  loss: Loss,
  state: Record<string, Tree>,
  inputs: readonly Array[],
  update: (state: Record<string, Tree>, g: Tree, scale: Array) => Record<string, Tree>,
  scaleAt: (t: number) => number = () => 1,
) {
  const step = jit((all: Record<string, Tree>, scale: Array, ...given: Array[]) => {
    const [value, g] = valueAndGrad(loss)(tree.ref(all.p as Tree), ...given) as [Array, Tree];
    return [value, update(all, g, scale)] as [Array, Record<string, Tree>];
  });
  let [t, last] = [0, 0];
  return {
    async step() {
      const scale = np.array(scaleAt(++t));
      const [value, next] = step(state, scale, ...inputs.map((x) => x.ref)) as [Array, Record<string, Tree>];
      state = next;
      await blockUntilReady([value, state]);
      last = value.dataSync()[0] as number;
    },
    result: () => [last],
  };
}

const keys = Object.keys;
const each = (t: Tree, f: (name: string) => Array): Tree =>
  Object.fromEntries(keys(t).map((name) => [name, f(name)]));
const part = (state: Record<string, Tree>, name: string, key: string): Array => state[name]?.[key] as Array;

const sgd = (loss: Loss, p: Tree, inputs: readonly Array[], lr: number) =>
  training(loss, { p }, inputs, (state, g, scale) => {
    scale.dispose();
    return { p: each(g, (k) => part(state, "p", k).sub(part({ g }, "g", k).mul(lr))) };
  });

/** Adam with its bias corrections as numbers from outside, so that the program is compiled once. */
function adam(
  loss: Loss,
  p: Tree,
  inputs: readonly Array[],
  { lr, beta1, beta2, eps, weightDecay = 0 }: AdamHyper & { readonly weightDecay?: number },
) {
  const state = { p, m: each(p, (k) => np.zeros(p[k]!.shape)), v: each(p, (k) => np.zeros(p[k]!.shape)) };
  // α·m̂/(√v̂ + ε) = (α·√c₂/c₁)·m/(√v + ε·√c₂), and √c₂ = s: both corrections from one input t.
  return training(
    loss,
    state,
    inputs,
    (all, g, t) => {
      const correct = (beta: number) => np.array(1).sub(np.exp(t.ref.mul(Math.log(beta))));
      const [c1, c2] = [correct(beta1), correct(beta2)];
      t.dispose();
      const m = each(g, (k) =>
        part(all, "m", k)
          .mul(beta1)
          .add(part({ g }, "g", k).ref.mul(1 - beta1)),
      );
      const v = each(g, (k) =>
        part(all, "v", k)
          .mul(beta2)
          .add(np.square(part({ g }, "g", k)).mul(1 - beta2)),
      );
      const next = each(g, (k) => {
        const size = np.sqrt(v[k]!.ref.div(c2.ref)).add(eps);
        return part(all, "p", k)
          .mul(1 - lr * weightDecay)
          .sub(m[k]!.ref.div(c1.ref).mul(lr).div(size));
      });
      c1.dispose();
      c2.dispose();
      return { p: next, m, v };
    },
    (t) => t,
  );
}

/** An inference-like step: the outputs of a compiled function, waited for and let go. */
function calling(f: (...inputs: Array[]) => Array | Array[], inputs: readonly Array[]) {
  const compiled = jit(f as (...inputs: Array[]) => Array[]);
  let outputs: Array[] = [];
  return {
    async step() {
      for (const y of outputs) y.dispose();
      outputs = [compiled(...inputs.map((x) => x.ref))].flat();
      await blockUntilReady(outputs);
    },
    result: () => outputs.flatMap((y) => moments(y.ref.dataSync() as Float32Array)),
  };
}

const crossEntropy = (z: Array, oneHot: Array): Array => np.mean(nn.logSoftmax(z).mul(oneHot).sum(-1)).neg();

const oneHotOf = (y: Data, classes: number): Array => nn.oneHot(array(y), classes);

/** The maximum of 2 × 2 blocks of [batch, channel, row, column]. */
const pools: Record<string, (x: Array) => Array> = {
  "pool by reshape": (x) => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    return x.reshape([n, c, h / 2, 2, w / 2, 2]).max([3, 5]);
  },
  "pool by reduceWindow": (x) => lax.reduceWindow(x, (window) => window.max(), [2, 2], [2, 2]),
};

/** The nine images that a 3 × 3 kernel sees with padding 1. */
function shifts(x: Array): Array[] {
  const [h, w] = x.shape.slice(2) as [number, number];
  const padded = np.pad(x, [
    [0, 0],
    [0, 0],
    [1, 1],
    [1, 1],
  ]);
  const shifted = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => padded.ref.slice([], [], [i, i + h], [j, j + w])),
  );
  padded.dispose();
  return shifted;
}

/** 3 × 3 convolutions with padding 1 of [batch, channel, row, column]. */
const convs: Record<string, (x: Array, kernel: Array) => Array> = {
  conv: (x, kernel) => lax.conv(x, kernel, [1, 1], "SAME"),
  "im2col image by image": (x, kernel) => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const out = kernel.shape[0] as number;
    const columns = np.stack(shifts(x), 2).reshape([n, c * 9, h * w]);
    // jax-js 0.1.25 multiplies [a, b] · [n, b, c] wrongly unless the first is broadcast by hand.
    const rows = np.broadcastTo(kernel.reshape([out, c * 9]), [n, out, c * 9]);
    return np.matmul(rows, columns).reshape([n, out, h, w]);
  },
  "im2col of the batch": (x, kernel) => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const out = kernel.shape[0] as number;
    const columns = np
      .stack(shifts(x), 2)
      .transpose([1, 2, 0, 3, 4])
      .reshape([c * 9, n * h * w]);
    return np
      .matmul(kernel.reshape([out, c * 9]), columns)
      .reshape([out, n, h, w])
      .transpose([1, 0, 2, 3]);
  },
};

const layerNorm = (x: Array, weight: Array, bias: Array, eps: number): Array => {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(eps)))
    .mul(weight)
    .add(bias);
};

/** Splits rows of q, k and v into heads and attends causally. */
type Attention = (q: Array, k: Array, v: Array) => Array;

const attentions: Record<string, Attention> = {
  "attention by matmul": (q, k, v) => {
    const [, t, , d] = q.shape as [number, number, number, number];
    const heads = (x: Array) => x.transpose([0, 2, 1, 3]);
    const scores = np.matmul(heads(q), k.transpose([0, 2, 3, 1])).mul(1 / Math.sqrt(d));
    const mask = np.triu(np.full([t, t], -1e9), 1);
    return np.matmul(nn.softmax(scores.add(mask)), heads(v)).transpose([0, 2, 1, 3]);
  },
  dotProductAttention: (q, k, v) => nn.dotProductAttention(q, k, v, { isCausal: true }),
};

const standardized: typeof layerNorm = (x, weight, bias, epsilon) =>
  nn.standardize(x, -1, { epsilon }).mul(weight).add(bias);

interface GptForm {
  readonly attention: Attention;
  readonly product: (x: Array, w: Array) => Array;
  readonly normalize: typeof layerNorm;
  /** How values are passed on between layers: with the axes of batch and time, or with both as one. */
  readonly residual: (rows: Array, n: number, t: number) => Array;
}

const gptLoss =
  ({ heads, blocks, normEps }: Gpt["hyper"], { attention, product, normalize, residual }: GptForm): Loss =>
  (p, tokens, targets) => {
    const parameter = (name: string) => p[name] as Array;
    const [n, t, vocabulary] = (tokens as Array).shape as [number, number, number];
    const width = parameter("tokenEmbedding").shape[1] as number;
    const norm = (x: Array, name: string) =>
      normalize(x, parameter(`${name}.weight`), parameter(`${name}.bias`), normEps).reshape([n * t, width]);
    const linear = (x: Array, name: string) =>
      product(x, parameter(`${name}.weight`)).add(parameter(`${name}.bias`));
    const embedded = product((tokens as Array).reshape([n * t, vocabulary]), parameter("tokenEmbedding"));
    const placed = embedded.reshape([n, t, width]).add(parameter("positionEmbedding"));
    let x = residual(placed.reshape([n * t, width]), n, t);
    for (let i = 0; i < blocks; i++) {
      const name = `blocks.${i}`;
      const rows = linear(norm(x.ref, `${name}.norm1`), `${name}.qkv`);
      const [q, k, v] = np.split(rows.reshape([n, t, 3 * heads, width / heads]), 3, 2) as [
        Array,
        Array,
        Array,
      ];
      const mixed = attention(q, k, v).reshape([n * t, width]);
      x = x.add(residual(linear(mixed, `${name}.out`), n, t));
      const up = linear(norm(x.ref, `${name}.norm2`), `${name}.up`);
      x = x.add(residual(linear(nn.gelu(up), `${name}.down`), n, t));
    }
    const z = product(norm(x, "norm"), parameter("head"));
    return crossEntropy(z, (targets as Array).reshape([n * t, vocabulary]));
  };

const gptStyles: Record<string, Omit<GptForm, "attention">> = {
  "[n, t, c]": {
    product: (x, w) => np.matmul(x, w),
    normalize: layerNorm,
    residual: (rows, n, t) => rows.reshape([n, t, -1]),
  },
  "[n·t, c] with dot and nn.standardize": {
    product: (x, w) => np.dot(x, w),
    normalize: standardized,
    residual: (rows) => rows,
  },
};

const gptForms: Record<string, GptForm> = Object.fromEntries(
  Object.entries(attentions).flatMap(([a, attention]) =>
    Object.entries(gptStyles).map(([b, style]) => [`${a}, ${b}`, { attention, ...style }]),
  ),
);

/** Forms from a table of variants. */
const forms = <V>(variants: Record<string, V>, prepare: (variant: V) => ReturnType<Forms[string]>): Forms =>
  Object.fromEntries(Object.entries(variants).map(([name, v]) => [name, () => prepare(v)]));

const bces: Record<string, (z: Array, y: Array) => Array> = {
  "softplus(z) − y·z": (z, y) => nn.softplus(z.ref).sub(y.mul(z)),
  "log σ form": (z, y) =>
    y.ref
      .mul(nn.logSigmoid(z.ref))
      .add(np.array(1).sub(y).mul(nn.logSigmoid(z.neg())))
      .neg(),
};

await serve({
  logistic: (work) => {
    const products: Record<string, (x: Array, w: Array) => Array> = {
      dot: (x, w) => np.dot(x, w),
      "multiply and sum": (x, w) => x.mul(w).sum(-1),
    };
    const variants = Object.fromEntries(
      Object.entries(bces).flatMap(([a, bce]) =>
        Object.entries(products).map(([b, product]) => [`${a}, ${b}`, { bce, product }]),
      ),
    );
    return forms(variants, ({ bce, product }) => {
      const { x, y, ...p } = arrays(work.tensors());
      return sgd(
        ({ w, b }, inputs, labels) =>
          np.mean(bce(product(inputs as Array, w as Array).add(b as Array), labels as Array)),
        p,
        [x, y],
        work.hyper.lr,
      );
    });
  },

  xor: (work) =>
    forms(bces, (bce) => {
      const { x, y, ...p } = arrays(work.tensors());
      return sgd(
        (q, inputs, labels) => {
          const h = np.tanh(np.dot(inputs as Array, q.w1 as Array).add(q.b1 as Array));
          return np.mean(bce(np.dot(h, q.w2 as Array).add(q.b2 as Array), labels as Array));
        },
        p,
        [x, y],
        work.hyper.lr,
      );
    }),

  mlp: (work) =>
    forms({ "one-hot targets": 0 }, () => {
      const { y, ...tensors } = work.tensors();
      const { x, ...p } = arrays(tensors);
      const dense = (q: Tree, input: Array, i: number) =>
        np.matmul(input, q[`w${i}`] as Array).add(q[`b${i}`] as Array);
      return adam(
        (q, inputs, targets) =>
          crossEntropy(
            dense(q, nn.relu(dense(q, nn.relu(dense(q, inputs as Array, 1)), 2)), 3),
            targets as Array,
          ),
        p,
        [x, oneHotOf(y, 10)],
        work.hyper,
      );
    }),

  cnn: (work) => {
    const variants = Object.fromEntries(
      Object.entries(convs).flatMap(([a, conv]) =>
        Object.entries(pools).map(([b, pool]) => [`${a}, ${b}`, { conv, pool }]),
      ),
    );
    return forms(variants, ({ conv, pool }) => {
      const { y, ...tensors } = work.tensors();
      const { x, ...p } = arrays(tensors);
      const layer = (input: Array, kernel: Array, bias: Array) => {
        const channels = bias.shape[0] as number;
        return pool(nn.relu(conv(input, kernel).add(bias.reshape([channels, 1, 1]))));
      };
      return adam(
        (q, images, targets) => {
          const first = layer(images as Array, q.k1 as Array, q.b1 as Array);
          const second = layer(first, q.k2 as Array, q.b2 as Array);
          const flat = second.reshape([64, -1]);
          return crossEntropy(np.matmul(flat, q.w as Array).add(q.b as Array), targets as Array);
        },
        p,
        [x, oneHotOf(y, 10)],
        work.hyper,
      );
    });
  },

  gpt: (work) =>
    forms(gptForms, (form) => {
      const { tokens, targets, ...p } = work.tensors();
      const vocabulary = p.tokenEmbedding?.shape[0] as number;
      const inputs = [tokens, targets].map((t) => oneHotOf(t as Data, vocabulary));
      return adam(gptLoss(work.hyper, form), arrays(p), inputs, work.hyper);
    }),

  matmul: (work) => {
    const { a, b } = work.tensors();
    return {
      matmul: () => calling((x, y) => np.matmul(x, y), [array(a), array(b)]),
      "matmul with b stored transposed": () => {
        const [k, m] = b.shape as [number, number];
        const transposed = np.array(array(b).transpose().dataSync(), { shape: [m, k] });
        return calling((x, y) => np.matmul(x, y.transpose()), [array(a), transposed]);
      },
    };
  },

  softmax: (work) =>
    forms(
      {
        "nn.softmax": (x: Array) => nn.softmax(x),
        "exp and sum": (x: Array) => {
          const e = np.exp(x.ref.sub(lax.stopGradient(np.max(x, -1, { keepdims: true }))));
          return e.ref.div(e.sum(-1, { keepdims: true }));
        },
      },
      (f) => {
        const { x, cotangent } = arrays(work.tensors());
        return calling(
          (input, ȳ) => {
            const [y, pull] = vjp(f, [input]);
            return [y, ...(pull(ȳ) as [Array])];
          },
          [x, cotangent],
        );
      },
    ),

  layerNorm: (work) =>
    forms({ "mean and mean of squares": layerNorm, "nn.standardize": standardized }, (normalize) => {
      const { x, cotangent, weight, bias } = arrays(work.tensors());
      const f = (input: Array, w: Array, b: Array) => normalize(input, w, b, work.hyper.eps);
      return calling(
        (input, w, b, ȳ) => {
          const [y, pull] = vjp(f, [input, w, b]);
          return [y, ...(pull(ȳ) as Array[])];
        },
        [x, weight, bias, cotangent],
      );
    }),

  gelu: (work) => {
    const c = Math.sqrt(2 / Math.PI);
    return forms(
      {
        "op by op": (x: Array) => {
          const cube = x.ref.mul(x.ref).mul(x.ref);
          const t = np.tanh(x.ref.add(cube.mul(0.044715)).mul(c));
          return x.mul(0.5).mul(t.add(1));
        },
        "with x·σ(2u) for ½x(1 + tanh u)": (x: Array) => {
          const cube = x.ref.mul(x.ref).mul(x.ref);
          return nn.sigmoid(x.ref.add(cube.mul(0.044715)).mul(2 * c)).mul(x);
        },
        "nn.gelu": (x: Array) => nn.gelu(x),
      },
      (f) => calling((x) => [f(x.ref), grad((v: Array) => f(v).sum())(x)], [array(work.tensors().x)]),
    );
  },

  sum: (work) => {
    const { dim } = work.hyper;
    const prepare = (f: (x: Array) => Array) => () => calling(f, [array(work.tensors().x)]);
    return dim === null
      ? { sum: prepare((x) => x.sum()), "columns, then all": prepare((x) => x.sum(0).sum()) }
      : { sum: prepare((x) => x.sum(dim)) };
  },
});
