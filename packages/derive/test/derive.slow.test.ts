import { ChainruleError, grad, hessian, Parameter, rand, type Tensor, tensor } from "@chainrule/core";
import { type Derivation, derive, type Named } from "@chainrule/derive";
import { bceWithLogits, binaryCrossEntropy, crossEntropy, huberLoss, mseLoss } from "@chainrule/nn";
import { describe, expect, it } from "vitest";

const X = tensor([
  [1, 0.5, -2],
  [1, 2, 3],
  [0.3, 0.2, -1],
  [1, 1, -1],
]);
const y = tensor([1, 0, 1, 0]);
const w = tensor([0.1, -0.4, 0.25]);
const normals = { μ1: tensor(0.3), σ1: tensor(1.2), μ2: tensor(-0.4), σ2: tensor(0.8) };

const logistic = ({ W, X, y }: Record<"W" | "X" | "y", Tensor>) => {
  const z = X.matmul(W);
  const ŷ = z.sigmoid();
  return { L: binaryCrossEntropy(ŷ, y), ŷ, z };
};
const written = ({ W, X, y }: Record<"W" | "X" | "y", Tensor>) => {
  const z = X.matmul(W);
  const ŷ = z.neg().exp().add(1).reciprocal();
  const L = y.mul(ŷ.log()).add(y.neg().add(1).mul(ŷ.neg().add(1).log()));
  return { L: L.neg(), ŷ, z };
};
const ridge = ({ w, X, y, λ }: Record<"w" | "X" | "y" | "λ", Tensor>) => {
  const ŷ = X.matmul(w);
  return { L: mseLoss(ŷ, y).add(w.square().sum().mul(λ)), ŷ };
};
const poisson = ({ w, X, y }: Record<"w" | "X" | "y", Tensor>) => {
  const z = X.matmul(w);
  const μ = z.exp();
  return { L: μ.sub(y.mul(z)).mean(), μ, z };
};
const kl = ({ μ1, σ1, μ2, σ2 }: Record<"μ1" | "σ1" | "μ2" | "σ2", Tensor>) => {
  const spread = σ1.square().add(μ1.sub(μ2).square());
  return {
    L: σ2
      .div(σ1)
      .log()
      .add(spread.div(σ2.square().mul(2)))
      .sub(0.5),
  };
};
const softmax = ({ z, y }: Record<"z" | "y", Tensor>) => {
  const p = z.softmax(1);
  return { L: y.mul(p.log()).sum(1).mean().neg(), p };
};

interface Case {
  readonly title: string;
  readonly f: (args: never) => Named;
  readonly args: Named;
  readonly wrt: string;
  readonly closed: string;
  /** The equations of derivatives that have names in it. */
  readonly where?: readonly string[];
}

