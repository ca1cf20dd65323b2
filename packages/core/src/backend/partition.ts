import { type CanonicalGraph, type GraphNode, inputOp } from "../graph/canonicalize.ts";
import { ApplicationNumbers } from "../graph/op-equality.ts";
import { wholeRounds } from "../graph/rounds.ts";
import type { Value } from "../graph/value.ts";
import type { Backend, Executable } from "./backend.ts";

/** Some items of a longer graph as a graph: which items it is given, and which it leaves to later ones. */
interface Segment {
  readonly structure: CanonicalGraph;
  /** Pieces of one key do the same. */
  readonly key: string;
  readonly inputs: readonly number[];
  /** Which of them nobody needs afterwards. */
  readonly donated: readonly boolean[];
  readonly outputs: readonly number[];
}

/** Pieces of so many items are tried, one after the other, for the rounds of a loop. */
const sizes = [512, 2048, 8192];

/** So many movements in a row are no values to keep. */
const maxMovements = 4;

/** Which items only move one other: each piece that reads them moves anew, so that none has to be kept for another piece. */
function movesIn({ items, roots }: CanonicalGraph): boolean[] {
  const moves: number[] = [];
  items.forEach(({ op, inputs }, i) => {
    const before = moves[inputs[0] as number] ?? 0;
    moves[i] = op.family === "movement" && inputs.length === 1 && before < maxMovements ? before + 1 : 0;
  });
  for (const r of roots) moves[r] = 0;
  return moves.map((n) => n > 0);
}

/** The last item that reads each item, through movements too; infinity for roots. */
function lastUses({ items, roots }: CanonicalGraph, moves: readonly boolean[]): number[] {
  const last = items.map((_, i) => i);
  for (const r of roots) last[r] = Number.POSITIVE_INFINITY;
  for (let i = items.length - 1; i >= 0; i--)
    for (const x of (items[i] as GraphNode).inputs)
      last[x] = Math.max(last[x] as number, moves[i] ? (last[i] as number) : i);
  return last;
}

/** Where segments of at most `longest` items end, whole rounds where the items come from a loop, and how many items do. */
function cutsOf(labels: readonly number[], longest: number) {
  const ends: number[] = [];
  let inLoops = 0;
  for (let end = 0; end < labels.length; ends.push(end)) {
    const rounds = wholeRounds(labels, end, longest);
    inLoops += rounds ?? 0;
    end = Math.min(end + (rounds ?? longest), labels.length);
  }
  return { ends, inLoops };
}

/** A graph as segments that end there. */
function segmentsOf(
  structure: CanonicalGraph,
  applications: ApplicationNumbers,
  labels: readonly number[],
  ends: readonly number[],
): Segment[] {
  const { items } = structure;
  const moves = movesIn(structure);
  const lastUse = lastUses(structure, moves);
  const cut = (start: number, end: number): Segment => {
    const own: GraphNode[] = [];
    const names: string[] = [];
    const inputs: number[] = [];
    const places = new Map<number, number>();
    const add = (i: number, item: GraphNode, label = labels[i]): number => {
      names.push(`${label}(${item.inputs})`);
      places.set(i, own.push(item) - 1);
      return own.length - 1;
    };
    const place = (x: number): number => {
      const known = places.get(x);
      if (known !== undefined) return known;
      const item = items[x] as GraphNode;
      if (moves[x]) return add(x, { ...item, inputs: item.inputs.map(place) });
      const { shape, dtype } = item;
      const input = { op: inputOp, inputs: [], shape, dtype, input: inputs.push(x) - 1 };
      return add(x, input, applications.of(input));
    };
    const outputs: number[] = [];
    for (let i = start; i < end; i++) {
      const item = items[i] as GraphNode;
      if (item.input >= 0 || moves[i]) continue;
      add(i, { ...item, inputs: item.inputs.map(place) });
      if ((lastUse[i] as number) >= end) outputs.push(i);
    }
    const roots = outputs.map(place);
    return {
      structure: { items: own, roots, inputs: [] },
      key: `${names.join()}→${roots}`,
      inputs,
      // What the graph was given outlives it: a later piece may be at fault.
      donated: inputs.map((x) => (lastUse[x] as number) < end && (items[x] as GraphNode).input < 0),
      outputs,
    };
  };
  return ends.map((end, k) => cut(ends[k - 1] ?? 0, end));
}

/** How many items are in segments unlike those before them. */
function newItems(segments: readonly Segment[]): number {
  const distinct = new Map(segments.map((p) => [p.key, p.structure.items.length]));
  return [...distinct.values()].reduce((n, size) => n + size, 0);
}

/** The segments of a graph that is longer than one program may be, or of loops; undefined where it is better left whole. */
function segmentsIfWorthwhile(structure: CanonicalGraph, longest: number): Segment[] | undefined {
  const { length } = structure.items;
  const applications = new ApplicationNumbers();
  const labels = structure.items.map((item) => applications.of(item));
  for (const size of sizes) {
    const { ends, inLoops } = cutsOf(labels, size);
    if (inLoops < length / 2) continue;
    const segments = segmentsOf(structure, applications, labels, ends);
    if (newItems(segments) <= length / 2) return segments;
  }
  return length > longest
    ? segmentsOf(structure, applications, labels, cutsOf(labels, longest).ends)
    : undefined;
}

/** The inputs of a graph, and which items they are. */
const inputsOf = ({ items }: CanonicalGraph) =>
  items.flatMap(({ input }, i) => (input < 0 ? [] : [{ i, input }]));

/**
 * A long graph made ready as segments that run one after the other. Pieces alike, as the rounds of a loop are, share what is
 * made ready; where there are few such, the segments have `longest` items, and a graph that is no longer than that is whole.
 */
export function partition(
  structure: CanonicalGraph,
  longest: number,
  prepare: Backend["prepare"],
): Executable {
  const segments = segmentsIfWorthwhile(structure, longest);
  if (!segments) return prepare(structure);
  const made = new Map<string, Executable>();
  const steps = segments.map(({ structure, key, inputs, donated, outputs }) => {
    const executable = made.get(key) ?? prepare(structure);
    made.set(key, executable);
    return { executable, inputs, donated, outputs };
  });
  return runInSequence(steps, [...made.values()], inputsOf(structure), structure.roots);
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
          operands.map((x) => values[x] as Value),
          donated,
        );
        outputs.forEach((x, k) => {
          values[x] = results[k];
        });
        operands.forEach((x, k) => {
          if (donated[k]) values[x] = undefined;
        });
      }
      return roots.map((r) => values[r] as Value);
    },
    release() {
      for (const executable of executables) executable.release?.();
    },
  };
}
