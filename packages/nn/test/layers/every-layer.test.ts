import { compile, fromJSON, Generator, manualSeed, type Shape, type Tensor, tensor } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, uniform } from "../draw.ts";

/** The exported modules that are no losses. A class without a sample in the table is a type error. */
type LayerName = {
  [K in keyof typeof nn]: (typeof nn)[K] extends new (...args: never[]) => nn.Module ? K : never;
}[Exclude<keyof typeof nn, `${string}Loss`>];

interface Sample {
  readonly make: (options: { readonly dtype: "float64" }) => nn.Layer;
  readonly x: Tensor;
  readonly shape: Shape;
}

/** The outputs of self-attention. */
class SelfAttention extends nn.Layer {
  readonly attention: nn.MultiheadAttention;
  constructor(options: nn.MultiheadAttentionLayerOptions) {
    super();
    this.attention = new nn.MultiheadAttention(4, 2, options);
  }
  forward(x: Tensor): Tensor {
    return this.attention.forward(x).output;
  }
}

/** A layer that has no kink at its sample: its elements are away from 0, and pairwise different. */
const elementwise = (make: Sample["make"]): Sample => ({ make, x: uniform([2, 4], 0.1, 2), shape: [2, 4] });
const double = (make: Sample["make"], x: Shape, shape: Shape): Sample => ({ make, x: uniform(x), shape });

const samples: Readonly<Record<LayerName, Sample>> = {
  ReLU: elementwise(() => new nn.ReLU()),
  LeakyReLU: elementwise(() => new nn.LeakyReLU(0.2)),
  ELU: elementwise(() => new nn.ELU(0.5)),
  GELU: elementwise(() => new nn.GELU({ approximate: "tanh" })),
  SiLU: elementwise(() => new nn.SiLU()),
  Sigmoid: elementwise(() => new nn.Sigmoid()),
  LogSigmoid: elementwise(() => new nn.LogSigmoid()),
  Tanh: elementwise(() => new nn.Tanh()),
  Softplus: elementwise(() => new nn.Softplus(2)),
  Softmax: elementwise(() => new nn.Softmax(0)),
  LogSoftmax: elementwise(() => new nn.LogSoftmax()),
  Dropout: elementwise(() => new nn.Dropout(0.5, { generator: new Generator(3) })),
  AdaptiveAvgPool2d: double(() => new nn.AdaptiveAvgPool2d([2, 3]), [2, 4, 5], [2, 2, 3]),
  AdaptiveMaxPool2d: double(() => new nn.AdaptiveMaxPool2d([2, null]), [2, 4, 3], [2, 2, 3]),
  AvgPool1d: double(() => new nn.AvgPool1d(2), [2, 5], [2, 2]),
  AvgPool2d: double(() => new nn.AvgPool2d(2, { padding: 1 }), [1, 4, 3], [1, 3, 2]),
  AvgPool3d: double(() => new nn.AvgPool3d(2), [2, 2, 4], [1, 1, 2]),
  MaxPool1d: double(() => new nn.MaxPool1d(2, { stride: 1 }), [2, 4], [2, 3]),
  MaxPool2d: double(() => new nn.MaxPool2d(2), [1, 4, 4], [1, 2, 2]),
  MaxPool3d: double(() => new nn.MaxPool3d(2), [2, 2, 4], [1, 1, 2]),
  Conv1d: double((o) => new nn.Conv1d(2, 3, 2, o), [2, 2, 4], [2, 3, 3]),
  Conv2d: double(
    (o) => new nn.Conv2d(2, 2, 3, { ...o, padding: "same", groups: 2 }),
    [1, 2, 3, 3],
    [1, 2, 3, 3],
  ),
  Conv3d: double((o) => new nn.Conv3d(1, 2, 2, o), [1, 1, 2, 2, 3], [1, 2, 1, 1, 2]),
  BatchNorm1d: double((o) => new nn.BatchNorm1d(3, o), [4, 3], [4, 3]),
  BatchNorm2d: double((o) => new nn.BatchNorm2d(2, o), [2, 2, 2, 2], [2, 2, 2, 2]),
  GroupNorm: double((o) => new nn.GroupNorm(2, 4, o), [2, 4, 2], [2, 4, 2]),
  LayerNorm: double((o) => new nn.LayerNorm([2, 3], o), [2, 2, 3], [2, 2, 3]),
  RMSNorm: double((o) => new nn.RMSNorm(4, o), [2, 4], [2, 4]),
  Embedding: {
    make: (o) => new nn.Embedding(5, 3, { ...o, paddingIdx: 0 }),
    x: tensor([[4, 1, 1]], { dtype: "int32" }),
    shape: [1, 3, 3],
  },
  Flatten: double(() => new nn.Flatten(), [2, 2, 3], [2, 6]),
  Linear: double((o) => new nn.Linear(3, 2, o), [4, 3], [4, 2]),
  MultiheadAttention: double((o) => new SelfAttention({ ...o, batchFirst: true }), [2, 3, 4], [2, 3, 4]),
  Sequential: double(
    (o) => new nn.Sequential(new nn.Linear(3, 4, o), new nn.Tanh(), new nn.Linear(4, 1, o)),
    [2, 3],
    [2, 1],
  ),
};

