import {
  Cell,
  ChainruleError,
  checkpoint,
  compile,
  Generator,
  manualSeed,
  noGrad,
  ones,
  Parameter,
  rand,
  read,
  setDefaultDtype,
  Tensor,
  tensor,
  zeros,
} from "@chainrule/core";
import { BatchNorm1d, Dropout, Linear, Module } from "@chainrule/nn";
import { Adam, clipGradNorm, ExponentialLR, SGD } from "@chainrule/optim";
import { describe, expect, test } from "vitest";

/** How a function is called: as it is, or compiled. */
type Wrap = <F extends (...args: never[]) => unknown>(f: F) => F;

const bare: Wrap = (f) => f;
const compiled: Wrap = (f) => compile(f as unknown as () => unknown) as unknown as typeof f;

/** Tensors as their elements, in values of any depth. */
function shown(x: unknown): unknown {
  if (x instanceof Tensor) return [x.dtype, x.toArray()];
  if (x instanceof Map) return [...x].map(shown);
  if (Array.isArray(x)) return x.map(shown);
  return x;
}

class Pair {
  constructor(
    public x: Tensor,
    public y: Tensor,
  ) {}
}

class Methods {
  constructor(public x: Tensor) {}
  twice(): Tensor {
    return this.x.mul(2);
  }
}

class Net extends Module {
  scale = 2;
  readonly linear = new Linear(2, 1);
  forward(x: Tensor): Tensor {
    return this.linear.forward(x).mul(this.scale);
  }
}

const x = tensor([1, 2]);
const rows = tensor([
  [1, 2],
  [3, -1],
]);
const parameter = (): [Parameter, SGD] => {
  const p = new Parameter(tensor([1, 2]));
  return [p, new SGD([p], { lr: 0.25, momentum: 0.5 })];
};
const thrice = (f: () => unknown): unknown[] => [f(), f(), f()].map(shown);

