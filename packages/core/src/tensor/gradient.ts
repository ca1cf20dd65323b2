import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { placeholder } from "../ops/placeholder.ts";
import { known } from "../ops/source.ts";
import { sameShape } from "../shape.ts";
import type { Ending, Slot, Tracing } from "./recorder.ts";
import { Tensor } from "./tensor.ts";

/** What a gradient is outside of the function that is traced. */
interface Outside {
  readonly tensor: Tensor | null;
  readonly spent: boolean;
  readonly shared: boolean;
}

/** What the function that is traced did with a gradient. */
interface Traced {
  readonly outside: Outside;
  /** Whether it read the gradient that it came with, or set one: what it finds since then is its own. */
  known: boolean;
  /** What stands for the one that it came with, once that was read. */
  incoming: Tensor | null;
  /** Whether it read the one that it came with. */
  read: boolean;
  /** The one that a step has used up. */
  consumed: Tensor | null;
}

const alike = (a: Tensor | null, b: Tensor | null): boolean =>
  a && b ? a.dtype === b.dtype && sameShape(a.shape, b.shape) : a === b;

/**
 * The gradient of a cell. A compiled function finds the one from before and leaves one, as an uncompiled function does;
 * but what a step inside has used up, and no later call reads, is not kept.
 */
export class Gradient {
  #tensor: Tensor | null = null;
  #spent = false;
  /** Whether somebody may hold the present tensor: its memory is not used again then. */
  #shared = true;
  #traced: Traced | null = null;

  /** The present gradient. @throws where it was not kept */
  read(trace: Tracing | null): Tensor | null {
    if (trace && this.#traced && !this.#traced.known) this.#find(trace, this.#traced);
    if (this.#spent)
      fail(
        "gradient",
        "grad",
        "an optimizer's step inside a compiled function has used this gradient up, and it was not kept. Return it from that function (return [loss, p.grad]), or call zeroGrad() before the next backward()",
      );
    this.#shared = true;
    return this.#tensor;
  }

  set(g: Tensor | null): void {
    if (this.#traced) this.#traced.known = true;
    this.#tensor = g;
    this.#spent = false;
    this.#shared = true;
  }

  /** Says that a step has used the present gradient up. */
  spend(): void {
    if (this.#traced) this.#traced.consumed = this.#tensor;
  }

  convert(dtype: DType): void {
    if (this.#tensor) this.set(this.#tensor.to(dtype));
  }

  /** Has a placeholder stand for the gradient that the function came with, which it reads. */
  #find(trace: Tracing, traced: Traced): void {
    const { tensor, spent } = traced.outside;
    traced.known = traced.read = true;
    this.#tensor = tensor;
    this.#spent = spent;
    trace.guard(() => this.#spent === spent && alike(this.#tensor, tensor));
    this.#tensor = traced.incoming = tensor && new Tensor(placeholder(tensor.shape, tensor.dtype));
  }

  /** Hides the gradient until `close` from the function that is traced. */
  open(): void {
    const outside = { tensor: this.#tensor, spent: this.#spent, shared: this.#shared };
    this.#traced = { outside, known: false, incoming: null, read: false, consumed: null };
    this.#tensor = null;
    this.#spent = false;
  }

  /** Puts the gradient back as it was, and says what becomes of it at each call. One that is returned is kept in any case. */
  close(isReturned: (node: Node) => boolean): Ending {
    const { outside, known, incoming, read, consumed } = this.#traced as Traced;
    const left = this.#tensor;
    this.#traced = null;
    this.#tensor = outside.tensor;
    this.#spent = outside.spent;
    this.#shared = outside.shared;
    const like = left ?? incoming;
    const slot = like && this.#slot((incoming ?? like).node, like);
    const slots = slot && incoming ? [slot] : [];
    if (!known || (read && left === incoming)) return { slots, written: [], after: [] };
    if (!slot || !left) return { slots, written: [], after: [() => this.set(null)] };
    if (left === consumed && !read && !isReturned(left.node))
      return { slots, written: [], after: [() => this.#drop()] };
    return { slots, written: [[slot, left.node]], after: [] };
  }

  #drop(): void {
    this.#tensor = null;
    this.#spent = true;
  }

  /** @param like a gradient such as it comes to hold */
  #slot(standIn: Node, like: Tensor): Slot {
    const { shape, dtype } = like;
    return {
      standIn,
      node: () => (this.#tensor as Tensor).node,
      read: () => {
        const g = this.#tensor as Tensor;
        Tensor.evaluate([g]);
        return g.node.value as Value;
      },
      isShared: () => this.#shared,
      share: () => {
        this.#shared = true;
      },
      hold: (value, shared) => {
        if (!this.#shared && this.#tensor && alike(this.#tensor, like)) this.#tensor.node.value = value;
        else this.#tensor = new Tensor(known(value, shape, dtype));
        this.#spent = false;
        this.#shared = shared;
      },
    };
  }
}
