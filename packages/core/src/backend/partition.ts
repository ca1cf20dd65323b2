import { given, type Item, labelOf, type Structure } from "../graph/canonicalize.ts";
import type { Value } from "../graph/node.ts";
import { wholeRounds } from "../graph/rounds.ts";
import type { Backend, Executable } from "./backend.ts";

/** Some items of a longer graph as a graph: which items it is given, and which it leaves to later ones. */
interface Piece {
  readonly structure: Structure;
  /** Pieces of one key do the same. */
  readonly key: string;
  readonly needs: readonly number[];
  /** Which of them nobody needs afterwards. */
  readonly dying: readonly boolean[];
  readonly leaves: readonly number[];
}

/** Pieces of so many items are tried, one after the other, for the rounds of a loop. */
const sizes = [512, 2048, 8192];

/** So many movements in a row are no values to keep. */
const mostMoves = 4;

/** Which items only move one other: each piece that reads them moves anew, so that none has to be kept for another piece. */
function movesIn({ items, roots }: Structure): boolean[] {
  const moves: number[] = [];
  items.forEach(({ op, inputs }, i) => {
    const before = moves[inputs[0] as number] ?? 0;
    moves[i] = op.family === "movement" && inputs.length === 1 && before < mostMoves ? before + 1 : 0;
  });
  for (const r of roots) moves[r] = 0;
  return moves.map((n) => n > 0);
}

/** The last item that reads each item, through movements too; infinity for roots. */
function lastUses({ items, roots }: Structure, moves: readonly boolean[]): number[] {
  const last = items.map((_, i) => i);
  for (const r of roots) last[r] = Number.POSITIVE_INFINITY;
  for (let i = items.length - 1; i >= 0; i--)
    for (const x of (items[i] as Item).inputs)
      last[x] = Math.max(last[x] as number, moves[i] ? (last[i] as number) : i);
  return last;
}

/** Where pieces of at most `longest` items end, whole rounds where the items come from a loop, and how many items do. */
function cutsOf(labels: readonly string[], longest: number) {
  const ends: number[] = [];
  let inLoops = 0;
  for (let end = 0; end < labels.length; ends.push(end)) {
    const rounds = wholeRounds(labels, end, longest);
    inLoops += rounds ?? 0;
    end = Math.min(end + (rounds ?? longest), labels.length);
  }
  return { ends, inLoops };
}

/** A graph as pieces that end there. */
function piecesOf(structure: Structure, labels: readonly string[], ends: readonly number[]): Piece[] {
  const { items } = structure;
  const moves = movesIn(structure);
  const lastUse = lastUses(structure, moves);
  const cut = (start: number, end: number): Piece => {
    const own: Item[] = [];
    const names: string[] = [];
    const needs: number[] = [];
    const places = new Map<number, number>();
    const add = (i: number, item: Item, label = labels[i]): number => {
      names.push(`${label}(${item.inputs})`);
      places.set(i, own.push(item) - 1);
      return own.length - 1;
    };
    const place = (x: number): number => {
      const known = places.get(x);
      if (known !== undefined) return known;
      const item = items[x] as Item;
      if (moves[x]) return add(x, { ...item, inputs: item.inputs.map(place) });
      const { shape, dtype } = item;
      const input = { op: given, inputs: [], shape, dtype, input: needs.push(x) - 1 };
      return add(x, input, labelOf(input));
    };
    const leaves: number[] = [];
    for (let i = start; i < end; i++) {
      const item = items[i] as Item;
      if (item.input >= 0 || moves[i]) continue;
      add(i, { ...item, inputs: item.inputs.map(place) });
      if ((lastUse[i] as number) >= end) leaves.push(i);
    }
    const roots = leaves.map(place);
    return {
      structure: { items: own, roots, inputs: [] },
      key: `${names.join()}→${roots}`,
      needs,
      // What the graph was given outlives it: a later piece may be at fault.
      dying: needs.map((x) => (lastUse[x] as number) < end && (items[x] as Item).input < 0),
      leaves,
    };
  };
  return ends.map((end, k) => cut(ends[k - 1] ?? 0, end));
}

/** How many items are in pieces unlike those before them. */
function newItems(pieces: readonly Piece[]): number {
  const distinct = new Map(pieces.map((p) => [p.key, p.structure.items.length]));
  return [...distinct.values()].reduce((n, size) => n + size, 0);
}

/** The pieces of a graph that is longer than one program may be, or of loops; undefined where it is better left whole. */
function divided(structure: Structure, longest: number): Piece[] | undefined {
  const { length } = structure.items;
  const labels = structure.items.map(labelOf);
  for (const size of sizes) {
    const { ends, inLoops } = cutsOf(labels, size);
    if (inLoops < length / 2) continue;
    const pieces = piecesOf(structure, labels, ends);
    if (newItems(pieces) <= length / 2) return pieces;
  }
  return length > longest ? piecesOf(structure, labels, cutsOf(labels, longest).ends) : undefined;
}

/** The inputs of a graph, and which items they are. */
const inputsOf = ({ items }: Structure) => items.flatMap(({ input }, i) => (input < 0 ? [] : [{ i, input }]));

/**
 * A long graph made ready as pieces that run one after the other. Pieces alike, as the rounds of a loop are, share what is
 * made ready; where there are few such, the pieces have `longest` items, and a graph that is no longer than that is whole.
 */
export function inPieces(structure: Structure, longest: number, prepare: Backend["prepare"]): Executable {
  const pieces = divided(structure, longest);
  if (!pieces) return prepare(structure);
  const made = new Map<string, Executable>();
  const steps = pieces.map(({ structure, key, needs, dying, leaves }) => {
    const executable = made.get(key) ?? prepare(structure);
    made.set(key, executable);
    return { executable, needs, dying, leaves };
  });
  return oneByOne(steps, [...made.values()], inputsOf(structure), structure.roots);
}

interface Step extends Pick<Piece, "needs" | "dying" | "leaves"> {
  readonly executable: Executable;
}

function oneByOne(
  steps: readonly Step[],
  executables: readonly Executable[],
  inputs: ReturnType<typeof inputsOf>,
  roots: readonly number[],
): Executable {
  return {
    run(given) {
      const values: (Value | undefined)[] = [];
      for (const { i, input } of inputs) values[i] = given[input];
      for (const { executable, needs, dying, leaves } of steps) {
        const results = executable.run(
          needs.map((x) => values[x] as Value),
          dying,
        );
        leaves.forEach((x, k) => {
          values[x] = results[k];
        });
        needs.forEach((x, k) => {
          if (dying[k]) values[x] = undefined;
        });
      }
      return roots.map((r) => values[r] as Value);
    },
    release() {
      for (const executable of executables) executable.release?.();
    },
  };
}
