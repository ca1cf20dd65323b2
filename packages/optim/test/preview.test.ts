import { compile, Parameter, tensor } from "@chainrule/core";
import * as optim from "@chainrule/optim";
import { Optimizer, SGD } from "@chainrule/optim";
import { describe, expect, it } from "vitest";

type OptimizerClass = new (params: readonly Parameter[], options?: object) => Optimizer;

const classes = Object.entries<unknown>(optim).filter(
  (entry): entry is [string, OptimizerClass] =>
    typeof entry[1] === "function" && entry[1].prototype instanceof Optimizer,
);

/** The parameters after some steps of the loss Σ(w² + w), and what each preview said before its step. */
function train(make: (params: readonly Parameter[]) => Optimizer, usePreview: boolean) {
  const w = new Parameter(tensor([1, -2, 0.5]));
  const optimizer = make([w]);
  const previews: unknown[] = [];
  const values: unknown[] = [];
  for (let step = 0; step < 4; step++) {
    optimizer.zeroGrad();
    w.square().add(w).sum().backward();
    if (usePreview) previews.push(optimizer.preview().get(w)?.toArray());
    optimizer.step();
    values.push(w.toArray());
  }
  return { previews, values };
}

describe("preview", () => {
  it.each(classes)("of %s gives what step gives next, and changes nothing", (_, Class) => {
    const make = (params: readonly Parameter[]) => new Class(params, { weightDecay: 0.1 });
    const { previews, values } = train(make, true);
    expect(previews).toEqual(values);
    expect(train(make, false).values).toEqual(values);
  });

  it("leaves out parameters without a gradient", () => {
    const [w, frozen] = [new Parameter(tensor(1)), new Parameter(tensor(2))];
    w.square().backward();
    const next = new SGD([w, frozen], { lr: 0.5 }).preview();
    expect([next.size, next.has(w)]).toEqual([1, true]);
  });

  it("is refused in a compiled function", () => {
    const w = new Parameter(tensor(1));
    const optimizer = new SGD([w], { lr: 0.5 });
    const step = compile(() => {
      optimizer.preview();
      return w.square();
    });
    expect(step).toThrow(/SGD\.preview: inside a compiled function/);
  });
});
