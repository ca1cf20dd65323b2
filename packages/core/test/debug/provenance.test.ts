import { randint, type Tensor, type TypedArray, tensor } from "@chainrule/core";
import { lifted, operandsOf, table } from "@chainrule/core/internal";
import { interpreter } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import { inputElements } from "../../src/debug/provenance.ts";
import { isFloat } from "../../src/dtype.ts";
import { canonicalize, graphOf } from "../../src/graph/canonicalize.ts";
import type { Node } from "../../src/graph/node.ts";
import { ArrayValue, elementsNow } from "../../src/graph/value.ts";
import { topological } from "../../src/graph/walk.ts";
import { type Shape, sizeOf } from "../../src/shape.ts";

/** Numbers spread over an interval, in no order. */
function spread(shape: Shape, [low, high]: readonly [number, number] = [-2, 2]): Tensor {
  const numbers = Float64Array.from({ length: sizeOf(shape) }, (_, i) => (i * 0.618034 + 0.1) % 1);
  return tensor(
    numbers.map((x) => low + (high - low) * x),
    { shape },
  );
}

const { elementwise, ...shaped } = table;
const asCall = (f: unknown) =>
  lifted(f as (...args: never[]) => unknown) as unknown as (...args: unknown[]) => Tensor;

/** Calls of all rows of the table that make floats of floats, each with a title. */
const calls: [string, () => Tensor][] = [];

for (const [name, row] of Object.entries(elementwise)) {
  const { d, types, domain = [] } = row.formula as Parameters<typeof operandsOf>[0];
  const operands = Array.from({ length: operandsOf(row.formula) }, (_, i) => {
    const x = spread([5], domain[i] ?? domain[0]);
    return types === "branches" && i === 0 ? x.gt(0) : x;
  });
  if (d) calls.push([name, () => asCall(row)(...operands)]);
}

for (const rows of Object.values(shaped))
  for (const [name, row] of Object.entries(rows))
    for (const sample of row.samples as readonly (readonly unknown[])[]) {
      const title = `${name}(${sample.map((x) => JSON.stringify(x)).join(", ")})`;
      if (sample.some((x) => Array.isArray(x) && x.includes(0))) continue;
      const drawn = (x: unknown, i: number): unknown => {
        if (typeof x === "object" && x !== null && "below" in x)
          return randint(0, x.below as number, (x as unknown as { index: Shape }).index);
        const takesTensor = i === 0 || rows === shaped.contraction || (rows === shaped.indexing && i === 3);
        return takesTensor && Array.isArray(x) ? spread(x as Shape) : x;
      };
      const call = () => asCall(row)(...sample.map(drawn));
      if (isFloat(call().dtype)) calls.push([title, call]);
    }

/** Every node that a tensor is made of, with the values of its inputs and a way to work it out for others. */
function nodesOf(y: Tensor) {
  const values = new Map<Node, TypedArray>();
  return topological([y.node], (n) => n.value === null).flatMap((node) => {
    if (node.value) {
      values.set(node, elementsNow(node.value, "test"));
      return [];
    }
    const structure = canonicalize(graphOf([node], (n) => n !== node));
    const run = (x: readonly TypedArray[]): TypedArray => {
      const given = structure.inputs.map((n) => new ArrayValue(x[node.inputs.indexOf(n)]!));
      return elementsNow(interpreter.prepare(structure).run(given)[0]!, "test");
    };
    const x = node.inputs.map((n) => values.get(n) as TypedArray);
    values.set(node, run(x));
    return [{ node, x, run }];
  });
}

describe("a NaN put into any element arrives where that is said to be a source, and nowhere else:", () => {
  it.each(calls)("%s", (_, call) => {
    const y = call();
    let tried = 0;
    for (const { node, x, run } of nodesOf(y)) {
      if (!isFloat(node.dtype) || node.op.family === "source") continue;
      node.inputs.forEach(({ dtype }, n) => {
        const same = (k: number) => node.inputs[k] === node.inputs[n];
        if (!isFloat(dtype)) return;
        for (const j of (x[n] as TypedArray).keys()) {
          const spoilt = x.map((array, k) => (same(k) ? array.map((v, i) => (i === j ? NaN : v)) : array));
          const result = run(spoilt as TypedArray[]);
          const arrived = [...result.keys()].filter((e) => Number.isNaN(result[e]));
          const told = [...result.keys()].filter((e) =>
            inputElements(node, e, node.inputs, spoilt).some((places, k) => same(k) && places.includes(j)),
          );
          // A formula may come to a number without regard to an operand: x⁰ = 1.
          if (node.op.family === "elementwise") expect(told).toEqual(expect.arrayContaining(arrived));
          else expect(told, `${node.op.name}, element ${j} of input ${n}`).toEqual(arrived);
          tried++;
        }
      });
    }
    expect(tried).toBeGreaterThan(0);
  });
});
