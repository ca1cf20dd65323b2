import type { Node } from "../graph/node.ts";
import type { Value } from "../graph/value.ts";
import { placeholder } from "../ops/placeholder.ts";
import { fromValue } from "../ops/source.ts";
import { sameShape } from "../shape.ts";
import type { Gradient, GradientObserver } from "./gradient.ts";
import type { Outcome, Recorder, Slot } from "./recorder.ts";
import { Tensor } from "./tensor.ts";

const sameType = (a: Tensor | null, b: Tensor | null): boolean =>
  a && b ? a.dtype === b.dtype && sameShape(a.shape, b.shape) : a === b;

/** The gradient of a cell as a compiled function finds and leaves it at each call. */
class GradientSlot implements Slot {
  /** @param like a gradient of the dtype and shape that it has after the call */
  constructor(
    readonly gradient: Gradient,
    readonly placeholder: Node,
    readonly like: Tensor,
  ) {}

  get node(): Node {
    return this.gradient.tensor!.node;
  }

  get aliased(): boolean {
    return this.gradient.aliased;
  }

  set aliased(aliased: boolean) {
    this.gradient.aliased = aliased;
  }

  read(): Value {
    const { tensor } = this.gradient;
    Tensor.evaluate([tensor!]);
    return tensor!.node.value!;
  }

  write(value: Value, aliased: boolean): void {
    const { gradient, like } = this;
    if (!gradient.aliased && gradient.tensor && sameType(gradient.tensor, like))
      gradient.tensor.node.value = value;
    else gradient.tensor = new Tensor(fromValue(value, like.shape, like.dtype));
    gradient.consumed = false;
    gradient.aliased = aliased;
  }
}

/**
 * The gradient of a cell while a function that uses the cell is traced. The function starts without a gradient; a
 * placeholder takes the place of the one from outside if the function reads it before it sets one.
 */
export class GradientBinding implements GradientObserver {
  /** The state from before the trace. */
  readonly #outside: Pick<Gradient, "tensor" | "consumed" | "aliased">;
  /** The placeholder for the gradient from outside, once the function has read that. */
  #incoming: Tensor | null = null;
  #readsOutside = false;
  /** Whether the function has read the gradient from outside or has set one: later reads depend on nothing outside. */
  #known = false;
  /** The gradient that a step inside has consumed. */
  #consumed: Tensor | null = null;

  constructor(
    readonly gradient: Gradient,
    readonly recorder: Recorder,
  ) {
    const { tensor, consumed, aliased } = gradient;
    this.#outside = { tensor, consumed, aliased };
    gradient.tensor = null;
    gradient.consumed = false;
    gradient.observer = this;
  }

  onRead(): void {
    if (this.#known) return;
    const { gradient } = this;
    const { tensor, consumed } = this.#outside;
    this.#known = this.#readsOutside = true;
    gradient.tensor = tensor;
    gradient.consumed = consumed;
    this.recorder.guard(() => gradient.consumed === consumed && sameType(gradient.tensor, tensor));
    this.#incoming = tensor && new Tensor(placeholder(tensor.shape, tensor.dtype));
    gradient.tensor = this.#incoming;
  }

  onSet(): void {
    this.#known = true;
  }

  onConsume(): void {
    this.#consumed = this.gradient.tensor;
  }

  /** Gives the gradient its state from before the trace. A gradient that the function returns is kept in any case. */
  restore(isReturned: (node: Node) => boolean): Outcome {
    const { gradient } = this;
    const final = gradient.tensor;
    Object.assign(gradient, this.#outside);
    gradient.observer = null;
    const like = final ?? this.#incoming;
    const slot = like && new GradientSlot(gradient, (this.#incoming ?? like).node, like);
    const slots = slot && this.#incoming ? [slot] : [];
    const isUnchanged = !this.#known || (this.#readsOutside && final === this.#incoming);
    if (isUnchanged) return { slots, written: [], cleanups: [] };
    if (!slot || !final) return { slots, written: [], cleanups: [() => gradient.set(null)] };
    const isConsumed = final === this.#consumed && !this.#readsOutside && !isReturned(final.node);
    if (isConsumed) return { slots, written: [], cleanups: [() => this.#drop()] };
    return { slots, written: [[slot, final.node]], cleanups: [] };
  }

  #drop(): void {
    this.gradient.tensor = null;
    this.gradient.consumed = true;
  }
}
