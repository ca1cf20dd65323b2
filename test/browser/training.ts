import { compile, type Tensor, zeros } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { Adam, type Optimizer, SGD } from "@chainrule/optim";
import { drawn, stream } from "../conformance/draw.ts";

class SelfAttention extends nn.Layer {
  readonly attention = new nn.MultiheadAttention(16, 2, { batchFirst: true });

  override forward(x: Tensor): Tensor {
    return x.add(this.attention.forward(x).output).mean(1);
  }
}

/** The last state of a gated recurrent unit over a sequence. [Cho et al. 2014] */
class GRU extends nn.Layer {
  readonly input = new nn.Linear(16, 3 * 24);
  readonly state = new nn.Linear(24, 3 * 24);

  override forward(x: Tensor): Tensor {
    let h = zeros([x.shape[0]!, 24]);
    for (const xt of x.unbind(1)) {
      const [xr, xz, xn] = this.input.forward(xt).chunk(3, 1) as [Tensor, Tensor, Tensor];
      const [hr, hz, hn] = this.state.forward(h).chunk(3, 1) as [Tensor, Tensor, Tensor];
      const z = xz.add(hz).sigmoid();
      const n = xn.add(xr.add(hr).sigmoid().mul(hn)).tanh();
      h = n.lerp(h, z);
    }
    return h;
  }
}

/** A model that tells ten classes apart, and the shape of what it is given. */
interface Task {
  readonly input: readonly number[];
  readonly layers: () => nn.Layer[];
}

export const tasks: Readonly<Record<string, Task>> = {
  "a perceptron with dropout": {
    input: [30],
    layers: () => [new nn.Linear(30, 64), new nn.Tanh(), new nn.Dropout(0.3), new nn.Linear(64, 10)],
  },
  "a convolutional network": {
    input: [3, 10, 10],
    layers: () => [
      new nn.Conv2d(3, 8, 3),
      new nn.BatchNorm2d(8),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Dropout(0.2),
      new nn.Linear(8 * 4 * 4, 10),
    ],
  },
  "a recurrent network": {
    input: [12, 16],
    layers: () => [new GRU(), new nn.Linear(24, 10)],
  },
  "a transformer": {
    input: [12, 16],
    layers: () => [new SelfAttention(), new nn.LayerNorm([16]), new nn.GELU(), new nn.Linear(16, 10)],
  },
};

const optimizers = {
  SGD: (model: nn.Module) => new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 }),
  Adam: (model: nn.Module) => new Adam(model.parameters(), { lr: 0.01 }),
};

/** The losses of a training run from the present seed, and the model afterwards. */
export function trained(
  { input, layers }: Task,
  name: keyof typeof optimizers,
  compiled: boolean,
  steps: number,
): { readonly losses: readonly Tensor[]; readonly model: nn.Module } {
  const model = new nn.Sequential(...layers());
  const optimizer: Optimizer = optimizers[name](model);
  const step = (x: Tensor, y: Tensor): Tensor => {
    const loss = nn.crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
  const taken = compiled ? compile(step) : step;
  const x = drawn(stream(1), [32, ...input], "float32");
  const y = drawn(stream(2), [32], "int32", [-0.49, 9.49]);
  return { losses: Array.from({ length: steps }, () => taken(x, y)), model };
}