/** Programs that must come to the same whether what they wrap is compiled or not. */
const programs: Readonly<Record<string, Readonly<Record<string, (wrap: Wrap) => unknown>>>> = {
  gradients: {
    "accumulate over calls, with a step outside": (wrap) => {
      const [p, sgd] = parameter();
      const f = wrap((x: Tensor) => p.mul(x).sum().backward());
      f(x);
      f(x);
      sgd.step();
      return [p, p.grad];
    },
    "go on where zeroGrad is forgotten": (wrap) => {
      const [p, sgd] = parameter();
      const f = wrap(() => {
        p.square().sum().backward();
        sgd.step();
      });
      thrice(f);
      return [p, p.grad];
    },
    "from before are read once": (wrap) => {
      const [p, sgd] = parameter();
      p.sum().backward();
      const f = wrap(() => {
        p.square().sum().backward();
        sgd.step();
        sgd.zeroGrad();
      });
      thrice(f);
      return [p, p.grad];
    },
    "are cleared inside": (wrap) => {
      const [p] = parameter();
      p.sum().backward();
      wrap(() => p.zeroGrad())();
      return p.grad;
    },
    "are set inside": (wrap) => {
      const [p] = parameter();
      const f = wrap((x: Tensor) => {
        p.grad = x.mul(3);
      });
      f(x);
      return p.grad;
    },
    "are clipped outside": (wrap) => {
      const [p, sgd] = parameter();
      const f = wrap(() => {
        sgd.zeroGrad();
        p.mul(5).sum().backward();
      });
      return thrice(() => {
        f();
        clipGradNorm([p], 1);
        sgd.step();
        return p.mul(1);
      });
    },
    "are returned from a step": (wrap) => {
      const [p, sgd] = parameter();
      const f = wrap(() => {
        sgd.zeroGrad();
        p.square().sum().backward();
        sgd.step();
        return p.grad;
      });
      return [thrice(f), p.grad];
    },
    "held from an earlier call stay": (wrap) => {
      const [p] = parameter();
      const f = wrap((x: Tensor) => p.mul(x).sum().backward());
      f(x);
      const held = p.grad;
      f(x);
      f(x);
      return [held, p.grad];
    },
    "of the result are asked for outside": (wrap) => {
      manualSeed(1);
      const net = new Net();
      const f = wrap((x: Tensor) => net.forward(x).square());
      f(rows).mean().backward();
      return [net.linear.weight.grad, net.linear.bias?.grad];
    },
    "of an argument are asked for outside, through two calls": (wrap) => {
      const a = tensor([1, 2], { requiresGrad: true });
      const f = wrap((v: Tensor) => v.square());
      f(f(a)).sum().backward();
      return a.grad;
    },
  },
  "what is made inside": {
    "a cell": (wrap) =>
      thrice(
        wrap(() => {
          const c = new Cell(zeros([2]));
          c.assign(c.add(1));
          return c.mul(1);
        }),
      ),
    "a layer with running statistics": (wrap) =>
      thrice(
        wrap(() => {
          const norm = new BatchNorm1d(2);
          norm.forward(rows);
          return norm.runningMean.mul(1);
        }),
      ),
    "a parameter, an optimizer and its schedule": (wrap) =>
      thrice(
        wrap(() => {
          const p = new Parameter(ones([2]));
          const adam = new Adam([p], { lr: 0.5 });
          const schedule = new ExponentialLR(adam, 0.5);
          for (let i = 0; i < 3; i++) {
            adam.zeroGrad();
            p.square().sum().backward();
            adam.step();
            schedule.step();
          }
          return p.mul(1);
        }),
      ),
    "an optimizer of parameters from outside": (wrap) => {
      const [p] = parameter();
      const f = wrap(() => {
        const sgd = new SGD([p], { lr: 0.1, momentum: 0.9 });
        sgd.zeroGrad();
        p.square().sum().backward();
        sgd.step();
        return p.mul(1);
      });
      return thrice(f);
    },
    "a generator": (wrap) => thrice(wrap(() => rand([2], { generator: new Generator(5) }))),
    "a seed of the shared stream": (wrap) => [
      thrice(
        wrap(() => {
          manualSeed(3);
          return rand([2]);
        }),
      ),
      rand([2]),
    ],
  },
  "arguments and results": {
    "an object of a class without methods": (wrap) => {
      const f = wrap((pair: Pair) => pair.x.mul(pair.y));
      return [f(new Pair(x, x)), f(new Pair(x, x.mul(2)))];
    },
    "an object of a class with methods, which changes": (wrap) => {
      const f = wrap((m: Methods) => m.twice());
      const m = new Methods(x);
      const first = f(m);
      m.x = x.mul(3);
      return [first, f(m), f(new Methods(x.neg()))];
    },
    "a Map, a Set and a symbol": (wrap) => {
      const key = Symbol("key");
      const f = wrap((m: Map<string, Tensor>, s: Set<Tensor>, o: { [key]: Tensor }) =>
        [...m.values(), ...s, o[key]].reduce((a, b) => a.add(b)),
      );
      return [1, 2, 3].map((k) =>
        f(new Map([["a", x.mul(k)]]), new Set([x, x.neg().mul(k)]), { [key]: x.mul(k) }),
      );
    },
    "a function with properties": (wrap) => {
      const g = Object.assign((v: Tensor) => v.mul(2), { w: x });
      const f = wrap((h: typeof g) => h(h.w));
      const first = f(g);
      g.w = x.mul(5);
      return [first, f(g)];
    },
    "an object that holds itself": (wrap) => {
      const o: { x: Tensor; self?: unknown } = { x };
      o.self = o;
      const f = wrap((o: { x: Tensor; self?: unknown }) => (o.self as { x: Tensor }).x.mul(2));
      const first = f(o);
      o.x = x.neg();
      return [first, f(o)];
    },
    "what is written into an argument": (wrap) => {
      const state: { h: Tensor; list: Tensor[]; note?: string } = { h: x, list: [] };
      const f = wrap((s: typeof state) => {
        s.h = s.h.mul(2);
        s.list.push(s.h.add(1));
        s.note = "seen";
        return s;
      });
      const same = [f(state), f(state), f(state)].every((s) => s === state);
      return [same, state.h, state.list, state.note];
    },
    "a Map and an object of a class as results": (wrap) => {
      const f = wrap((x: Tensor) => [new Map([["a", x.mul(2)]]), new Pair(x.neg(), x)] as const);
      const [map, pair] = f(x);
      return [map, pair.x, pair.y === x, pair instanceof Pair];
    },
  },
  "what changes between calls": {
    "an option of a layer": (wrap) => {
      const dropout = new Dropout(0.5);
      const f = wrap((x: Tensor) => dropout.forward(x));
      manualSeed(1);
      f(x);
      Object.assign(dropout, { p: 0 });
      return f(x);
    },
    "a field of a module, and a part of it": (wrap) => {
      manualSeed(4);
      const net = new Net();
      const f = wrap((x: Tensor) => net.forward(x).detach());
      const first = f(rows);
      net.scale = 5;
      const second = f(rows);
      Object.assign(net, { linear: new Linear(2, 1) });
      return [first, second, f(rows)];
    },
    noGrad: (wrap) => {
      const [p] = parameter();
      const f = wrap(() => (p.mul(1).requiresGrad ? p.mul(2) : p.mul(3)).detach());
      return [f(), noGrad(f), f()];
    },
    "the default dtype": (wrap) => {
      const f = wrap(() => zeros([2]));
      const first = f();
      setDefaultDtype("float64");
      try {
        return [first, f()];
      } finally {
        setDefaultDtype("float32");
      }
    },
    "the groups of an optimizer": (wrap) => {
      const [p, sgd] = parameter();
      const q = new Parameter(ones([2]));
      const f = wrap(() => {
        sgd.zeroGrad();
        p.mul(q).sum().backward();
        sgd.step();
      });
      f();
      sgd.addParamGroup({ params: [q], lr: 1 });
      f();
      f();
      return [p, q];
    },
    "a mode that the function itself sets": (wrap) => {
      const norm = new BatchNorm1d(2);
      const f = wrap((x: Tensor) => {
        const y = norm.forward(x).detach();
        norm.eval();
        return y;
      });
      const first = f(rows);
      const second = f(rows);
      norm.train();
      return [first, second, f(rows), norm.training, norm.runningMean];
    },
    "whether a parameter is trained, set inside": (wrap) => {
      const [p] = parameter();
      const f = wrap(() => {
        const y = p.mul(2).detach();
        p.requiresGrad = !p.requiresGrad;
        return y;
      });
      return [f(), p.requiresGrad, f(), p.requiresGrad, f(), p.requiresGrad];
    },
  },
  checkpoint: {
    "that is the first to read a parameter": (wrap) => {
      const [p] = parameter();
      wrap(() =>
        checkpoint((x: Tensor) => x.mul(p).square())(x)
          .sum()
          .backward(),
      )();
      return p.grad;
    },
    "whose function moves running statistics": (wrap) => {
      const norm = new BatchNorm1d(2);
      const f = wrap((x: Tensor) =>
        checkpoint((v: Tensor) => norm.forward(v))(x)
          .square()
          .sum()
          .backward(),
      );
      f(rows);
      return [norm.runningMean, norm.weight?.grad];
    },
  },
};

