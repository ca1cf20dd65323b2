import { elementwise, evaluate, grad, type Tensor, tensor } from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { canonicalize, graphOf } from "../../src/graph/canonicalize.ts";
import { graphFromJson, graphToJson } from "../../src/ops/graph-json.ts";
import { constant } from "../../src/ops/source.ts";

const numbers = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe("a structure", () => {
  it("keeps constants apart that differ in any bit, and merges equal ones", () => {
    const nodes = [...numbers, ...numbers].map((x) => constant(x, "float32"));
    const { items, roots } = canonicalize(graphOf(nodes));
    expect(items).toHaveLength(numbers.length);
    expect(roots).toEqual([...numbers.keys(), ...numbers.keys()]);
  });

  it("keeps every number exactly when it is written as JSON and read back", () => {
    const graph = canonicalize(graphOf(numbers.map((x) => constant(x, "float32"))));
    const { items, roots } = graphFromJson(JSON.parse(JSON.stringify(graphToJson(graph))));
    expect({ items, roots }).toEqual({ items: graph.items, roots: graph.roots });
  });

  it("has each of the partial derivatives that are infinite or NaN", () => {
    const slopes = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    const ops = slopes.map((slope, k) => elementwise(`slope${k}`, { f: (x) => x, d: () => [slope] }));
    const total = (...x: Tensor[]) => ops.map((f, k) => f(x[k] as Tensor).sum()).reduce((a, b) => a.add(b));
    const gradients = grad(total, { argnums: [0, 1, 2] })(tensor([1]), tensor([1]), tensor([1]));
    evaluate(...gradients);
    expect(gradients.map((g) => g.item())).toEqual(slopes);
  });
});
