import { Cell, type DType, noGrad, Parameter, Tensor } from "@chainrule/core";
import {
  checkMethods,
  fail,
  guardFields,
  type Kind,
  Setting,
  type Signature,
} from "@chainrule/core/internal";
import { childrenOf } from "./children.ts";
import { describe } from "./describe.ts";

/** The parameters and buffers of a module by path. */
export type StateDict = Record<string, Tensor>;

/** Options of `loadStateDict`. */
export interface LoadOptions {
  /** Whether missing and unexpected entries are errors. Default: true. */
  readonly strict?: boolean;
}

const isModule = (x: unknown): x is Module => x instanceof Module;

/** Whether a pattern matches a path: the path itself, a module above it, or a regular expression. */
const matchesPath = (path: string, pattern: string | RegExp): boolean =>
  typeof pattern === "string"
    ? path === pattern || path.startsWith(`${pattern}.`)
    : path.search(pattern) !== -1;

const dictKind: Kind = {
  holds: (x) => typeof x === "object" && x !== null && !Array.isArray(x),
  message: "a state dict: tensors by name",
};

/**
 * The base class of layers and models.
 *
 * Parts are found by walking the module's own properties, arrays, plain objects, Maps and Sets included: a `Parameter`
 * is trained, another `Cell` is a buffer, a module is a child. A part that is found twice is listed once. A `#private`
 * field is invisible to this walk; TypeScript's `private readonly` hides a part from other code only.
 *
 * @example
 * class Scale extends Module {
 *   readonly factor = new Parameter(tensor(2));
 *   forward(x: Tensor) {
 *     return x.mul(this.factor);
 *   }
 * }
 * console.log(new Scale().forward(tensor([1, 2])).detach()); //=> tensor([2, 4], shape [2], float32)
 */
export abstract class Module {
  static readonly name: string = "Module";

  /** The classes whose `forward` is guarded. */
  static readonly #guarded = new WeakSet<object>([Module.prototype]);

  readonly #training = new Setting(true, "module");

  constructor() {
    Module.#guardForward(Object.getPrototypeOf(this));
  }

  /**
   * Guards `forward` of a class and its base classes: a compiled call is traced again when fields of the module change.
   */
  static #guardForward(prototype: object): void {
    if (Module.#guarded.has(prototype)) return;
    Module.#guarded.add(prototype);
    Module.#guardForward(Object.getPrototypeOf(prototype));
    const own = Object.getOwnPropertyDescriptor(prototype, "forward");
    if (typeof own?.value !== "function") return;
    const forward: (...inputs: unknown[]) => unknown = own.value;
    const value = function (this: unknown, ...inputs: unknown[]): unknown {
      if (!(this instanceof Module))
        fail(
          "value",
          "forward",
          "is a method, and was called without its module. Did you mean (x) => model.forward(x)?",
        );
      if (!this.#training.isLocal) guardFields(this);
      return forward.apply(this, inputs);
    };
    Object.defineProperty(prototype, "forward", { ...own, value });
  }

  /** Whether the module is in training mode; see `train` and `eval`. Default: true. */
  get training(): boolean {
    return this.#training.value;
  }

  set training(mode: boolean) {
    this.#training.value = mode;
  }

  /** The output of the module. */
  abstract forward(...inputs: never[]): unknown;

  /** This module and its descendants with their paths. */
  *namedModules(prefix = "", seen = new Set<unknown>()): Generator<[string, Module]> {
    if (seen.has(this)) return;
    seen.add(this);
    yield [prefix, this];
    for (const [path, part] of childrenOf(this, isModule))
      if (part instanceof Module) yield* part.namedModules(prefix ? `${prefix}.${path}` : path, seen);
  }

  /** This module and its descendants. */
  modules(): Module[] {
    return [...this.namedModules()].map(([, module]) => module);
  }

  /** The modules directly in this one. */
  children(): Module[] {
    return [...childrenOf(this, isModule)].flatMap(([, part]) => (part instanceof Module ? [part] : []));
  }

  *#namedCells(): Generator<[string, Cell]> {
    const seen = new Set<Cell>();
    const taken = new Set<string>();
    for (const [prefix, module] of this.namedModules())
      for (const [path, part] of childrenOf(module, isModule)) {
        if (!(part instanceof Cell) || seen.has(part)) continue;
        const name = prefix ? `${prefix}.${path}` : path;
        if (taken.has(name))
          fail(
            "state",
            this.constructor.name,
            `two parameters or buffers have the path "${name}". Did you mean a property name without "."?`,
          );
        seen.add(part);
        taken.add(name);
        yield [name, part];
      }
  }