describe.each(Object.entries(programs))("compiled as it is: %s", (_, kind) => {
  test.each(Object.entries(kind))("%s", (_, program) => {
    expect(shown(program(compiled))).toEqual(shown(program(bare)));
  });
});

test("checkpoint moves running statistics once", () => {
  const [plain, kept] = [new BatchNorm1d(2), new BatchNorm1d(2)];
  plain.forward(rows).square().sum().backward();
  checkpoint((v: Tensor) => kept.forward(v))(rows)
    .square()
    .sum()
    .backward();
  expect(shown([kept.runningMean, kept.runningVar])).toEqual(shown([plain.runningMean, plain.runningVar]));
});

test("a gradient that a step has used up says so, and costs no output", () => {
  const [p, sgd] = parameter();
  const step = compile(() => {
    sgd.zeroGrad();
    p.square().sum().backward();
    sgd.step();
  });
  thrice(step);
  expect(() => p.grad).toThrow(/used this gradient up.*Return it/);
  expect(() => p.sum().backward()).toThrow(/used this gradient up/);
  sgd.zeroGrad();
  p.sum().backward();
  expect(p.grad?.toArray()).toEqual([1, 1]);
});

/** What is refused, and what the error must name. */
const refusals: Readonly<Record<string, readonly [() => unknown, RegExp]>> = {
  "a parameter that is kept from inside": [
    () => {
      const kept: { w?: Parameter } = {};
      compile((x: Tensor) => {
        kept.w ??= new Parameter(ones([2]));
        return x.mul(kept.w);
      })(x);
    },
    /Cell or Parameter that was made inside.*Did you mean/,
  ],
  "an optimizer that is kept from inside": [
    () => {
      const p = new Parameter(ones([2]));
      const kept: { sgd?: SGD } = {};
      compile(() => {
        kept.sgd ??= new SGD([p]);
        p.sum().backward();
        kept.sgd.step();
      })();
    },
    /optimizer that was made inside/,
  ],
  "a field that a forward sets": [
    () => {
      class Keeps extends Module {
        last: Tensor | null = null;
        forward(x: Tensor): Tensor {
          this.last = x;
          return x;
        }
      }
      const keeps = new Keeps();
      compile((x: Tensor) => keeps.forward(x))(x);
    },
    /Keeps sets its field last/,
  ],
  "a typed array": [
    () => compile((a: Float32Array) => tensor(a))(new Float32Array(2)),
    /Did you mean tensor/,
  ],
  "an iterator": [() => compile((it: Iterator<number>) => it.next())([1].values()), /iterator/],
  "a read that nobody awaits": [
    () =>
      compile((y: Tensor) => {
        void y.mul(2).read();
        return y;
      })(x),
    /read inside a compiled function.*Return the tensor/,
  ],
  "a read of several tensors that nobody awaits": [
    () =>
      compile((y: Tensor) => {
        void read(y.mul(2), y);
        return y;
      })(x),
    /read inside a compiled function.*Return the tensor/,
  ],
  "a promise": [() => compile((p: Promise<number>) => p)(Promise.resolve(1)), /await/],
  "a getter": [
    () =>
      compile((o: { readonly x: Tensor }) => o.x)({
        get x() {
          return ones([2]);
        },
      }),
    /argument.*x is a getter/,
  ],
  "a frozen argument": [
    () => compile((o: { x: Tensor }) => o.x.mul(2))(Object.freeze({ x })),
    /frozen.*copy/,
  ],
  "a generator function": [
    () =>
      compile(function* () {
        yield x;
      })(),
    /generator function cannot be traced/,
  ],
  "an object of a class with methods as result": [
    () => compile((x: Tensor) => new Methods(x.mul(2)))(x),
    /class Methods.*plain object/,
  ],
  "a group that a function adds to an optimizer": [
    () => {
      const [, sgd] = parameter();
      compile(() => sgd.addParamGroup({ params: [new Parameter(ones([1]))] }))();
    },
    /addParamGroup.*Did you mean to do it outside/,
  ],
  "a schedule that a function makes for an optimizer": [
    () => {
      const [, sgd] = parameter();
      compile(() => void new ExponentialLR(sgd, 0.5))();
    },
    /ExponentialLR.*Did you mean to do it outside/,
  ],
  "the gradient of a tensor from outside that is no parameter": [
    () => {
      const w = tensor([1, 2], { requiresGrad: true });
      compile(() => w.zeroGrad())();
    },
    /outside a compiled function.*Did you mean a Parameter/,
  ],
  "noGrad of an async function": [() => noGrad(async () => 1), /noGrad.*async/],
};

test.each(Object.entries(refusals))("%s is refused", (_, [f, message]) => {
  expect(f).toThrow(ChainruleError);
  expect(f).toThrow(message);
});
