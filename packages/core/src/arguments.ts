import { type DType, dtypes } from "./dtype.ts";
import { type ErrorCode, fail } from "./errors.ts";
import { formatShape, type Shape } from "./shape.ts";

/** What tensors and the nodes behind them have in common: arguments are recognised by it. */
export abstract class AnyTensor {
  abstract readonly shape: Shape;
  abstract readonly dtype: DType;
}

/** The mark of tensors, the same in every copy of this package that is loaded. */
const mark = Symbol.for("@chainrule/core tensor");
Object.defineProperty(AnyTensor.prototype, mark, { value: true });

/** @throws where `x` is a tensor of another copy of this package, which no check of classes recognises. */
export function requireSameCopy(op: string, x: unknown): void {
  if (typeof x === "object" && x !== null && mark in x && !(x instanceof AnyTensor))
    fail(
      "value",
      op,
      "was given a tensor of another copy: there are two copies of @chainrule/core. Did you mean to install one? npm ls @chainrule/core lists them",
    );
}

/** What an argument may be. */
export interface Kind {
  readonly holds: (x: unknown) => boolean;
  /** The description in error messages: "a whole number". */
  readonly says: string;
  readonly code?: ErrorCode;
  /** What was likely meant where it is something else. */
  readonly fix?: string;
  readonly optional?: boolean;
  /** Whether any number of such arguments may follow. */
  readonly rest?: boolean;
}

const isTensor = (x: unknown): x is AnyTensor => x instanceof AnyTensor;
const isNumber = (x: unknown): boolean => typeof x === "number";
const isScalar = (x: unknown): boolean => typeof x === "number" || typeof x === "boolean";
const isInteger = (x: unknown): boolean => typeof x === "number" && x === (x | 0);
const isSize = (x: unknown): boolean => Number.isInteger(x) && (x as number) >= 0;
const isDim = isInteger;

/** Lists are looked at place by place, because `every` passes over holes. */
const listOf = (holds: Kind["holds"]) => (x: unknown) => {
  if (!Array.isArray(x)) return false;
  for (let i = 0; i < x.length; i++) if (!holds(x[i])) return false;
  return true;
};

const either =
  (...holds: readonly Kind["holds"][]) =>
  (x: unknown) =>
    holds.some((h) => h(x));

/** The kinds of arguments by name. */
export const kinds = {
  any: { holds: () => true, says: "anything", optional: true },
  tensor: { holds: isTensor, says: "a tensor", code: "dtype", fix: "tensor(…)" },
  operand: {
    holds: (x) => isTensor(x) || isScalar(x),
    says: "a tensor or a number",
    code: "dtype",
    fix: "tensor(…)",
  },
  list: { holds: Array.isArray, says: "a list" },
  tensors: { holds: listOf(isTensor), says: "a list of tensors", code: "dtype", fix: "[a, b]" },
  "tensor or tensors": {
    holds: either(isTensor, listOf(isTensor)),
    says: "a tensor, or a list of tensors",
    code: "dtype",
  },
  "tensor or null": { holds: either(isTensor, (x) => x === null), says: "a tensor or null", code: "dtype" },
  number: { holds: isNumber, says: "a number" },
  scalar: { holds: isScalar, says: "a number or a boolean" },
  finite: { holds: Number.isFinite, says: "a finite number" },
  integer: { holds: isInteger, says: "a whole number of at most 32 bits" },
  integers: { holds: listOf(isInteger), says: "a list of whole numbers" },
  "integer or integers": {
    holds: either(isInteger, listOf(isInteger)),
    says: "a whole number, or a list of them",
  },
  "integer or tensor": { holds: either(isInteger, isTensor), says: "a whole number or a tensor of them" },
  bound: {
    holds: (x) => x === null || Number.isInteger(x),
    says: "a whole number, or null for the end of the axis",
  },
  size: { holds: (x) => isSize(x) && isInteger(x), says: "a whole number ≥ 0" },
  "size or sizes": { holds: either(isSize, listOf(isSize)), says: "a whole number ≥ 0, or a list of them" },
  count: { holds: (x) => isInteger(x) && (x as number) >= 1, says: "a whole number ≥ 1" },
  shape: { holds: listOf(isSize), says: "a list of whole numbers ≥ 0", code: "shape", fix: "[2, 3]" },
  "open shape": {
    holds: listOf((x) => isSize(x) || x === -1),
    says: "a list of whole numbers ≥ 0, of which −1 stands for one that follows",
    code: "shape",
  },
  dim: { holds: isDim, says: "a dim, which is a whole number", code: "dim" },
  dims: { holds: listOf(isDim), says: "a list of dims, which are whole numbers", code: "dim" },
  "dim or dims": {
    holds: either(isDim, listOf(isDim)),
    says: "a dim, which is a whole number, or a list of dims",
    code: "dim",
  },
  boolean: { holds: (x) => typeof x === "boolean", says: "true or false" },
  string: { holds: (x) => typeof x === "string", says: "a string" },
  function: { holds: (x) => typeof x === "function", says: "a function" },
  dtype: { holds: (x) => dtypes.includes(x as DType), says: `one of ${dtypes.join(", ")}`, code: "dtype" },
} satisfies Record<string, Kind>;

