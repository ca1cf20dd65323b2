import { einsum, evaluate, ones, onesLike, Parameter, type Tensor, tensor, vjp } from "@chainrule/core";
import { bceWithLogits, crossEntropy, layerNorm } from "@chainrule/nn";
import { Adam, AdamW, type Optimizer, SGD } from "@chainrule/optim";
import type { Forms, Prepared, System } from "../cell.ts";
import type { AdamHyper } from "../tasks/adam.ts";
import type { Gpt } from "../tasks/gpt.ts";
import { moments } from "../tasks/moments.ts";
import type { Data } from "../tasks/problem.ts";

type Parameters = Readonly<Record<string, Parameter>>;

/** A function of tensors, as it is or compiled. */
export type Transform = <A extends Tensor[], Y extends Tensor | Tensor[]>(
  f: (...inputs: A) => Y,
) => (...inputs: A) => Y;

/** Of a batch: its inputs and targets. */
type Loss = (x: Tensor, y: Tensor) => Tensor;

const tensorOf = ({ shape, data }: Data): Tensor => tensor(data, { shape });

const parametersOf = (tensors: Record<string, Data>): Parameters =>
  Object.fromEntries(Object.entries(tensors).map(([name, data]) => [name, new Parameter(tensorOf(data))]));

const one = (prepare: () => Prepared): Forms => ({ "": prepare });

const adamOptions = ({ lr, beta1, beta2, eps }: AdamHyper) => ({ lr, betas: [beta1, beta2] as const, eps });

const dense = (x: Tensor, p: Parameters, w: string, b: string): Tensor =>
  x.matmul(p[w] as Tensor).add(p[b] as Tensor);

/** Convolution 3 × 3 with padding 1, relu, and the maximum of 2 × 2 blocks. */
function convBlock(x: Tensor, kernel: Tensor, bias: Tensor): Tensor {
  const windows = x.windows(2, 3, { padding: 1 }).windows(3, 3, { padding: 1 });
  const y = einsum("nchwij,ocij->nohw", windows, kernel)
    .add(bias.reshape([-1, 1, 1]))
    .relu();
  return y.windows(2, 2, { stride: 2 }).windows(3, 2, { stride: 2 }).amax([4, 5]);
}

function gptLogits(
  { heads, blocks, normEps }: Gpt["hyper"],
  p: Parameters,
  tokens: Tensor,
  mask: Tensor,
): Tensor {
  const parameter = (name: string) => p[name] as Parameter;
  const width = parameter("tokenEmbedding").shape[1] as number;
  const norm = (x: Tensor, name: string) =>
    layerNorm(x, [width], {
      weight: parameter(`${name}.weight`),
      bias: parameter(`${name}.bias`),
      eps: normEps,
    });
  const linear = (x: Tensor, name: string) => dense(x, p, `${name}.weight`, `${name}.bias`);
  const [n, t] = tokens.shape as [number, number];
  let x = tokens.embedding(parameter("tokenEmbedding")).add(parameter("positionEmbedding"));
  for (let i = 0; i < blocks; i++) {
    const name = `blocks.${i}`;
    const [q, k, v] = linear(norm(x, `${name}.norm1`), `${name}.qkv`)
      .chunk(3, -1)
      .map((part) => part.reshape([n, t, heads, width / heads]).transpose(1, 2)) as [Tensor, Tensor, Tensor];
    const scores = q.matmul(k.transpose()).mul(1 / Math.sqrt(width / heads));
    const mixed = scores.maskedFill(mask, Number.NEGATIVE_INFINITY).softmax(-1).matmul(v);
    x = x.add(linear(mixed.transpose(1, 2).reshape([n, t, width]), `${name}.out`));
    x = x.add(linear(linear(norm(x, `${name}.norm2`), `${name}.up`).geluTanh(), `${name}.down`));
  }
  return norm(x, "norm").matmul(parameter("head"));
}

const gelu = (x: Tensor): Tensor => {
  const cube = x.mul(x).mul(x);
  return x.mul(0.5).mul(
    x
      .add(cube.mul(0.044715))
      .mul(Math.sqrt(2 / Math.PI))
      .tanh()
      .add(1),
  );
};