const cases: Case[] = [
  {
    title: "logistic regression, one example",
    f: logistic,
    args: { W: w, X: X.at(0), y: y.at(0) },
    wrt: "W",
    closed: "(ŷ − y) X",
  },
  {
    title: "logistic regression, a batch",
    f: logistic,
    args: { W: w, X, y },
    wrt: "W",
    closed: "(1/N) Xᵀ(ŷ − y)",
  },
  {
    title: "the source's (1) and (2) written out",
    f: written,
    args: { W: w, X: X.at(0), y: y.at(0) },
    wrt: "W",
    closed: "(ŷ − y) X",
  },
  {
    title: "logits",
    f: ({ w, X, y }: Named) => {
      const z = X!.matmul(w!);
      return { L: bceWithLogits(z, y!), z };
    },
    args: { w, X, y },
    wrt: "w",
    closed: "(1/N) Xᵀ(σ(z) − y)",
  },
  {
    title: "linear regression",
    f: ({ w, X, y }: Named) => {
      const ŷ = X!.matmul(w!);
      return { L: mseLoss(ŷ, y!), ŷ };
    },
    args: { w, X, y },
    wrt: "w",
    closed: "(2/N) Xᵀ(ŷ − y)",
  },
  { title: "ridge", f: ridge, args: { w, X, y, λ: tensor(0.1) }, wrt: "w", closed: "(2/N) Xᵀ(ŷ − y) + 2λw" },
  { title: "Poisson regression", f: poisson, args: { w, X, y }, wrt: "w", closed: "(1/N) Xᵀ(μ − y)" },
  {
    title: "Huber",
    f: ({ w, X, y }: Named) => {
      const ŷ = X!.matmul(w!);
      return { L: huberLoss(ŷ, y!), ŷ };
    },
    args: { w, X, y },
    wrt: "w",
    closed: "(1/N) Xᵀ clip(ŷ − y, −1, 1)",
  },
  { title: "KL of normals, a mean", f: kl, args: normals, wrt: "μ1", closed: "(μ₁ − μ₂)/σ₂²" },
  { title: "KL of normals, the first deviation", f: kl, args: normals, wrt: "σ1", closed: "σ₁/σ₂² − 1/σ₁" },
  {
    title: "KL of normals, the second deviation",
    f: kl,
    args: normals,
    wrt: "σ2",
    closed: "1/σ₂ − (σ₁² + (μ₁ − μ₂)²)/σ₂³",
  },
  {
    title: "softmax and cross entropy",
    f: softmax,
    args: {
      z: tensor([
        [1, 2, 3],
        [0, 1, -1],
      ]),
      y: tensor([
        [0, 1, 0],
        [1, 0, 0],
      ]),
    },
    wrt: "z",
    closed: "(1/N) (p − y)",
  },
];

const matrices = {
  W1: tensor([
    [1, 2],
    [0.3, -1],
    [0.2, 0.1],
  ]),
  b1: tensor([0.1, 0.2]),
  W2: tensor([
    [1, 0.5],
    [0.3, -0.4],
  ]),
  b2: tensor([0.3, -0.1]),
  X,
  Y: tensor([
    [1, 2],
    [0, 1],
    [-1, 1],
    [0.5, 0.2],
  ]),
};
const network = ({ W1, b1, W2, b2, X, Y }: typeof matrices) => {
  const h = X.matmul(W1).add(b1).tanh();
  return { L: mseLoss(h.matmul(W2).add(b2), Y), h };
};
const backpropagation = ["δ² = (2/(NK))(z² − Y)", "δ¹ = (δ² W²ᵀ) ∘ (1 − h²)"];

cases.push(
  {
    title: "a two-layer network, its first weights",
    f: network,
    args: matrices,
    wrt: "W1",
    closed: "Xᵀδ¹",
    where: backpropagation,
  },
  {
    title: "a two-layer network, its first bias",
    f: network,
    args: matrices,
    wrt: "b1",
    closed: "Σₙ δ¹",
    where: backpropagation,
  },
  {
    title: "a two-layer network, its second weights",
    f: network,
    args: matrices,
    wrt: "W2",
    closed: "(2/(NK)) hᵀ(z − Y)",
  },
  {
    title: "linear regression without names",
    f: ({ w, X, y }: Named) => ({ L: mseLoss(X!.matmul(w!), y!) }),
    args: { w, X, y },
    wrt: "w",
    closed: "(2/N) Xᵀ(Xw − y)",
  },
  {
    title: "the softmax of attention",
    f: ({ s, ḡ }: Named) => {
      const p = s!.softmax(-1);
      return { L: p.mul(ḡ!).sum(), p };
    },
    args: { s: tensor([1, 2, -1]), ḡ: tensor([0.3, -2, 1]) },
    wrt: "s",
    closed: "p ∘ (ḡ − ⟨p, ḡ⟩)",
  },
  {
    title: "attention, its scores",
    f: ({ s, V, G }: Named) => {
      const p = s!.softmax(-1);
      return { L: p.matmul(V!).mul(G!).sum(), p };
    },
    args: { s: X, V: matrices.W1, G: matrices.Y },
    wrt: "s",
    closed: "p ∘ (ḡ − ⟨p, ḡ⟩)",
    where: ["ḡ = GVᵀ"],
  },
  {
    title: "softmax regression from logits",
    f: ({ W, X, Y }: Named) => ({ L: crossEntropy(X!.matmul(W!), Y!) }),
    args: {
      W: matrices.W1,
      X,
      Y: tensor([
        [1, 0],
        [0, 1],
        [1, 0],
        [0.5, 0.5],
      ]),
    },
    wrt: "W",
    closed: "(1/N) Xᵀ(p − Y)",
  },
);

