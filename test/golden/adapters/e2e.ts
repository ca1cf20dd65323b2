import { Cell, noGrad, Parameter, stack, type Tensor, tensor, zeros } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { clipGradNorm } from "@chainrule/optim";
import { type Adapter, type Adapters, type Attrs, attr, NotCovered } from "../adapter.ts";
import { stateOf } from "./attention.ts";
import { losses } from "./losses.ts";
import { optimizerOf } from "./optimizers.ts";

type Named = Readonly<Record<string, Tensor>>;

/** A model with parameters and buffers by name: its output for some rows, in training or not, and the loss of that. */
interface Model {
  readonly data: readonly [string, string];
  readonly output: (x: Tensor, p: Named, attrs: Attrs, training: boolean) => Tensor;
  readonly loss: (output: Tensor, target: Tensor, attrs: Attrs) => Tensor;
}

/** The rows of step t: `size` of them, going round. */
function rowsOf(x: Tensor, t: number, size: number): Tensor {
  const rows = Int32Array.from({ length: size }, (_, i) => (t * size + i) % (x.shape[0] as number));
  return x.indexSelect(0, tensor(rows));
}

/** Trains a model on batches and says how it went. */
const training =
  ({ data, output, loss }: Model): Adapter =>
  (call) => {
    const { inputs, attrs } = call;
    const [x, y] = data.map((name) => inputs[name]) as [Tensor, Tensor];
    const names = Object.keys(inputs).filter((name) => !data.includes(name));
    const cellOf = (key: string) => new (key.includes("running_") ? Cell : Parameter)(inputs[key] as Tensor);
    const cells = Object.fromEntries(names.map((key) => [key, cellOf(key)]));
    const parameters = Object.values(cells).filter((cell) => cell instanceof Parameter);
    const { name, ...hyper } = attrs.optimizer as Attrs & { readonly name: string };
    const optimizer = optimizerOf(name, parameters, hyper);
    const size = attr(call, "batch_size", x.shape[0] as number);
    const maxNorm = attr<number | undefined>(call, "max_grad_norm", undefined);
    const history: Tensor[] = [];
    const norms: Tensor[] = [];
    for (let t = 0; t < (attrs.steps as number); t++) {
      optimizer.zeroGrad();
      const l = loss(output(rowsOf(x, t, size), cells, attrs, true), rowsOf(y, t, size), attrs);
      l.backward();
      if (maxNorm !== undefined) norms.push(clipGradNorm(parameters, maxNorm));
      optimizer.step();
      history.push(l);
    }
    const last = output(x, cells, attrs, false).detach();
    return {
      losses: stack(history),
      final_loss: loss(last, y, attrs),
      final_output: last,
      ...(norms.length > 0 && { grad_norms: stack(norms) }),
      ...Object.fromEntries(names.map((key) => [`final.${key}`, (cells[key] as Cell).detach()])),
    };
  };

/** The affine map whose weight and bias are called `name.weight` and `name.bias`. */
const affine = (x: Tensor, p: Named, name: string): Tensor =>
  nn.linear(x, p[`${name}.weight`] as Tensor, p[`${name}.bias`]);

const normed = (x: Tensor, p: Named, name: string): Tensor =>
  nn.layerNorm(x, [x.shape.at(-1) as number], { weight: p[`${name}.weight`], bias: p[`${name}.bias`] });

type Activation = "relu" | "tanh" | "sigmoid" | "gelu" | "silu" | "softplus";

const mlp: Model = {
  data: ["X", "y"],
  output: (x, p, { activation }) => affine(affine(x, p, "fc1")[activation as Activation](), p, "fc2"),
  loss: (output, target, { loss }) => {
    const f = losses[loss as string];
    if (!f) throw new NotCovered(`no loss ${loss}`);
    const scores = target.dtype === "int32" ? output : output.reshape(target.shape);
    const input = loss === "binary_cross_entropy" ? scores.sigmoid() : scores;
    return f({ inputs: { input, target }, attrs: {} }) as Tensor;
  },
};

/** Batch normalisation by the batch in training, which the running statistics follow, and by those afterwards. */
function batchNormed(x: Tensor, p: Named, training: boolean): Tensor {
  const [mean, variance] = [p["bn.running_mean"], p["bn.running_var"]] as [Cell, Cell];
  const affine = { weight: p["bn.weight"], bias: p["bn.bias"] };
  if (!training) return nn.batchNorm(x, { mean, variance }, affine);
  const moments = nn.momentsOf(x);
  const next = noGrad(() => nn.runningMoments({ mean, variance }, moments, x));
  mean.assign(next.mean);
  variance.assign(next.variance);
  return nn.batchNorm(x, moments, affine);
}

