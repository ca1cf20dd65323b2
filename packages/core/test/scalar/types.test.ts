import { compile, type DType, elementwise, type Tensor, tensor } from "@chainrule/core";
import { interpreter, wasm, withBackend } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import type { Formula } from "../../src/ops/formula.ts";
import { arg, type Expr, literal, subexpressions } from "../../src/scalar/expr.ts";
import { exp } from "../../src/scalar/functions.ts";
import { add, and, div, eq, lt, mul, sub, toFloat32, where } from "../../src/scalar/primitives.ts";
import { insertCasts, operandDType, typeOf } from "../../src/scalar/types.ts";

const x = arg(0);
const positive = lt(0, x);
const pick = (a: number, b: number): Expr => where(positive, a, b);

/** Formulas in which constants alone would have to say in which dtype a word works. */
const formulas: readonly (readonly [string, Expr])[] = [
  ["a choice between numbers", pick(1, 2)],
  ["a choice between choices", where(eq(x, 3), pick(1, 2), pick(3, 4))],
  ["arithmetic on choices", add(mul(pick(1, 2), pick(3, 4)), 1)],
  ["a choice and an operand", add(pick(1, 2), x)],
  ["a comparison of choices", where(eq(pick(1, 2), pick(3, 1)), x, 0)],
  ["a comparison of a choice and a number", where(lt(pick(1, 2), 2), x, 0)],
  ["a choice by a choice of truth values", where(and(pick(1, 0), positive), x, 0)],
  ["a conversion of a choice", add(toFloat32(pick(1, 2)), 1)],
];

describe("settled", () => {
  it.each(formulas)("gives every word a dtype: %s", (_, formula) => {
    for (const dtype of ["float32", "int32"] as const) {
      const result = insertCasts(formula, [x], [dtype], dtype);
      const types = new Map<Expr, DType>([[x, dtype]]);
      for (const e of subexpressions([result])) {
        const type = types.get(e) ?? typeOf(e, types);
        if (type) types.set(e, type);
        if (e.kind === "apply") expect(operandDType(e, types), e.name).toBeDefined();
      }
    }
  });

  it("leaves a formula as it is in which operands decide", () => {
    const formula = sub(mul(x, 2), where(positive, x, 1));
    expect(insertCasts(formula, [x], ["float32"], "float32")).toBe(formula);
  });

  it("makes a number an element of the result's dtype", () => {
    expect(insertCasts(where(positive, 1, 2), [x], ["float32"], "int32")).toMatchObject({
      args: [positive, literal(1, "int32"), literal(2, "int32")],
    });
  });
});

const integers = tensor(Int32Array.from([-3, 0, 2, 2 ** 31 - 1]));

/** Rows whose formulas are made of numbers alone, but for a condition. */
const rows: readonly ((x: Expr) => Expr)[] = [
  (x) => where(lt(x, 1), 2 ** 31 - 1, 5),
  (x) => add(where(lt(x, 1), 2 ** 31 - 1, 5), 1),
  (x) => mul(where(lt(x, 1), 2 ** 30, 7), where(lt(x, 2), 4, 3)),
  (x) => where(eq(where(lt(x, 1), 1, 2), where(lt(x, 2), 1, 3)), 10, 20),
];

describe("rows of choices between numbers", () => {
  it.each(rows.map((f, k) => [k, f] as const))(
    "are the same on both backends in int32 and float32: %i",
    (k, f) => {
      const row = elementwise(`choices${k}`, { f, types: "number" });
      for (const x of [integers, integers.to("float32")]) {
        const alone = () => Array.from(row(x).data());
        const read = (t: Tensor) => row(t).eq(row(t.neg())).to("float32").add(row(t));
        const truth = withBackend(interpreter, () => [alone(), Array.from(read(x).data())]);
        expect(withBackend(wasm, () => [alone(), Array.from(compile(read)(x).data())])).toEqual(truth);
      }
    },
  );
});

/** Rows whose words meet operands of several dtypes, for whole numbers x, and what they come to. */
const mixed: readonly (readonly [string, Formula, (x: number) => number])[] = [
  ["a truth value as a real number", { f: (x) => lt(x, 2) }, (x) => +(x < 2)],
  ["a truth value and a number", { f: (x) => add(lt(x, 2), x), types: "number" }, (x) => +(x < 2) + x],
  ["a number and a truth value", { f: (x) => mul(x, lt(x, 2)) }, (x) => x * +(x < 2)],
  ["truth values", { f: (x) => sub(lt(x, 2), lt(x, 0)), types: "number" }, (x) => +(x < 2) - +(x < 0)],
  ["a number as a condition", { f: (x) => where(x, 1, 2), types: "number" }, (x) => (x ? 1 : 2)],
  ["a quotient of whole numbers", { f: (x) => div(x, 2), types: "number" }, (x) => Math.trunc(x / 2)],
  ["a function of whole numbers", { f: (x) => exp(x), types: "number" }, (x) => Math.trunc(Math.exp(x))],
  ["a fraction and whole numbers", { f: (x) => mul(x, 1.5), types: "number" }, (x) => Math.trunc(x * 1.5)],
  ["a number beyond int32", { f: (x) => lt(x, 3e9), types: "compare" }, () => 1],
  ["arithmetic as a truth value", { f: (x) => add(x, 1), types: "predicate" }, (x) => +(x + 1 !== 0)],
];

describe.each([wasm, interpreter])("words that meet several dtypes, on $name", (backend) => {
  it.each(mixed)("convert them: %s", (name, formula, truth) => {
    const row = elementwise(name.replaceAll(" ", "_"), formula);
    const x = [-3, -1, 0, 1, 2, 7];
    const y = withBackend(backend, () => row(tensor(Int32Array.from(x))).data());
    expect(Array.from(y, Math.trunc)).toEqual(x.map((v) => truth(v) + 0));
  });
});