/** A layer whose random numbers are the same in every call of `make`. */
function made({ make }: Sample): nn.Layer {
  manualSeed(5);
  return make({ dtype: "float64" });
}

/** The state of a layer as plain data. */
const stateOf = (layer: nn.Layer) => Object.entries(layer.stateDict()).map(([path, t]) => [path, t.data()]);

it("every exported layer has a sample", () => {
  const isLayer = (name: string, value: unknown) =>
    typeof value === "function" &&
    value.prototype instanceof nn.Module &&
    value !== nn.Layer &&
    !name.endsWith("Loss");
  const layers = Object.entries(nn).filter(([name, value]) => isLayer(name, value));
  expect(Object.keys(samples).sort()).toEqual(layers.map(([name]) => name).sort());
});

describe.each(Object.entries(samples))("%s", (_, sample) => {
  const { x, shape } = sample;

  it("the layer returns a tensor of the expected shape and dtype", () => {
    const y = made(sample).forward(x);
    expect(y.shape).toEqual(shape);
    expect(y.dtype).toBe("float64");
  });

  it.runIf(x.dtype === "float64")("the layer has the gradient of central differences in its input", () => {
    gradcheck((x: Tensor) => made(sample).forward(x), [x]);
  });

  it.runIf(made(sample).parameters().length > 0)(
    "the layer has the gradients of central differences in its parameters",
    () => {
      const layer = made(sample);
      const cotangent = uniform(shape);
      const loss = () => layer.forward(x).mul(cotangent).sum();
      loss().backward();
      const h = 1e-5;
      for (const p of layer.parameters()) {
        const value = p.data();
        const differences = value.map((_, i) => {
          const [above, below] = [h, -h].map((by) => {
            p.assign(
              tensor(
                value.map((v, j) => (i === j ? v + by : v)),
                { shape: p.shape, dtype: p.dtype },
              ),
            );
            return loss().item();
          }) as [number, number];
          return (above - below) / (2 * h);
        });
        p.assign(tensor(value, { shape: p.shape, dtype: p.dtype }));
        expect([...(p.grad as Tensor).data()]).toEqual(close(differences, 6));
      }
    },
  );

  it("another layer that loads its state dict from JSON computes the same bits", () => {
    const layer = made(sample);
    const other = sample.make({ dtype: "float64" });
    other.loadStateDict(fromJSON(JSON.parse(JSON.stringify(layer.stateDict()))));
    expect(other.eval().forward(x).data()).toEqual(layer.eval().forward(x).data());
  });

  it("the compiled layer computes the same bits and leaves the same state", () => {
    const [layer, other] = [made(sample), made(sample)];
    const compiled = compile((x: Tensor) => layer.forward(x));
    for (let call = 0; call < 3; call++) {
      const expected = other.forward(x);
      expect(compiled(x).data()).toEqual(expected.data());
    }
    expect(stateOf(layer)).toEqual(stateOf(other));
  });
});