const images = { x: X.reshape([2, 6]), w: tensor([0.2, -1, 0.5]), y: X.slice(1, 0, 2).reshape([2, 4]) };
const convolution = ({ x, w, y }: Named) => {
  const z = x!.windows(1, 3).matmul(w!);
  return { L: mseLoss(z, y!), z };
};
const probit = ({ w, X, y }: Named) => {
  const z = X!.matmul(w!);
  const p = z.mul(-Math.SQRT1_2).erfc().mul(0.5);
  return { L: binaryCrossEntropy(p, y!), p, z };
};

cases.push(
  {
    title: "probit regression",
    f: probit,
    args: { w, X, y },
    wrt: "w",
    closed: "(1/N) Xᵀ(φ(z)(p − y)/(p(1 − p)))",
  },
  {
    title: "a convolution, its kernel",
    f: convolution,
    args: images,
    wrt: "w",
    closed: "(2/(NK))(x ⋆ (z − y))",
  },
  {
    title: "a convolution, its input",
    f: convolution,
    args: images,
    wrt: "x",
    closed: "(2/(NK))((z − y) ∗ w)",
  },
);

const hessians: readonly Case[] = [
  {
    title: "logistic regression, a batch",
    f: logistic,
    args: { W: w, X, y },
    wrt: "W",
    closed: "(1/N) Xᵀ diag(ŷ(1 − ŷ)) X",
  },
  {
    title: "logistic regression, one example",
    f: logistic,
    args: { W: w, X: X.at(0), y: y.at(0) },
    wrt: "W",
    closed: "ŷ(1 − ŷ) XXᵀ",
  },
  {
    title: "linear regression",
    f: ({ w, X, y }: Named) => ({ L: mseLoss(X!.matmul(w!), y!) }),
    args: { w, X, y },
    wrt: "w",
    closed: "(2/N) XᵀX",
  },
  {
    title: "softmax and cross entropy",
    f: ({ z, y }: Named) => {
      const p = z!.softmax(0);
      return { L: p.log().mul(y!).sum().neg(), p };
    },
    args: { z: w, y: tensor([0, 1, 0]) },
    wrt: "z",
    closed: "diag(p) − ppᵀ",
  },
];

/** The gradient of core in float64. */
function gradient({ f, args, wrt }: Case): Tensor {
  const double = Object.fromEntries(Object.entries(args).map(([name, x]) => [name, x.to("float64")]));
  const loss = (x: Tensor) => Object.values((f as (args: Named) => Named)({ ...double, [wrt]: x }))[0]!;
  return grad(loss)(double[wrt]!) as Tensor;
}

const pages = new Map<Case, Derivation>();

function pageOf(one: Case): Derivation {
  const page = pages.get(one) ?? derive(one.f as (args: Named) => Named, one.args, { wrt: one.wrt });
  pages.set(one, page);
  return page;
}