  /** All parameters with their paths, such as `encoder.0.weight`. @throws where two cells have one path. */
  namedParameters(): [string, Parameter][] {
    return [...this.#namedCells()].filter((x): x is [string, Parameter] => x[1] instanceof Parameter);
  }

  /** All parameters. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, p]) => p);
  }

  /** The number of elements of all parameters, frozen ones included. */
  numParameters(): number {
    return this.parameters().reduce((n, p) => n + p.size, 0);
  }

  /** All buffers, which are saved but not trained, with their paths. */
  namedBuffers(): [string, Cell][] {
    return [...this.#namedCells()].filter(([, c]) => !(c instanceof Parameter));
  }

  /** Sets training mode of this module and its descendants: dropout drops, batch statistics are used. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Sets whether parameters collect gradients. Gradients of a frozen parameter are cleared, so that no optimizer
   * updates it.
   *
   * @param pattern a path, which matches its descendants too ("encoder" matches `encoder.0.weight`), or a regular
   * expression of paths; default all parameters
   * @throws where the pattern matches no parameter
   */
  requiresGrad_(requiresGrad = true, pattern?: string | RegExp): this {
    return this.#setRequiresGrad("requiresGrad_", requiresGrad, pattern);
  }

  #setRequiresGrad(op: string, requiresGrad: boolean, pattern: string | RegExp | undefined): this {
    const all = this.namedParameters();
    const named = pattern === undefined ? all : all.filter(([path]) => matchesPath(path, pattern));
    if (pattern !== undefined && named.length === 0)
      fail("value", op, `${pattern} matches none of the parameters ${all.map(([path]) => path).join(", ")}`);
    for (const [, p] of named) {
      p.requiresGrad = requiresGrad;
      if (!requiresGrad) p.zeroGrad();
    }
    return this;
  }

  /** `requiresGrad_(false, pattern)`. */
  freeze(pattern?: string | RegExp): this {
    return this.#setRequiresGrad("freeze", false, pattern);
  }

  /** `requiresGrad_(true, pattern)`. */
  unfreeze(pattern?: string | RegExp): this {
    return this.#setRequiresGrad("unfreeze", true, pattern);
  }

  /** Converts parameters and buffers of a float dtype to another one. @throws where that is not a float dtype. */
  to(dtype: DType): this {
    const isFloat = (d: DType) => d === "float32" || d === "float64";
    if (!isFloat(dtype)) fail("dtype", "to", `the dtype must be float32 or float64, not ${dtype}`);
    for (const [, cell] of this.#namedCells()) if (isFloat(cell.dtype)) cell.convert(dtype);
    return this;
  }

  /** Clears the gradients of all parameters. */
  zeroGrad(): void {
    for (const p of this.parameters()) p.zeroGrad();
  }

  /** The values of parameters and buffers by path. */
  stateDict(): StateDict {
    return Object.fromEntries([...this.#namedCells()].map(([name, cell]) => [name, cell.detach()]));
  }

  /**
   * Assigns the values of a state dict.
   *
   * @throws where entries are missing or unexpected (unless `strict` is false), have another shape or dtype, or cannot
   * be computed; nothing is loaded then
   */
  loadStateDict(dict: Readonly<StateDict>, { strict = true }: LoadOptions = {}): void {
    const cells = new Map(this.#namedCells());
    const missing = [...cells.keys()].filter((name) => !Object.hasOwn(dict, name));
    const unexpected = Object.keys(dict).filter((name) => !cells.has(name));
    const given = [...cells].filter(([name]) => Object.hasOwn(dict, name));
    const misfits = given.flatMap(([name, cell]) => {
      const value = dict[name];
      if (!(value instanceof Tensor)) return [`${name} is not a tensor`];
      const [is, expected] = [describe(value), describe(cell)];
      return is === expected ? [] : [`${name} is ${is}, expected ${expected}`];
    });
    const faults = [
      ...(strict && missing.length > 0 ? [`missing ${missing.join(", ")}`] : []),
      ...(strict && unexpected.length > 0 ? [`unexpected ${unexpected.join(", ")}`] : []),
      ...misfits,
    ];
    const isPlainData = given.some(([name]) => !(dict[name] instanceof Tensor));
    if (faults.length > 0)
      fail(
        "state",
        "loadStateDict",
        `${faults.join("; ")}. Nothing was loaded.${isPlainData ? " Did you mean fromJSON(dict)?" : ""}`,
      );
    const values = given.map(([name]) => dict[name]!);
    Tensor.evaluate(values);
    noGrad(() => {
      for (const [i, [, cell]] of given.entries()) cell.assign(values[i]!);
    });
  }

  /** The arguments of the constructor, for printing. */
  protected extraRepr(): string {
    return "";
  }

  #print(above: readonly Module[]): string {
    const name = this.constructor.name;
    if (above.includes(this)) return `${name}(…)`;
    const parts = [...childrenOf(this, isModule)].filter(
      (x): x is [string, Module] => x[1] instanceof Module,
    );
    const lines = parts.map(([path, m]) => `(${path}): ${m.#print([...above, this])}`);
    const body = lines.map((line) => `  ${line.replaceAll("\n", "\n  ")}\n`).join("");
    return `${name}(${body ? `\n${body}` : this.extraRepr()})`;
  }

  /** The module and its children as PyTorch prints them. */
  toString(): string {
    return this.#print([]);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

const patternKind: Kind = {
  holds: (x) => typeof x === "string" || x instanceof RegExp,
  message: "a path, or a regular expression of paths",
  optional: true,
};

checkMethods(Module.prototype, {
  requiresGrad_: { requiresGrad: "boolean?", pattern: patternKind },
  freeze: { pattern: patternKind },
  unfreeze: { pattern: patternKind },
  train: { mode: "boolean?" },
  eval: {},
  to: { dtype: "dtype" },
  zeroGrad: {},
  stateDict: {},
  loadStateDict: { dict: dictKind, options: { strict: "boolean" } },
});

/** The arguments of a layer's `forward`. */
export const layerInput: Signature = { x: "tensor" };

/**
 * A module from one tensor to one tensor, as `Sequential` takes them.
 *
 * @example
 * class Square extends Layer {
 *   forward(x: Tensor) {
 *     return x.square();
 *   }
 * }
 * console.log(new Sequential(new Square(), new Square()).forward(tensor(2))); //=> tensor(16, shape [], float32)
 */
export abstract class Layer extends Module {
  abstract override forward(x: Tensor): Tensor;
}
