import { fail } from "@chainrule/core/internal";
import type { Group } from "../groups.ts";
import type { Optimizer } from "../optimizer.ts";

/** SGD's `momentum`, or β₁ of `betas`. */
type WithMomentum = Group & { momentum?: number; betas?: readonly [number, number] };

/** @throws where the optimizer has no momentum. */
export function requireMomentum(op: string, { name, paramGroups }: Optimizer): void {
  if (!paramGroups.every((group) => "momentum" in group || "betas" in group))
    fail("value", op, `${name} has neither momentum nor betas. Did you mean { cycleMomentum: false }?`);
}

export function setMomentum(group: WithMomentum, momentum: number): void {
  if (group.betas) group.betas = [momentum, group.betas[1]];
  else group.momentum = momentum;
}
