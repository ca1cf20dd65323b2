import { sameShape } from "../shape.ts";
import { Cell } from "../tensor/parameter.ts";
import { hasLifetime } from "../tensor/recorder.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkContainer, containerOf, type Entry, isData, isObject } from "./container.ts";

/** What was found in the arguments of a call, in the order of one walk through them. */
export interface Found {
  readonly tensors: Tensor[];
  /** The objects that were looked into. */
  readonly objects: object[];
}

export const nothingFound = (): Found => ({ tensors: [], objects: [] });

/** Whether arguments are such as a function was traced for; what is in them is noted. */
export type Fits = (x: unknown, found: Found) => boolean;

const isTensor = (x: unknown): x is Tensor => x instanceof Tensor && !(x instanceof Cell);

function fittingTensor({ dtype, shape, requiresGrad }: Tensor): Fits {
  return (y, found) => {
    if (!isTensor(y)) return false;
    found.tensors.push(y);
    return y.dtype === dtype && sameShape(y.shape, shape) && y.requiresGrad === requiresGrad;
  };
}

/** A part of an object: for a tensor, which one of those found. */
type Part = readonly [key: unknown, value: unknown, tensor: number | undefined];

/**
 * The arguments of the call for which a function is traced. Meanwhile other tensors stand in for theirs, in the objects
 * themselves, so that the function may write into them.
 */
export class Arguments {
  readonly found: Found = nothingFound();
  readonly fits: Fits;
  /** What the objects that were found hold. */
  readonly #parts: (readonly Part[])[] = [];

  constructor(args: readonly unknown[]) {
    this.fits = this.#fitting(args, "argument");
  }

  #fitting(x: unknown, where: string): Fits {
    if (isTensor(x)) {
      this.found.tensors.push(x);
      return fittingTensor(x);
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
      return this.#fitting(value, `${where}.${String(key)}`);
    });
    this.#parts[place] = parts;
    const prototype = Object.getPrototypeOf(x);
    const isLike = isData(x) ? (y: object) => Object.getPrototypeOf(y) === prototype : (y: object) => y === x;
    const matches = Array.isArray(x)
      ? (y: object, found: Found) => {
          const list = y as readonly unknown[];
          return list.length === fits.length && fits.every((fit, i) => fit(list[i], found));
        }
      : (y: object, found: Found) => {
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

  /** What an object holds, with other tensors in the places of its own. */
  #entries(place: number, tensors: readonly Tensor[]): Entry[] {
    return (this.#parts[place] as readonly Part[]).map(([key, value, i]) => [
      key,
      i === undefined ? value : tensors[i],
    ]);
  }

  /** Runs `f` while tensors stand in for those of the arguments. */
  replacedBy<T>(standIns: readonly Tensor[], f: () => T): T {
    try {
      this.#fill(standIns);
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

  /** The objects that hold something else than what they held and `standIns`, with what they hold. */
  written(standIns: readonly Tensor[]): { readonly place: number; readonly entries: readonly Entry[] }[] {
    return this.found.objects.flatMap((x, place) => {
      const container = containerOf(x);
      const unchanged = container.holds(x, this.#entries(place, standIns));
      return unchanged ? [] : [{ place, entries: container.entries(x) }];
    });
  }
}
