import { checkArguments, type Signature } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { type Node, nodeCount } from "../graph/node.ts";
import type { Value } from "../graph/value.ts";
import { placeholder, weakPlaceholder } from "../ops/placeholder.ts";

/** An action that is repeated at each call; `undo` takes it back if the call fails. */
export interface SideEffect {
  readonly act: () => void;
  readonly undo: () => void;
}

/** A number that is read at each call. */
export interface DynamicNumber {
  /** The placeholder for it. */
  readonly node: Node;
  readonly read: () => number;
  readonly undo: () => void;
  /** Its value during the trace. */
  readonly first: number;
}

/** A condition for reusing a trace: `read` must give the value that it had during the trace. */
export interface Guard {
  readonly read: () => unknown;
  readonly traced: unknown;
  /** The error message if the function itself changes the value, and may not. */
  readonly onChange?: (() => string) | undefined;
}

/** A value that a compiled function reads and may replace: that of a cell, or its gradient. */
export interface Slot {
  /** Stands for the value in the trace. */
  readonly placeholder: Node;
  /** The node that holds the present value. */
  readonly node: Node;
  /** Whether other code may hold the present value, so that its memory is not reused. */
  aliased: boolean;
  /** The present value. */
  read(): Value;
  /** Replaces the value. */
  write(value: Value, aliased: boolean): void;
}

/** The changes that a traced function makes to a cell. */
export interface Outcome {
  /** The values that it may read. */
  readonly slots: readonly Slot[];
  /** The new values. */
  readonly written: readonly (readonly [Slot, Node])[];
  /** Run after each call. */
  readonly cleanups: readonly (() => void)[];
}

/** The tie between a cell from outside and the trace that reads or assigns to it. */
export interface Binding extends Slot {
  /** The node of the cell in the trace: the placeholder or, if the cell requires a gradient, a leaf over it. */
  readonly traced: Node;
  /** Gives the cell its state from before the trace. `isReturned` tells whether the function returns a node. */
  restore(isReturned: (node: Node) => boolean): Outcome;
}

/** Records what a function does while `compile` traces it: the cells it binds, its guards and its effects. */
export class Recorder {
  readonly bindings = new Map<object, Binding>();
  /** The nodes made during the trace have at least this id. */
  readonly start = nodeCount();
  /** Numbers and side effects, in the order of each call. */
  readonly effects: (DynamicNumber | SideEffect)[] = [];
  readonly guards: Guard[] = [];
  readonly #guarded = new Set<object>();
  /** Settings that the function has set: it does not depend on what they were before. */
  readonly settings = new Set<object>();
  /** The objects that its arguments consist of. */
  arguments: ReadonlySet<object> = new Set();
  /** Whether the function makes an object with state of its own. */
  makesState = false;

  /** The placeholder of a number that is read at each call. Without a dtype it adapts as a JavaScript number does. */
  number(read: () => number, dtype?: DType, undo: () => void = () => {}): Node {
    const first = read();
    const choose = (by: (x: number) => DType) => {
      const chosen = by(first);
      if ([0, 0.5, Number.MAX_VALUE].some((x) => by(x) !== chosen)) this.guard(() => by(read()));
      return chosen;
    };
    const node = dtype ? placeholder([], dtype) : weakPlaceholder(choose);
    this.effects.push({ node, read, undo, first });
    return node;
  }

  /** Adds a guard, once for each `key`, and gives the present value. */
  guard<T>(read: () => T, key: object = read, onChange?: () => string): T {
    const traced = read();
    if (!this.#guarded.has(key)) this.guards.push({ read, traced, onChange });
    this.#guarded.add(key);
    return traced;
  }

  isGuarded(key: object): boolean {
    return this.#guarded.has(key);
  }
}

let current: Recorder | null = null;

/** The recorder of the trace that is running, if any. */
export const currentRecorder = (): Recorder | null => current;

/** Runs `f` with another recorder, or with none. */
export function withRecorder<T>(recorder: Recorder | null, f: () => T): T {
  const before = current;
  current = recorder;
  try {
    return f();
  } finally {
    current = before;
  }
}

let replay = false;

/** Whether a function is run again for its value: its side effects have happened already. */
export const isReplaying = (): boolean => replay;

/** Runs `f` again for its value, without its side effects. */
export function replaying<T>(f: () => T): T {
  const before = replay;
  replay = true;
  try {
    return f();
  } finally {
    replay = before;
  }
}

/** Whether effects and numbers concern an object that the traced function made: they belong to the trace then. */
let local = false;

/** Runs `f`, whose effects and numbers concern an object that the traced function made (`isLocal`) or found. */
export function withLocal<T>(isLocal: boolean, f: () => T): T {
  const before = local;
  local = isLocal;
  try {
    return f();
  } finally {
    local = before;
  }
}

const sideEffectArguments: Signature = { act: "function", undo: "function?" };

/**
 * Runs `act` now and, in a compiled function, again at each call. Other effects of a compiled function happen only while
 * it is traced.
 *
 * @param act the action
 * @param undo takes the action back if a call fails (by default nothing)
 *
 * @example
 * let calls = 0;
 * const double = compile((x: Tensor) => {
 *   sideEffect(() => calls++, () => calls--);
 *   return x.mul(2);
 * });
 * double(tensor(1));
 * double(tensor(2));
 * console.log(calls); //=> 2
 */
export function sideEffect(act: () => void, undo: () => void = () => {}): void {
  checkArguments("sideEffect", sideEffectArguments, arguments);
  if (replay && !local) return;
  act();
  if (!local) current?.effects.push({ act, undo });
}

const guardArguments: Signature = { read: "function" };

/**
 * A value that the formulas of a compiled function depend on: the function is traced again when the value differs. Other
 * JavaScript values that a compiled function reads keep those of the trace.
 *
 * @param read gives the value, which is compared with `Object.is`
 * @returns the present value
 *
 * @example
 * let power = 2;
 * const f = compile((x: Tensor) => (guard(() => power) === 2 ? x.square() : x.mul(x).mul(x)));
 * console.log(f(tensor(3)).item()); //=> 9
 * power = 3;
 * console.log(f(tensor(3)).item()); //=> 27
 */
export function guard<T>(read: () => T): T {
  checkArguments("guard", guardArguments, arguments);
  return current && !local ? current.guard(read) : read();
}

/** A number for formulas: read now and, in a compiled function, again at each call, as a placeholder. */
export const dynamicNumber = (read: () => number, dtype?: DType, undo?: () => void): Node | number =>
  current && !local ? current.number(read, dtype, undo) : read();
