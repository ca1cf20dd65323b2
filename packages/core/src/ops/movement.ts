import type { Signatures } from "../arguments.ts";
import { broadcasting } from "./broadcast.ts";
import { diagonals } from "./diagonal.ts";
import { permutations } from "./permute.ts";
import { slices } from "./slice.ts";

const { reshape, expand } = broadcasting;

/** Movements: each output element is one input element, or 0. */
export const movements = {
  /** The elements in row-major order in another shape; one size may be −1 and follows from the others. */
  reshape,
  /** Axes of size 1 repeated, and leading ones added, to reach `shape`; −1 keeps a size. */
  expand,
  ...permutations,
  ...slices,
  ...diagonals,
};

export const movementArguments = {
  reshape: { shape: "open shape..." },
  expand: { shape: "open shape..." },
  permute: { dims: "dims..." },
  slice: { dim: "dim", start: "bound?", stop: "bound?", step: "integer?" },
  padZeros: { pads: "integers" },
  flip: { dims: "dim or dims?..." },
  roll: { shifts: "integer or integers", dims: "dim or dims?" },
  diagonal: { offset: "integer?", dim1: "dim?", dim2: "dim?" },
  diagEmbed: { offset: "integer?" },
} as const satisfies Signatures<typeof movements>;
