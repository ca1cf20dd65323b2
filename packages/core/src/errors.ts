/** The kind of mistake, so that programs can distinguish mistakes without parsing the message. */
export type ErrorCode = "shape" | "dtype" | "dim" | "index" | "value" | "gradient" | "state";

/**
 * Every error that the library throws on purpose: its message names the operation, the offending arguments and the likely fix.
 *
 * @example
 * try {
 *   tensor([1, 2, 3]).add(tensor([1, 2]));
 * } catch (error) {
 *   if (error instanceof ChainruleError) console.log(error.code, error.op); //=> shape add
 * }
 */
export class ChainruleError extends Error {
  override readonly name = "ChainruleError";
  constructor(
    readonly code: ErrorCode,
    readonly op: string,
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${op}: ${detail}`, options);
  }
}

/** Throws a `ChainruleError`; an expression, so that it can follow `??` and `:`. */
export function fail(code: ErrorCode, op: string, detail: string): never {
  throw new ChainruleError(code, op, detail);
}

/** Errors of computations that earlier calls described: they keep the ops that they name. */
const ofEarlierCalls = new WeakSet<ChainruleError>();

/** Computes what earlier calls described, during a call of another op. */
export function computeEarlier<T>(f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof ChainruleError) ofEarlierCalls.add(error);
    throw error;
  }
}

/** An error that was thrown in a call of `op`: it names `op` rather than one of the ops that `op` is made of. */
export function errorOf(op: string, error: unknown): unknown {
  if (!(error instanceof ChainruleError) || error.op === op || ofEarlierCalls.has(error)) return error;
  return new ChainruleError(error.code, op, error.message.slice(`${error.op}: `.length));
}

/** `f` as a part of `op`, which its errors name. */
export const partOf =
  <A extends readonly unknown[], R>(op: string, f: (...args: A) => R): ((...args: A) => R) =>
  (...args) => {
    try {
      return f(...args);
    } catch (error) {
      throw errorOf(op, error);
    }
  };

const hasMethod = (x: unknown, name: PropertyKey): boolean =>
  typeof x === "object" && x !== null && typeof (x as Record<PropertyKey, unknown>)[name] === "function";

const cannotFollow = (kind: string): string => `cannot follow ${kind}, which continues after it has returned`;

/** Returns `result`, which a function must have finished computing. @throws if the function is async or a generator. */
export function requireSynchronous<T>(op: string, result: T, message = cannotFollow): T {
  if (hasMethod(result, "then"))
    fail("value", op, `${message("an async function")}. Did you mean to await first, and pass what follows?`);
  if (
    hasMethod(result, "next") &&
    (hasMethod(result, Symbol.iterator) || hasMethod(result, Symbol.asyncIterator))
  )
    fail("value", op, `${message("a generator function")}. Did you mean to return a list?`);
  return result;
}
