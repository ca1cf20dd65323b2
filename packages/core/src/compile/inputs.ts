import { sameShape } from "../shape.ts";
import { Cell } from "../tensor/cell.ts";
import { hasLifetime } from "../tensor/lifetime.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkContainer, containerOf, type Entry, isData, isObject } from "./container.ts";
import type { Flattened } from "./flattened.ts";
import { emptyFlattened } from "./flattened.ts";
import { ArgumentForms } from "./forms.ts";

/** Whether a value has the structure that a function was traced for. Its tensors and containers are added to `found`. */
export type Matcher = (x: unknown, found: Flattened) => boolean;

const isTensor = (x: unknown): x is Tensor => x instanceof Tensor && !(x instanceof Cell);

function tensorMatcher({ dtype, shape, requiresGrad }: Tensor): Matcher {
  return (y, found) => {
    if (!isTensor(y)) return false;
    found.tensors.push(y);
    return y.dtype === dtype && sameShape(y.shape, shape) && y.requiresGrad === requiresGrad;
  };
}

/** An entry of a container; for a tensor, with its index in `found.tensors`. */
type Part = readonly [key: unknown, value: unknown, tensor: number | undefined];

/**
 * The arguments of the call that is traced. During the trace, placeholders replace their tensors in the containers
 * themselves, so that the function may write into these.
 */
export class TracedArguments {
  readonly found: Flattened = emptyFlattened();
  readonly matches: Matcher;
  readonly forms: ArgumentForms;
  /** The entries of each container. */
  readonly #parts: (readonly Part[])[] = [];

  constructor(args: readonly unknown[]) {
    const fits = this.#matcherFor(args, "argument");
    this.forms = new ArgumentForms(this.found);
    this.matches = (x, found) => fits(x, found) && this.forms.match(found);
  }

  #matcherFor(x: unknown, where: string): Matcher {
    if (isTensor(x)) {
      this.found.tensors.push(x);
      return tensorMatcher(x);
    }
    if (!isObject(x) || hasLifetime(x)) return (y) => Object.is(x, y);
    const at = this.found.objects.indexOf(x);
    if (at >= 0) return (y, found) => y === found.objects[at];
    checkContainer(x, where);
    const { objects, tensors } = this.found;
    const container = containerOf(x);
    const entries = container.entries(x);
    const place = objects.push(x) - 1;
    this.#parts[place] = [];
    const parts: Part[] = [];
    const fits = entries.map(([key, value]) => {
      parts.push([key, value, isTensor(value) ? tensors.length : undefined]);
      return this.#matcherFor(value, `${where}.${String(key)}`);
    });
    this.#parts[place] = parts;
    const prototype = Object.getPrototypeOf(x);
    const isLike = isData(x) ? (y: object) => Object.getPrototypeOf(y) === prototype : (y: object) => y === x;
    const matches = Array.isArray(x)
      ? (y: object, found: Flattened) => {
          const list = y as readonly unknown[];
          return list.length === fits.length && fits.every((fit, i) => fit(list[i], found));
        }
      : (y: object, found: Flattened) => {
          const own = container.entries(y);
          const matching = ([key, value]: Entry, i: number) =>
            key === parts[i]?.[0] && fits[i]?.(value, found);
          return own.length === parts.length && own.every(matching);
        };
    return (y, found) => {
      if (!isObject(y) || !isLike(y) || found.objects.includes(y)) return false;
      found.objects.push(y);
      return matches(y, found);
    };
  }

  /** The entries of a container with other tensors in place of its own. */
  #entries(place: number, tensors: readonly Tensor[]): Entry[] {
    return this.#parts[place]!.map(([key, value, i]) => [key, i === undefined ? value : tensors[i]]);
  }

  /** Runs `f` while placeholders replace the tensors of the arguments. */
  replacedBy<T>(placeholders: readonly Tensor[], f: () => T): T {
    try {
      this.#fill(placeholders);
      return f();
    } finally {
      this.#fill(this.found.tensors);
    }
  }

  #fill(tensors: readonly Tensor[]): void {
    for (const [place, x] of this.found.objects.entries()) {
      const [container, entries] = [containerOf(x), this.#entries(place, tensors)];
      if (!container.holds(x, entries)) container.put(x, entries);
    }
  }

  /** The containers whose entries f has changed, with their new entries. */
  written(
    placeholders: readonly Tensor[],
  ): { readonly object: number; readonly entries: readonly Entry[] }[] {
    return this.found.objects.flatMap((x, object) => {
      const container = containerOf(x);
      const unchanged = container.holds(x, this.#entries(object, placeholders));
      return unchanged ? [] : [{ object, entries: container.entries(x) }];
    });
  }
}
