import { formatType } from "../dtype.ts";
import { type GraphNode, inputOp } from "../graph/canonicalize.ts";
import type { Kernel } from "../lower/ir/program.ts";
import { lower } from "../lower/pipeline.ts";
import { type Cost, costOfKernel } from "./cost.ts";
import { summary } from "./summary.ts";

/** A program that is run step by step: kernels or, where a backend has none, the items of a graph. */
export interface KernelList {
  readonly items: readonly GraphNode[];
  readonly kernels?: readonly Kernel[];
}

/** One step of a program, and what a run of it comes to. */
export interface KernelCost extends Cost {
  /** What it does: `product 64×32×128` is m×n×k, `nest 64×(32 + 16): amax, exp` rows×loops and the ops. */
  readonly name: string;
}

/** An item on its own, as a backend without kernels does it. */
function nodeCost(item: GraphNode, items: readonly GraphNode[]): KernelCost {
  const from = [...new Set(item.inputs)];
  const inputs = from.map(
    (x, input): GraphNode => ({ ...(items[x] as GraphNode), op: inputOp, inputs: [], input }),
  );
  const own = { ...item, inputs: item.inputs.map((x) => from.indexOf(x)) };
  const { kernels } = lower({ items: [...inputs, own], roots: [inputs.length], inputs: [] });
  const costs = kernels.map(costOfKernel);
  const sum = (part: keyof Cost) => costs.reduce((n, cost) => n + cost[part], 0);
  const name = `${item.op.name} ${formatType(item)}`;
  return { name, flop: sum("flop"), read: sum("read"), written: sum("written") };
}

/** What the steps of a program do; null where it is nothing. */
export const kernelCosts = ({ items, kernels }: KernelList): readonly (KernelCost | null)[] =>
  kernels?.map((k) => ({ name: summary(k, items), ...costOfKernel(k) })) ??
  items.map((item) => (item.input < 0 ? nodeCost(item, items) : null));
