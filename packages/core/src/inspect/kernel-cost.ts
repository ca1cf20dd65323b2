import { formatType } from "../dtype.ts";
import type { GraphNode } from "../graph/canonicalize.ts";
import type { Kernel } from "../lower/ir/program.ts";
import { type Cost, costOfKernel } from "./cost.ts";
import { costOfNode } from "./node-cost.ts";
import { summary } from "./summary.ts";

/** The steps of a program: kernels or, on a backend without kernels, the nodes of a graph. */
export interface KernelList {
  readonly items: readonly GraphNode[];
  readonly kernels?: readonly Kernel[];
}

/** One step of a program and the cost of a run of it. */
export interface KernelCost extends Cost {
  /** `gemm 64×32×128` is m×n×k, `nest 64×(32 + 16): amax, exp` rows×loops and the ops. */
  readonly name: string;
}

const nodeName = (node: GraphNode): string => `${node.op.name} ${formatType(node)}`;

/** The cost of each step of a program; null for an input, which is no step. */
export const kernelCosts = ({ items, kernels }: KernelList): readonly (KernelCost | null)[] =>
  kernels?.map((kernel) => ({ name: summary(kernel, items), ...costOfKernel(kernel) })) ??
  items.map((node) => (node.input < 0 ? { name: nodeName(node), ...costOfNode(node, items) } : null));
