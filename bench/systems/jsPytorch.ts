/** js-pytorch keeps nested arrays of doubles and runs op by op; what it lacks is written with what it has. */
import { torch } from "js-pytorch";
import { type Forms, type Prepared, type System, serve } from "../cell.ts";
import type { AdamHyper } from "../tasks/adam.ts";
import type { Gpt } from "../tasks/gpt.ts";
import { moments } from "../tasks/moments.ts";
import type { Data } from "../tasks/problem.ts";

type Tensor = InstanceType<typeof torch.Tensor>;
type Nested = number | Nested[];

function nest({ shape, data }: Data): Nested[] {
  let items: Nested[] = Array.from(data);
  for (const n of shape.slice(1).reverse())
    items = Array.from({ length: items.length / n }, (_, i) => items.slice(i * n, (i + 1) * n));
  return items;
}

const flat = (x: Nested): number[] => (Array.isArray(x) ? x.flatMap(flat) : [x]);

const tensor = (data: Data, grad = false): Tensor => torch.tensor(nest(data), grad);
const parameters = (tensors: Record<string, Data>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, data]) => [name, tensor(data, true)]));

/** The mean over all elements; `mean` itself goes along one axis. */
const meanOf = (x: Tensor): Tensor => {
  const n = x.shape.reduce((a, b) => a * b, 1);
  return torch.mean(torch.reshape(x, [n]));
};

/** ln(1 + eᶻ) − y·z; there is no softplus. */
const bce = (z: Tensor, y: Tensor): Tensor =>
  meanOf(torch.add(torch.log(torch.add(torch.exp(z), 1)), torch.neg(torch.mul(y, z))));

/** (e²ˣ − 1)/(e²ˣ + 1); there is no tanh. */
const tanh = (x: Tensor): Tensor => {
  const e = torch.exp(torch.mul(x, 2));
  return torch.div(torch.add(e, -1), torch.add(e, 1));
};

/** max(x, 0); `nn.ReLU` leaks 0.001. */
const relu = (x: Tensor): Tensor => torch.masked_fill(x, x, (value) => value <= 0, 0);

const dense = (x: Tensor, w: Tensor, b: Tensor): Tensor => torch.add(torch.matmul(x, w), b);

/** `nn.LayerNorm` has no ε. */
function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  const centred = torch.add(x, torch.neg(torch.mean(x, -1, true)));
  const variance = torch.mean(torch.pow(centred, 2), -1, true);
  const normal = torch.div(centred, torch.sqrt(torch.add(variance, eps)));
  return torch.add(torch.mul(normal, weight), bias);
}

/** The only optimizer is Adam: a plain step writes the data, as Adam does. */
function sgd(p: Record<string, Tensor>, lr: number): () => void {
  const list = Object.values(p);
  const descend = (x: Nested, g: Nested): Nested =>
    typeof x === "number" ? x - lr * (g as number) : x.map((value, i) => descend(value, (g as Nested[])[i]!));
  return () => {
    for (const v of list) {
      v._data = descend(v._data, v.grad) as Nested[];
      v.zero_grad();
    }
  };
}

