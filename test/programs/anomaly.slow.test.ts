import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  compile,
  customGradient,
  detectAnomaly,
  elementwise,
  evaluate,
  grad,
  jvp,
  Parameter,
  scalar,
  type Tensor,
  tensor,
  where,
} from "@chainrule/core";
import { programsPrepared } from "@chainrule/core/internal";
import { Linear, ReLU, Sequential } from "@chainrule/nn";
import { Adam, SGD } from "@chainrule/optim";
import fc from "fast-check";
import { expect, test } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import { continuous, inputsOf, programs, run } from "../fuzz/program.ts";
import { batch, logistic, network, type Training } from "./models.ts";

const file = fileURLToPath(import.meta.url);
const lines = readFileSync(file, "utf8").split("\n");

/** `file:line` of the line of this file that ends with a comment. */
const at = (comment: string): string =>
  `${file}:${lines.findIndex((line) => line.endsWith(`// ${comment}`)) + 1}:`;

/** What an anomaly says; a failure where there is none. */
function anomaly(f: () => unknown, options = {}): string {
  try {
    detectAnomaly(f, options);
  } catch (error) {
    return (error as Error).message;
  }
  return expect.fail("no anomaly was found");
}

/** The identity, with a derivative that is 0/0 at 0. */
const unsound = elementwise("unsound", { f: (x) => scalar.add(x, 0), d: (_y, x) => [scalar.div(x, x)] });

/** A vector of known elements. */
const vector = (...x: number[]): Tensor => tensor(x);