/** This library's works; `transform` makes of a training step or a formula what is called over and over. */
export function works(transform: Transform): System {
  const training = (loss: Loss, optimizer: Optimizer, inputs: readonly [Data, Data]) => {
    const [x, y] = inputs.map(tensorOf) as [Tensor, Tensor];
    const step = transform((batch: Tensor, targets: Tensor) => {
      const value = loss(batch, targets);
      optimizer.zeroGrad();
      value.backward();
      optimizer.step();
      return value;
    });
    let last = 0;
    return {
      step() {
        last = step(x, y).item();
      },
      result: () => [last],
    };
  };

  /** Calls f over and over, the results of each call dropped before the next one, or disposed of. */
  const calling = (
    prepare: () => readonly [f: (...inputs: Tensor[]) => Tensor[], ...inputs: Data[]],
  ): Forms => {
    const form = (letGo: (y: Tensor) => void) => () => {
      const [f, ...inputs] = prepare();
      const given = inputs.map(tensorOf);
      const compiled = transform(f);
      let outputs: Tensor[] = [];
      return {
        step() {
          outputs.forEach(letGo);
          outputs = compiled(...given);
          evaluate(...outputs);
        },
        result: () => outputs.flatMap((y) => moments(y.data())),
      };
    };
    return { "results dropped": form(() => {}), "results disposed of": form((y) => y.dispose()) };
  };

  /** f and its gradients by all its inputs but the last, which is the cotangent. */
  const pulling =
    (f: (...inputs: Tensor[]) => Tensor) =>
    (...inputs: Tensor[]): Tensor[] => {
      const [y, pull] = vjp(f, ...inputs.slice(0, -1));
      return [y, ...pull(inputs.at(-1) as Tensor)];
    };

  return {
    logistic: (work) =>
      one(() => {
        const { x, y, ...rest } = work.tensors();
        const p = parametersOf(rest);
        const loss = (inputs: Tensor, targets: Tensor) =>
          bceWithLogits(inputs.matmul(p.w as Tensor).add(p.b as Tensor), targets);
        return training(loss, new SGD(Object.values(p), work.hyper), [x, y]);
      }),

    xor: (work) =>
      one(() => {
        const { x, y, ...rest } = work.tensors();
        const p = parametersOf(rest);
        const loss = (inputs: Tensor, targets: Tensor) =>
          bceWithLogits(dense(dense(inputs, p, "w1", "b1").tanh(), p, "w2", "b2"), targets);
        return training(loss, new SGD(Object.values(p), work.hyper), [x, y]);
      }),

    mlp: (work) =>
      one(() => {
        const { x, y, ...rest } = work.tensors();
        const p = parametersOf(rest);
        const loss = (inputs: Tensor, targets: Tensor) => {
          const h1 = dense(inputs, p, "w1", "b1").relu();
          const h2 = dense(h1, p, "w2", "b2").relu();
          return crossEntropy(dense(h2, p, "w3", "b3"), targets);
        };
        return training(loss, new Adam(Object.values(p), adamOptions(work.hyper)), [x, y]);
      }),

    cnn: (work) =>
      one(() => {
        const { x, y, ...rest } = work.tensors();
        const p = parametersOf(rest);
        const loss = (images: Tensor, targets: Tensor) => {
          const first = convBlock(images, p.k1 as Tensor, p.b1 as Tensor);
          const second = convBlock(first, p.k2 as Tensor, p.b2 as Tensor);
          return crossEntropy(dense(second.flatten(1), p, "w", "b"), targets);
        };
        return training(loss, new Adam(Object.values(p), adamOptions(work.hyper)), [x, y]);
      }),

    gpt: (work) =>
      one(() => {
        const { tokens, targets, ...rest } = work.tensors();
        const p = parametersOf(rest);
        const t = tokens?.shape[1] as number;
        const mask = ones([t, t]).triu(1).to("bool");
        const loss = (inputs: Tensor, expected: Tensor) => {
          const z = gptLogits(work.hyper, p, inputs, mask);
          return crossEntropy(z.flatten(0, 1), expected.flatten());
        };
        const { weightDecay } = work.hyper;
        const optimizer = new AdamW(Object.values(p), { ...adamOptions(work.hyper), weightDecay });
        return training(loss, optimizer, [tokens as Data, targets as Data]);
      }),

    matmul: (work) =>
      calling(() => {
        const { a, b } = work.tensors();
        return [(x, y) => [(x as Tensor).matmul(y as Tensor)], a, b];
      }),

    softmax: (work) =>
      calling(() => {
        const { x, cotangent } = work.tensors();
        return [pulling((v) => (v as Tensor).softmax(-1)), x, cotangent];
      }),

    layerNorm: (work) =>
      calling(() => {
        const { x, weight, bias, cotangent } = work.tensors();
        const norm = (...[v, w, b]: Tensor[]) =>
          layerNorm(v as Tensor, [256], { weight: w as Tensor, bias: b as Tensor, eps: work.hyper.eps });
        return [pulling(norm), x, weight, bias, cotangent];
      }),

    gelu: (work) =>
      calling(() => {
        const { x } = work.tensors();
        const f = pulling((v) => gelu(v as Tensor));
        return [(v) => f(v as Tensor, onesLike(v as Tensor)), x];
      }),

    sum: (work) =>
      calling(() => {
        const dim = work.hyper.dim ?? undefined;
        return [(x) => [(x as Tensor).sum(dim)], work.tensors().x];
      }),
  };
}
