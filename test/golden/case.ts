import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type DType, type Tensor, tensor } from "@chainrule/core";
import type { Attrs } from "./adapter.ts";

/** A tensor as the files hold it: row-major, with names for the numbers that JSON cannot say. */
export interface Stored {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

/** One call and what it must give; `SCHEMA.md` says what each field means. */
export interface Case {
  readonly id: string;
  readonly op: string;
  readonly dtype: DType;
  readonly inputs: readonly Stored[];
  readonly attrs: Attrs;
  readonly outputs?: readonly Stored[];
  readonly gradOutputs?: readonly (Stored | null)[];
  readonly grads?: readonly Stored[];
  readonly gradgrad?: {
    readonly vectors: readonly Stored[];
    readonly gradsInputs: readonly Stored[];
    readonly gradsGradOutputs: readonly (Stored | null)[];
  };
  readonly throws?: boolean;
  readonly tags?: readonly string[];
  readonly tol?: Tolerance;
}

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

export interface Family {
  readonly family: string;
  readonly tol: Readonly<Record<string, Tolerance>>;
  readonly cases: readonly Case[];
}

const notJson: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** A stored number as a number. */
export const numberOf = (x: number | string): number =>
  typeof x === "number" ? x : (notJson[x] ?? Number.NaN);

/** Plain data with NaN and infinities put back in the place of their names. */
export function revived(x: unknown): unknown {
  if (typeof x === "string") return Object.hasOwn(notJson, x) ? notJson[x] : x;
  if (Array.isArray(x)) return x.map(revived);
  if (x === null || typeof x !== "object") return x;
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, revived(v)]));
}

/** A stored tensor as a tensor. */
export const restored = ({ data, shape, dtype }: Stored): Tensor =>
  tensor(Float64Array.from(data, numberOf), { shape, dtype });

/** The families of a folder, one file each, in alphabetical order. */
export function readFamilies(folder: string): Family[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.sort().map((file) => readFamily(join(folder, file)));
}

/** The cases of one file. */
export function readFamily(path: string): Family {
  const family = JSON.parse(readFileSync(path, "utf8")) as Family;
  return { ...family, family: family.family ?? basename(path, ".json") };
}