type Name = keyof typeof kinds;
/** The words that are accepted, one of which an argument must be. */
type Words = readonly string[];
/** What an argument is: a kind, with `?` one that may be left out; or the words that it is one of. */
export type One = Name | `${Name}?` | Words | Kind;
/** Options by name, all of which may be left out. */
export interface Options {
  readonly [option: string]: One;
}
/**
 * The arguments of a function by name, in order. `...` behind a kind marks a list at the front whose elements may also be
 * given one by one; `...` before it the last one, of which there may be any number.
 */
export interface Signature {
  readonly [parameter: string]: One | `${Name}...` | `${Name}?...` | `...${Name}` | Options;
}
/** A signature for each function of a table. */
export type Signatures<Table> = { readonly [K in keyof Table]: Signature };

interface Parameter extends Kind {
  readonly name: string;
  readonly optional: boolean;
  readonly variadic: boolean;
  readonly options?: readonly Parameter[];
}

const isPlain = (x: unknown): x is Record<string, unknown> => {
  if (typeof x !== "object" || x === null) return false;
  const prototype = Object.getPrototypeOf(x);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/** The options in `x` that are unknown or of another kind. */
const faultyOption = (x: Record<string, unknown>, options: readonly Parameter[]): string | undefined =>
  Object.keys(x).find((name) => {
    const option = options.find((o) => o.name === name);
    return !option || !(x[name] === undefined || option.holds(x[name]));
  });

function parameterOf(name: string, is: Signature[string]): Parameter {
  if (typeof is === "string") {
    const kind: Kind = kinds[is.replace(/\.\.\.|\?/g, "") as Name];
    const variadic = is.endsWith("...");
    return { ...kind, name, optional: is.includes("?"), variadic, rest: is.startsWith("...") };
  }
  const own = { name, optional: false, variadic: false };
  if (Array.isArray(is))
    return {
      ...own,
      holds: (x) => is.includes(x as string),
      says: `one of ${is.map((w) => JSON.stringify(w)).join(", ")}`,
    };
  if (typeof (is as Kind).holds === "function") return { ...own, ...(is as Kind) };
  const options = parametersOf(is as Options);
  return {
    ...own,
    optional: true,
    options,
    holds: (x) => isPlain(x) && faultyOption(x, options) === undefined,
    says: `options { ${options.map((o) => o.name).join(", ")} }`,
  };
}

const known = new WeakMap<Signature, readonly Parameter[]>();

function parametersOf(signature: Signature): readonly Parameter[] {
  const before = known.get(signature);
  if (before) return before;
  const made = Object.entries(signature).map(([name, is]) => parameterOf(name, is));
  known.set(signature, made);
  return made;
}

/** An argument as errors show it. */
export function describe(x: unknown): string {
  if (isTensor(x)) return `a tensor ${x.dtype}${formatShape(x.shape)}`;
  if (Array.isArray(x)) {
    const shown = x.slice(0, 4).map((e) => (Array.isArray(e) ? "[…]" : describe(e)));
    return `[${shown.join(", ")}${x.length > 4 ? ", …" : ""}]`;
  }
  if (typeof x === "string") return JSON.stringify(x.length > 40 ? `${x.slice(0, 40)}…` : x);
  if (typeof x === "function") return "a function";
  if (typeof x !== "object" || x === null) return typeof x === "bigint" ? `${x}n` : String(x);
  if (isPlain(x)) return `{ ${Object.keys(x).join(", ")} }`;
  return `an object of class ${String(Object.getPrototypeOf(x).constructor?.name)}`;
}

/** How many letters have to be put in, left out or exchanged to make one word of another. [Levenshtein 1966] */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] as number;
}

/** The known name that one was likely to be: `keepDims` and `keep_dim` are keepdim. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const bare = (s: string) => s.toLowerCase().replaceAll("_", "");
  const gap = (n: string) => distance(bare(n), bare(name));
  return names.filter((n) => gap(n) <= Math.min(2, n.length / 2)).sort((a, b) => gap(a) - gap(b))[0];
}

/** How a function is called: `sum(dims?, { keepdim })`. */
const usage = (op: string, parameters: readonly Parameter[]): string =>
  `${op}(${parameters
    .map((p) =>
      p.rest
        ? `...${p.name}`
        : p.options
          ? `{ ${p.options.map((o) => o.name).join(", ")} }`
          : p.name + (p.optional ? "?" : ""),
    )
    .join(", ")})`;

