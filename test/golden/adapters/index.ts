import type { Adapters } from "../adapter.ts";
import { elementwise } from "./elementwise.ts";
import { optimizers } from "./optimizers.ts";
import { reductions } from "./reductions.ts";
import { schedulers } from "./schedulers.ts";

/** What is said of PyTorch's functions in this library, by their names there. */
export const adapters: Adapters = {
  ...elementwise,
  ...reductions,
  ...optimizers,
  ...schedulers,
};
