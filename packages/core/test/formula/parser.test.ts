/** What formulas mean: each beside the same in words of the methods, or with all of its parentheses. */
import { formula, ones, type Tensor, tensor } from "@chainrule/core";
import { nodeCount, printGraph, table } from "@chainrule/core/internal";
import { describe, expect, it } from "vitest";
import { tokenize } from "../../src/formula/tokens.ts";

const values = {
  x: tensor([0.5, 2, 3]),
  y: tensor([1, 0, 0.25]),
  z: tensor([-1, 4, 2]),
  "x₁": tensor([1, 2, 3]),
  "w₁": tensor([4, 5, 6]),
  x̂: tensor([7, 8, 9]),
  "y′": tensor([1, 3, 5]),
  learning_rate: tensor(0.1),
  X: ones([3, 2]).mul(2),
  W: ones([2, 3]),
  v: tensor([1, 2]),
  n: 2,
};
/** Evaluates a formula with those of the values that it names. */
function evaluate(text: string): Tensor {
  const { tokens } = tokenize([text]);
  const names = new Set(tokens.flatMap((token) => (token.kind === "name" ? [token.text] : [])));
  const used = Object.entries(values).filter(([name]) => names.has(name.normalize("NFC")));
  return formula.parse(text)(Object.fromEntries(used));
}

const graph = (y: Tensor): string => printGraph([y.node]);

const { x, y, z, X, W } = values;

describe("a formula builds the graph of the methods", () => {
  const cases: readonly (readonly [text: string, direct: Tensor])[] = [
    ["x + y − z", x.add(y).sub(z)],
    ["x·y", x.mul(y)],
    ["x × y", x.mul(y)],
    ["x ⊙ y", x.mul(y)],
    ["x∘y", x.mul(y)],
    ["x ÷ y", x.div(y)],
    ["X @ W", X.matmul(W)],
    ["x < y", x.lt(y)],
    ["x ≤ y", x.le(y)],
    ["x <= y", x.le(y)],
    ["x > y", x.gt(y)],
    ["x ≥ y", x.ge(y)],
    ["x == y", x.eq(y)],
    ["x ≠ y", x.ne(y)],
    ["x != y", x.ne(y)],
    ["x < y ∧ ¬(y < z) ∨ z > x", x.lt(y).logicalAnd(y.lt(z).logicalNot()).logicalOr(z.gt(x))],
    ["|x − y|", x.sub(y).abs()],
    ["‖x‖", x.norm()],
    ["‖x‖²", x.norm().square()],
    ["Xᵀ", X.t()],
    ["X⊤", X.t()],
    ["xᵀ", x],
    ["x²", x.square()],
    ["x^2", x.square()],
    ["x**2", x.square()],
    ["x⁻¹", x.reciprocal()],
    ["x^-1", x.reciprocal()],
    ["x³", x.pow(3)],
    ["x¹²", x.pow(12)],
    ["x⁻²", x.pow(-2)],
    ["x^y", x.pow(y)],
    ["e^x", x.exp()],
    ["e^{−x}", x.neg().exp()],
    ["√x", x.sqrt()],
    ["ln x", x.log()],
    ["log₂ x", x.log2()],
    ["σ(x)", x.sigmoid()],
    ["sigmoid(x)", x.sigmoid()],
    ["tanh² x", x.tanh().square()],
    ["tanh²(x)", x.tanh().square()],
    ["ln Γ(x)", x.lgamma()],
    ["lnΓ(x)", x.lgamma()],
    ["arcsin(y)", y.asin()],
    ["Σ x", x.sum()],
    ["∑x²", x.square().sum()],
    ["∏ x", x.prod()],
    ["sum(X, dim=1)", X.sum(1)],
    ["sum(X, dims=[0, 1], keepdim=true)", X.sum([0, 1], { keepdim: true })],
    ["Σ(X, dim=0)", X.sum(0)],
    ["softmax(X, dim=-1)", X.softmax(-1)],
    ["softmax(X, -1)", X.softmax(-1)],
    ["var(x, correction=0)", x.var(undefined, { correction: 0 })],
    ["reshape(X, [6])", X.reshape([6])],
    ["reshape(X, [2, 3])", X.reshape([2, 3])],
    [
      'scatterReduce(x, 0, argmax(x, dim=0, keepdim=true), y, "amax")',
      x.scatterReduce(0, x.argmax(0, { keepdim: true }), y, "amax"),
    ],
    ["x₁w₁", values["x₁"].mul(values["w₁"])],
    ["x̂ + y′", values.x̂.add(values["y′"])],
    ["learning_rate x", values.learning_rate.mul(x)],
  ];
  it.each(cases)("%s", (text, direct) => {
    expect(graph(evaluate(text))).toBe(graph(direct));
  });
});