function refuseOption(op: string, x: Record<string, unknown>, options: readonly Parameter[]): never {
  const name = faultyOption(x, options) as string;
  const names = options.map((o) => o.name);
  const option = options.find((o) => o.name === name);
  if (option) refuse(op, option, x[name], "");
  const meant = nearest(name, names);
  return fail(
    "value",
    op,
    `has no option ${name}; its options are ${names.join(", ")}.${meant ? ` Did you mean ${meant}?` : ""}`,
  );
}

function refuse(op: string, p: Parameter, x: unknown, otherwise: string, meant = p.fix): never {
  for (const one of Array.isArray(x) ? x : [x]) requireSameCopy(op, one);
  const named = p.options?.find((o) => o.holds(x));
  const fix = named ? `{ ${named.name}: ${describe(x)} }` : meant;
  return fail(
    p.code ?? "value",
    op,
    `${p.name} ${x === undefined ? "is missing; it" : describe(x)} must be ${p.says}.${fix ? ` Did you mean ${fix}?` : otherwise}`,
  );
}

const refuseMore = (op: string, parameters: readonly Parameter[], given: number): never =>
  fail(
    "value",
    op,
    `takes ${parameters.length || "no"} argument${parameters.length === 1 ? "" : "s"}, and was given ${given}. It is called as ${usage(op, parameters)}`,
  );

/** An argument in a call that is proposed. */
const proposed = (p: Parameter, x: unknown): string =>
  typeof x === "object" && x !== null ? p.name : describe(x);

/** The call that was meant by an object in the place of argument i: the arguments that it names in order, and the options. */
function spelledOut(
  op: string,
  parameters: readonly Parameter[],
  args: readonly unknown[],
  i: number,
): string | undefined {
  if (!isPlain(args[i])) return undefined;
  const options = { ...args[i] };
  const given = parameters.slice(0, i).map((p, k) => proposed(p, args[k]));
  for (const p of parameters.slice(i)) {
    if (p.options) break;
    const x = options[p.name];
    if (x === undefined ? !p.optional : !p.holds(x)) return undefined;
    given.push(proposed(p, x));
    delete options[p.name];
  }
  const last = parameters.at(-1);
  if (Object.keys(options).length > 0) {
    if (!last?.options || !last.holds(options)) return undefined;
    given.push(describe(options));
  }
  while (given.at(-1) === "undefined") given.pop();
  return `${op}(${given.join(", ")})`;
}

/** The numbers that a list is given by, one by one, as a list. */
function gathered([first]: readonly Parameter[], given: ArrayLike<unknown>): ArrayLike<unknown> {
  if (!first?.variadic || typeof given[0] !== "number") return given;
  const all = Array.from(given);
  const end = all.findIndex((x) => typeof x !== "number");
  return end < 0 ? [all] : [all.slice(0, end), ...all.slice(end)];
}

/**
 * The arguments of a call as the function takes them: a list whose elements were given one by one is a list.
 * @throws where one is missing, of another kind, or too many, and where an option is unknown.
 */
export function checkArguments<A extends ArrayLike<unknown>>(op: string, signature: Signature, given: A): A {
  const parameters = parametersOf(signature);
  const args = gathered(parameters, given) as A;
  const last = parameters.at(-1);
  for (let i = 0; i < parameters.length || i < args.length; i++) {
    const x = args[i];
    const p = parameters[i] ?? (last?.rest ? last : undefined);
    if (!p && x !== undefined) refuseMore(op, parameters, args.length);
    if (!p || (x === undefined ? p.optional || (i >= args.length && p.rest) : p.holds(x))) continue;
    if (p.options && isPlain(x)) refuseOption(op, x, p.options);
    const otherwise = ` It is called as ${usage(op, parameters)}`;
    refuse(op, p, x, otherwise, spelledOut(op, parameters, Array.from(args), i));
  }
  return args;
}

/** A function that looks at its arguments. */
export const checked = <F>(op: string, signature: Signature, f: F): F =>
  ((...args: unknown[]) =>
    (f as (...args: readonly unknown[]) => unknown)(...checkArguments(op, signature, args))) as F;

/** The objects of a class as arguments. */
export const instanceOf = (
  type: abstract new (...args: never[]) => unknown,
  says: string,
  fix: string,
): Kind => ({
  holds: (x) => x instanceof type,
  says,
  fix,
});

/** Says that a method was taken off its object. */
export const refuseReceiver = (name: string): never =>
  fail("value", name, `is a method, and was called without its object. Did you mean x.${name}(…)?`);

/** Has methods of a class look at their arguments. */
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
        if (!Object.prototype.isPrototypeOf.call(prototype, this)) refuseReceiver(name);
        return method.apply(this, checkArguments(name, signature, args));
      },
    });
  }
}
