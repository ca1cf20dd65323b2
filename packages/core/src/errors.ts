/** What a call got wrong, so that a program can tell mistakes apart without reading the message. */
export type ErrorCode = "shape" | "dtype" | "dim" | "index" | "value" | "gradient" | "state";

/** Every error that the library throws on purpose: it names the operation, what was given and the likely fix. */
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

/** Throws a `ChainruleError`; an expression, so that a table entry can say `?? fail(…)`. */
export function fail(code: ErrorCode, op: string, detail: string): never {
  throw new ChainruleError(code, op, detail);
}

const has = (x: unknown, method: PropertyKey): boolean =>
  typeof x === "object" && x !== null && typeof (x as Record<PropertyKey, unknown>)[method] === "function";

const cannotFollow = (kind: string): string => `cannot follow ${kind}, which goes on after it has returned`;

/** What a function returned that has to be over when it returns. @throws where it is async, or a generator. */
export function done<T>(op: string, result: T, says = cannotFollow): T {
  if (has(result, "then"))
    fail("value", op, `${says("an async function")}. Did you mean to await first, and pass what follows?`);
  if (has(result, "next") && (has(result, Symbol.iterator) || has(result, Symbol.asyncIterator)))
    fail("value", op, `${says("a generator function")}. Did you mean to return a list?`);
  return result;
}
