import { activations } from "../ops/activations.ts";
import { contractions } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { indexings } from "../ops/indexing.ts";
import { movements } from "../ops/movement.ts";
import { recurrences } from "../ops/recurrence.ts";
import { reductions } from "../ops/reduce.ts";
import { windowings } from "../ops/windows.ts";

/** Every row of the op tables, for tests that enumerate them. */
export const table = {
  elementwise: { ...elementwiseOps, ...activations },
  movement: { ...movements, ...windowings },
  reduction: reductions,
  contraction: contractions,
  indexing: indexings,
  recurrence: recurrences,
};
