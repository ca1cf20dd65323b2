import type { Kernel } from "../../../src/lower/ir/program.ts";
import { setStageHook } from "../../../src/lower/pipeline.ts";
import { verifyGraph } from "../../../src/lower/verify/graph.ts";
import { checkPlan } from "../../../src/lower/verify/plan.ts";
import { verify } from "../../../src/lower/verify/verify.ts";

let verified: readonly Kernel[] = [];

/** Verifies the graph or program after every pass of every test; kernels that a pass has left alone need no second look. */
setStageHook((stage) => {
  try {
    if ("graph" in stage) return verifyGraph(stage.graph);
    const { kernels } = stage.program;
    const isUnchanged = kernels.length === verified.length && kernels.every((k, i) => k === verified[i]);
    if (isUnchanged) checkPlan(stage.program);
    else verify(stage.program);
    verified = kernels;
  } catch (error) {
    throw new Error(`after ${stage.pass}: ${(error as Error).message}`, { cause: error });
  }
});
