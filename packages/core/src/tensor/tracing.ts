import { checkArguments, type Signature } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { type Node, nodeCount, type Value } from "../graph/node.ts";
import { placeholder, weakPlaceholder } from "../ops/placeholder.ts";

/** A number asked for again at every call, the node that stands for it, and what it was while tracing. */
export interface Asked {
  readonly node: Node;
  readonly ask: () => number;
  readonly first: number;
}

/** Something done again at every call; `undo` takes it back where the call fails. */
export interface Effect {
  readonly act: () => void;
  readonly undo: () => void;
}

/** A cell that a compiled function reads or assigns to. */
export interface MetCell {
  /** What stands for its value. */
  readonly standIn: Node;
  /** The gradient that it came with, if any. */
  readonly gradient: { readonly standIn: Node; readonly read: () => Value } | null;
  /** Ends the tracing: the cell holds again what it held before. Gives what was assigned to it, if anything. */
  readonly close: () => Node | null;
  /** Its present value. */
  readonly read: () => Value;
  /** Whether somebody else may hold its present value. */
  readonly isShared: () => boolean;
  /** Says that somebody else holds its present value from now on. */
  readonly share: () => void;
  /** Gives it a new value, which others may hold too. */
  readonly hold: (value: Value, shared: boolean) => void;
}

/** What a function does while it is compiled: the cells it meets, the numbers it asks for, what it does besides. */
export class Tracing {
  readonly cells = new Map<object, MetCell>();
  /** Nodes with smaller ids were made before. */
  readonly start = nodeCount();
  /** Numbers and effects, in the order in which they come at every call. */
  readonly calls: (Asked | Effect)[] = [];
  /** What the formulas depend on beyond numbers. */
  readonly guards: (() => unknown)[] = [];

  number(ask: () => number, dtype?: DType): Node {
    const first = ask();
    const choose = (by: (x: number) => DType) => {
      const chosen = by(first);
      if ([0, 0.5, Number.MAX_VALUE].some((x) => by(x) !== chosen)) this.guards.push(() => by(ask()));
      return chosen;
    };
    const node = dtype ? placeholder([], dtype) : weakPlaceholder(choose);
    this.calls.push({ node, ask, first });
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

const perCallArguments: Signature = { act: "function", undo: "function?" };

/**
 * Does something now and, where it is done inside a compiled function, again at every call of it. `undo` takes it back
 * where such a call fails.
 */
export function perCall(act: () => void, undo: () => void = () => {}): void {
  checkArguments("perCall", perCallArguments, arguments);
  act();
  current?.calls.push({ act, undo });
}

const guardArguments: Signature = { ask: "function" };

/** A value that formulas depend on: a compiled function is traced anew where it comes out otherwise. */
export function guard<T>(ask: () => T): T {
  checkArguments("guard", guardArguments, arguments);
  current?.guards.push(ask);
  return ask();
}

/** A number for formulas that is worked out now and, inside a compiled function, again at every call of it. */
export const asked = (ask: () => number, dtype?: DType): Node | number =>
  current?.number(ask, dtype) ?? ask();