describe("derive", () => {
  it.each(cases)("finds the textbook's gradient of $title", (one) => {
    const page = pageOf(one);
    expect(page.closedForm?.text).toBe(one.closed);
    expect(page.closedForm?.where).toEqual(one.where ?? []);
    expect(page.closedForm!.value(one.args).allclose(gradient(one), { rtol: 1e-12, atol: 1e-13 })).toBe(true);
  });

  it.each(cases)("verifies every factor of $title", (one) => {
    for (const { verified, error } of pageOf(one).factors) {
      expect(verified).toBe(true);
      expect(error).toBeLessThan(1e-5);
    }
  });

  it.each(hessians)("finds the Hessian of $title", ({ f, args, wrt, closed }) => {
    const page = derive(f as (args: Named) => Named, args, { wrt, order: 2 });
    expect(page.closedForm?.text).toBe(closed);
    const double = Object.fromEntries(Object.entries(args).map(([name, x]) => [name, x.to("float64")]));
    const loss = (x: Tensor) => Object.values((f as (args: Named) => Named)({ ...double, [wrt]: x }))[0]!;
    const truth = hessian(loss)(double[wrt]!) as Tensor;
    expect(page.closedForm!.value(args).allclose(truth, { rtol: 1e-12, atol: 1e-13 })).toBe(true);
  });

  it("says where it recognises no closed form, and verifies the factors that it knows", () => {
    const f = ({ x }: Named) => {
      const s = x!.cumsum(0);
      return { L: s.square().sum(), s };
    };
    const page = derive(f, { x: tensor([1, 2, -1]) }, { wrt: "x" });
    expect(page.closedForm).toBeUndefined();
    expect(String(page)).toContain("No closed form was recognised");
    expect(page.factors.find(({ by }) => by === "s")?.text).toBe("2s");
  });

  it.each([
    ["another order", { wrt: "W", order: 3 }, /order 3 must be 1 or 2/],
    [
      "a name that is no argument",
      { wrt: "w" },
      /wrt "w" is not an argument; they are W, X, y\. Did you mean "W"\?/,
    ],
    ["a misspelled option", { Wrt: "W" }, /Did you mean wrt\?/],
    ["another order", { wrt: "W", order: 3 }, /order 3 must be 1 or 2/],
  ])("refuses %s", (_, options, message) => {
    expect(() => derive(logistic, { W: w, X, y }, options as never)).toThrow(message);
  });

  it.each<readonly [string, (args: { x: Tensor }) => unknown, RegExp]>([
    [
      "a loss that is no scalar",
      ({ x }) => ({ L: x.exp() }),
      /L, the first that the function returns, .*Did you mean L\.mean\(\)/,
    ],
    ["a result without names", ({ x }) => x.sum(), /must return named tensors/],
    ["a result without tensors", () => ({}), /returns no tensors/],
    ["a result that is no tensor", ({ x }) => ({ L: x.sum(), n: 3 }), /returns n, which is no tensor/],
    [
      "a function that reads a value",
      ({ x }) => ({ L: x.sum().mul(x.sum().item()) }),
      /reads elements of its arguments/,
    ],
    [
      "a function that branches",
      ({ x }) => ({ L: x.sum().item() > 0 ? x.sum() : x.mean() }),
      /branches on them/,
    ],
    ["an async function", async ({ x }) => ({ L: x.sum() }), /async function/],
    [
      "a tensor that is no argument",
      ({ x }) => ({ L: x.mul(tensor([3, 4])).sum() }),
      /a tensor of shape \[2\] that no argument gives.*pass it in the arguments/,
    ],
    [
      "a parameter from outside",
      ({ x }) => ({ L: x.mul(new Parameter(tensor([3, 4]))).sum() }),
      /a tensor of shape \[2\] that no argument gives/,
    ],
    ["random numbers", ({ x }) => ({ L: x.mul(rand(2)).sum() }), /random numbers that no argument gives/],
  ])("refuses %s", (_, f, message) => {
    expect(() => derive(f as never, { x: tensor([1, 2]) }, { wrt: "x" })).toThrow(ChainruleError);
    expect(() => derive(f as never, { x: tensor([1, 2]) }, { wrt: "x" })).toThrow(message);
  });

  it("refuses a loss that is an argument, and a call without options", () => {
    const f = ({ s }: { s: Tensor }) => ({ L: s });
    expect(() => derive(f, { s: tensor(2) }, { wrt: "s" })).toThrow(/the loss L is an argument itself/);
    const withoutOptions = derive as unknown as (...args: readonly unknown[]) => Derivation;
    expect(() => withoutOptions(f, { s: tensor(2) })).toThrow(/has no options. Did you mean \{ wrt/);
  });

  it("refuses an integer variable", () => {
    const f = ({ x, n }: Record<"x" | "n", Tensor>) => ({ L: x.mul(n).sum() });
    const n = tensor([1, 2], { dtype: "int32" });
    expect(() => derive(f, { x: tensor([1, 2]), n }, { wrt: "n" })).toThrow(
      /n is int32, which has no derivative/,
    );
  });
});
