import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { axis, formatShape } from "../shape.ts";
import { arrangements } from "./arrange.ts";
import { broadcasting } from "./broadcast.ts";
import { movements } from "./movement.ts";
import { requireNode } from "./row.ts";

const { reshape, expand } = broadcasting;
const { flip } = movements;
const { flatten, transpose, unsqueeze } = arrangements;

/** Turns and copies of grids, as compositions of movements. */
export const grids = {
  /** A quarter turn of the plane of `dims`, from the first axis towards the second, `k` times. */
  rot90(x: Node, k = 1, dims: readonly [number, number] = [0, 1]): Node {
    const [a, b] = dims.map((d) => axis("rot90", d, x.shape.length)) as [number, number];
    if (a === b) fail("dim", "rot90", `both dims are ${a}; a plane has two axes`);
    if (!Number.isInteger(k)) fail("value", "rot90", `${k} turns; give a whole number`);
    const turns = [
      () => x,
      () => flip(transpose(x, a, b), a),
      () => flip(x, [a, b]),
      () => transpose(flip(x, a), a, b),
    ];
    return (turns[((k % 4) + 4) % 4] as () => Node)();
  },
};

/** Each element `times` times in a row along `dim`; of the flattened tensor without `dim`. */
export function repeatEach(x: Node, times: number, dim?: number): Node {
  if (dim === undefined) return repeatEach(flatten(x), times, 0);
  if (!Number.isInteger(times) || times < 0)
    fail("value", "repeatInterleave", `${times} repeats; give a whole number ≥ 0`);
  const d = axis("repeatInterleave", dim, x.shape.length);
  const spread = x.shape.flatMap((n, i) => (i === d ? [n, times] : [n]));
  return reshape(
    expand(unsqueeze(x, d + 1), spread),
    x.shape.map((n, i) => (i === d ? n * times : n)),
  );
}

export interface MeshgridOptions {
  /** "ij": the axes of the grid in the order of the tensors; "xy": the first two exchanged. */
  readonly indexing?: "ij" | "xy";
}

/** The coordinates of the grid that vectors (or scalars) span: tensor k repeated along all axes but its own. */
export function meshgrid(tensors: readonly Node[], { indexing = "ij" }: MeshgridOptions = {}): Node[] {
  for (const x of tensors) {
    requireNode("meshgrid", x);
    if (x.shape.length > 1)
      fail("shape", "meshgrid", `${formatShape(x.shape)} is no vector. Did you mean x.flatten()?`);
  }
  const vectors = tensors.map((x) => flatten(x));
  const shape = vectors.map((x) => x.shape[0] as number);
  const grid = vectors.map((x, k) =>
    expand(
      reshape(
        x,
        shape.map((_, i) => (i === k ? -1 : 1)),
      ),
      shape,
    ),
  );
  return indexing === "xy" && grid.length > 1 ? grid.map((x) => transpose(x, 0, 1)) : grid;
}

export const gridArguments = {
  rot90: { k: "integer?", dims: "dims?" },
} as const satisfies Signatures<typeof grids>;

export const meshgridArguments = { tensors: "tensors", options: { indexing: ["ij", "xy"] } } as const;
