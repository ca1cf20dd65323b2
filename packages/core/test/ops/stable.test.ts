import { elementwise, grad, type Tensor, tensor } from "@chainrule/core";
import { lifted, table } from "@chainrule/core/internal";
import { expect, it } from "vitest";
import type { Formula } from "../../src/ops/formula.ts";
import { uniform } from "../scalar/expand/expansion-error.ts";

const stableRows = Object.entries(table.elementwise).flatMap(([name, row]) => {
  const formula: Formula = row.formula;
  return formula.stable ? [[name, formula, lifted(row) as (...x: Tensor[]) => Tensor] as const] : [];
});

it.each(stableRows)(
  "%s: the stable partials are those of the textbook, to the second order",
  (name, formula, row) => {
    const { f, d, domain = [] } = formula;
    const textbook = elementwise(`${name} by the textbook`, { f, d: d! });
    const random = uniform(1);
    const x = Array.from({ length: f.length }, (_, k) => {
      const [low, high] = domain[k] ?? domain[0] ?? [-2, 2];
      return tensor(
        Array.from({ length: 50 }, () => low + random() * (high - low)),
        { dtype: "float64" },
      );
    });
    for (const argnums of x.keys()) {
      const first = (op: (...x: Tensor[]) => Tensor) =>
        grad((...x: Tensor[]) => op(...x).sum(), { argnums }) as (...x: Tensor[]) => Tensor;
      const second = (op: (...x: Tensor[]) => Tensor) => first((...x) => first(op)(...x));
      for (const order of [first, second])
        expect(
          order(row)(...x)
            .isClose(order(textbook)(...x), { rtol: 1e-11, atol: 1e-12 })
            .all()
            .item(),
        ).toBe(1);
    }
  },
);
