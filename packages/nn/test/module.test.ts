import { Cell, ChainruleError, Parameter, type Tensor, tensor, zeros } from "@chainrule/core";
import { BatchNorm1d, Dropout, Layer, Linear, Module, ReLU, Sequential } from "@chainrule/nn";
import { describe, expect, it } from "vitest";

class Block extends Layer {
  scale = new Parameter(tensor(2));
  branches = { left: new Linear(2, 2), right: [new ReLU(), new Linear(2, 2, { bias: false })] as const };
  steps = new Cell(tensor(0, { dtype: "int32" }));
  note = "not a part";
  nothing = null;

  forward(x: Tensor): Tensor {
    const [relu, right] = this.branches.right;
    return this.branches.left
      .forward(x)
      .add(right.forward(relu.forward(x)))
      .mul(this.scale);
  }
}

/** Whether two lists hold the same things, not only equal ones. */
const same = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((x, i) => x === b[i]);

const names = (list: readonly (readonly [string, unknown])[]) => list.map(([name]) => name);

describe("the parts of a module", () => {
  const model = new Sequential(new Block(), new BatchNorm1d(2), new Dropout());

  it("the parts of a module are found in properties, arrays and plain objects, and named by path", () => {
    expect(names(model.namedParameters())).toEqual([
      "0.scale",
      "0.branches.left.weight",
      "0.branches.left.bias",
      "0.branches.right.1.weight",
      "1.weight",
      "1.bias",
    ]);
    expect(names(model.namedBuffers())).toEqual(["0.steps", "1.runningMean", "1.runningVar"]);
    expect(model.parameters().every((p, i) => p === model.namedParameters()[i]?.[1])).toBe(true);
    expect(names([...model.namedModules()])).toEqual([
      "",
      "0",
      "0.branches.left",
      "0.branches.right.0",
      "0.branches.right.1",
      "1",
      "2",
    ]);
    expect(
      same(
        model.modules(),
        [...model.namedModules()].map(([, m]) => m),
      ),
    ).toBe(true);
    expect(same(model.children(), [...model])).toBe(true);
  });

  it("a shared part is listed once", () => {
    class Tied extends Module {
      encoder = new Linear(2, 3, { bias: false });
      weight = this.encoder.weight;
      again = [this.encoder, this.encoder];
      forward = (x: Tensor) => this.encoder.forward(x);
    }
    const tied = new Tied();
    expect(names(tied.namedParameters())).toEqual(["weight"]);
    expect(same(tied.modules(), [tied, tied.encoder])).toBe(true);
  });

  it("parts may refer to their module, and plain objects to themselves", () => {
    class Child extends Layer {
      weight = new Parameter(zeros([1]));
      constructor(readonly parent: Module) {
        super();
      }
      forward = (x: Tensor) => x;
    }
    class Parent extends Layer {
      child = new Child(this);
      loop: Record<string, unknown> = {};
      forward = (x: Tensor) => x;
    }
    const parent = new Parent();
    parent.loop.loop = parent.loop;
    expect(names(parent.namedParameters())).toEqual(["child.weight"]);
    expect(String(parent)).toBe("Parent(\n  (child): Child(\n    (parent): Parent(…)\n  )\n)");
  });

  it("parts are found in nested arrays, plain objects, Maps and Sets, and named by key or position", () => {
    class Net extends Module {
      list = [[new Linear(1, 1, { bias: false })]];
      record = { a: new Parameter(zeros([1])) };
      bare = Object.assign(Object.create(null), { b: new Parameter(zeros([1])) });
      map = new Map<unknown, unknown>([
        ["a", new Linear(1, 1, { bias: false })],
        [7, new Set([new Dropout(0.5), new Parameter(zeros([2]))])],
        [Symbol("any"), new Cell(tensor(0))],
      ]);
      forward(): void {}
    }
    const net = new Net().eval();
    expect(Object.keys(net.stateDict())).toEqual([
      "record.a",
      "bare.b",
      "map.7.1",
      "map.2",
      "list.0.0.weight",
      "map.a.weight",
    ]);
    expect(net.modules().map((m) => m.training)).toEqual([false, false, false, false]);
    expect(net.numParameters()).toBe(6);
  });

  it("two parts with one path throw an error that names it", () => {
    class Flat extends Module {
      a = { b: new Parameter(zeros([1])) };
      "a.b" = new Cell(zeros([2]));
      forward(): void {}
    }
    class Nested extends Module {
      a = new Linear(1, 1);
      "a.weight" = new Parameter(zeros([1]));
      forward(): void {}
    }
    class Keyed extends Module {
      heads = new Map<unknown, Linear>([
        [1, new Linear(1, 1)],
        ["1", new Linear(1, 1)],
      ]);
      forward(): void {}
    }
    for (const [model, path] of [
      [new Flat(), "a.b"],
      [new Nested(), "a.weight"],
      [new Keyed(), "heads.1.weight"],
    ] as const)
      for (const use of [() => model.parameters(), () => model.stateDict(), () => model.to("float64")])
        expect(use).toThrow(`${model.constructor.name}: two parameters or buffers have the path "${path}"`);
  });

  it("a module prints its parts as PyTorch does", () => {
    expect(String(model)).toBe(`Sequential(
  (0): Block(
    (branches.left): Linear(2, 2)
    (branches.right.0): ReLU()
    (branches.right.1): Linear(2, 2, bias: false)
  )
  (1): BatchNorm1d(2, eps: 0.00001, momentum: 0.1)
  (2): Dropout(p: 0.5)
)`);
  });
});

