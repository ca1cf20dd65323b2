import { checkArguments, isPlainObject, type Signature } from "../arguments.ts";
import { activeBackend } from "../backend/evaluate.ts";
import { compiledSpecialization } from "../compile/compile.ts";
import { fail } from "../errors.ts";
import { type CanonicalGraph, canonicalize, graphOf } from "../graph/canonicalize.ts";
import type { Node } from "../graph/node.ts";
import { printStructure } from "../graph/print.ts";
import { rewritesOf } from "../graph/rewrites.ts";
import type { Buffer } from "../lower/ir/kernel.ts";
import { bufferNames, printProgram } from "../lower/ir/print.ts";
import type { Program } from "../lower/ir/program.ts";
import { lower, stagesOf } from "../lower/pipeline.ts";
import { Tensor } from "../tensor/tensor.ts";
import { nodeByNode, overview } from "./overview.ts";

/** Options of `explain`. */
export interface ExplainOptions {
  /** Whether to print the graph or the program after each pass of the compiler (false). */
  readonly passes?: boolean;
}

/** Larger graphs are summarized. */
const maxNodesInFull = 100;

/** A graph, the program that runs it on a backend that has one, and the rewrites that made nodes of the graph. */
interface Explained {
  readonly graph: CanonicalGraph;
  readonly program: Program | undefined;
  readonly rewrites: readonly string[];
}

function explainProgram(program: Program): string[] {
  const { offsets, bytes } = program.plan;
  const names = bufferNames(program);
  const line = (b: Buffer, role: string) => `${names.get(b)}: ${b.dtype} × ${b.size}, ${role}`;
  return [
    "kernels",
    printProgram(program) || "none",
    "",
    "memory",
    ...program.inputs.map((b) => line(b, "input")),
    ...[...offsets].map(([b, at]) => line(b, `scratch at ${at}`)),
    ...[...new Set(program.outputs)].map((b) => line(b, "output")),
    `${bytes} bytes of scratch`,
  ];
}

const explainInFull = (graph: CanonicalGraph, program: Program | undefined): string =>
  ["graph", printStructure(graph), "", ...(program ? explainProgram(program) : nodeByNode)].join("\n");

/** The graph, and what each pass makes of it. */
function explainPasses({ graph }: Pick<Explained, "graph">): string {
  const { target } = activeBackend();
  if (!target) return explainInFull(graph, undefined);
  let previous = "";
  const sections = stagesOf(graph, target).map((stage) => {
    const text = "graph" in stage ? printStructure(stage.graph) : explainProgram(stage.program).join("\n");
    const section = `after ${stage.pass}\n${text === previous ? "unchanged" : text}`;
    previous = text;
    return section.replace(/^after input/, "graph");
  });
  return sections.join("\n\n");
}

function explainGraph(explained: Explained, { passes = false }: ExplainOptions): string {
  const { graph, program, rewrites } = explained;
  const explainWhole = graph.items.length > maxNodesInFull ? overview : explainInFull;
  const text = passes ? explainPasses(explained) : explainWhole(graph, program);
  return rewrites.length > 0 ? [text, "", "rewrites", ...rewrites].join("\n") : text;
}

/** The program that runs a graph which is not prepared yet. */
function programOf(graph: CanonicalGraph): Program | undefined {
  const { target } = activeBackend();
  return target && lower(graph, target);
}

/** Says which tensors are evaluated already. */
function evaluatedNote(nodes: readonly Node[]): string {
  const evaluated = nodes.filter((n) => n.value !== null);
  if (evaluated.length === 0) return "";
  const which = nodes.length > 1 ? `${evaluated.length} of ${nodes.length} ` : "";
  const known = evaluated.some((n) => n.inputs.length > 0 && n.op.family !== "identity");
  return `${which}evaluated already${known ? ", as follows" : "; nothing is left to be computed"}\n\n`;
}

const optionsSignature: Signature = { options: { passes: "boolean" } };

/** Checks options. @throws for an unknown one, or one of another type */
const checkOptions = (options: unknown): ExplainOptions =>
  checkArguments("explain", optionsSignature, [options])[0] as ExplainOptions;

/** The arguments before a plain object in the last place, and that object. */
function splitOptions(args: readonly unknown[]): readonly [readonly unknown[], unknown] {
  const last = args.at(-1);
  return isPlainObject(last) ? [args.slice(0, -1), last] : [args, {}];
}

function explainFunction(f: object, args: readonly unknown[]): string {
  // A plain object in the last place may be an argument of the function itself.
  const own = compiledSpecialization(f, args);
  const [rest, options] = own ? [args, {}] : splitOptions(args);
  const found = own ?? compiledSpecialization(f, rest);
  if (!found)
    fail(
      "value",
      "explain",
      "the function is not compiled, or was not called with such arguments. Did you mean to call it once before?",
    );
  const { graph, executable, rewrites } = found;
  return explainGraph(
    { graph, program: executable.program ?? programOf(graph), rewrites },
    checkOptions(options),
  );
}

/**
 * Prints how tensors, or a compiled function, are computed: the graph, the kernels that run, and the memory plan; for a
 * large graph a summary of these; and the rewrites that made nodes of the graph. A node that a `formula` ends with has its
 * text. Nothing is computed.
 *
 * @param f a compiled function, with arguments of a structure that it was called with before; or tensors
 * @param options in the last place: `passes`, whether to print the graph or the program after each pass of the compiler
 * instead (false)
 * @throws if a compiled function was not called with such arguments before, or for an unknown option
 *
 * @example
 * console.log(explain(tensor([1, 2]).mul(tensor([3, 4]))).split("\n")[3]); //=> %2 = mul(%0, %1) float32[2]
 */
export function explain<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): string;
export function explain<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  ...argsAndOptions: readonly [...args: A, options: ExplainOptions]
): string;
export function explain(...tensors: readonly Tensor[]): string;
export function explain(
  ...tensorsAndOptions: readonly [...tensors: readonly Tensor[], options: ExplainOptions]
): string;
export function explain(...args: readonly unknown[]): string {
  const [first, ...rest] = args;
  if (typeof first === "function") return explainFunction(first, rest);
  const [tensors, options] = splitOptions(args);
  const nodes = tensors.map((t) =>
    t instanceof Tensor
      ? t.node
      : fail("value", "explain", "wants tensors, or a compiled function and arguments"),
  );
  const isInput = (n: Node) => n.value !== null && (n.inputs.length === 0 || !nodes.includes(n));
  const graph = canonicalize(graphOf(nodes, isInput));
  const rewrites = rewritesOf(nodes);
  return (
    evaluatedNote(nodes) + explainGraph({ graph, program: programOf(graph), rewrites }, checkOptions(options))
  );
}
