import { checkArguments, checkMethods, type Signature } from "../arguments.ts";
import { type DType, formatType, isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { opaque } from "../ops/identity.ts";
import { sameShape } from "../shape.ts";
import { CellBinding } from "./cell-binding.ts";
import { CellState } from "./cell-state.ts";
import { Lifetime } from "./lifetime.ts";
import { currentRecorder } from "./recorder.ts";
import { noteState } from "./rerun.ts";
import { Tensor } from "./tensor.ts";

/** Has a cell hold another node until the function that is returned is called. */
export let withNode: (cell: Cell, node: Node) => () => void;

const cellArguments: Signature = { value: "tensor" };

/**
 * A tensor whose value can be replaced, such as a running average. Tensors computed from a cell keep the value that the
 * cell had at that time.
 *
 * @example
 * const average = new Cell(tensor(1));
 * const double = average.mul(2);
 * average.assign(tensor(5));
 * console.log(average.item(), double.item()); //=> 5 2
 */
export class Cell extends Tensor {
  readonly #state = new CellState(this);
  readonly #lifetime = new Lifetime(this, "Cell or Parameter");

  static {
    withNode = (cell, node) => {
      const before = cell.#state.swap(node);
      return () => {
        if (Object.is(cell.node, node)) cell.#state.swap(before);
      };
    };
  }

  /** @param value the initial value, whose history is dropped */
  constructor(value: Tensor) {
    checkArguments("Cell", cellArguments, arguments);
    super(opaque(value.node));
  }

  /** @internal The graph of the present value; in a compiled function, the placeholder. */
  override get node(): Node {
    this.#bind();
    this.#state.aliased = true;
    return super.node;
  }

  /** Whether the cell collects gradients. */
  override get requiresGrad(): boolean {
    this.#bind();
    return super.requiresGrad;
  }

  override set requiresGrad(on: boolean) {
    this.#bind();
    super.requiresGrad = on;
  }

  /** The gradient. @throws if the step of an optimizer in a compiled function has consumed it and it was not kept */
  override get grad(): Tensor | null {
    this.#bind();
    return this.#state.gradient.read();
  }

  override set grad(g: Tensor | null) {
    this.#bind();
    this.#state.gradient.set(g);
  }

  /** Notes that a step has consumed the gradient: a compiled function keeps it only for a later call that reads it. */
  consumeGrad(): void {
    this.#state.gradient.consume();
  }

  /** Binds a cell from outside to the trace that is running, if any. */
  #bind(): void {
    const recorder = currentRecorder();
    if (recorder && !this.#lifetime.isLocal && !recorder.bindings.has(this))
      recorder.bindings.set(this, new CellBinding(this.#state, recorder));
    noteState(this.#state);
  }

  /**
   * Replaces the value.
   *
   * @param value the new value, of the shape and dtype of the cell; its history is dropped
   * @throws if the shape or the dtype differs
   *
   * @example
   * const cell = new Cell(tensor([1, 2]));
   * cell.assign(cell.mul(10));
   * console.log(cell.toArray()); //=> [ 10, 20 ]
   */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype)
      fail("shape", "assign", `the cell is ${formatType(this)} and the value ${formatType(value)}`);
    this.#bind();
    this.#state.aliased = true;
    this.replace(value);
  }

  /**
   * Converts the value and the gradient to another dtype.
   *
   * @throws for a parameter, if the dtype is not float32 or float64; in a compiled function
   *
   * @example
   * const cell = new Cell(tensor([1.5]));
   * cell.convert("float64");
   * console.log(cell.dtype); //=> float64
   */
  convert(dtype: DType): void {
    if (this.requiresGrad && !isFloat(dtype))
      fail("dtype", "convert", `a cell that requires a gradient must be float32 or float64, not ${dtype}`);
    if (currentRecorder())
      fail(
        "dtype",
        "convert",
        "a compiled function converts no cells. Did you mean to convert before its first call?",
      );
    this.replace(this.to(dtype));
    this.#state.gradient.convert(dtype);
  }
}

/**
 * A cell that is trained: a float tensor that collects its gradient.
 *
 * @example
 * const w = new Parameter(tensor([1, 2]));
 * w.square().sum().backward();
 * console.log(w.grad!.toArray()); //=> [ 2, 4 ]
 */
export class Parameter extends Cell {
  /** @param value the initial value, float32 or float64 */
  constructor(value: Tensor) {
    checkArguments("Parameter", cellArguments, arguments);
    if (!isFloat(value.dtype))
      fail("dtype", "Parameter", `the value is ${value.dtype}; it must be float32 or float64`);
    super(value);
    this.requiresGrad = true;
  }
}

checkMethods(Cell.prototype, { assign: cellArguments, convert: { dtype: "dtype" } });
