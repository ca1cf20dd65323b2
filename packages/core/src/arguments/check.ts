import { fail } from "../errors.ts";
import { requireSameCopy } from "./any-tensor.ts";
import { describe, isPlainObject } from "./describe.ts";
import { findWrongOption, type Parameter, parametersOf, type Signature } from "./signature.ts";
import { nearest, suggestedCall, usage } from "./suggest.ts";

function throwWrongOption(op: string, x: Record<string, unknown>, options: readonly Parameter[]): never {
  const name = findWrongOption(x, options) as string;
  const names = options.map((o) => o.name);
  const option = options.find((o) => o.name === name);
  if (option) throwWrongArgument(op, option, x[name]);
  const meant = nearest(name, names);
  return fail(
    "value",
    op,
    `has no option ${name}; its options are ${names.join(", ")}.${meant ? ` Did you mean ${meant}?` : ""}`,
  );
}

/** @param hint What the message ends with if no fix is known. */
function throwWrongArgument(op: string, p: Parameter, x: unknown, fix = p.fix, hint = ""): never {
  for (const value of Array.isArray(x) ? x : [x]) requireSameCopy(op, value);
  const option = p.options?.find((o) => o.holds(x));
  const meant = option ? `{ ${option.name}: ${describe(x)} }` : fix;
  return fail(
    p.code ?? "value",
    op,
    `${p.name} ${x === undefined ? "is missing; it" : describe(x)} must be ${p.message}.${meant ? ` Did you mean ${meant}?` : hint}`,
  );
}

const throwTooMany = (op: string, parameters: readonly Parameter[], given: number): never =>
  fail(
    "value",
    op,
    `takes ${parameters.length || "no"} argument${parameters.length === 1 ? "" : "s"}, and was given ${given}. It is called as ${usage(op, parameters)}`,
  );

/** Collects the leading numbers into one list, if the first parameter is variadic. */
function collectVariadic([first]: readonly Parameter[], given: ArrayLike<unknown>): ArrayLike<unknown> {
  if (!first?.variadic || typeof given[0] !== "number") return given;
  const args = Array.from(given);
  const end = args.findIndex((x) => typeof x !== "number");
  return end < 0 ? [args] : [args.slice(0, end), ...args.slice(end)];
}

/**
 * Checks the arguments of a call, and returns them as the function takes them: with the numbers of a variadic list collected.
 * @throws if an argument is missing, of another kind, or superfluous, and if an option is unknown.
 */
export function checkArguments<A extends ArrayLike<unknown>>(op: string, signature: Signature, given: A): A {
  const parameters = parametersOf(signature);
  const args = collectVariadic(parameters, given) as A;
  const last = parameters.at(-1);
  for (let i = 0; i < parameters.length || i < args.length; i++) {
    const x = args[i];
    const p = parameters[i] ?? (last?.rest ? last : undefined);
    if (!p && x !== undefined) throwTooMany(op, parameters, args.length);
    if (!p || (x === undefined ? p.optional || (i >= args.length && p.rest) : p.holds(x))) continue;
    if (p.options && isPlainObject(x)) throwWrongOption(op, x, p.options);
    const call = suggestedCall(op, parameters, Array.from(args), i);
    throwWrongArgument(op, p, x, call ?? p.fix, ` It is called as ${usage(op, parameters)}`);
  }
  return args;
}

/** `f` with its arguments checked. */
export const checked = <F>(op: string, signature: Signature, f: F): F =>
  ((...args: unknown[]) =>
    (f as (...args: readonly unknown[]) => unknown)(...checkArguments(op, signature, args))) as F;

/** Throws because a method was called without its object. */
export const throwMissingReceiver = (name: string): never =>
  fail("value", name, `is a method, and was called without its object. Did you mean x.${name}(…)?`);

/** Replaces methods of a class with ones that check their arguments. */
export function checkMethods<T extends object, K extends keyof T>(
  prototype: T,
  signatures: Readonly<Record<K, Signature>>,
): void {
  for (const [name, signature] of Object.entries(signatures) as [string & K, Signature][]) {
    const method = prototype[name] as (...args: readonly unknown[]) => unknown;
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      value(...args: unknown[]) {
        if (!Object.prototype.isPrototypeOf.call(prototype, this)) throwMissingReceiver(name);
        return method.apply(this, checkArguments(name, signature, args));
      },
    });
  }
}
