import { Cell, ChainruleError, type DType, guard, noGrad, Parameter, Tensor } from "@chainrule/core";
import { describe } from "./describe.ts";

/** Named tensors: what a module has learnt. */
export type StateDict = Record<string, Tensor>;

export interface LoadOptions {
  /** Whether every entry must be there, and no other. */
  readonly strict?: boolean;
}

const isContainer = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && (Array.isArray(x) || Object.getPrototypeOf(x) === Object.prototype);

/** The cells and modules among an object's own properties, those in arrays and plain objects included, with their paths. */
function* partsOf(owner: object, prefix = "", seen = new Set([owner])): Generator<[string, Cell | Module]> {
  for (const [key, x] of Object.entries(owner)) {
    const path = prefix + key;
    if (x instanceof Cell || x instanceof Module) yield [path, x];
    else if (isContainer(x) && !seen.has(x)) yield* partsOf(x, `${path}.`, seen.add(x));
  }
}

/**
 * The base of layers and models. What it holds is found by walking its own properties: `Parameter`s are trained, other
 * `Cell`s are buffers, modules are children; arrays and plain objects are looked into. A shared part is listed once.
 */
export abstract class Module {
  #training = true;

  /** Whether the module is being trained; see `train` and `eval`. */
  get training(): boolean {
    return guard(() => this.#training);
  }

  set training(mode: boolean) {
    this.#training = mode;
  }

  /** What the module computes. */
  abstract forward(...inputs: never[]): unknown;

  /** This module and all below it, each with its path. */
  *namedModules(prefix = "", seen = new Set<unknown>()): Generator<[string, Module]> {
    if (seen.has(this)) return;
    seen.add(this);
    yield [prefix, this];
    for (const [path, part] of partsOf(this))
      if (part instanceof Module) yield* part.namedModules(prefix ? `${prefix}.${path}` : path, seen);
  }

  /** This module and all below it. */
  modules(): Module[] {
    return [...this.namedModules()].map(([, module]) => module);
  }

  /** Modules directly in this one. */
  children(): Module[] {
    return [...partsOf(this)].flatMap(([, part]) => (part instanceof Module ? [part] : []));
  }

  *#namedCells(): Generator<[string, Cell]> {
    const seen = new Set<Cell>();
    for (const [prefix, module] of this.namedModules())
      for (const [path, part] of partsOf(module)) {
        if (!(part instanceof Cell) || seen.has(part)) continue;
        seen.add(part);
        yield [prefix ? `${prefix}.${path}` : path, part];
      }
  }

  /** Everything that is trained, with its path: `encoder.0.weight`. */
  namedParameters(): [string, Parameter][] {
    return [...this.#namedCells()].filter((x): x is [string, Parameter] => x[1] instanceof Parameter);
  }

  /** Everything that is trained. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, p]) => p);
  }

  /** State that is kept but not trained, with its path. */
  namedBuffers(): [string, Cell][] {
    return [...this.#namedCells()].filter(([, c]) => !(c instanceof Parameter));
  }

  /** Prepares this module and all below it for training (dropout drops, batch statistics are used), or not. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Holds parameters and buffers of a float dtype in another one from now on. @throws where that is no float dtype. */
  to(dtype: DType): this {
    const isFloat = (d: DType) => d === "float32" || d === "float64";
    if (!isFloat(dtype))
      throw new ChainruleError("dtype", "to", `a module is held in float32 or float64, not in ${dtype}`);
    for (const [, cell] of this.#namedCells()) if (isFloat(cell.dtype)) cell.convert(dtype);
    return this;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const p of this.parameters()) p.zeroGrad();
  }

  /** Parameters and buffers by path: tensors of their present values. */
  stateDict(): StateDict {
    return Object.fromEntries([...this.#namedCells()].map(([name, cell]) => [name, cell.detach()]));
  }

  /**
   * Takes the values of a state dict over.
   * @throws where entries are missing or unexpected (unless `strict` is false), or of another shape or dtype; nothing is loaded then.
   */
  loadStateDict(dict: Readonly<StateDict>, { strict = true }: LoadOptions = {}): void {
    const cells = new Map(this.#namedCells());
    const missing = [...cells.keys()].filter((name) => !Object.hasOwn(dict, name));
    const unexpected = Object.keys(dict).filter((name) => !cells.has(name));
    const given = [...cells].filter(([name]) => Object.hasOwn(dict, name));
    const misfits = given.flatMap(([name, cell]) => {
      const value = dict[name];
      if (!(value instanceof Tensor)) return [`${name} is no tensor`];
      const [is, expected] = [describe(value), describe(cell)];
      return is === expected ? [] : [`${name} is ${is}, expected ${expected}`];
    });
    const faults = [
      ...(strict && missing.length > 0 ? [`missing ${missing.join(", ")}`] : []),
      ...(strict && unexpected.length > 0 ? [`unexpected ${unexpected.join(", ")}`] : []),
      ...misfits,
    ];
    if (faults.length > 0)
      throw new ChainruleError("state", "loadStateDict", `${faults.join("; ")}. Nothing was loaded.`);
    noGrad(() => {
      for (const [name, cell] of given) cell.assign(dict[name] as Tensor);
    });
  }

  /** What the module's constructor was given, for printing. */
  protected extraRepr(): string {
    return "";
  }

  #print(above: readonly Module[]): string {
    const name = this.constructor.name;
    if (above.includes(this)) return `${name}(…)`;
    const parts = [...partsOf(this)].filter((x): x is [string, Module] => x[1] instanceof Module);
    const lines = parts.map(([path, m]) => `(${path}): ${m.#print([...above, this])}`);
    const body = lines.map((line) => `  ${line.replaceAll("\n", "\n  ")}\n`).join("");
    return `${name}(${body ? `\n${body}` : this.extraRepr()})`;
  }

  /** The module and its parts as PyTorch prints them. */
  toString(): string {
    return this.#print([]);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A module from one tensor to one tensor. */
export abstract class Layer extends Module {
  abstract override forward(x: Tensor): Tensor;
}
