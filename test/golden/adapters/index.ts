import type { Adapters } from "../adapter.ts";
import { activations } from "./activations.ts";
import { attentions } from "./attention.ts";
import { convolutions } from "./conv.ts";
import { creation } from "./creation.ts";
import { e2e } from "./e2e.ts";
import { elementwise } from "./elementwise.ts";
import { graph } from "./graph.ts";
import { indexing } from "./indexing.ts";
import { linalg } from "./linalg.ts";
import { losses } from "./losses.ts";
import { movement } from "./movement.ts";
import { layers } from "./nn.ts";
import { optimizers } from "./optimizers.ts";
import { pools } from "./pool.ts";
import { reductions } from "./reductions.ts";
import { schedulers } from "./schedulers.ts";
import { sortings } from "./sorting.ts";

/** What is said of PyTorch's single functions in this library, by their names there. */
const functions: Adapters = {
  ...activations,
  ...attentions,
  ...convolutions,
  ...creation,
  ...e2e,
  ...elementwise,
  ...indexing,
  ...linalg,
  ...losses,
  ...movement,
  ...layers,
  ...optimizers,
  ...pools,
  ...reductions,
  ...schedulers,
  ...sortings,
};

/** What is said of PyTorch's functions, and of programs of them, in this library. */
export const adapters: Adapters = { ...functions, ...graph(functions) };
