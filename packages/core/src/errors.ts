/** What a call got wrong, so that a program can tell mistakes apart without reading the message. */
export type Fault = "shape" | "dtype" | "dim" | "index" | "value" | "gradient" | "state";

/** Every error that the library throws on purpose: it names the operation, what was given and the likely fix. */
export class ChainruleError extends Error {
  override readonly name = "ChainruleError";
  constructor(
    readonly fault: Fault,
    readonly op: string,
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${op}: ${detail}`, options);
  }
}

/** Throws a `ChainruleError`; an expression, so that a table entry can say `?? fail(…)`. */
export function fail(fault: Fault, op: string, detail: string): never {
  throw new ChainruleError(fault, op, detail);
}

const isThenable = (x: unknown): boolean =>
  typeof x === "object" && x !== null && "then" in x && typeof x.then === "function";

const isIterator = (x: unknown): boolean =>
  typeof x === "object" && x !== null && "next" in x && typeof x.next === "function";

/** What a function returned that has to be done when it returns. @throws where it is async, or a generator */
export function done<T>(op: string, result: T): T {
  if (isThenable(result))
    fail(
      "value",
      op,
      "an async function goes on after it has returned. Did you mean to await first, and call this on what follows?",
    );
  if (isIterator(result))
    fail("value", op, "a generator function goes on after it has returned. Did you mean to return a list?");
  return result;
}
