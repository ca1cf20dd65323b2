import { tensor } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { uniform } from "../draw.ts";

const [a, b, c] = [uniform([4, 3], 0.1, 0.9), uniform([4, 3], 0.1, 0.9), uniform([4, 3], 0.1, 0.9)];
const classes = tensor([0, 2, 1, 2], { dtype: "int32" });
const weight = uniform([3], 0.5, 2);

/** A loss as a module, and as the function with the same options. */
const pairs = {
  BCELoss: [new nn.BCELoss({ weight }).forward(a, b), nn.binaryCrossEntropy(a, b, { weight })],
  BCEWithLogitsLoss: [
    new nn.BCEWithLogitsLoss({ posWeight: weight }).forward(a, b),
    nn.bceWithLogits(a, b, { posWeight: weight }),
  ],
  CrossEntropyLoss: [
    new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }).forward(a, classes),
    nn.crossEntropy(a, classes, { labelSmoothing: 0.1 }),
  ],
  NLLLoss: [
    new nn.NLLLoss({ ignoreIndex: 2 }).forward(a, classes),
    nn.nllLoss(a, classes, { ignoreIndex: 2 }),
  ],
  MSELoss: [new nn.MSELoss({ reduction: "sum" }).forward(a, b), nn.mseLoss(a, b, { reduction: "sum" })],
  L1Loss: [new nn.L1Loss().forward(a, b), nn.l1Loss(a, b)],
  SmoothL1Loss: [new nn.SmoothL1Loss({ beta: 0.2 }).forward(a, b), nn.smoothL1Loss(a, b, { beta: 0.2 })],
  HuberLoss: [new nn.HuberLoss({ delta: 0.2 }).forward(a, b), nn.huberLoss(a, b, { delta: 0.2 })],
  KLDivLoss: [
    new nn.KLDivLoss({ reduction: "batchMean" }).forward(a, b),
    nn.klDiv(a, b, { reduction: "sum" }).div(4),
  ],
  PoissonNLLLoss: [
    new nn.PoissonNLLLoss({ logInput: false }).forward(a, b),
    nn.poissonNllLoss(a, b, { logInput: false }),
  ],
  GaussianNLLLoss: [
    new nn.GaussianNLLLoss({ full: true }).forward(a, b, c),
    nn.gaussianNllLoss(a, b, c, { full: true }),
  ],
  HingeEmbeddingLoss: [
    new nn.HingeEmbeddingLoss({ margin: 2 }).forward(a, b),
    nn.hingeEmbeddingLoss(a, b, { margin: 2 }),
  ],
  MarginRankingLoss: [
    new nn.MarginRankingLoss({ margin: 1 }).forward(a, b, c),
    nn.marginRankingLoss(a, b, c, { margin: 1 }),
  ],
  CosineEmbeddingLoss: [
    new nn.CosineEmbeddingLoss({ margin: 0.2 }).forward(a, b, classes.sub(1)),
    nn.cosineEmbeddingLoss(a, b, classes.sub(1), { margin: 0.2 }),
  ],
  SoftMarginLoss: [new nn.SoftMarginLoss().forward(a, b), nn.softMarginLoss(a, b)],
  TripletMarginLoss: [
    new nn.TripletMarginLoss({ p: 1 }).forward(a, b, c),
    nn.tripletMarginLoss(a, b, c, { p: 1 }),
  ],
  MultiMarginLoss: [
    new nn.MultiMarginLoss({ p: 2 }).forward(a, classes),
    nn.multiMarginLoss(a, classes, { p: 2 }),
  ],
  MultiLabelMarginLoss: [
    new nn.MultiLabelMarginLoss().forward(a, classes.unsqueeze(1).expand([4, 3])),
    nn.multilabelMarginLoss(a, classes.unsqueeze(1).expand([4, 3])),
  ],
  MultiLabelSoftMarginLoss: [
    new nn.MultiLabelSoftMarginLoss({ weight }).forward(a, b),
    nn.multilabelSoftMarginLoss(a, b, { weight }),
  ],
} as const;

it.each(Object.entries(pairs))(
  "%s equals its function with the options of the constructor",
  (_name, [module, f]) => {
    expect(module.item()).toBe(f.item());
  },
);

describe("a loss module", () => {
  it("the table has every exported class that ends in Loss", () => {
    const classes = Object.keys(nn).filter((name) => /^[A-Z].*Loss$/.test(name));
    expect(Object.keys(pairs).sort()).toEqual(classes.sort());
  });

  it("a loss module saves, loads and converts the tensors among its options as buffers", () => {
    const loss = new nn.BCEWithLogitsLoss({ weight, posWeight: weight.add(1) });
    expect(loss.namedBuffers().map(([name]) => name)).toEqual(["weight", "posWeight"]);
    expect(loss.parameters()).toEqual([]);
    const other = new nn.BCEWithLogitsLoss({ weight: weight.mul(0), posWeight: weight });
    other.loadStateDict(loss.stateDict());
    expect(other.forward(a, b).item()).toBe(loss.forward(a, b).item());
    expect(
      loss
        .to("float32")
        .namedBuffers()
        .map(([, x]) => x.dtype),
    ).toEqual(["float32", "float32"]);
    expect(loss.forward(a.to("float32"), b.to("float32")).dtype).toBe("float32");
  });

  it("a loss module prints its options, tensors by dtype and shape", () => {
    expect(String(new nn.BCELoss({ reduction: "sum", weight }))).toBe(
      "BCELoss(reduction: sum, weight: float64[3])",
    );
    expect(String(new nn.MSELoss())).toBe("MSELoss()");
  });
});
