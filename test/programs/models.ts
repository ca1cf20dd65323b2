import { manualSeed, Parameter, randn, type Tensor, tensor } from "@chainrule/core";
import {
  BatchNorm1d,
  bceWithLogits,
  Dropout,
  Linear,
  type Module,
  mseLoss,
  Sequential,
  Tanh,
} from "@chainrule/nn";
import type { Optimizer } from "@chainrule/optim";

/** A training step, and everything that it changes. */
export interface Training {
  readonly step: (x: Tensor, y: Tensor) => Tensor;
  readonly optimizer: Optimizer;
  readonly state: () => unknown;
}

type MakeOptimizer = (parameters: Iterable<Parameter>) => Optimizer;

function training(
  loss: (x: Tensor, y: Tensor) => Tensor,
  optimizer: Optimizer,
  cells: () => Record<string, Tensor>,
): Training {
  return {
    optimizer,
    step(x, y) {
      const l = loss(x, y);
      optimizer.zeroGrad();
      l.backward();
      optimizer.step();
      return l;
    },
    state: () => [
      Object.entries(cells()).map(([name, t]) => [name, [...t.data()]]),
      optimizer
        .stateDict()
        .state.map((s) => Object.entries(s).map(([k, v]) => [k, typeof v === "number" ? v : [...v.data()]])),
    ],
  };
}

export function logistic(make: MakeOptimizer): Training {
  const w = new Parameter(tensor([[0.5], [-0.25], [0.125]]));
  const b = new Parameter(tensor([0]));
  return training(
    (x, y) => bceWithLogits(x.matmul(w).add(b), y),
    make([w, b]),
    () => ({ w, b }),
  );
}

/** Seeds the shared stream, so that two networks made by it start alike and drop alike. */
export function network(make: MakeOptimizer): Training & { readonly model: Module } {
  manualSeed(3);
  const model = new Sequential(
    new Linear(3, 8),
    new BatchNorm1d(8),
    new Tanh(),
    new Dropout(0.4),
    new Linear(8, 1),
  );
  const made = training(
    (x, y) => mseLoss(model.forward(x), y),
    make(model.parameters()),
    () => model.stateDict(),
  );
  return { ...made, model };
}

/** Examples of three features and a label of 0 or 1; the same for the same seed. */
export function batch(seed: number, size = 6): [Tensor, Tensor] {
  manualSeed(seed);
  const x = tensor(randn([size, 3]).data() as Float32Array).reshape([size, 3]);
  return [x, x.sum(1, { keepdim: true }).gt(0).to("float32")];
}
