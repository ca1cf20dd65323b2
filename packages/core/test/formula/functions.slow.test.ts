/** Every method, called by a formula and directly: the graphs are the same. */
import { ChainruleError, formula, ones, Tensor, tensor, where } from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { canonicalize, graphOf } from "../../src/graph/canonicalize.ts";
import { printGraph } from "../../src/graph/print.ts";
import { operandsOf } from "../../src/ops/apply.ts";
import { table } from "../../src/ops/table.ts";
import { lifted } from "../../src/tensor/tensor.ts";
import { callsOf, type Name, names, title } from "../tensor/edges.ts";

type Call = (...args: readonly unknown[]) => unknown;

/**
 * The graph of a result, with the values that it starts from; a number is itself. A formula refuses other results with the
 * code "value".
 */
function graphOfResult(result: unknown): unknown {
  if (typeof result === "number") return result;
  if (!(result instanceof Tensor)) return "value";
  const { inputs } = canonicalize(graphOf([result.node]));
  return [printGraph([result.node]), inputs.map((x) => [x.dtype, x.value])];
}

/** What a call gives, or the code of the library's error. */
function attempt(f: () => unknown): unknown {
  try {
    return graphOfResult(f());
  } catch (error) {
    if (error instanceof ChainruleError) return error.code;
    throw error;
  }
}

const isOptions = (x: unknown): x is object =>
  typeof x === "object" && x !== null && !(x instanceof Tensor) && !Array.isArray(x);

/** The text of an argument; tensors become names. */
function written(x: unknown, values: Record<string, Tensor>): string {
  if (x instanceof Tensor) {
    const name = `a${Object.keys(values).length}`;
    values[name] = x;
    return name;
  }
  if (Array.isArray(x)) return `[${x.map((e) => written(e, values)).join(", ")}]`;
  if (isOptions(x))
    return Object.entries(x)
      .map(([key, value]) => `${key}=${written(value, values)}`)
      .join(", ");
  return typeof x === "number" ? String(x).replace("Infinity", "∞") : JSON.stringify(x);
}

/** A call by a formula, as its text and its evaluation. */
function byFormula(name: string, args: readonly unknown[]): readonly [string, () => Tensor] {
  const values: Record<string, Tensor> = {};
  const text = `${name}(${args.map((x) => written(x, values)).join(", ")})`;
  return [text, () => formula.parse(text)(values)];
}

describe("elementwise rows", () => {
  it.each(Object.entries(table.elementwise))("%s is the same row by its name", (name, row) => {
    const call = lifted(row as never) as unknown as Call;
    const dtypes = ["float32", "int32", "bool"] as const;
    const x = ones([2, 3]);
    for (const dtype of dtypes)
      for (let n = row.formula.f.length; n <= operandsOf(row.formula); n++) {
        const operands: unknown[] = Array.from({ length: n }, (_, i) => ones(i ? [3] : [2, 1], { dtype }));
        for (const args of [
          operands,
          [...operands.slice(0, -1), 2],
          n > 1 ? [2, ...operands.slice(1)] : [x],
        ]) {
          const [text, f] = byFormula(name, args);
          if (args.some((a) => a instanceof Tensor))
            expect(attempt(f), `${text} in ${dtype}`).toEqual(attempt(() => call(...args)));
        }
      }
  });
});

describe("methods", () => {
  const shapes = [[], [3], [2, 3], [3, 3], [2, 3, 3], [2, 4]];
  const isWritable = (args: readonly unknown[]) => !args.some((x) => x === null);

  it.each(names.filter((name) => name !== "where"))("%s is the same method by its name", (name) => {
    let answered = 0;
    for (const dtype of ["float32", "int32"] as const)
      for (const shape of answered > 0 ? [] : shapes) {
        const x = ones(shape, { dtype });
        for (const args of callsOf(name, x).filter(isWritable)) {
          const method = (x as unknown as Record<Name, Call>)[name];
          const direct = attempt(() => method.apply(x, [...args]));
          const [text, f] = byFormula(name, [x, ...args]);
          const expected = typeof direct === "number" ? graphOfResult(tensor(direct)) : direct;
          expect(attempt(f), `${title(name, shape, args)} as ${text}`).toEqual(expected);
          if (typeof direct !== "string" || direct === "value") answered++;
        }
      }
    expect(answered).toBeGreaterThan(0);
  });

  it("max and min of one argument reduce, and compare several", () => {
    const x = ones([2, 3]);
    const same = (text: string, direct: Tensor) =>
      expect(graphOfResult(formula.parse(text)({ x })), text).toEqual(graphOfResult(direct));
    same("max(x)", x.max());
    same("max(x, dim=1, keepdim=true)", x.amax(1, { keepdim: true }));
    same("max(x, 0)", x.maximum(0));
    same("min(x, 0, 2)", x.minimum(0).minimum(2));
  });
});

describe("where", () => {
  it("takes the condition first, as the function does", () => {
    const x = ones([3]);
    expect(graphOfResult(formula.parse("where(x > 0, x, -x)")({ x }))).toEqual(
      graphOfResult(where(x.gt(0), x, x.neg())),
    );
  });
});