eachBackend("an anomaly", (on) => {
  test("names the op, the element, what it was made from, and the line", () => {
    const message = on(() =>
      anomaly(() => {
        const x = tensor([
          [1, 2],
          [3, -4],
        ]);
        const y = x.mul(2).add(0.5).log(); // a logarithm
        return y.sum().mul(3).exp();
      }),
    );
    expect(message).toContain("log: gave NaN at [1, 1] of float32[2, 2] from -7.5, called at ");
    expect(message).toContain(at("a logarithm"));
  });

  test("is thrown where a value is read", () => {
    on(() => {
      const x = vector(-1);
      expect(() => detectAnomaly(() => x.sqrt().item())).toThrow(
        "sqrt: gave NaN at [0] of float32[1] from -1",
      );
    });
  });

  test("in a gradient names the op of which it is the derivative, its line, and that of backward", () => {
    const message = on(() =>
      anomaly(() => {
        const x = tensor([4, 0, 9], { requiresGrad: true });
        const y = unsound(x); // an op
        const loss = y.sum();
        loss.backward(); // its gradient
      }),
    );
    expect(message).toContain("div: gave NaN at [1] of float32[3] from 0 and 0, ");
    expect(message).toContain(`in the derivative of unsound, called at ${at("an op")}`);
    expect(message).toContain(`taken at ${at("its gradient")}`);
  });

  test("in the sum of the gradients that arrive names the line of backward", () => {
    const message = on(() =>
      anomaly(() => {
        const x = tensor([0], { requiresGrad: true });
        x.sqrt().sub(x.mul(1).sqrt()).backward(); // two infinities
      }),
    );
    expect(message).toMatch(
      /^add: gave NaN at \[0\] of float32\[1\] from -?Infinity and -?Infinity, called at /,
    );
    expect(message).toContain(at("two infinities"));
  });

  test("in a gradient leaves leaves without one", () => {
    on(() => {
      const x = tensor([0], { requiresGrad: true });
      anomaly(() => unsound(x).backward());
      expect(x.grad).toBeNull();
    });
  });

  test("in a derivative of a derivative names both", () => {
    const message = on(() =>
      anomaly(() => {
        const f = (x: Tensor) => x.pow(1.5).sum(); // a power
        return grad((x: Tensor) => grad(f)(x).sqrt().sum())(vector(1, -1)); // a root
      }),
    );
    expect(message).toContain(at("a power"));
    expect(message).toMatch(/derivative of pow/);
  });

  test("in a tangent names the op of which it is the derivative", () => {
    const message = on(() =>
      anomaly(() => {
        const f = (x: Tensor) => unsound(x); // forward
        return jvp(f, [vector(0)], [vector(1)])[1];
      }),
    );
    expect(message).toContain(`in the derivative of unsound, called at ${at("forward")}`);
  });

  test("in a gradient stated by hand names the line of that", () => {
    const message = on(() =>
      anomaly(() => {
        const f = customGradient((x: Tensor) => ({
          value: x.exp(),
          gradient: (ȳ) => [ȳ.mul(x.log())], // by hand
        }));
        return grad((x: Tensor) => f(x).sum())(vector(-1));
      }),
    );
    expect(message).toContain("log: gave NaN");
    expect(message).toContain("in the derivative of customGradient");
    expect(message).toContain(at("by hand"));
  });

  test("in layers names the line that called them", () => {
    const message = on(() => {
      const model = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
      for (const p of model.parameters()) p.assign(p.mul(0));
      return anomaly(() => {
        const y = model.forward(tensor([[1, 2]])); // a model
        return y.div(y.sum()); // zero by zero
      });
    });
    expect(message).toContain(at("zero by zero"));
    const inside = on(() => {
      const model = new Sequential(new Linear(1, 1));
      for (const p of model.parameters()) p.assign(p.mul(0).add(3e38));
      return anomaly(
        () => model.forward(tensor([[1e10]])), // too great a model
        { inf: true },
      );
    });
    expect(inside).toContain("Infinity at [0, 0] of float32[1, 1]");
    expect(inside).toContain(at("too great a model"));
  });

  test("in a compiled training step names the line, and nothing has changed", () => {
    on(() => {
      const w = new Parameter(tensor([[1], [-3]]));
      const optimizer = new Adam([w], { lr: 0.5 });
      const step = compile((x: Tensor) => {
        const loss = x
          .matmul(w)
          .log() // inside
          .mean();
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss;
      });
      const [good, bad] = [tensor([[9, 1]]), tensor([[1, 9]])];
      step(good);
      detectAnomaly(() => step(good));
      const state = () => [
        w.data(),
        ...optimizer.stateDict().state.flatMap((one) => Object.values(one).map(String)),
      ];
      const before = state();
      const message = anomaly(() => step(bad));
      expect(message).toMatch(/^log: gave NaN at \[0, 0\] of float32\[1, 1\] from -/);
      expect(message).toContain(at("inside"));
      expect(state()).toEqual(before);
      expect(step(bad).item()).toBeNaN();
    });
  });

  test("may come from what was given", () => {
    const message = on(
      () => anomaly(() => vector(1, NaN).add(1).mul(2)), // given
    );
    expect(message).toContain("add: was given NaN at [1] of float32[2], called at ");
    expect(message).toContain(at("given"));
  });

  test("is traced through matrices, movements, reductions and indices to the element that made it", () => {
    const message = on(() =>
      anomaly(() => {
        const a = tensor([
          [1, 4],
          [9, -16],
          [25, 36],
        ]);
        const roots = a.sqrt(); // roots
        const moved = roots
          .transpose(0, 1)
          .flip(0)
          .matmul(tensor([[1], [2], [3]]));
        return moved
          .cumsum(0)
          .gather(0, tensor([[1]], { dtype: "int32" }))
          .sum()
          .neg();
      }),
    );
    expect(message).toContain("sqrt: gave NaN at [1, 1] of float32[3, 2] from -16");
    expect(message).toContain(at("roots"));
  });

  test("is the NaN that arrives, not one that is left out on the way", () => {
    const message = on(() =>
      anomaly(() => {
        const x = vector(4, -4, 1);
        const masked = where(x.gt(0), x.sqrt(), 0);
        return where(x.gt(2), x.sub(4).log().mul(0), masked); // minus infinity by zero
      }),
    );
    expect(message).toContain("mul: gave NaN at [0] of float32[3] from -Infinity and 0");
    expect(message).toContain(at("minus infinity by zero"));
  });
});