describe("modes", () => {
  it("train() and eval() set the mode of a module and its descendants", () => {
    const model = new Sequential(new Sequential(new Dropout()), new ReLU());
    const modes = () => new Set(model.modules().map((m) => m.training));
    expect(modes()).toEqual(new Set([true]));
    expect(model.eval()).toBe(model);
    expect(modes()).toEqual(new Set([false]));
    model.train();
    expect(modes()).toEqual(new Set([true]));
  });

  it("freeze() and unfreeze() accept a path, a module above it, or a regular expression", () => {
    const model = new Sequential(new Block(), new Linear(2, 1));
    const trained = () => model.namedParameters().flatMap(([path, p]) => (p.requiresGrad ? [path] : []));
    const all = trained();
    const step = () =>
      model
        .forward(zeros([1, 2]))
        .sum()
        .backward();
    step();
    expect(model.freeze("0.branches")).toBe(model);
    expect(trained()).toEqual(["0.scale", "1.weight", "1.bias"]);
    expect(model.parameters().every((p) => p.requiresGrad === (p.grad !== null))).toBe(true);
    step();
    expect(model.parameters().every((p) => p.requiresGrad === (p.grad !== null))).toBe(true);
    model.unfreeze().freeze(/weight$/);
    expect(trained()).toEqual(all.filter((path) => !path.endsWith("weight")));
    expect(trained()).not.toEqual(all);
    expect(
      model
        .freeze()
        .parameters()
        .some((p) => p.requiresGrad),
    ).toBe(false);
    expect(
      model
        .requiresGrad_()
        .parameters()
        .every((p) => p.requiresGrad),
    ).toBe(true);
    expect(model.numParameters()).toBe(1 + 6 + 4 + 3);
    expect(() => model.freeze("0.branch")).toThrow(
      "freeze: 0.branch matches none of the parameters 0.scale, 0.branches.left.weight",
    );
  });

  it("zeroGrad() clears every gradient", () => {
    const model = new Block();
    model
      .forward(zeros([1, 2]))
      .sum()
      .backward();
    expect(model.parameters().every((p) => p.grad)).toBe(true);
    model.zeroGrad();
    expect(model.parameters().every((p) => p.grad === null)).toBe(true);
  });

  it('to("float64") converts parameters, gradients and float buffers, in the same cells', () => {
    const model = new Sequential(new Block(), new BatchNorm1d(2));
    const cells = model.parameters();
    const before = cells.map((p) => p.toArray());
    model
      .forward(
        tensor([
          [1, 2],
          [3, 5],
        ]),
      )
      .sum()
      .backward();
    expect(model.to("float64")).toBe(model);
    expect(same(model.parameters(), cells)).toBe(true);
    expect(cells.map((p) => p.toArray())).toEqual(before);
    expect(new Set(cells.flatMap((p) => [p.dtype, p.grad?.dtype]))).toEqual(new Set(["float64"]));
    expect(model.namedBuffers().map(([, b]) => b.dtype)).toEqual(["int32", "float64", "float64"]);
    expect(model.forward(zeros([2, 2], { dtype: "float64" })).dtype).toBe("float64");
    expect(() => model.to("int32")).toThrow("the dtype must be float32 or float64, not int32");
  });
});

