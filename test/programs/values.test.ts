import { Cell, ChainruleError, compile, Parameter, type Tensor, tensor, zeros } from "@chainrule/core";
import { crossEntropy } from "@chainrule/nn";
import { Adam } from "@chainrule/optim";
import { describe, expect, test } from "vitest";
import { batch, logistic } from "./models.ts";

/** Elements of a tensor that a program holds in its own memory, and of one that lies outside it. */
const sizes = [3, 5000];

describe.each(sizes)("with tensors of %i elements", (n) => {
  const ones = () => zeros([n]).add(1);
  const first = (t: Tensor) => [...t.data()].slice(0, 2);

  test("values of earlier calls stay", () => {
    const cell = new Cell(ones());
    const double = compile(() => {
      cell.assign(cell.mul(2));
      return { value: cell, list: [cell.add(1), cell.mul(1)] };
    });
    const results = [double(), double(), double()];
    expect(results.map((r) => first(r.value))).toEqual([
      [2, 2],
      [4, 4],
      [8, 8],
    ]);
    expect(results.map((r) => r.list.map(first))).toEqual([
      [
        [3, 3],
        [2, 2],
      ],
      [
        [5, 5],
        [4, 4],
      ],
      [
        [9, 9],
        [8, 8],
      ],
    ]);
    expect(first(cell)).toEqual([8, 8]);
  });

  test("two cells may come to hold the same value", () => {
    const [a, b] = [new Cell(ones()), new Cell(ones())];
    const share = compile(() => {
      const sum = a.add(b);
      a.assign(sum);
      b.assign(sum);
    });
    const move = compile(() => a.assign(a.add(1)));
    share();
    move();
    move();
    expect([first(a), first(b)]).toEqual([
      [4, 4],
      [2, 2],
    ]);
  });

  test("what another function gives on of a cell as it is stays when the cell moves on", () => {
    const [a, b] = [new Parameter(ones()), new Cell(ones())];
    const move = compile(() => a.assign(a.detach().mul(2)));
    const give = compile(() => {
      b.assign(a);
      return { itself: a, detached: a.detach() };
    });
    give();
    for (let i = 0; i < 2; i++) move();
    const { itself, detached } = give();
    for (let i = 0; i < 2; i++) move();
    expect([a, b, itself, detached].map(first)).toEqual([
      [16, 16],
      [4, 4],
      [4, 4],
      [4, 4],
    ]);
  });

  test("a cell may come to hold an argument, which stays", () => {
    const cell = new Cell(ones());
    const keep = compile((x: Tensor) => cell.assign(x));
    const move = compile(() => cell.assign(cell.add(1)));
    const x = ones().mul(5);
    keep(x);
    move();
    move();
    expect([first(x), first(cell)]).toEqual([
      [5, 5],
      [7, 7],
    ]);
  });

  test("what was taken of a parameter before a step keeps its value, and assignments between calls are seen", () => {
    const p = new Parameter(ones());
    const halve = compile(() => p.assign(p.detach().mul(0.5)));
    halve();
    const before = p.detach();
    const made = p.mul(3);
    halve();
    expect([first(before), first(made), first(p)]).toEqual([
      [0.5, 0.5],
      [1.5, 1.5],
      [0.25, 0.25],
    ]);
    p.assign(ones().mul(6));
    halve();
    expect(first(p)).toEqual([3, 3]);
    expect(p.requiresGrad).toBe(true);
  });
});

test("a parameter made inside of arguments is a local variable", () => {
  const gradient = compile((x: Tensor) => {
    const p = new Parameter(x.mul(2));
    p.square().sum().backward();
    return p.grad as Tensor;
  });
  expect([gradient(tensor([1, 2])), gradient(tensor([5, 3]))].map((g) => g.toArray())).toEqual([
    [4, 8],
    [20, 12],
  ]);
});

test("a cell given as an argument is read and assigned to", () => {
  const [a, b] = [new Cell(tensor([1])), new Cell(tensor([10]))];
  const add = compile((cell: Cell, x: Tensor) => cell.assign(cell.add(x)));
  for (const cell of [a, b, a]) add(cell, tensor([2]));
  expect([a, b].map((cell) => cell.toArray())).toEqual([[5], [12]]);
});