/** Its Adam has no bias correction: the learning rate of each step makes up for it (but for ε). */
function adam(p: Record<string, Tensor>, { lr, beta1, beta2, eps }: AdamHyper): () => void {
  const optimizer = new torch.optim.Adam(Object.values(p), lr, 0, [beta1, beta2], eps);
  let t = 0;
  return () => {
    t++;
    optimizer.lr = (lr * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
    optimizer.step();
    optimizer.zero_grad();
  };
}

/** Decoupled weight decay, which its Adam lacks, before the step. */
function decay(p: Record<string, Tensor>, rate: number): void {
  const shrink = (x: Nested): Nested => (typeof x === "number" ? x * (1 - rate) : x.map(shrink));
  for (const v of Object.values(p)) v._data = shrink(v._data) as Nested[];
}

function gptLogits(
  { heads, blocks, normEps }: Gpt["hyper"],
  p: Record<string, Tensor>,
  tokens: Tensor,
): Tensor {
  const [n, t] = tokens.shape as [number, number];
  const width = p.tokenEmbedding!.shape[1] as number;
  const d = width / heads;
  const softmax = new torch.nn.Softmax();
  const mask = torch.tril([t, t], false);
  const norm = (x: Tensor, name: string) => layerNorm(x, p[`${name}.weight`]!, p[`${name}.bias`]!, normEps);
  // qkv is one matrix in the problem: its columns are picked by a product with a constant.
  const pick = [0, 1, 2].map((part) =>
    torch.tensor(
      Array.from({ length: 3 * width }, (_, i) =>
        Array.from({ length: width }, (_, j) => (i === part * width + j ? 1 : 0)),
      ),
    ),
  );
  const linear = (x: Tensor, name: string) => dense(x, p[`${name}.weight`]!, p[`${name}.bias`]!);
  let x = torch.add(torch.reshape(p.tokenEmbedding!.at(tokens), [n, t, width]), p.positionEmbedding!);
  for (let i = 0; i < blocks; i++) {
    const name = `blocks.${i}`;
    const rows = linear(norm(x, `${name}.norm1`), `${name}.qkv`);
    const [q, k, v] = pick.map((columns) =>
      torch.transpose(torch.reshape(torch.matmul(rows, columns), [n, t, heads, d]), 1, 2),
    ) as [Tensor, Tensor, Tensor];
    const scores = torch.div(torch.matmul(q, torch.transpose(k, -2, -1)), Math.sqrt(d));
    const seen = torch.masked_fill(scores, torch.broadcast(mask, scores), (m) => m === 0, -Infinity);
    const mixed = torch.matmul(softmax.forward(seen, -1) as Tensor, v);
    x = torch.add(x, linear(torch.reshape(torch.transpose(mixed, 1, 2), [n, t, width]), `${name}.out`));
    x = torch.add(x, linear(gelu(linear(norm(x, `${name}.norm2`), `${name}.up`)), `${name}.down`));
  }
  return torch.matmul(norm(x, "norm"), p.head!);
}

const gelu = (x: Tensor): Tensor => {
  const cube = torch.mul(torch.mul(x, x), x);
  const t = tanh(torch.mul(torch.add(x, torch.mul(cube, 0.044715)), Math.sqrt(2 / Math.PI)));
  return torch.mul(torch.mul(x, 0.5), torch.add(t, 1));
};

function training(loss: () => Tensor, update: () => void): Prepared {
  let last = 0;
  return {
    step() {
      const value = loss();
      value.backward();
      update();
      last = flat(value._data)[0] as number;
    },
    result: () => [last],
  };
}

function calling(f: () => Nested[]): Prepared {
  let outputs: Nested[] = [];
  return {
    step() {
      outputs = f();
    },
    result: () => outputs.flatMap((y) => moments(flat(y))),
  };
}

const one = (prepare: () => Prepared): Forms => ({ "op by op": prepare });

const system: System = {
  logistic: (work) =>
    one(() => {
      const { x, y, w, b } = work.tensors();
      const d = w.shape[0] as number;
      const p = parameters({ w: { ...w, shape: [d, 1] }, b });
      const [inputs, targets] = [tensor(x), tensor({ ...y, shape: [y.data.length, 1] })];
      return training(() => bce(dense(inputs, p.w!, p.b!), targets), sgd(p, work.hyper.lr));
    }),

  xor: (work) =>
    one(() => {
      const { x, y, ...rest } = work.tensors();
      const [p, inputs, targets] = [parameters(rest), tensor(x), tensor(y)];
      return training(
        () => bce(dense(tanh(dense(inputs, p.w1!, p.b1!)), p.w2!, p.b2!), targets),
        sgd(p, work.hyper.lr),
      );
    }),

  mlp: (work) =>
    one(() => {
      const { x, y, ...rest } = work.tensors();
      const [p, inputs, targets] = [parameters(rest), tensor(x), tensor(y)];
      const criterion = new torch.nn.CrossEntropyLoss();
      return training(
        () => {
          const h1 = relu(dense(inputs, p.w1!, p.b1!));
          const h2 = relu(dense(h1, p.w2!, p.b2!));
          return criterion.forward(dense(h2, p.w3!, p.b3!), targets) as Tensor;
        },
        adam(p, work.hyper),
      );
    }),

  cnn: "it has no convolution, padding or slices",
  gpt: (work) =>
    one(() => {
      const { tokens, targets, ...rest } = work.tensors() as Record<string, Data>;
      const [p, index, expected] = [parameters(rest), tensor(tokens!), tensor(targets!)];
      const update = adam(p, work.hyper);
      const criterion = new torch.nn.CrossEntropyLoss();
      const loss = () => criterion.forward(gptLogits(work.hyper, p, index), expected) as Tensor;
      return training(loss, () => {
        decay(p, work.hyper.lr * work.hyper.weightDecay);
        update();
      });
    }),

  matmul: (work) =>
    one(() => {
      const { a, b } = work.tensors();
      const [x, y] = [tensor(a), tensor(b)];
      return calling(() => [torch.matmul(x, y)._data]);
    }),

  softmax: (work) => ({
    "nn.Softmax": () => {
      const { x, cotangent } = work.tensors();
      const ȳ = tensor(cotangent);
      const softmax = new torch.nn.Softmax();
      const input = tensor(x, true);
      return calling(() => {
        input.zero_grad();
        const y = softmax.forward(input, -1) as Tensor;
        y.backward(ȳ);
        return [y._data, input.grad];
      });
    },
  }),

  layerNorm: (work) =>
    one(() => {
      const { x, weight, bias, cotangent } = work.tensors();
      const inputs = [x, weight, bias].map((data) => tensor(data, true));
      const ȳ = tensor(cotangent);
      return calling(() => {
        for (const input of inputs) input.zero_grad();
        const y = layerNorm(...(inputs as [Tensor, Tensor, Tensor]), work.hyper.eps);
        y.backward(ȳ);
        return [y._data, ...inputs.map((input) => input.grad)];
      });
    }),

  gelu: (work) =>
    one(() => {
      const x = tensor(work.tensors().x, true);
      return calling(() => {
        x.zero_grad();
        const y = gelu(x);
        y.backward(torch.ones(x.shape));
        return [y._data, x.grad];
      });
    }),

  sum: (work) =>
    one(() => {
      const x = tensor(work.tensors().x);
      const { dim } = work.hyper;
      return calling(() => [dim === null ? x.sum(0).sum(0)._data : x.sum(dim)._data]);
    }),
};

await serve(system);
