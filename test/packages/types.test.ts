/** The types that users see, above all the mapped ones: `tsc` checks the assertions, and the calls below run. */
import {
  compile,
  elementwise,
  grad,
  jvp,
  ones,
  type scalar,
  type Tensor,
  type TensorLike,
  tensor,
  valueAndGrad,
  vjp,
} from "@chainrule/core";
import { lifted, methods, type table } from "@chainrule/core/internal";
import { Linear, Sequential, type StateDict } from "@chainrule/nn";
import { Adam, type AdamOptions, type Group, type Hyper, optimizer, SGD } from "@chainrule/optim";
import { describe, expect, expectTypeOf, it } from "vitest";

const x = ones([2, 3]);
const loss = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();

describe("methods of Tensor, mapped from the tables", () => {
  it("a row of nodes is a method without its first operand", () => {
    expectTypeOf<Tensor["add"]>().returns.toEqualTypeOf<Tensor>();
    expectTypeOf<Tensor["add"]>().parameter(0).toEqualTypeOf<TensorLike>();
    expectTypeOf<Tensor["exp"]>().parameters.toEqualTypeOf<[]>();
    expectTypeOf(x.sum).toBeCallableWith([0, 1], { keepdim: true });
    expectTypeOf(x.clamp).toBeCallableWith(undefined, 1);
  });

  it("results of several nodes are lists of tensors", () => {
    expectTypeOf(x.split(1)).toEqualTypeOf<Tensor[]>();
    expectTypeOf(x.shape).toEqualTypeOf<readonly number[]>();
  });

  it("calls that the signature lacks are type errors", () => {
    // @ts-expect-error: exp takes no argument
    expectTypeOf(x.exp).toBeCallableWith(1);
    // @ts-expect-error: a text is no tensor
    expectTypeOf(x.add).toBeCallableWith("1");
    // @ts-expect-error: an unknown option
    expectTypeOf(x.sum).toBeCallableWith(0, { keepdims: true });
    expectTypeOf<Tensor>().not.toHaveProperty("padZeros");
  });
});

describe("lifted", () => {
  it("a function on nodes becomes one on tensors, with the options as they are", () => {
    const add = lifted(methods.add);
    expectTypeOf(add).returns.toEqualTypeOf<Tensor>();
    expectTypeOf(lifted(methods.sum)(x, 0, { keepdim: true })).toEqualTypeOf<Tensor>();
    expectTypeOf<keyof typeof table>().toEqualTypeOf<
      "elementwise" | "movement" | "reduction" | "contraction" | "indexing" | "recurrence" | "host"
    >();
  });
});

describe("elementwise", () => {
  it("an op takes as many operands as its formula", () => {
    const one = elementwise("typesOne", { f: (a: scalar.Expr) => a });
    const two = elementwise("typesTwo", { f: (a: scalar.Expr, _b: scalar.Expr) => a });
    expectTypeOf(one).toEqualTypeOf<(a: TensorLike) => Tensor>();
    expectTypeOf(two).parameters.toEqualTypeOf<[TensorLike, TensorLike]>();
  });
});

describe("grad and its kin", () => {
  it("argnums choose the types of the gradients", () => {
    expectTypeOf(grad(loss)(x, x)).toEqualTypeOf<Tensor>();
    expectTypeOf(grad(loss, { argnums: 1 })(x, x)).toEqualTypeOf<Tensor>();
    expectTypeOf(grad(loss, { argnums: [1, 0] })(x, x)).toEqualTypeOf<[Tensor, Tensor]>();
  });

  it("gradients have the structure of the argument", () => {
    const structured = (p: { w: Tensor; list: Tensor[] }) => p.w.sum();
    expectTypeOf(grad(structured)({ w: x, list: [x] })).toEqualTypeOf<{ w: Tensor; list: Tensor[] }>();
  });

  it("valueAndGrad returns a pair, and the auxiliary value with hasAux", () => {
    expectTypeOf(valueAndGrad(loss)(x, x)).toEqualTypeOf<[Tensor, Tensor]>();
    const withAux = valueAndGrad((a: Tensor) => [a.sum(), String(a)] as const, { hasAux: true });
    expectTypeOf(withAux(x)).toEqualTypeOf<[[Tensor, string], Tensor]>();
  });

  it("vjp and jvp return values and derivatives of the structure of the result", () => {
    const f = (a: Tensor) => ({ y: a.exp() });
    expectTypeOf(vjp(f, x)[0]).toEqualTypeOf<{ y: Tensor }>();
    expectTypeOf(jvp(f, [x], [x])[1]).toEqualTypeOf<{ y: Tensor }>();
  });
});

describe("compile", () => {
  it("a compiled function has the parameters and the result of the function", () => {
    const f = (a: Tensor, options: { scale: number }): [Tensor, { half: Tensor }] => [
      a.mul(options.scale),
      { half: a.div(2) },
    ];
    expectTypeOf(compile(f)).parameters.toEqualTypeOf<Parameters<typeof f>>();
    expectTypeOf(compile(f)).returns.toEqualTypeOf<ReturnType<typeof f>>();
    const [y, { half }] = compile(f)(tensor([1]), { scale: 3 });
    expectTypeOf(y).toEqualTypeOf<Tensor>();
    expectTypeOf(half).toEqualTypeOf<Tensor>();
  });
});

describe("optimizers and modules", () => {
  it("a group has the optimizer's own hyper-parameters beside those of all", () => {
    const model = new Linear(3, 1);
    const adam = new Adam(model.parameters(), { lr: 0.1, betas: [0.9, 0.99] });
    expectTypeOf(adam.paramGroups[0]!).toExtend<Group<AdamOptions & Hyper>>();
    expectTypeOf(adam.paramGroups[0]!.betas).toEqualTypeOf<readonly [number, number]>();
    expectTypeOf<Hyper["decoupledWeightDecay"]>().toEqualTypeOf<boolean>();
    // @ts-expect-error: SGD has no betas
    expect(() => new SGD(model.parameters(), { betas: [0.9, 0.99] })).toThrow(/SGD: has no option betas/);
  });

  it("a rule sees its numbers as coefficients and its booleans as switches", () => {
    optimizer({
      name: "TypesOnly",
      defaults: { momentum: 0, nesterov: false },
      init: () => ({}),
      coefficients: ({ lr }) => ({ lr }),
      update(p, g, state, c, switches) {
        expectTypeOf(c).toEqualTypeOf<{ readonly lr: TensorLike }>();
        expectTypeOf(switches).toEqualTypeOf<{ readonly nesterov: boolean }>();
        return { p: p.sub(g.mul(c.lr)), state };
      },
    });
  });

  it("a state dict maps names to tensors", () => {
    const model = new Sequential(new Linear(3, 1));
    expectTypeOf(model.stateDict()).toEqualTypeOf<StateDict>();
    expectTypeOf(model.forward).toBeCallableWith(x);
    expectTypeOf(model.forward(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(model.stateDict()).toExtend<Readonly<Record<string, Tensor>>>();
  });
});
