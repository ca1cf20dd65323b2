import type { Node } from "../graph/node.ts";
import type { Value } from "../graph/value.ts";
import { placeholder } from "../ops/placeholder.ts";
import { fromValue } from "../ops/source.ts";
import type { CellState } from "./cell-state.ts";
import { GradientBinding } from "./gradient-binding.ts";
import type { Binding, Outcome, Recorder } from "./recorder.ts";
import { Tensor } from "./tensor.ts";

/** The node that computes a value, without the identities that only differentiation sees. */
const withoutIdentities = (node: Node): Node =>
  node.op.family === "identity" && node.inputs[0] ? withoutIdentities(node.inputs[0]) : node;

/**
 * The tie between a cell and a compiled function. The constructor has a placeholder stand for the value of the cell;
 * `restore` ends the trace. At each call, `read` and `write` are the way to the value.
 */
export class CellBinding implements Binding {
  readonly placeholder: Node;
  readonly traced: Node;
  /** The node from before the trace. */
  readonly #before: Node;
  readonly #gradient: GradientBinding;
  readonly #requiresGrad: boolean;

  constructor(
    readonly state: CellState,
    recorder: Recorder,
  ) {
    const { requiresGrad } = state;
    const { shape, dtype } = state.node;
    recorder.guard(() => state.node.dtype === dtype && state.requiresGrad === requiresGrad);
    this.#requiresGrad = requiresGrad;
    this.placeholder = placeholder(shape, dtype);
    this.traced = state.asHeld(this.placeholder);
    this.#before = state.swap(this.traced);
    this.#gradient = new GradientBinding(state.gradient, recorder);
  }

  restore(isReturned: (node: Node) => boolean): Outcome {
    const { state } = this;
    const { requiresGrad } = state;
    const final = state.swap(this.#before);
    const { slots, written, cleanups } = this.#gradient.restore(isReturned);
    const setRequiresGrad = () => {
      state.requiresGrad = requiresGrad;
    };
    const isUnchanged = withoutIdentities(final) === this.placeholder;
    return {
      slots: [this, ...slots],
      written: isUnchanged ? written : [[this, final], ...written],
      cleanups: requiresGrad === this.#requiresGrad ? cleanups : [setRequiresGrad, ...cleanups],
    };
  }

  get node(): Node {
    return this.state.node;
  }

  get aliased(): boolean {
    return this.state.aliased;
  }

  set aliased(aliased: boolean) {
    this.state.aliased = aliased;
  }

  read(): Value {
    if (this.node.value === null) Tensor.evaluate([this.state.cell]);
    return this.node.value!;
  }

  /** Replaces the value: in the present nodes, if no other code holds them. */
  write(value: Value, aliased: boolean): void {
    const { state } = this;
    if (state.aliased) state.swap(state.asHeld(fromValue(value, state.node.shape, state.node.dtype)));
    else state.node.value = value;
    state.aliased = aliased;
  }
}
