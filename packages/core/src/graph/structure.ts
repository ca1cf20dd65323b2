import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Shape } from "../shape.ts";
import type { Node, Op, Source } from "./node.ts";
import { topological } from "./walk.ts";

/** A node of a graph without its values: what it does, to which earlier items. */
export interface Item {
  readonly op: Op;
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
  /** Which input of the graph this is; −1 for what is worked out. */
  readonly input: number;
}

/** A graph as data: equal items are one, and two graphs of equal `key` do the same to their inputs. */
export interface Structure {
  readonly key: string;
  readonly items: readonly Item[];
  readonly roots: readonly number[];
  /** The evaluated nodes that the graph starts from. */
  readonly inputs: readonly Node[];
}

/** What an input is, whatever it came from. */
export const given: Source = { family: "source", name: "input", attrs: {}, f: undefined };

const identities = new WeakMap<Op, string>();
let nextIdentity = 0;

/** A name that two ops share only if they do the same. */
function signature(op: Op): string {
  if (op.family !== "elementwise") return `${op.name}${JSON.stringify(op.attrs)}`;
  const known = identities.get(op) ?? `${op.name}#${nextIdentity++}`;
  identities.set(op, known);
  return known;
}

/** What stands in for the value of a tensor that is only known when a compiled function is called. */
function unknown(op: Op): never {
  return fail(
    "value",
    "compile",
    `a value is read inside a compiled function, where none is known yet (${op.name}). Return the tensor and read it outside; where() chooses by a condition`,
  );
}

/** The structure of what `roots` are made of, down to evaluated nodes; identities vanish and equal nodes merge. */
export function structureOf(
  roots: readonly Node[],
  isInput: (node: Node) => boolean = (n) => n.value !== null,
): Structure {
  const place = new Map<Node, number>();
  const known = new Map<string, number>();
  const items: Item[] = [];
  const inputs: Node[] = [];
  const keys: string[] = [];
  const enter = (key: string, item: Item): number => {
    const at = known.get(key) ?? items.length;
    if (at === items.length) {
      known.set(key, at);
      items.push(item);
      keys.push(key);
    }
    return at;
  };
  for (const node of topological(roots, (n) => !isInput(n))) {
    const { op, shape, dtype } = node;
    if (isInput(node)) {
      place.set(
        node,
        enter(`in${inputs.length}:${dtype}[${shape}]`, {
          op: given,
          inputs: [],
          shape,
          dtype,
          input: inputs.length,
        }),
      );
      inputs.push(node);
    } else if (op.family === "source" && op.f === undefined) unknown(op);
    else if (op.family === "identity") place.set(node, place.get(node.inputs[0] as Node) as number);
    else {
      const from = node.inputs.map((x) => place.get(x) as number);
      place.set(
        node,
        enter(`${signature(op)}(${from}):${dtype}[${shape}]`, { op, inputs: from, shape, dtype, input: -1 }),
      );
    }
  }
  const ends = roots.map((r) => place.get(r) as number);
  return { key: `${keys.join(";")}→${ends}`, items, roots: ends, inputs };
}
