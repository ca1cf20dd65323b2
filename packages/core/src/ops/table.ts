import { activations } from "./activation.ts";
import { formulaArguments } from "./apply.ts";
import { contractionArguments, contractions } from "./contract.ts";
import { elementwiseOps } from "./elementwise.ts";
import { indexingArguments, indexings } from "./indexing.ts";
import { movementArguments, movements } from "./movement.ts";
import { recurrenceArguments, recurrences } from "./recurrence.ts";
import { reductionArguments, reductions } from "./reduce.ts";
import { sortArguments, sorts } from "./sort.ts";
import { windowingArguments, windowings } from "./windows.ts";

/** The rows of every family. */
export const table = {
  elementwise: { ...elementwiseOps, ...activations },
  movement: { ...movements, ...windowings },
  reduction: reductions,
  contraction: contractions,
  indexing: indexings,
  recurrence: recurrences,
  host: sorts,
};

/** The tables by reference, so that published declarations keep the documentation of the rows. */
export type Rows = typeof elementwiseOps &
  typeof activations &
  typeof movements &
  typeof windowings &
  typeof reductions &
  typeof contractions &
  typeof indexings &
  typeof recurrences &
  typeof sorts;

/** All rows by name. */
export const rows: Rows = {
  ...table.elementwise,
  ...table.movement,
  ...table.reduction,
  ...table.contraction,
  ...table.indexing,
  ...table.recurrence,
  ...table.host,
};

/** The signatures of the rows as methods of their first operand. */
export const rowArguments = {
  ...formulaArguments(table.elementwise),
  ...movementArguments,
  ...windowingArguments,
  ...reductionArguments,
  ...contractionArguments,
  ...indexingArguments,
  ...recurrenceArguments,
  ...sortArguments,
};