describe("state", () => {
  const source = new Sequential(new Linear(2, 3), new BatchNorm1d(3));
  source.forward(
    tensor([
      [1, 2],
      [3, 5],
    ]),
  );
  const values = (m: Module) =>
    Object.entries(m.stateDict()).map(([name, t]) => [name, t.dtype, t.toArray()]);

  it("a state dict moves parameters and buffers to a module of the same structure", () => {
    const copy = new Sequential(new Linear(2, 3), new BatchNorm1d(3));
    expect(values(copy)).not.toEqual(values(source));
    copy.loadStateDict(source.stateDict());
    expect(values(copy)).toEqual(values(source));
    const x = tensor([[0.5, -1]]);
    expect(copy.eval().forward(x).toArray()).toEqual(source.eval().forward(x).toArray());
  });

  it("a state dict is a snapshot: later training changes neither it nor a module that loaded it", () => {
    const [model, copy] = [new Linear(1, 1), new Linear(1, 1)];
    const state = model.stateDict();
    copy.loadStateDict(state);
    const before = model.weight.item();
    model.weight.assign(zeros([1, 1]));
    expect([state.weight?.item(), copy.weight.item()]).toEqual([before, before]);
    expect(copy.weight.requiresGrad).toBe(true);
    expect(state.weight?.requiresGrad).toBe(false);
  });

  const good = () => source.stateDict();
  const bad: readonly (readonly [string, () => Record<string, Tensor>, string])[] = [
    [
      "missing",
      () => ({ ...good(), "0.weight": undefined as unknown as Tensor }),
      "0.weight is not a tensor",
    ],
    [
      "absent",
      () => Object.fromEntries(Object.entries(good()).filter(([name]) => !name.endsWith("weight"))),
      "missing 0.weight, 1.weight",
    ],
    ["unexpected", () => ({ ...good(), extra: tensor(1), more: tensor(2) }), "unexpected extra, more"],
    [
      "of another shape",
      () => ({ ...good(), "1.runningVar": zeros([4]) }),
      "1.runningVar is float32[4], expected float32[3]",
    ],
    [
      "of another dtype",
      () => ({ ...good(), "0.bias": zeros([3], { dtype: "float64" }) }),
      "0.bias is float64[3], expected float32[3]",
    ],
  ];

  it.each(bad)(
    "loadStateDict throws for entries %s, names them and loads nothing",
    (_name, dict, message) => {
      const model = new Sequential(new Linear(2, 3), new BatchNorm1d(3));
      const before = values(model);
      expect(() => model.loadStateDict(dict())).toThrow(ChainruleError);
      expect(() => model.loadStateDict(dict())).toThrow(`loadStateDict: ${message}. Nothing was loaded.`);
      expect(values(model)).toEqual(before);
    },
  );

  it("loadStateDict throws for a value that cannot be computed and loads nothing", () => {
    const model = new Linear(2, 3);
    const before = values(model);
    const place = tensor([3], { dtype: "int32" }).add(0);
    const dict = { weight: zeros([3, 2]), bias: zeros([3]).gather(0, place.expand([3])) };
    expect(() => model.loadStateDict(dict)).toThrow("index 3 is out of range");
    expect(values(model)).toEqual(before);
  });

  it("loadStateDict throws for the result of JSON.parse and proposes fromJSON", () => {
    expect(() => source.loadStateDict(JSON.parse(JSON.stringify(good())))).toThrow(
      "Nothing was loaded. Did you mean fromJSON(dict)?",
    );
  });

  it("loadStateDict names all faults in one error", () => {
    const dict = { "0.weight": zeros([9]), constructor: tensor(1) };
    expect(() => source.loadStateDict(dict as never)).toThrow(
      "missing 0.bias, 1.weight, 1.bias, 1.runningMean, 1.runningVar; unexpected constructor; 0.weight is float32[9], expected float32[3, 2]",
    );
  });

  it("loadStateDict without strict loads the entries that match by name, and throws for other shapes", () => {
    const model = new Linear(2, 3);
    const bias = [...(model.bias as Parameter).data()];
    model.loadStateDict({ weight: zeros([3, 2]), extra: tensor(1) }, { strict: false });
    expect([...model.weight.data(), ...(model.bias as Parameter).data()]).toEqual([
      0,
      0,
      0,
      0,
      0,
      0,
      ...bias,
    ]);
    expect(() => model.loadStateDict({ weight: zeros([2, 3]) }, { strict: false })).toThrow(
      "weight is float32[2, 3], expected float32[3, 2]",
    );
  });
});
