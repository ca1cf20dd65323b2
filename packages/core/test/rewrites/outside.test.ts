/** A rewritten composition is, from outside, the composition as it is written: shapes, dtypes, operands, transforms, backends. */
import { describe, expect, test } from "vitest";
import {
  full,
  grad,
  hessian,
  interpreter,
  jvp,
  type Tensor,
  tensor,
  vjp,
  withBackend,
  withoutRewrites,
} from "../../src/index.ts";
import type { Term } from "../../src/rewrites/pattern.ts";
import { printRule } from "../../src/rewrites/rewrite.ts";
import { rules } from "../../src/rewrites/rules.ts";
import { functionOf, method } from "./measure.ts";

/** A pattern on tensors. Reductions are over dim 0. */
function build(term: Term, variables: Readonly<Record<string, Tensor>>): unknown {
  if (typeof term === "number") return term;
  if (term.kind === "rest") return 0;
  if (term.kind !== "call") return variables[term.name]!;
  return method(
    term.op,
    term.args.map((a) => build(a, variables)),
  );
}

const shapes = [[], [1], [3], [0], [2, 3], [1, 3], [2, 1], [2, 0], [4, 2, 3]] as const;
const dtypes = ["float32", "float64", "int32", "bool"] as const;

/** Shape and dtype, or the message of the error. */
function facts(f: () => unknown): unknown {
  try {
    const y = f() as Tensor;
    return [y.shape, y.dtype];
  } catch (error) {
    return (error as Error).message;
  }
}

const filled = (shape: readonly number[], dtype: (typeof dtypes)[number]): Tensor =>
  full([...shape], 0.4375).to(dtype);

/** Fails unless both are the same NaN or infinity, or differ by rounding. Zeros of both signs are the same. */
function expectSame(value: number, other: number, digits: number, at = ""): void {
  if (Number.isFinite(other)) expect(value, at).toBeCloseTo(other, digits);
  else expect(value, at).toBe(other);
}

const limits = [Number.NEGATIVE_INFINITY, -2, -1, -0, 0, 1, 2, Number.POSITIVE_INFINITY, Number.NaN];

describe.each(rules.map((rule) => [printRule(rule), rule] as const))("%s", (_, rule) => {
  test("has the shape and dtype of the composition as written, for all operands", () => {
    for (const [i, shape] of shapes.entries())
      for (const [k, dtype] of dtypes.entries()) {
        const other = shapes[(3 * i + k) % shapes.length]!;
        const y = filled(other, dtypes[(k + i) % dtypes.length]!);
        const f = () => build(rule.from, { x: filled(shape, dtype), y });
        expect(facts(f), `${dtype}[${shape}], [${other}]`).toEqual(withoutRewrites(() => facts(f)));
      }
  });

  test("has the limits of the composition as written where that has one", () => {
    const f = functionOf(rule);
    for (const at of limits) {
      const [value, written] = [f(tensor(at)).item(), withoutRewrites(() => f(tensor(at)).item())];
      if (!Number.isNaN(written) || Math.abs(at) < 3) expectSame(value, written, 5, `at ${at}`);
    }
  });

  test("is the same function to every transform", () => {
    const f = functionOf(rule);
    const x = tensor(0.4375, { dtype: "float64" });
    const all = () => [
      grad(f)(x).item(),
      jvp(f, [x], [tensor(1, { dtype: "float64" })])[1].item(),
      vjp(f, x)[1](tensor(1, { dtype: "float64" }))[0].item(),
      grad(grad(f))(x).item(),
      hessian(f)(x).item(),
    ];
    const [eager, interpreted, written] = [
      all(),
      withBackend(interpreter, all),
      withBackend(interpreter, () => withoutRewrites(all)),
    ];
    for (const [i, y] of eager.entries()) {
      expectSame(interpreted[i]!, y, 13);
      expectSame(y, written[i]!, 10);
    }
  });
});
