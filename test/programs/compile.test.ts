import {
  compile,
  evaluate,
  grad,
  jvp,
  manualSeed,
  Parameter,
  type Tensor,
  tensor,
  valueAndGrad,
} from "@chainrule/core";
import { interpreter, withBackend } from "@chainrule/core/testing";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  ASGD,
  ExponentialLR,
  NAdam,
  type Optimizer,
  RAdam,
  RMSprop,
  Rprop,
  SGD,
} from "@chainrule/optim";
import { describe, expect, test } from "vitest";
import { batch, logistic, network, type Training } from "./models.ts";

type Make = (parameters: Iterable<Parameter>) => Optimizer;

const optimizers: Record<string, Make> = {
  SGD: (p) => new SGD(p, { lr: 0.1 }),
  "SGD with momentum": (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.5 }),
  Adam: (p) => new Adam(p, { lr: 0.05 }),
  "AdamW with weight decay": (p) => new AdamW(p, { lr: 0.05, weightDecay: 0.1 }),
};

const others: Record<string, Make> = {
  Adadelta: (p) => new Adadelta(p),
  Adagrad: (p) => new Adagrad(p),
  Adamax: (p) => new Adamax(p),
  "Adam with amsgrad": (p) => new Adam(p, { amsgrad: true }),
  ASGD: (p) => new ASGD(p, { lr: 0.1, t0: 2 }),
  NAdam: (p) => new NAdam(p),
  RAdam: (p) => new RAdam(p),
  RMSprop: (p) => new RMSprop(p, { momentum: 0.9, centered: true }),
  Rprop: (p) => new Rprop(p),
};

const models: Record<string, (make: Make) => Training> = {
  "logistic regression": logistic,
  "a network": network,
};

/** How a model trains over some steps: its losses, and all that it holds afterwards. */
function train(t: Training, step: Training["step"], steps = 6, between = (_: number) => {}): unknown {
  const data = [batch(1), batch(2)] as const;
  manualSeed(7);
  const losses = Array.from({ length: steps }, (_, i) => {
    const loss = step(...(data[i % 2] as [Tensor, Tensor])).item();
    between(i);
    return loss;
  });
  return [losses, t.state()];
}

/** Trains one model as it stands and one by a compiled step, and wants them equal to the bit; says how often f was traced. */
function compareTraining(
  make: () => Training,
  between: (t: Training) => (i: number) => void = () => () => {},
): number {
  const [plain, fast] = [make(), make()];
  const expected = train(plain, plain.step, 6, between(plain));
  let traces = 0;
  const step = compile((x: Tensor, y: Tensor) => {
    traces++;
    return fast.step(x, y);
  });
  expect(train(fast, step, 6, between(fast))).toEqual(expected);
  return traces;
}

describe.each(Object.entries(models))("%s, compiled", (_, model) => {
  test.each(Object.entries(optimizers))("trains to the same bits with %s", (_, make) => {
    expect(compareTraining(() => model(make))).toBe(1);
  });

  test("trains to the same bits on the interpreter", () => {
    withBackend(interpreter, () => compareTraining(() => model(optimizers.Adam as Make)));
  });
});

test.each(Object.entries(others))("logistic regression trains to the same bits with %s", (_, make) => {
  compareTraining(() => logistic(make));
});

describe("without a second tracing", () => {
  test("a schedule steps between calls", () => {
    const traces = compareTraining(
      () => network(optimizers.Adam as Make),
      (t) => {
        const schedule = new ExponentialLR(t.optimizer, 0.5);
        return () => schedule.step();
      },
    );
    expect(traces).toBe(1);
  });

  test("learning rate and weight decay are changed by hand", () => {
    const traces = compareTraining(
      () => logistic((p) => new AdamW(p, { lr: 0.05, weightDecay: 0.1 })),
      (t) => (i) =>
        Object.assign(t.optimizer.paramGroups[0] as object, {
          lr: 0.01 * (i + 1),
          weightDecay: 0.2 / (i + 1),
        }),
    );
    expect(traces).toBe(1);
  });
});

