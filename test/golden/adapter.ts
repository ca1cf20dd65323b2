import type { Tensor } from "@chainrule/core";

/** Attributes of a case, under PyTorch's names; numbers that JSON cannot say are already numbers again. */
export type Attrs = Readonly<Record<string, unknown>>;

export interface Call {
  /** The case's input tensors, by PyTorch's argument names; lists are `tensors.0`, `tensors.1`, …. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly attrs: Attrs;
}

/** One tensor is the output `out`; several come under the names that the case gives them. */
export type Outputs = Tensor | Readonly<Record<string, Tensor>>;

/** How a PyTorch function is said in this library. */
export type Adapter = (call: Call) => Outputs;
export type Adapters = Readonly<Record<string, Adapter>>;

/** Thrown by an adapter for what it does not say yet: the case counts as not yet covered. */
export class NotCovered extends Error {}

/** The input of that name. */
export function input({ inputs }: Call, name = "input"): Tensor {
  const x = inputs[name];
  if (!x) throw new Error(`the case has no input ${name}`);
  return x;
}

/** The inputs `name.0`, `name.1`, … */
export const inputList = ({ inputs }: Call, name: string): Tensor[] =>
  Object.entries(inputs).flatMap(([key, x]) => (key.startsWith(`${name}.`) ? [x] : []));

/** The attribute of that name, or what PyTorch takes where it is missing. */
export const attr = <T>({ attrs }: Call, name: string, otherwise: T): T => (attrs[name] ?? otherwise) as T;

/** Several results as PyTorch's tuple `out.0`, `out.1`, … */
export const tuple = (tensors: readonly Tensor[]): Outputs =>
  Object.fromEntries(tensors.map((x, i) => [`out.${i}`, x]));
