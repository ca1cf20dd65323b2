import { activations } from "../ops/activations.ts";
import type { Formula } from "../ops/apply.ts";
import { contractions } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { indexings } from "../ops/indexing.ts";
import { movements } from "../ops/movement.ts";
import { recurrences } from "../ops/recurrence.ts";
import { reductions } from "../ops/reduce.ts";
import { windowings } from "../ops/windows.ts";
import { arg } from "../scalar/expr.ts";

/** Every row of the op tables, for tests that enumerate them. */
export const table = {
  elementwise: { ...elementwiseOps, ...activations },
  movement: { ...movements, ...windowings },
  reduction: reductions,
  contraction: contractions,
  indexing: indexings,
  recurrence: recurrences,
};

/** How many operands a formula takes, those with a default included. */
export function operandsOf({ f, d, domain }: Formula): number {
  const names = Array.from({ length: f.length }, (_, i) => arg(i));
  return Math.max(f.length, domain?.length ?? 0, d?.(arg(f.length), ...names).length ?? 0);
}