describe("a formula reads as it does with all parentheses", () => {
  const cases: readonly (readonly [text: string, parenthesized: string])[] = [
    ["−x²", "−(x²)"],
    ["−x·y", "−(x·y)"],
    ["−x + y", "(−x) + y"],
    ["x·−y·z", "(x·(−y))·z"],
    ["x − −y", "x − (−y)"],
    ["+x − +y", "x − y"],
    ["2^−x", "2^(−x)"],
    ["x^y^z", "x^(y^z)"],
    ["x^y²", "x^(y²)"],
    ["x/y·z", "(x/y)·z"],
    ["x/y/z", "(x/y)/z"],
    ["x − y − z", "(x − y) − z"],
    ["x + y·z^2", "x + (y·(z^2))"],
    ["x + y < z − x", "(x + y) < (z − x)"],
    ["2x", "2·x"],
    ["2(x + 1)", "2·(x + 1)"],
    ["(x + 1)(y + 1)", "(x + 1)·(y + 1)"],
    ["y(1 − y)", "y·(1 − y)"],
    ["x y z", "(x·y)·z"],
    ["x·y z", "x·(y·z)"],
    ["2x/y", "(2·x)/y"],
    ["2x²", "2·(x²)"],
    ["−2x", "−(2·x)"],
    ["e^-x y", "(e^(−x))·y"],
    ["x^2(y + 1)", "(x^2)·(y + 1)"],
    ["|x||y|", "(|x|)·(|y|)"],
    ["|x − |y||", "|x − (|y|)|"],
    ["2|x|", "2·(|x|)"],
    ["y ln x", "y·(ln(x))"],
    ["ln 2x", "ln(2·x)"],
    ["ln x y", "ln(x·y)"],
    ["ln x·y", "(ln(x))·y"],
    ["ln x²", "ln(x²)"],
    ["ln x^y", "ln(x^y)"],
    ["ln(x)²", "(ln(x))²"],
    ["ln(x) y", "(ln(x))·y"],
    ["ln[x + y]", "ln(x + y)"],
    ["ln|z|", "ln(|z|)"],
    ["sin x cos y", "(sin(x))·(cos(y))"],
    ["ln σ(x)", "ln(σ(x))"],
    ["2 ln x + 1", "(2·(ln(x))) + 1"],
    ["√2x", "(√(2))·x"],
    ["√x²", "√(x²)"],
    ["√(x)²", "(√(x))²"],
    ["Σ x·y + 1", "(sum(x·y)) + 1"],
    ["Σ(x − y)²", "sum((x − y)²)"],
    ["Σ y ln x", "sum(y·(ln(x)))"],
    ["ln Σ e^x", "ln(sum(e^x))"],
    ["e^x / Σ e^x", "(e^x)/(sum(e^x))"],
    ["−Σ y·ln x / n", "−(sum((y·(ln(x)))/n))"],
    ["Xᵀ(x − y)", "Xᵀ @ (x − y)"],
    ["XᵀX v", "(Xᵀ @ X) @ v"],
    ["2 Xᵀ y", "2·(Xᵀ @ y)"],
    ["(2/n) Xᵀ(X @ v − y)", "(2/n)·(Xᵀ @ ((X @ v) − y))"],
    ["(Xᵀ y) v", "(Xᵀ @ y)·v"],
    ["1e-3 + .5 + 1_000 + 2.", "0.001 + 0.5 + 1000 + 2"],
    ["2e - 3", "(2·e) − 3"],
    ["−[y ln x + (1−y) ln(1+x)]", "−((y·(ln(x))) + ((1 − y)·(ln(1 + x))))"],
  ];
  it.each(cases)("%s is %s", (text, parenthesized) => {
    expect(graph(evaluate(text))).toBe(graph(evaluate(parenthesized)));
  });
});

