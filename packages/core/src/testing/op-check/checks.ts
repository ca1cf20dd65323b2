import { broadcasting } from "./broadcasting.ts";
import { adjoint, derivatives, secondDerivatives } from "./derivatives.ts";
import { dtypes } from "./dtypes.ts";
import type { Probe, Remark } from "./probe.ts";
import { specialValues } from "./special-values.ts";
import { value } from "./values.ts";
import { zeroSize } from "./zero-size.ts";

/** The checks of an op by name. */
export const checks = {
  value,
  derivatives,
  adjoint,
  secondDerivatives,
  broadcasting,
  zeroSize,
  specialValues,
  dtypes,
} as const satisfies Record<string, (probe: Probe) => Iterable<Remark>>;

/** A check of `checkOp`. */
export type CheckName = keyof typeof checks;

export const checkNames = Object.keys(checks) as CheckName[];
