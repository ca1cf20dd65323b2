import { checkArguments, checkMethods, type Signature } from "../arguments.ts";
import { type DType, formatType, isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { leaf } from "../ops/identity.ts";
import { placeholder } from "../ops/placeholder.ts";
import { known } from "../ops/source.ts";
import { sameShape } from "../shape.ts";
import { Gradient } from "./gradient.ts";
import { Lifetime, type MetCell, type Slot, type Tracing, tracing } from "./recorder.ts";
import { type Changing, touch } from "./replay.ts";
import { Tensor } from "./tensor.ts";

/** The node whose value this is, without what differentiation sees. */
const bare = (node: Node): Node =>
  node.op.family === "identity" && node.inputs[0] ? bare(node.inputs[0]) : node;

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
  readonly #gradient = new Gradient();
  readonly #lifetime = new Lifetime(this, "Cell or Parameter");
  /** What has to happen before a second run of a function that found the cell. */
  readonly #state: Changing = {
    peek: () => super.node,
    put: (node) => this.exchange(node as Node),
    isFixed: () => super.requiresGrad,
  };

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
  }

  /** @internal The graph behind the present value; inside a compiled function, what stands for it. */
  override get node(): Node {
    this.#meet();
    this.#shared = true;
    return super.node;
  }

  override get requiresGrad(): boolean {
    this.#meet();
    return super.requiresGrad;
  }

  override set requiresGrad(on: boolean) {
    this.#meet();
    super.requiresGrad = on;
  }

  /** @throws where an optimizer's step inside a compiled function used it up and nothing kept it */
  override get grad(): Tensor | null {
    return this.#gradient.read(this.#meet());
  }

  override set grad(g: Tensor | null) {
    this.#meet();
    this.#gradient.set(g);
  }

  /** Says that a step has used the gradient up: a compiled function need not keep it where no later call reads it. */
  spendGrad(): void {
    this.#gradient.spend();
  }

  /** Gives the tracing that goes on, in which placeholders stand for a cell from outside. */
  #meet(): Tracing | null {
    const trace = tracing();
    if (trace && !this.#lifetime.isLocal && !trace.cells.has(this)) trace.cells.set(this, this.#open(trace));
    touch(this.#state);
    return trace;
  }

  #open(trace: Tracing): MetCell {
    const { dtype } = this;
    const requiresGrad = super.requiresGrad;
    trace.guard(() => this.dtype === dtype && super.requiresGrad === requiresGrad);
    const value = this.#value();
    const opening = requiresGrad ? leaf(value.standIn, this) : value.standIn;
    const before = this.exchange(opening);
    this.#gradient.open();
    return {
      value,
      opening,
      close: (isReturned) => {
        const trains = super.requiresGrad;
        const final = this.exchange(before);
        const { slots, written, after } = this.#gradient.close(isReturned);
        const freeze = () => {
          super.requiresGrad = trains;
        };
        return {
          slots: [value, ...slots],
          written: bare(final) === value.standIn ? written : [[value, final], ...written],
          after: trains === requiresGrad ? after : [freeze, ...after],
        };
      },
    };
  }

  #value(): Slot {
    return {
      standIn: placeholder(this.shape, this.dtype),
      node: () => super.node,
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
    };
  }

  /** Takes a value over: into its nodes as they are, where nobody else holds them. */
  #hold(value: Value): void {
    if (!this.#shared) {
      super.node.value = value;
      return;
    }
    const fresh = known(value, this.shape, this.dtype);
    this.exchange(super.requiresGrad ? leaf(fresh, this) : fresh);
  }

  /** Holds `value` from here on. @throws where its shape or dtype differ. */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype)
      fail("shape", "assign", `the cell is ${formatType(this)} and the value ${formatType(value)}`);
    this.#meet();
    this.#shared = true;
    this.replace(value);
  }

  /**
   * Holds its value, and its gradient, in another dtype from here on.
   * @throws for a parameter, where it is no float one, and inside a compiled function.
   */
  convert(dtype: DType): void {
    if (this.requiresGrad && !isFloat(dtype))
      fail("dtype", "convert", `a cell that requires a gradient must be float32 or float64, not ${dtype}`);
    if (tracing())
      fail(
        "dtype",
        "convert",
        "a compiled function converts no cells. Did you mean to convert before its first call?",
      );
    this.replace(this.to(dtype));
    this.#gradient.convert(dtype);
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
