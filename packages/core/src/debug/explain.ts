import { target } from "../backend/wasm/target.ts";
import { compiledGraph } from "../compile/compile.ts";
import { fail } from "../errors.ts";
import { type CanonicalGraph, canonicalize, graphOf } from "../graph/canonicalize.ts";
import type { Node } from "../graph/node.ts";
import { printStructure } from "../graph/print.ts";
import type { Buffer } from "../lower/ir/kernel.ts";
import { bufferNames, printProgram } from "../lower/ir/print.ts";
import { lower } from "../lower/pipeline.ts";
import { Tensor } from "../tensor/tensor.ts";
import { overview } from "./overview.ts";

/** Graphs of more nodes are told in short. */
const maxNodesInFull = 100;

function explainInFull(structure: CanonicalGraph): string {
  const program = lower(structure, target);
  const { offsets, bytes } = program.plan;
  const names = bufferNames(program);
  const line = (b: Buffer, role: string) => `${names.get(b)}: ${b.dtype} × ${b.size}, ${role}`;
  return [
    "graph",
    printStructure(structure),
    "",
    "kernels",
    printProgram(program) || "none",
    "",
    "memory",
    ...program.inputs.map((b) => line(b, "input")),
    ...[...offsets].map(([b, at]) => line(b, `scratch at ${at}`)),
    ...[...new Set(program.outputs)].map((b) => line(b, "output")),
    `${bytes} bytes of scratch`,
  ].join("\n");
}

const explainStructure = (structure: CanonicalGraph): string =>
  structure.items.length > maxNodesInFull ? overview(structure) : explainInFull(structure);

/** What to know of tensors that have their values already. */
function evaluatedNote(nodes: readonly Node[]): string {
  const evaluated = nodes.filter((n) => n.value !== null);
  if (evaluated.length === 0) return "";
  const which = nodes.length > 1 ? `${evaluated.length} of ${nodes.length} ` : "";
  const known = evaluated.some((n) => n.inputs.length > 0 && n.op.family !== "identity");
  return `${which}evaluated already${known ? ", as follows" : "; nothing is left to be worked out"}\n\n`;
}

/**
 * How tensors are worked out, as text: the graph that they are made of, the kernels it becomes, and where scratch values
 * lie; of a large graph, how many there are of each kind and what they come to. Given a compiled function and arguments,
 * what it does for such arguments. Nothing is worked out by it.
 * @throws where a compiled function was not called with such arguments before.
 */
export function explain<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): string;
export function explain(...tensors: readonly Tensor[]): string;
export function explain(first: unknown, ...rest: readonly unknown[]): string {
  if (typeof first === "function")
    return explainStructure(
      compiledGraph(first, rest) ??
        fail(
          "value",
          "explain",
          "this is no compiled function that was called with such arguments. Did you mean to call it once before?",
        ),
    );
  const nodes = [first, ...rest].map((t) =>
    t instanceof Tensor
      ? t.node
      : fail("value", "explain", "wants tensors, or a compiled function and arguments"),
  );
  const isInput = (n: Node) => n.value !== null && (n.inputs.length === 0 || !nodes.includes(n));
  return evaluatedNote(nodes) + explainStructure(canonicalize(graphOf(nodes, isInput)));
}
