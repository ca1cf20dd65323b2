import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { Cell } from "../tensor/cell.ts";
import { isLocal } from "../tensor/lifetime.ts";
import type { Recorder } from "../tensor/recorder.ts";
import { Tensor } from "../tensor/tensor.ts";
import { containerOf, isData, isObject } from "./container.ts";
import type { Flattened } from "./inputs.ts";

/** Makes a value anew at each call, of the tensors that the program gives and of what the arguments hold. */
export type Template = (outputs: readonly Tensor[], found: Flattened) => unknown;

const isTensor = (x: unknown): x is Tensor => x instanceof Tensor && !(x instanceof Cell);

const described = (x: object): string =>
  typeof x === "function" ? "a function" : `an object of class ${x.constructor?.name}`;

/** What a traced function returned, or wrote into its arguments, as templates; their tensors are outputs of the program. */
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

  /** What the function returned: of a cell, its value. */
  result(x: unknown): Template {
    return this.#of(x, "the result", (t) => t instanceof Tensor);
  }

  /** What the function wrote into an argument. */
  written(x: unknown): Template {
    return this.#of(x, "what it writes into an argument", isTensor);
  }

  /** @param isOutput whether something is given by the program */
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

  /** Whether there is something in an object that was made inside. */
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