describe("with another tracing", () => {
  test.each(["weightDecay", "maximize", "nesterov"])("%s is switched on between calls", (name) => {
    const traces = compareTraining(
      () => logistic((p) => new SGD(p, { lr: 0.1, momentum: 0.9 })),
      (t) => (i) =>
        Object.assign(t.optimizer.paramGroups[0] as object, {
          [name]: name === "weightDecay" ? i % 2 : i % 2 === 1,
        }),
    );
    expect(traces).toBe(2);
  });

  test("the state of an optimizer is loaded between calls", () => {
    compareTraining(
      () => logistic(optimizers.Adam as Make),
      (t) => (i) => {
        if (i === 2) t.optimizer.loadStateDict(t.optimizer.stateDict());
      },
    );
  });

  test("a schedule moves on at each call where it is stepped inside", () => {
    const p = new Parameter(tensor([1]));
    const optimizer = new SGD([p], { lr: 1 });
    const schedule = new ExponentialLR(optimizer, 0.5);
    const step = compile(() => {
      optimizer.zeroGrad();
      p.sum().backward();
      optimizer.step();
      schedule.step();
    });
    for (let i = 0; i < 4; i++) step();
    expect(p.item()).toBe(1 - (1 + 1 / 2 + 1 / 4 + 1 / 8));
    expect(schedule.lastEpoch).toBe(4);
  });

  test("a tensor from outside that is no parameter collects no gradient, and says so", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const step = compile((x: Tensor) => {
      const loss = x.mul(w).sum();
      loss.backward();
      return loss;
    });
    expect(() => step(tensor([3, 4]))).toThrow("made outside a compiled function collects no gradient");
    expect(w.grad).toBe(null);
  });

  test("a parameter is frozen and thawed between calls", () => {
    const traces = compareTraining(
      () => logistic(optimizers.Adam as Make),
      (t) => (i) => {
        const p = t.optimizer.paramGroups[0]?.params[1] as Parameter;
        p.grad = null;
        p.requiresGrad = i % 2 === 1;
      },
    );
    // Once with it, once without it, and once more where its count of steps is no longer that of the others.
    expect(traces).toBe(3);
  });

  test("a model is switched to evaluation or another dtype between calls", () => {
    const { model } = network(optimizers.SGD as Make);
    const apply = model.forward as (x: Tensor) => Tensor;
    const forward = compile((x: Tensor) => apply.call(model, x));
    const [x] = batch(1);
    forward(x);
    model.eval();
    expect(forward(x).toArray()).toEqual(apply.call(model, x).toArray());
    model.to("float64");
    const y = forward(x);
    expect(y.dtype).toBe("float64");
    expect(y.toArray()).toEqual(apply.call(model, x).toArray());
  });

  test("batches are of another size, or arguments other values", () => {
    let traces = 0;
    const f = compile((x: Tensor, how: { readonly scale: number; readonly name: string }) => {
      traces++;
      return x.mul(how.scale).sum();
    });
    const sums = [2, 3, 2, 3].map((n) => f(batch(1, n)[0], { scale: 2, name: "a" }).item());
    expect(traces).toBe(2);
    expect(sums[2]).toBe(sums[0]);
    expect(f(tensor([1, 2]), { scale: 3, name: "a" }).item()).toBe(9);
    expect(f(tensor([1, 2]), { scale: 4, name: "a" }).item()).toBe(12);
    expect(traces).toBe(4);
  });
});

test("dropout drops anew at each call", () => {
  const { model } = network(optimizers.SGD as Make);
  const forward = compile((x: Tensor) => (model.forward as (x: Tensor) => Tensor)(x));
  const [x] = batch(1);
  manualSeed(1);
  const first = forward(x).toArray();
  expect(forward(x).toArray()).not.toEqual(first);
  manualSeed(1);
  expect(forward(x).toArray()).toEqual(first);
});

test("compiled and uncompiled steps, and steps of two compiled functions, may alternate", () => {
  const make = () => network(optimizers.Adam as Make);
  const [plain, mixed] = [make(), make()];
  const steps = [mixed.step, compile(mixed.step), compile((x: Tensor, y: Tensor) => mixed.step(x, y))];
  let i = 0;
  const alternating = (x: Tensor, y: Tensor) => (steps[i++ % 3] as Training["step"])(x, y);
  expect(train(mixed, alternating, 9)).toEqual(train(plain, plain.step, 9));
});

test("a compiled function within another is part of it", () => {
  const [plain, nested] = [logistic(optimizers.Adam as Make), logistic(optimizers.Adam as Make)];
  const inner = compile(nested.step);
  const outer = compile((x: Tensor, y: Tensor) => {
    inner(x, y);
    return inner(x, y);
  });
  const twice = (x: Tensor, y: Tensor) => {
    plain.step(x, y);
    return plain.step(x, y);
  };
  expect(train(nested, outer)).toEqual(train(plain, twice));
});

test("a compiled step moves parameters by gradients from outside, and leaves those where they are", () => {
  const run = (wrap: (f: () => void) => () => void) => {
    const t = logistic(optimizers.SGD as Make);
    const step = wrap(() => t.optimizer.step());
    const parameters = t.optimizer.paramGroups.flatMap((g) => g.params);
    for (let i = 0; i < 3; i++) {
      parameters.forEach((p, k) => {
        p.grad = p.mul(i + k).detach();
      });
      step();
    }
    return [t.state(), parameters.map((p) => p.grad?.toArray())];
  };
  expect(run(compile)).toEqual(run((f) => f));
});

describe("transforms", () => {
  const f = (x: Tensor): Tensor => x.mul(x).tanh().sum();
  const x = tensor([0.5, -1, 2]);

  test("are taken inside", () => {
    const all = (x: Tensor) => ({ g: grad(f)(x), vg: valueAndGrad(f)(x), t: jvp(f, [x], [x.neg()]) });
    const shown = (tree: unknown) =>
      JSON.stringify(tree, (_, v) =>
        v && typeof v === "object" && "node" in v ? (v as Tensor).toArray() : v,
      );
    const compiled = compile(all);
    expect(shown(compiled(x))).toBe(shown(all(x)));
    expect(shown(compiled(x.neg()))).toBe(shown(all(x.neg())));
  });

  test("are taken of a compiled function", () => {
    expect(grad(compile(f))(x).toArray()).toEqual(grad(f)(x).toArray());
    expect(jvp(compile(f), [x], [x])[1].item()).toBe(jvp(f, [x], [x])[1].item());
    evaluate(x);
  });
});
