import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { requireNode } from "../ops/row.ts";
import { formatShape } from "../shape.ts";
import { shapes } from "./shape.ts";
import { transposes } from "./transpose.ts";

const { reshape, expand } = broadcasting;

export interface MeshgridOptions {
  /** "ij" (the default): the axes of the grid in the order of the tensors; "xy": the first two exchanged. */
  readonly indexing?: "ij" | "xy";
}

/** The coordinates of the grid spanned by vectors (or scalars): tensor k varies along axis k alone. */
export function meshgrid(tensors: readonly Node[], { indexing = "ij" }: MeshgridOptions = {}): Node[] {
  for (const x of tensors) {
    requireNode("meshgrid", x);
    if (x.shape.length > 1)
      fail("shape", "meshgrid", `${formatShape(x.shape)} is not a vector. Did you mean x.flatten()?`);
  }
  const vectors = tensors.map((x) => shapes.flatten(x));
  const shape = vectors.map((x) => x.shape[0]!);
  const grid = vectors.map((x, k) =>
    expand(
      reshape(
        x,
        shape.map((_, i) => (i === k ? -1 : 1)),
      ),
      shape,
    ),
  );
  return indexing === "xy" && grid.length > 1 ? grid.map((x) => transposes.transpose(x, 0, 1)) : grid;
}

export const meshgridArguments = { tensors: "tensors", options: { indexing: ["ij", "xy"] } } as const;
