import { checkArguments, checkMethods, type Signature } from "../arguments.ts";
import { type DType, isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { leaf } from "../ops/identity.ts";
import { isPlaceholder, placeholder } from "../ops/placeholder.ts";
import { known } from "../ops/source.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "./tensor.ts";
import { type Tracing, tracing } from "./tracing.ts";

/** Has a cell hold another node until the function that is returned is called. */
export let exchanged: (cell: Cell, node: Node) => () => void;

const cellArguments: Signature = { value: "tensor" };

/**
 * A cell that holds the current value of something that changes, such as a running average. Assigning to it changes no
 * tensor made from it before.
 */
export class Cell extends Tensor {
  /** Whether somebody outside may hold the node of the present value: it is not written over then. */
  #shared = true;

  /** The tracing that it belongs to, where its first value follows from arguments: a local variable of the function. */
  readonly #local: Tracing | null = null;

  static {
    exchanged = (cell, node) => {
      const before = cell.exchange(node);
      return () => {
        if (Object.is(cell.node, node)) cell.exchange(before);
      };
    };
  }

  /** A cell that starts with `value`. */
  constructor(value: Tensor) {
    checkArguments("Cell", cellArguments, arguments);
    super(value.detach().node);
    const trace = tracing();
    if (trace && topological([super.node], (n) => n.value === null).some(isPlaceholder)) this.#local = trace;
  }

  /** @internal The graph behind the present value; inside a compiled function, what stands for it. */
  override get node(): Node {
    this.#meet();
    this.#shared = true;
    return super.node;
  }

  override get grad(): Tensor | null {
    this.#meet();
    return super.grad;
  }

  override set grad(g: Tensor | null) {
    this.#meet();
    super.grad = g;
  }

  /** While a function is compiled, placeholders stand in for the value and the gradient. */
  #meet(): void {
    const trace = tracing();
    if (!trace || trace === this.#local || trace.cells.has(this)) return;
    const grad = super.grad;
    const standIn = placeholder(this.shape, this.dtype);
    const opening = this.requiresGrad ? leaf(standIn, this) : standIn;
    const before = this.exchange(opening);
    const gradient = grad && placeholder(grad.shape, grad.dtype);
    if (gradient) super.grad = new Tensor(gradient);
    const { dtype, requiresGrad } = this;
    trace.guards.push(() => {
      const now = super.grad;
      const alike = grad && now ? now.dtype === grad.dtype && sameShape(now.shape, grad.shape) : now === grad;
      return alike && this.dtype === dtype && this.requiresGrad === requiresGrad;
    });
    trace.cells.set(this, {
      standIn,
      gradient: gradient && {
        standIn: gradient,
        read: () => {
          const g = super.grad as Tensor;
          Tensor.evaluate([g]);
          return g.node.value as Value;
        },
      },
      close: () => {
        super.grad = grad;
        const final = this.exchange(before);
        return final === opening ? null : final;
      },
      read: () => {
        if (super.node.value === null) Tensor.evaluate([this]);
        return super.node.value as Value;
      },
      isShared: () => this.#shared,
      share: () => {
        this.#shared = true;
      },
      hold: (value, shared) => {
        this.#hold(value);
        this.#shared = shared;
      },
    });
  }

  /** Takes a value over: into its nodes as they are, where nobody else holds them. */
  #hold(value: Value): void {
    if (!this.#shared) {
      super.node.value = value;
      return;
    }
    const fresh = known(value, this.shape, this.dtype);
    this.exchange(this.requiresGrad ? leaf(fresh, this) : fresh);
  }

  /** Holds `value` from now on. @throws where its shape or dtype differ. */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype)
      fail(
        "shape",
        "assign",
        `the cell is ${this.dtype}${formatShape(this.shape)} and the value ${value.dtype}${formatShape(value.shape)}`,
      );
    this.#meet();
    this.#shared = true;
    this.replace(value);
  }

  /** Holds its value, and its gradient, in another dtype from now on. @throws for a parameter, where it is no float one. */
  convert(dtype: DType): void {
    if (this.requiresGrad && !isFloat(dtype))
      fail("dtype", "convert", `a cell that requires a gradient must be float32 or float64, not ${dtype}`);
    this.replace(this.to(dtype));
    this.grad = this.grad?.to(dtype) ?? null;
  }
}

/** A cell that is trained: it collects its gradient. Its dtype is a float one. */
export class Parameter extends Cell {
  constructor(value: Tensor) {
    checkArguments("Parameter", cellArguments, arguments);
    super(value);
    this.requiresGrad = true;
  }
}

checkMethods(Cell.prototype, { assign: cellArguments, convert: { dtype: "dtype" } });
