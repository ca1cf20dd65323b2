import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import { movementRule } from "../../ops/movement-rules.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import { check } from "./check.ts";

const inputsPerFamily: { readonly [F in GraphNode["op"]["family"]]?: number } = {
  reduction: 1,
  contraction: 2,
  recurrence: 2,
};

function verifyShape({ op, shape }: GraphNode, inputs: readonly GraphNode[]): void {
  switch (op.family) {
    case "elementwise":
      check(
        inputs.every((x) => sameShape(x.shape, shape)),
        () => `${op.name} reads other shapes than its own`,
      );
      break;
    case "movement": {
      const shapes = inputs.map((x) => x.shape);
      check(
        sameShape(movementRule(op).shape(op, shapes), shape),
        () => `${op.name} of ${shapes.join(" and ")} has shape ${shape}`,
      );
      break;
    }
    case "reduction": {
      const kept = inputs[0]!.shape.filter((_, d) => !op.dims.includes(d));
      check(sizeOf(kept) === sizeOf(shape), () => `${op.name} over ${op.dims} has shape ${shape}`);
      break;
    }
    case "contraction": {
      const sizes = new Map<string, number>();
      const letters = [op.a, op.b, op.out];
      [...inputs.map((x) => x.shape), shape].forEach((dims, k) => {
        check(dims.length === letters[k]!.length, () => `${op.name} has an operand of rank ${dims.length}`);
        [...letters[k]!].forEach((letter, d) => {
          check((sizes.get(letter) ?? dims[d]) === dims[d], () => `${op.name} has two sizes of ${letter}`);
          sizes.set(letter, dims[d]!);
        });
      });
      break;
    }
    case "recurrence":
      check(
        inputs.every((x) => sameShape(x.shape, shape)),
        () => `${op.name} reads other shapes than its own`,
      );
      break;
    default:
  }
}

/** Throws unless a graph is valid: inputs come before their users, and the shapes of ops agree. */
export function verifyGraph({ items, roots }: CanonicalGraph): void {
  items.forEach((node, i) => {
    const { op, inputs } = node;
    check(
      inputs.every((x) => Number.isInteger(x) && x >= 0 && x < i),
      () => `node ${i}, ${op.name}, reads ${inputs}`,
    );
    const count = inputsPerFamily[op.family];
    check(count === undefined || count === inputs.length, () => `${op.name} has ${inputs.length} inputs`);
    verifyShape(
      node,
      inputs.map((x) => items[x]!),
    );
  });
  check(
    roots.every((r) => items[r] !== undefined),
    () => `a root is none of ${items.length} nodes`,
  );
}