describe("numbers alone", () => {
  const cases: readonly (readonly [text: string, value: number])[] = [
    ["1/3", 1 / 3],
    ["√(2π)", Math.sqrt(2 * Math.PI)],
    ["2^-1", 0.5],
    ["-2²", -4],
    ["e", Math.E],
    ["max(1, 3, 2)", 3],
    ["σ(0)", 0.5],
    ["−∞", Number.NEGATIVE_INFINITY],
    ["2 < 3", 1],
    ["clamp(5, max=2)", 2],
    ["where(2 > 3, 4, 5)", 5],
  ];
  it.each(cases)("%s are computed in double precision", (text, value) => {
    const x = tensor(1, { dtype: "float64" });
    expect(formula.parse(`(${text})·x`)({ x }).item()).toBe(value);
    expect(formula.parse(text)().dtype).toBe("float32");
  });

  const unary = Object.entries(table.elementwise).filter(([, { formula }]) => formula.f.length === 1);
  it.each(unary)("have the value that %s has at a float64 tensor, to the bit", (name, row) => {
    const values = [-1.75, -0.5, 0, 0.3, 1, 2.5, 40].filter(
      (x) => row.formula.types !== "bits" || x % 1 === 0,
    );
    const one = tensor(1, { dtype: "float64" });
    for (const x of values) {
      const direct = formula.parse(`${name}(x)`)({ x: tensor(x, { dtype: "float64" }) });
      expect(formula.parse(`${name}(${x})·one`)({ one }).item(), `${name}(${x})`).toBe(
        direct.to("float64").item(),
      );
    }
  });
});

describe("the graph of ŷ = σ(z) and L = −[y ln ŷ + (1−y) ln(1−ŷ)]", () => {
  it("is the one that the methods build from the text", () => {
    const ŷ = z.sigmoid();
    const one = (x: Tensor) => formula`1 - ${x}`;
    const direct = y
      .mul(ŷ.log())
      .add(one(y).mul(one(ŷ).log()))
      .neg();
    expect(graph(formula.parse("-(y ln ŷ + (1-y) ln(1-ŷ))")({ y, ŷ }))).toBe(graph(direct));
    expect(graph(formula`-(${y} * ln(${ŷ}) + (1 - ${y}) * ln(1 - ${ŷ}))`)).toBe(graph(direct));
  });
});

describe("long formulas", () => {
  it("of 10,000 terms are parsed, and make as many nodes", () => {
    const text = Array.from({ length: 10_000 }, () => "x").join(" + ");
    expect(formula.parse(text)({ x: 1 }).item()).toBe(10_000);
    const before = nodeCount();
    formula.parse(text)({ x });
    expect(nodeCount() - before).toBe(9_999);
  });

  it("of 150 parentheses within each other are parsed", () => {
    expect(
      formula
        .parse(`${"(".repeat(150)}x${")".repeat(150)}`)({ x: 3 })
        .item(),
    ).toBe(3);
  });

  it.each(["(", "-", "√", "2^", "|", "f(", "ln("])("of 10,000 %s within each other are refused", (open) => {
    expect(() => formula.parse(`${open.repeat(10_000)}x`)).toThrow("is nested deeper than 200 levels");
  });
});
