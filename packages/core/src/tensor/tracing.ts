import type { DType } from "../dtype.ts";
import type { Node, Value } from "../graph/node.ts";
import { placeholder, weakPlaceholder } from "../ops/placeholder.ts";

/** A number asked for again at every call, the node that stands for it, and what it was while tracing. */
export interface Asked {
  readonly node: Node;
  readonly ask: () => number;
  readonly first: number;
}

/** A cell that a compiled function reads or assigns to. */
export interface MetCell {
  /** What stands for its value. */
  readonly standIn: Node;
  /** Ends the tracing: the cell holds again what it held before. Gives what was assigned to it, if anything. */
  readonly close: () => Node | null;
  /** Its present value, and whether somebody else may hold that. */
  readonly value: () => { readonly value: Value; readonly shared: boolean };
  /** Gives it a new value that nobody else holds. */
  readonly hold: (value: Value) => void;
}

/** What a function does while it is compiled: the cells it meets, the numbers it asks for, what it does besides. */
export class Tracing {
  readonly cells = new Map<object, MetCell>();
  /** Numbers and effects, in the order in which they come at every call. */
  readonly calls: (Asked | (() => void))[] = [];

  number(ask: () => number, dtype?: DType): Node {
    const node = dtype ? placeholder([], dtype) : weakPlaceholder();
    this.calls.push({ node, ask, first: ask() });
    return node;
  }
}

let current: Tracing | null = null;

/** The tracing that goes on, if any. */
export const tracing = (): Tracing | null => current;

/** Runs `f` while it is traced. */
export function traced<T>(by: Tracing, f: () => T): T {
  const before = current;
  current = by;
  try {
    return f();
  } finally {
    current = before;
  }
}

/** Does something now and, where it is done inside a compiled function, again at every call of it. */
export function perCall(effect: () => void): void {
  effect();
  current?.calls.push(effect);
}

/** A number for formulas that is worked out now and, inside a compiled function, again at every call of it. */
export const asked = (ask: () => number, dtype?: DType): Node | number =>
  current?.number(ask, dtype) ?? ask();
