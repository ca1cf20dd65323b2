import { type CanonicalGraph, type GraphNode, inputOp } from "../graph/canonicalize.ts";
import { ApplicationNumbers } from "../graph/op-equality.ts";
import { wholeRounds } from "../graph/rounds.ts";
import type { Value } from "../graph/value.ts";
import type { Backend, Executable } from "./backend.ts";

/** A part of a graph as a graph of its own: the nodes that it reads from earlier segments, and those that later ones read. */
interface Segment {
  readonly graph: CanonicalGraph;
  /** Equal segments have equal keys. */
  readonly key: string;
  readonly inputs: readonly number[];
  /** Which inputs no later segment reads. */
  readonly donated: readonly boolean[];
  readonly outputs: readonly number[];
}

/** Sizes of segments to try, in nodes: a segment of a loop has as many whole iterations as fit. */
const segmentSizes = [512, 2048, 8192];

/** Longer chains of movements are stored between segments; shorter ones are recomputed. */
const maxMovements = 4;

/** The nodes that only move one input: each segment that reads them recomputes them, so that none is stored for another. */
function recomputedIn({ items, roots }: CanonicalGraph): boolean[] {
  const chainLengths: number[] = [];
  items.forEach(({ op, inputs }, i) => {
    const before = chainLengths[inputs[0]!] ?? 0;
    chainLengths[i] =
      op.family === "movement" && inputs.length === 1 && before < maxMovements ? before + 1 : 0;
  });
  for (const r of roots) chainLengths[r] = 0;
  return chainLengths.map((n) => n > 0);
}

/** The last node that reads each node, through recomputed movements too; infinity for roots. */
function lastUses({ items, roots }: CanonicalGraph, recomputed: readonly boolean[]): number[] {
  const last = items.map((_, i) => i);
  for (const r of roots) last[r] = Number.POSITIVE_INFINITY;
  for (let i = items.length - 1; i >= 0; i--)
    for (const x of items[i]!.inputs) last[x] = Math.max(last[x]!, recomputed[i] ? last[i]! : i);
  return last;
}

/** The ends of segments of at most `longest` nodes, after whole iterations of a loop if there are any, and the number of nodes in loops. */
function cutsOf(labels: readonly number[], longest: number) {
  const ends: number[] = [];
  let inLoops = 0;
  for (let end = 0; end < labels.length; ends.push(end)) {
    const iterations = wholeRounds(labels, end, longest);
    inLoops += iterations ?? 0;
    end = Math.min(end + (iterations ?? longest), labels.length);
  }
  return { ends, inLoops };
}

/** Cuts a graph into the segments that end there. */
function segmentsOf(
  graph: CanonicalGraph,
  applications: ApplicationNumbers,
  labels: readonly number[],
  ends: readonly number[],
): Segment[] {
  const { items } = graph;
  const recomputed = recomputedIn(graph);
  const lastUse = lastUses(graph, recomputed);
  const cut = (start: number, end: number): Segment => {
    const nodes: GraphNode[] = [];
    const keys: string[] = [];
    const inputs: number[] = [];
    const localIndex = new Map<number, number>();
    const add = (i: number, item: GraphNode, label = labels[i]): number => {
      keys.push(`${label}(${item.inputs})`);
      localIndex.set(i, nodes.push(item) - 1);
      return nodes.length - 1;
    };
    const indexOf = (x: number): number => {
      const known = localIndex.get(x);
      if (known !== undefined) return known;
      const item = items[x]!;
      if (recomputed[x]) return add(x, { ...item, inputs: item.inputs.map(indexOf) });
      const { shape, dtype } = item;
      const input = { op: inputOp, inputs: [], shape, dtype, input: inputs.push(x) - 1 };
      return add(x, input, applications.of(input));
    };
    const outputs: number[] = [];
    for (let i = start; i < end; i++) {
      const item = items[i]!;
      if (item.input >= 0 || recomputed[i]) continue;
      add(i, { ...item, inputs: item.inputs.map(indexOf) });
      if (lastUse[i]! >= end) outputs.push(i);
    }
    const roots = outputs.map(indexOf);
    return {
      graph: { items: nodes, roots, inputs: [] },
      key: `${keys.join()}→${roots}`,
      inputs,
      // Inputs of the whole graph are never donated: they are read again if a later segment meets a fault.
      donated: inputs.map((x) => lastUse[x]! < end && items[x]!.input < 0),
      outputs,
    };
  };
  return ends.map((end, k) => cut(ends[k - 1] ?? 0, end));
}

/** The number of nodes in distinct segments, each of which has to be compiled. */
function distinctNodes(segments: readonly Segment[]): number {
  const distinct = new Map(segments.map(({ key, graph }) => [key, graph.items.length]));
  return [...distinct.values()].reduce((n, size) => n + size, 0);
}

/** The segments of a graph that is too long for one program or that consists of loops; undefined for other graphs. */
function segmentsIfWorthwhile(graph: CanonicalGraph, longest: number): Segment[] | undefined {
  const { length } = graph.items;
  const applications = new ApplicationNumbers();
  const labels = graph.items.map((item) => applications.of(item));
  for (const size of segmentSizes) {
    const { ends, inLoops } = cutsOf(labels, size);
    if (inLoops < length / 2) continue;
    const segments = segmentsOf(graph, applications, labels, ends);
    if (distinctNodes(segments) <= length / 2) return segments;
  }
  return length > longest ? segmentsOf(graph, applications, labels, cutsOf(labels, longest).ends) : undefined;
}

/** The nodes of a graph that are its inputs. */
const inputsOf = ({ items }: CanonicalGraph) =>
  items.flatMap(({ input }, i) => (input < 0 ? [] : [{ i, input }]));

/**
 * Prepares a long graph as segments that run in sequence. Equal segments, such as the iterations of an unrolled loop, share an
 * executable. Without loops the segments have `longest` nodes, and a graph of at most that many stays whole.
 */
export function partition(graph: CanonicalGraph, longest: number, prepare: Backend["prepare"]): Executable {
  const segments = segmentsIfWorthwhile(graph, longest);
  if (!segments) return prepare(graph);
  const executables = new Map<string, Executable>();
  const steps = segments.map(({ graph, key, inputs, donated, outputs }) => {
    const executable = executables.get(key) ?? prepare(graph);
    executables.set(key, executable);
    return { executable, inputs, donated, outputs };
  });
  return runInSequence(steps, [...executables.values()], inputsOf(graph), graph.roots);
}

interface Step extends Pick<Segment, "inputs" | "donated" | "outputs"> {
  readonly executable: Executable;
}

function runInSequence(
  steps: readonly Step[],
  executables: readonly Executable[],
  inputs: ReturnType<typeof inputsOf>,
  roots: readonly number[],
): Executable {
  return {
    run(given) {
      const values: (Value | undefined)[] = [];
      for (const { i, input } of inputs) values[i] = given[input];
      for (const { executable, inputs: operands, donated, outputs } of steps) {
        const results = executable.run(
          operands.map((x) => values[x]!),
          donated,
        );
        outputs.forEach((x, k) => {
          values[x] = results[k];
        });
        operands.forEach((x, k) => {
          if (donated[k]) values[x] = undefined;
        });
      }
      return roots.map((r) => values[r]!);
    },
    release() {
      for (const executable of executables) executable.release?.();
    },
  };
}