describe("errors", () => {
  test("an async function is refused", () => {
    expect(() => compile(async (x: Tensor) => x)(tensor([1]))).toThrow(/async function cannot be traced/);
  });

  test.each([
    ["item()", (x: Tensor) => x.sum().item()],
    ["toArray()", (x: Tensor) => x.add(1).toArray()],
    ["data()", (x: Tensor) => x.data()],
    ["a branch on a value", (x: Tensor) => (x.sum().item() > 0 ? x : x.neg())],
  ])("%s inside says to return the tensor and read it outside", (_, f) => {
    const call = () => compile<[Tensor], unknown>(f)(tensor([1, 2]));
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(/inside a compiled function.*Return the tensor and read it outside/);
  });

  test("a tensor kept from inside has no value outside", () => {
    const kept: Tensor[] = [];
    compile((x: Tensor) => kept.push(x.mul(2)))(tensor([1]));
    expect(() => kept[0]?.item()).toThrow(/kept from inside, where none is known.*Return the tensor/);
  });

  test("a step that does not fit into memory counts for nothing, at its first call and later", () => {
    const train = (sizes: readonly number[]) => {
      const w = new Parameter(tensor([1, 2, 3]));
      const optimizer = new Adam([w], { lr: 0.1 });
      const step = compile((n: number) => {
        optimizer.zeroGrad();
        w.mean()
          .add(zeros([n, n]))
          .cumsum(0)
          .mul(w.sum())
          .sum()
          .backward();
        optimizer.step();
      });
      for (const n of sizes) {
        if (n > 1000) expect(() => step(n)).toThrow(/do not fit into the 4 GiB/);
        else step(n);
      }
      return [w.toArray(), optimizer.stateDict().state[0]?.step];
    };
    expect(train([3, 40_000, 40_000, 3, 4])).toEqual(train([3, 3, 4]));
  });

  test("an error inside leaves parameters, gradients and optimizer state as they were", () => {
    const t = logistic((p) => new Adam(p));
    const [x, y] = batch(1);
    const parameters = t.optimizer.paramGroups.flatMap((g) => g.params);
    t.step(x, y);
    const grads = parameters.map((p) => p.grad);
    const before = t.state();
    const fails = compile(() => {
      t.optimizer.zeroGrad();
      t.step(x, y);
      throw new Error("stop");
    });
    expect(fails).toThrow("stop");
    expect(t.state()).toEqual(before);
    expect(parameters.every((p, k) => p.grad === grads[k])).toBe(true);
  });

  test("a class index out of range leaves parameters and optimizer state as they were, at the first call and later", () => {
    const w = new Parameter(
      tensor([
        [0.1, 0.2, 0.3],
        [0.4, 0.5, 0.6],
      ]),
    );
    const optimizer = new Adam([w]);
    const step = compile((x: Tensor, classes: Tensor) => {
      const loss = crossEntropy(x.matmul(w), classes);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const [good, bad] = [tensor([0, 2], { dtype: "int32" }), tensor([0, 3], { dtype: "int32" })];
    const state = () => [w.toArray(), optimizer.stateDict().state.map((s) => s.step)];
    const start = state();
    expect(() => step(x, bad)).toThrow(/3/);
    expect(state()).toEqual(start);
    step(x, good);
    const after = state();
    expect(after).not.toEqual(start);
    expect(() => step(x, bad)).toThrow(ChainruleError);
    expect(state()).toEqual(after);
    expect(step(x, good).item()).toBeGreaterThan(0);
  });

  test("a hyper-parameter out of range between calls throws, and nothing moves", () => {
    const t = logistic((p) => new Adam(p));
    const step = compile(t.step);
    const [x, y] = batch(1);
    step(x, y);
    const before = t.state();
    Object.assign(t.optimizer.paramGroups[0] as object, { lr: -1 });
    expect(() => step(x, y)).toThrow(/lr -1/);
    expect(t.state()).toEqual(before);
  });
});
