import { isPlainObject } from "../arguments/describe.ts";
import { checkArguments, describe, type Signature } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import { refuseInside } from "./lifetime.ts";
import { Sha256 } from "./sha256.ts";
import { evaluate, Tensor } from "./tensor.ts";

/** An object whose state is a tree of tensors and numbers, such as a module or an optimizer. */
export interface Stateful {
  stateDict(): object;
}

type Write = (view: DataView, at: number, x: number) => void;

/** How an element is written: little endian, with all NaNs alike. */
const encodings: Readonly<Record<DType, { readonly bytes: number; readonly write: Write }>> = {
  bool: { bytes: 1, write: (view, at, x) => view.setUint8(at, x) },
  int32: { bytes: 4, write: (view, at, x) => view.setInt32(at, x, true) },
  float32: {
    bytes: 4,
    write: (view, at, x) =>
      Number.isNaN(x) ? view.setUint32(at, 0x7fc00000, true) : view.setFloat32(at, x, true),
  },
  float64: {
    bytes: 8,
    write: (view, at, x) =>
      Number.isNaN(x) ? view.setBigUint64(at, 0x7ff8n << 48n, true) : view.setFloat64(at, x, true),
  },
};

function elementBytes(elements: ArrayLike<number>, dtype: DType): Uint8Array {
  const { bytes, write } = encodings[dtype];
  const view = new DataView(new ArrayBuffer(bytes * elements.length));
  for (let i = 0; i < elements.length; i++) write(view, bytes * i, elements[i]!);
  return new Uint8Array(view.buffer);
}

/** A line of ASCII that JSON reads as `x`. */
const line = (x: unknown): Uint8Array => {
  const text = JSON.stringify(x).replace(
    /[^ -~]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return Uint8Array.from(`${text}\n`, (c) => c.charCodeAt(0));
};

type Leaf = Tensor | number | boolean;

const isStateful = (x: object): x is Stateful => typeof (x as Partial<Stateful>).stateDict === "function";

const isTree = (x: unknown): x is object =>
  typeof x === "object" && x !== null && (Array.isArray(x) || isPlainObject(x) || isStateful(x));

const expected = "a tensor, a list or plain object of tensors, or an object with a stateDict()";

/** The leaves of a tree with their paths. */
function* leavesOf(
  x: unknown,
  path: readonly string[],
  above: readonly unknown[],
): Generator<[string[], Leaf]> {
  const name = path.join(".") || "the argument";
  if (x instanceof Tensor || (path.length > 0 && (typeof x === "number" || typeof x === "boolean")))
    yield [[...path], x];
  else if (!isTree(x)) fail("dtype", "fingerprint", `${name} is ${describe(x)}; give ${expected}`);
  else if (above.includes(x)) fail("value", "fingerprint", `${name} holds itself; give trees`);
  else
    for (const [key, part] of Object.entries(isStateful(x) ? x.stateDict() : x))
      yield* leavesOf(part, [...path, key], [...above, x]);
}

const fingerprintArguments: Signature = {
  state: { holds: (x) => x instanceof Tensor || isTree(x), message: expected, code: "dtype" },
};

/**
 * The SHA-256 of the names, dtypes, shapes and bits of tensors: two runs with the same fingerprint gave the same bits.
 *
 * Names are paths in the tree, such as `layers.0.weight`; tensors are hashed in the order of their names. Elements are hashed in
 * little-endian order, with all NaNs alike; −0 and 0 differ.
 *
 * @param state a tensor, a list or plain object of tensors (and numbers) of any depth, or an object with a `stateDict()`: a
 * module or an optimizer
 * @returns 64 hexadecimal digits
 * @throws for anything else; inside a compiled function; on a backend that reads only asynchronously, before `read`
 *
 * @example
 * const model = new Linear(2, 1);
 * model.loadStateDict({ weight: tensor([[1, 2]]), bias: tensor([0]) });
 * console.log(fingerprint(model).slice(0, 16)); //=> 0e615a3e9e8cdf44
 */
export function fingerprint(state: Tensor | Stateful | object): string {
  checkArguments("fingerprint", fingerprintArguments, arguments);
  refuseInside("fingerprint", state);
  const leaves = [...leavesOf(state, [], [])].map(([path, x]) => [path.join("."), x] as const);
  evaluate(leaves.flatMap(([, x]) => (x instanceof Tensor ? [x] : [])));
  const hash = new Sha256();
  for (const [name, x] of leaves.sort(([a], [b]) => Number(a > b) - Number(a < b)))
    if (x instanceof Tensor)
      hash.update(line([name, x.dtype, x.shape])).update(elementBytes(x.data(), x.dtype));
    else hash.update(line([name, typeof x])).update(elementBytes([Number(x)], "float64"));
  return hash.digest();
}
