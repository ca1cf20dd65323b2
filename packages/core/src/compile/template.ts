import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { Cell } from "../tensor/cell.ts";
import { isLocal } from "../tensor/lifetime.ts";
import type { Recorder } from "../tensor/recorder.ts";
import { Tensor } from "../tensor/tensor.ts";
import { containerOf, isData, isObject } from "./container.ts";
import type { Flattened } from "./flattened.ts";

/** Builds a value at each call from the outputs of the program and the arguments. */
export type Template = (outputs: readonly Tensor[], found: Flattened) => unknown;

const isTensor = (x: unknown): x is Tensor => x instanceof Tensor && !(x instanceof Cell);

const described = (x: object): string =>
  typeof x === "function" ? "a function" : `an object of class ${x.constructor?.name}`;

/** Makes templates of what a traced function returns and writes into its arguments; their tensors become outputs. */
export class Templates {
  /** The nodes of the outputs. */
  readonly nodes: Node[] = [];
  readonly #places = new Map<Tensor, number>();
  readonly #above: object[] = [];

  constructor(
    readonly recorder: Recorder,
    readonly found: Flattened,
    readonly placeholders: readonly Tensor[],
  ) {}

  /** The template of the result; a cell is returned as its value. */
  result(x: unknown): Template {
    return this.#of(x, "the result", (t) => t instanceof Tensor);
  }

  /** The template of a value that the function writes into an argument. */
  written(x: unknown): Template {
    return this.#of(x, "what it writes into an argument", isTensor);
  }

  /** @param isOutput whether a value is an output of the program */
  #of(x: unknown, where: string, isOutput: (x: object) => x is Tensor): Template {
    if (!isObject(x)) return () => x;
    if (isOutput(x)) return this.#tensor(x);
    const place = this.found.objects.indexOf(x);
    if (place >= 0) return (_, found) => found.objects[place];
    if (isLocal(x))
      fail(
        "state",
        "compile",
        `${where} was made inside, with state of its own, and would outlive the call. Did you mean its value, cell.detach()?`,
      );
    if (!isData(x)) {
      if (this.#holdsInner(x, new Set()))
        fail(
          "value",
          "compile",
          `${where} is ${described(x)} that holds tensors of one call. Did you mean to return them in a plain object?`,
        );
      return () => x;
    }
    if (this.#above.includes(x)) fail("value", "compile", `${where} contains itself`);
    this.#above.push(x);
    const container = containerOf(x);
    const parts = container
      .entries(x)
      .map(([key, value]) => [key, this.#of(value, `${where}.${String(key)}`, isOutput)] as const);
    this.#above.pop();
    return (outputs, found) => {
      const made = container.empty(x);
      container.put(
        made,
        parts.map(([key, make]) => [key, make(outputs, found)]),
      );
      return made;
    };
  }

  /** Whether an object contains a tensor or an object with state that the function made. */
  #holdsInner(x: unknown, seen: Set<object>): boolean {
    if (isTensor(x)) return x.node.id >= this.recorder.start;
    if (!isObject(x) || seen.has(x)) return false;
    seen.add(x);
    return (
      isLocal(x) ||
      containerOf(x)
        .entries(x)
        .some(([, value]) => this.#holdsInner(value, seen))
    );
  }

  #tensor(x: Tensor): Template {
    const argument = this.placeholders.indexOf(x);
    if (argument >= 0) return (_, { tensors }) => tensors[argument];
    const known = this.#places.get(x) ?? this.nodes.push(x.node) - 1;
    this.#places.set(x, known);
    return (outputs) => outputs[known];
  }
}
