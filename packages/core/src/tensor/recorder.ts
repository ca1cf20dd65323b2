import { checkArguments, type Signature } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import { type Node, nodeCount, type Value } from "../graph/node.ts";
import { placeholder, weakPlaceholder } from "../ops/placeholder.ts";

/** Something done again at every call; `undo` takes it back where the call fails. */
export interface Effect {
  readonly act: () => void;
  readonly undo: () => void;
}

/** A number asked for again at every call, the node that stands for it, and what it was while tracing. */
export interface Asked {
  readonly node: Node;
  readonly ask: () => number;
  readonly undo: () => void;
  readonly first: number;
}

/** What a compiled function depends on beyond its inputs, and how that came out. */
export interface Guard {
  readonly ask: () => unknown;
  readonly was: unknown;
  /** What to say where the function has changed it itself, and may not. */
  readonly changed?: (() => string) | undefined;
}

/** A value that a compiled function finds and may replace: that of a cell, or its gradient. */
export interface Slot {
  /** What stands for it while the function is traced. */
  readonly standIn: Node;
  /** The node that holds it at present. */
  readonly node: () => Node;
  /** Its present value. */
  readonly read: () => Value;
  /** Whether somebody else may hold its present value. */
  readonly isShared: () => boolean;
  /** Says that somebody else holds its present value from here on. */
  readonly share: () => void;
  /** Gives it a new value, which others may hold too. */
  readonly hold: (value: Value, shared: boolean) => void;
}

/** What a function did to a cell. */
export interface Ending {
  /** What it may have read. */
  readonly slots: readonly Slot[];
  /** What comes to hold the values of which nodes. */
  readonly written: readonly (readonly [Slot, Node])[];
  /** What is left to do after each call. */
  readonly after: readonly (() => void)[];
}

/** A cell from outside that a compiled function reads or assigns to. */
export interface MetCell {
  readonly value: Slot;
  /** What stands for it in graphs: where it requires a gradient, the leaf at which that arrives. */
  readonly opening: Node;
  /** Ends the tracing: the cell is as it was before. */
  readonly close: (isReturned: (node: Node) => boolean) => Ending;
}

/** What a function does while it is compiled: the cells it meets, the numbers it asks for, what it does besides. */
export class Tracing {
  readonly cells = new Map<object, MetCell>();
  /** Nodes with smaller ids were made before. */
  readonly start = nodeCount();
  /** Numbers and effects, in the order in which they come at every call. */
  readonly calls: (Asked | Effect)[] = [];
  readonly guards: Guard[] = [];
  readonly #guarded = new Set<object>();
  /** Objects outside, such as switches, that the function has set: reading them afterwards depends on nothing outside. */
  readonly set = new Set<object>();
  /** The objects that its arguments are made of. */
  arguments: ReadonlySet<object> = new Set();
  /** Whether the function made something that has state of its own. */
  makesState = false;

  number(ask: () => number, dtype?: DType, undo: () => void = () => {}): Node {
    const first = ask();
    const choose = (by: (x: number) => DType) => {
      const chosen = by(first);
      if ([0, 0.5, Number.MAX_VALUE].some((x) => by(x) !== chosen)) this.guard(() => by(ask()));
      return chosen;
    };
    const node = dtype ? placeholder([], dtype) : weakPlaceholder(choose);
    this.calls.push({ node, ask, undo, first });
    return node;
  }

  /** Notes what something comes to; of those with one `key` only the first. */
  guard<T>(ask: () => T, key: object = ask, changed?: () => string): T {
    const was = ask();
    if (!this.#guarded.has(key)) this.guards.push({ ask, was, changed });
    this.#guarded.add(key);
    return was;
  }

  /** Whether something with this key was noted. */
  isGuarded(key: object): boolean {
    return this.#guarded.has(key);
  }
}

let current: Tracing | null = null;

/** The tracing that goes on, if any. */
export const tracing = (): Tracing | null => current;

/** Runs `f` while it is traced. */
export function traced<T>(by: Tracing | null, f: () => T): T {
  const before = current;
  current = by;
  try {
    return f();
  } finally {
    current = before;
  }
}

let again = false;

/** Whether a function runs for a second time. */
export const repeating = (): boolean => again;

/** Runs `f` a second time for what it comes to: effects have been had. */
export function repeated<T>(f: () => T): T {
  const before = again;
  again = true;
  try {
    return f();
  } finally {
    again = before;
  }
}

/** Whether what is done concerns state that lives for one call: it belongs to the tracing then. */
let local = false;

const perCallArguments: Signature = { act: "function", undo: "function?" };

/**
 * Does something now and, where it is done inside a compiled function, again at every call of it. `undo` takes it back
 * where such a call fails.
 */
export function perCall(act: () => void, undo: () => void = () => {}): void {
  checkArguments("perCall", perCallArguments, arguments);
  if (again && !local) return;
  act();
  if (!local) current?.calls.push({ act, undo });
}

const guardArguments: Signature = { ask: "function" };

/** A value that formulas depend on: a compiled function is traced anew where it comes out otherwise. */
export function guard<T>(ask: () => T): T {
  checkArguments("guard", guardArguments, arguments);
  return current && !local ? current.guard(ask) : ask();
}

/** A number for formulas that is computed now and, inside a compiled function, again at every call of it. */
export const asked = (ask: () => number, dtype?: DType, undo?: () => void): Node | number =>
  current && !local ? current.number(ask, dtype, undo) : ask();

const lifetimes = new WeakMap<object, Lifetime>();

/** Whether an object says itself what compiled functions do with its state. */
export const hasLifetime = (x: object): boolean => lifetimes.has(x);

/** Whether an object lives for one call of the function that is traced. */
export const isLocal = (x: object): boolean => lifetimes.get(x)?.isLocal ?? false;

/** @throws inside a compiled function, for an object from outside: what is done to it would not be done again at each call */
export function refuseInside(op: string, owner: object): void {
  if (current && !isLocal(owner))
    fail(
      "state",
      op,
      "inside a compiled function this would be done once, while that is traced. Did you mean to do it outside?",
    );
}

/**
 * How long an object with state of its own lives: as long as somebody holds it or, where it is made inside a compiled
 * function, for one call. State of the latter kind belongs to the tracing, which starts anew at each call.
 */
export class Lifetime {
  readonly #made = current;

  /**
   * @param owner the object
   * @param what it is, in errors
   */
  constructor(
    owner: object,
    readonly what: string,
  ) {
    lifetimes.set(owner, this);
    if (current) current.makesState = true;
  }

  /** Whether the object lives for the call that is traced. @throws where it was made in another one. */
  get isLocal(): boolean {
    if (this.#made !== null && this.#made !== current)
      fail(
        "state",
        "compile",
        `a ${this.what} that was made inside a compiled function is used after that call. Did you mean to make it outside, before the first call?`,
      );
    return this.#made !== null;
  }

  /** Runs `f`, whose effects and numbers concern the object: inside a compiled function, at every call where it is from outside. */
  within<T>(f: () => T): T {
    const before = local;
    local = this.isLocal;
    try {
      return f();
    } finally {
      local = before;
    }
  }

  /** Runs `f`, which makes state that lives as long as the object. */
  make<T>(f: () => T): T {
    return traced(this.#made, f);
  }
}
