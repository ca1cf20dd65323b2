import type { Node } from "../graph/node.ts";
import { detach, leaf } from "../ops/identity.ts";
import { Gradient } from "./gradient.ts";
import { rawNode, swapNode } from "./reading.ts";
import type { State } from "./rerun.ts";
import type { Tensor } from "./tensor.ts";

/** The value of a cell and its gradient. Unlike the members of the cell, those of this class bind it to no trace. */
export class CellState implements State {
  readonly gradient = new Gradient();
  /** Whether other code may hold the node, so that its value is not overwritten. */
  aliased = true;

  constructor(readonly cell: Tensor) {}

  get node(): Node {
    return rawNode(this.cell);
  }

  get requiresGrad(): boolean {
    return this.node.needsGrad;
  }

  set requiresGrad(on: boolean) {
    if (on !== this.requiresGrad) this.swap(on ? leaf(this.node, this.cell) : detach(this.node));
  }

  /** Replaces the node and gives the old one. */
  swap(node: Node): Node {
    return swapNode(this.cell, node);
  }

  /** A node as the cell holds it: a leaf if the cell requires a gradient. */
  asHeld(node: Node): Node {
    return this.requiresGrad ? leaf(node, this.cell) : node;
  }

  read(): unknown {
    return this.node;
  }

  write(node: unknown): void {
    this.swap(node as Node);
  }

  /** The gradients of a checkpointed function are those at the value that the first run read. */
  isFixed(): boolean {
    return this.requiresGrad;
  }
}
