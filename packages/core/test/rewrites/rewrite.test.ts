import { describe, expect, test } from "vitest";
import {
  Cell,
  compile,
  explain,
  grad,
  interpreter,
  noGrad,
  Tensor,
  tensor,
  withBackend,
  withoutRewrites,
} from "../../src/index.ts";
import { printRule } from "../../src/rewrites/rewrite.ts";
import { rules } from "../../src/rewrites/rules.ts";
import { type Apply, functionOf, method } from "./measure.ts";

const bits = (x: Tensor): string => Buffer.from(x.data().buffer).toString("hex");

/** Reads what every op of a pattern returns. */
const reading: Apply = (op, args) => {
  const y = method(op, args);
  if (y instanceof Tensor) y.data();
  return y;
};

/** Compiles every op of a pattern by itself. */
const compiling: Apply = (op, args) => compile((...x: unknown[]) => method(op, x))(...args);

/** Reshapes what every op of a pattern returns, and back. */
const moving: Apply = (op, args) => {
  const y = method(op, args) as Tensor;
  return y.unsqueeze(0).reshape(y.shape);
};

describe.each(rules.map((rule) => [printRule(rule), rule] as const))("%s", (text, rule) => {
  const f = functionOf(rule);
  const x = () => tensor(0.4375);

  test("is applied where the composition is built, and explained", () => {
    expect(bits(f(x()))).not.toBe("");
    if (rule.to.kind === "call") expect(explain(f(x()))).toContain(text);
  });

  test.each([
    ["read", reading],
    ["compiled one by one", compiling],
    ["moved and moved back", moving],
  ] as const)("gives the same bits where intermediate results are %s", (_, apply) => {
    const g = functionOf(rule, apply);
    for (const at of [-18, -1.5, 2 ** -13, 0.4375, 40, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(bits(g(tensor(at)))).toBe(bits(f(tensor(at))));
      const [w, v] = [tensor(at, { requiresGrad: true }), tensor(at, { requiresGrad: true })];
      f(w).backward();
      g(v).backward();
      expect(bits(v.grad!)).toBe(bits(w.grad!));
    }
  });

  test("gives the same bits compiled as a whole", () => {
    expect(bits(compile(f)(x()))).toBe(bits(f(x())));
    expect(bits(compile(grad(f))(x()))).toBe(bits(grad(f)(x())));
  });

  test("gives NaN for NaN", () => {
    expect(f(tensor(Number.NaN)).item()).toBe(Number.NaN);
    expect(withBackend(interpreter, () => f(tensor(Number.NaN)).item())).toBe(Number.NaN);
  });
});

describe("a rewrite", () => {
  test("leaves the composed values as they are", () => {
    const z = tensor([-200, -1, 3, 40]);
    const [p, e] = [z.sigmoid(), z.exp()];
    const values = [p, p.log(), e, e.add(1), e.add(1).log()].map(bits);
    expect([values[0], values[2], values[3]]).toEqual(
      withoutRewrites(() => [z.sigmoid(), z.exp(), z.exp().add(1)].map(bits)),
    );
  });

  test("is off in withoutRewrites, also in a compiled function", () => {
    const f = (z: Tensor) => z.sigmoid().log();
    const g = compile(f);
    expect(g(tensor(-200)).item()).toBe(-200);
    expect(withoutRewrites(() => f(tensor(-200)).item())).toBe(Number.NEGATIVE_INFINITY);
    expect(withoutRewrites(() => g(tensor(-200)).item())).toBe(Number.NEGATIVE_INFINITY);
    expect(g(tensor(-200)).item()).toBe(-200);
  });

  test("passes no gradient where the composed value passes none", () => {
    const z = tensor([0.5], { requiresGrad: true });
    expect(noGrad(() => z.sigmoid()).log().requiresGrad).toBe(false);
    expect(z.sigmoid().detach().log().requiresGrad).toBe(false);
    expect(grad((p: Tensor) => p.log().sum())(z.sigmoid()).item()).toBeCloseTo(1 / z.sigmoid().item(), 6);
  });

  test("passes no gradient out of noGrad, also where it gives an operand back or moves it later", () => {
    const x = tensor([0.25, 0.5], { requiresGrad: true });
    const e = x.exp();
    const constants = noGrad(() => [e.log(), x.sigmoid().logit(), x.tanh().atanh(), e.reshape([2, 1])]);
    expect(constants.map((t) => t.requiresGrad)).toEqual([false, false, false, false]);
    expect(constants[3]!.log().requiresGrad).toBe(false);
    const [first] = noGrad(() => e.chunk(2, 0));
    expect(first!.log().requiresGrad).toBe(false);
    const moved = e.reshape([2, 1]);
    noGrad(() => moved.log());
    expect(moved.log().requiresGrad).toBe(true);
  });

  test("has the dtype of the composition, whatever the dtype of a constant is", () => {
    const one = tensor(1, { dtype: "float64" });
    const x = tensor([0.5]);
    const of = (f: (one: Tensor) => Tensor) => [f(one), compile(() => f(one))(), compile(f)(one)];
    for (const y of [
      ...of((one) => one.sub(x.sigmoid())),
      ...of((one) => one.add(x.exp()).log()),
      ...of((one) => one.div(x.neg().exp().add(1))),
    ])
      expect(y.dtype).toBe("float64");
  });

  test("keeps the options of a call as they were", () => {
    const options = { keepdim: true };
    const s = tensor([[1, 2]])
      .exp()
      .sum(1, options);
    options.keepdim = false;
    expect(s.log().shape).toEqual([1, 1]);
  });

  test("has the limits of the composition at infinity and at both zeros", () => {
    // The sign of a zero that the composition has lost is that of x.
    const at = (f: (x: Tensor) => Tensor, x: number) => [f(tensor(x)).item() + 0, grad(f)(tensor(x)).item()];
    const functions = [
      (x: Tensor) => x.add(1).sqrt().sub(1),
      (x: Tensor) => tensor(1).sub(x.exp()).log(),
      (x: Tensor) => tensor(1).sub(x.exp()),
    ];
    for (const f of functions)
      for (const x of [Number.POSITIVE_INFINITY, 0, -0])
        expect(at(f, x)).toEqual(withoutRewrites(() => at(f, x)));
  });

  test("sees through detach, slices, permutations and gathers", () => {
    const z = tensor([
      [-200, 1],
      [2, -300],
    ]);
    const p = z.softmax(1);
    expect(z.sigmoid().detach().log().at(0, 0).item()).toBe(-200);
    expect(z.sigmoid().at(0, 0).log().item()).toBe(-200);
    expect(z.sigmoid().t().log().at(0, 0).item()).toBe(-200);
    expect(
      p
        .gather(1, tensor([[0], [1]], { dtype: "int32" }))
        .log()
        .toArray(),
    ).toEqual([[-201], [-302]]);
    expect(p.pad([1, 0]).log().at(0, 0).item()).toBe(Number.NEGATIVE_INFINITY);
  });

  test("does not look into cells, whose value is given", () => {
    const cell = new Cell(tensor(-200).sigmoid());
    expect(cell.log().item()).toBe(Number.NEGATIVE_INFINITY);
    cell.assign(tensor(-300).sigmoid());
    expect(cell.log().item()).toBe(Number.NEGATIVE_INFINITY);
  });

  test("tells equal operands from others that have equal values", () => {
    const [a, b] = [tensor(0.5), tensor(2)];
    const ratio = (x: Tensor, y: Tensor) => x.exp().sub(y.neg().exp()).div(x.exp().add(y.neg().exp())).item();
    expect(ratio(a, a)).toBe(a.tanh().item());
    expect(ratio(a, b)).toBeCloseTo((Math.exp(0.5) - Math.exp(-2)) / (Math.exp(0.5) + Math.exp(-2)), 6);
  });

  test("remembers one step back, however long a loop is", () => {
    const depth = (x: Tensor): number => {
      let steps = 0;
      for (let forms = x.node.forms; forms.length > 0; forms = forms[0]!.operands[0]!.forms) steps++;
      return steps;
    };
    const step = compile((x: Tensor) => x.sigmoid());
    let [x, y] = [tensor([0.3]), tensor([0.3])];
    for (let i = 0; i < 10; i++) {
      x = x.sigmoid();
      x.item();
      y = step(y);
    }
    expect([depth(x), depth(y)]).toEqual([1, 1]);
    expect(x.node.inputs).toEqual([]);
  });

  test("waits for no async function", () => {
    expect(() => withoutRewrites(async () => 1)).toThrow(/withoutRewrites/);
  });
});