const convnet: Model = {
  data: ["X", "y"],
  output: (x, p, { conv2_stride: stride = 1 }, training) => {
    const first = nn.conv2d(x, p["conv1.weight"] as Tensor, p["conv1.bias"], { padding: 1 });
    const y = p["bn.weight"] ? batchNormed(first, p, training) : first;
    const pooled = nn.maxPool2d(y.relu(), 2);
    const second = nn.conv2d(pooled, p["conv2.weight"] as Tensor, p["conv2.bias"], {
      stride: stride as number,
    });
    return affine(second.relu().flatten(1), p, "fc");
  },
  loss: (logits, target) => nn.crossEntropy(logits, target),
};

const transformer: Model = {
  data: ["ids", "targets"],
  output: (ids, p, { num_heads }) => {
    const positions = (p["pos_emb.weight"] as Tensor).slice(0, 0, ids.shape[1]);
    const x = nn.embedding(ids, p["tok_emb.weight"] as Tensor).add(positions);
    const h = normed(x, p, "ln1");
    const state = stateOf(p, num_heads as number, true, "attn.");
    const y = x.add(nn.multiheadAttention(h, h, h, state, { isCausal: true }).output);
    const z = y.add(affine(affine(normed(y, p, "ln2"), p, "mlp.fc1").gelu(), p, "mlp.fc2"));
    return affine(normed(z, p, "ln_f"), p, "head");
  },
  loss: (logits, targets) => nn.crossEntropy(logits.flatten(0, 1), targets.flatten()),
};

const lstmClassifier: Model = {
  data: ["X", "y"],
  output: (x, p) => {
    const weight = p.weight_hh as Tensor;
    let h = zeros([x.shape[0] as number, weight.shape[1] as number], { dtype: x.dtype });
    let c = h;
    for (const step of x.unbind(1)) {
      const gates = nn.linear(step, p.weight_ih as Tensor, p.bias_ih).add(nn.linear(h, weight, p.bias_hh));
      const [i, f, g, o] = gates.chunk(4, 1) as [Tensor, Tensor, Tensor, Tensor];
      c = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
      h = o.sigmoid().mul(c.tanh());
    }
    return affine(h, p, "fc");
  },
  loss: (logits, target) => nn.bceWithLogits(logits.reshape(target.shape), target),
};

/** Gradient descent on logistic regression: autograd's gradients beside those derived by hand. */
const logisticRegression: Adapter = (call) => {
  const { X, y } = call.inputs as { X: Tensor; y: Tensor };
  const w = new Parameter(call.inputs.w as Tensor);
  const b = new Parameter(call.inputs.b as Tensor);
  const reduction = attr<nn.Reduction>(call, "reduction", "mean");
  const l2 = attr(call, "l2", 0);
  const k = reduction === "mean" ? 1 / (X.shape[0] as number) : 1;
  const steps = attr(call, "steps", 0);
  const seen: Record<string, Tensor[]> = {};
  const note = (named: Named) => {
    for (const [name, x] of Object.entries(named)) seen[name] = [...(seen[name] ?? []), x];
  };
  for (let t = 0; t <= steps; t++) {
    const p = X.matmul(w).add(b).sigmoid();
    const loss = nn.binaryCrossEntropy(p, y, { reduction }).add(
      w
        .square()
        .sum()
        .mul(l2 / 2),
    );
    note({ loss: loss.detach(), w: w.detach(), b: b.detach() });
    if (t === steps) break;
    const error = p.sub(y).detach().mul(k);
    note({ hand_grad_w: X.transpose().matmul(error).add(w.detach().mul(l2)), hand_grad_b: error.sum() });
    w.zeroGrad();
    b.zeroGrad();
    loss.backward();
    note({ grad_w: w.grad as Tensor, grad_b: b.grad as Tensor });
    optimizerOf("SGD", [w, b], { lr: attr(call, "lr", 0) }).step();
  }
  return Object.fromEntries(Object.entries(seen).map(([name, list]) => [name, stack(list)]));
};

export const e2e: Adapters = {
  "e2e.logistic_regression": logisticRegression,
  "e2e.mlp": training(mlp),
  "e2e.convnet": training(convnet),
  "e2e.transformer": training(transformer),
  "e2e.lstm_classifier": training(lstmClassifier),
};