eachBackend("no anomaly", (on) => {
  test("is a NaN in a branch that where() does not take, in value or gradient", () => {
    on(() => {
      const f = (x: Tensor) => where(x.gt(0), x.log(), 0).sum();
      const x = vector(1, -1, 2);
      const [y, g] = detectAnomaly(() => [f(x), grad(f)(x)] as const, { inf: true });
      expect(y.item()).toBeCloseTo(Math.log(2), 6);
      expect([...g.data()]).toEqual([1, 0, 0.5]);
    });
  });

  test("is an infinity, unless it is asked for and arises from finite numbers", () => {
    on(() => {
      const overflow = () => vector(1, 200).exp();
      expect([...detectAnomaly(overflow).data()]).toEqual([Math.fround(Math.E), Infinity]);
      expect(anomaly(overflow, { inf: true })).toContain("exp: gave Infinity at [1] of float32[2] from 200");
      const masked = () => vector(1, -Infinity, 2).add(1).softmax(0);
      expect(detectAnomaly(masked, { inf: true }).data()[1]).toBe(0);
      const given = () => vector(1, -Infinity).add(1);
      expect([...detectAnomaly(given, { inf: true }).data()]).toEqual([2, -Infinity]);
    });
  });

  test("is a NaN where only infinities are looked for, but one that comes of an infinity names that", () => {
    on(() => {
      const f = () => {
        const big = vector(200).exp();
        return big.sub(big);
      };
      expect(anomaly(f)).toContain("sub: gave NaN at [0] of float32[1] from Infinity and Infinity");
      expect(anomaly(f, { inf: true })).toContain("exp: gave Infinity");
      const nothing = () => vector(0).div(0);
      expect(detectAnomaly(nothing, { nan: false, inf: true }).item()).toBeNaN();
    });
  });

  test("is looked for outside", () => {
    on(() => {
      anomaly(() => vector(-1).log());
      expect(() => detectAnomaly(async () => 1)).toThrow("cannot follow an async function");
      expect(vector(-1).log().item()).toBeNaN();
    });
  });
});

eachBackend("looking for anomalies", (on) => {
  test.each<[string, () => Training]>([
    ["logistic regression", () => logistic((p) => new SGD(p, { lr: 0.1, momentum: 0.9 }))],
    ["a network", () => network((p) => new Adam(p))],
  ])("leaves every bit of training as it is: %s", (_, make) => {
    const [x, y] = batch(1);
    const trained = (watched: <T>(f: () => T) => T) =>
      on(() => {
        const { step, state } = make();
        const compiled = compile(step);
        const losses = Array.from({ length: 6 }, (_, i) => watched(() => (i % 2 ? compiled : step)(x, y)));
        return [losses.map((l) => l.item()), state()];
      });
    expect(trained((f) => detectAnomaly(f, { inf: true }))).toEqual(trained((f) => f()));
  });

  test("leaves every bit of random programs as it is", () => {
    fc.assert(
      fc.property(programs, (program) =>
        on(() => {
          const values = () => {
            const made = run(program, inputsOf(program, "float32"), continuous);
            evaluate(...made);
            return made.map((y) => y.data());
          };
          expect(detectAnomaly(values, { inf: true })).toEqual(values());
        }),
      ),
      { seed: 13, numRuns: 40 },
    );
  });

  test("traces a compiled function once more, and not at each call", () => {
    on(() => {
      const f = compile((x: Tensor) => x.exp().sum());
      f(vector(1, 2));
      detectAnomaly(() => f(vector(1, 2)));
      const before = programsPrepared();
      detectAnomaly(() => [f(vector(3, 4)), f(vector(5, 6))]);
      f(vector(7, 8));
      expect(programsPrepared()).toBe(before);
    });
  });
});
