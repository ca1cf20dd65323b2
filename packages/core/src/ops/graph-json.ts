import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import { type CanonicalGraph, type GraphNode, inputOp } from "../graph/canonicalize.ts";
import type { Op } from "../graph/node.ts";
import type { Elementwise } from "../graph/op.ts";
import { range, type Shape } from "../shape.ts";
import { registeredRow } from "./formula.ts";
import { registeredHost } from "./host.ts";

/** A value that JSON holds exactly: −0, ±∞ and NaN as {"number": "-0"} and so on. */
type Json = string | number | boolean | { readonly number: string } | readonly Json[];

/** An op as JSON: its family, its name and its attributes. */
type OpJson = { readonly family: string; readonly name: string } & { readonly [attribute: string]: Json };

/** An item of a graph as JSON: an input of the graph, or an op applied to earlier items. */
interface ItemJson {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Which input of the graph this is. */
  readonly input?: number;
  readonly op?: OpJson;
  readonly inputs?: readonly number[];
}

/** A graph as JSON. */
export interface GraphJson {
  readonly items: readonly ItemJson[];
  readonly roots: readonly number[];
}

/** A graph as data, without the nodes that its inputs came from. */
type Graph = Pick<CanonicalGraph, "items" | "roots">;

const write = (x: unknown): Json => {
  if (Array.isArray(x)) return x.map(write);
  const isExact = typeof x !== "number" || (Number.isFinite(x) && !Object.is(x, -0));
  return isExact ? (x as Json) : { number: Object.is(x, -0) ? "-0" : String(x) };
};

const read = (x: Json): unknown => {
  if (Array.isArray(x)) return x.map(read);
  return typeof x === "object" && "number" in x ? Number(x.number) : x;
};

const mapValues = <A, B>(object: Readonly<Record<string, A>>, f: (x: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(object).map(([key, x]) => [key, f(x)]));

/** The op of the row that is registered under a name, for operands in number and a result of a dtype. */
const rowOp = (name: string, operands: readonly number[], dtype: DType): Elementwise | undefined =>
  registeredRow(name)?.(operands, dtype);

function writeOp({ op, inputs, dtype }: GraphNode): OpJson {
  const refuse = (why: string): never =>
    fail("value", "graphToJson", `the graph has the op ${op.name}, ${why}, so that it cannot be written`);
  if (op.family === "identity") return refuse("whose derivative is a function");
  if (op.family === "host")
    return registeredHost(op.name) === op
      ? { family: op.family, name: op.name }
      : refuse("whose function is not registered by name");
  if (op.family !== "elementwise") return mapValues<unknown, Json>({ ...op }, write) as OpJson;
  const { family, name, operands } = op;
  if (rowOp(name, operands ?? range(inputs.length), dtype) !== op)
    return refuse("which is known by the object that elementwise() made and is not registered by name");
  return operands ? { family, name, operands } : { family, name };
}

function readOp({ family, name, ...attributes }: OpJson, inputs: readonly number[], dtype: DType): Op {
  if (family === "host")
    return (
      registeredHost(name) ??
      fail("value", "graphFromJson", `no host op is registered under the name ${name}`)
    );
  if (family !== "elementwise") return { family, name, ...mapValues(attributes, read) } as unknown as Op;
  const operands = attributes.operands as readonly number[] | undefined;
  return (
    rowOp(name, operands ?? range(inputs.length), dtype) ??
    fail("value", "graphFromJson", `no elementwise op is registered under the name ${name}`)
  );
}

/**
 * A graph as JSON; its inputs are numbered.
 * @throws where it has an op that holds functions: an elementwise op that is not registered, or a derivative of users.
 */
export const graphToJson = ({ items, roots }: Graph): GraphJson => ({
  items: items.map((item) => {
    const { shape, dtype, input, inputs } = item;
    return input >= 0 ? { shape, dtype, input } : { shape, dtype, op: writeOp(item), inputs };
  }),
  roots,
});

/**
 * The graph that `graphToJson` wrote.
 * @throws where it has an elementwise op that is not registered.
 */
export const graphFromJson = ({ items, roots }: GraphJson): CanonicalGraph => ({
  items: items.map(({ shape, dtype, input = -1, op, inputs = [] }) => ({
    op: op ? readOp(op, inputs, dtype) : inputOp,
    inputs,
    shape,
    dtype,
    input,
  })),
  roots,
  inputs: [],
});
