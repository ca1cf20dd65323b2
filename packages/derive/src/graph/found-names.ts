import { Tensor } from "@chainrule/core";
import { argument, type Node, nodeOf, topological } from "@chainrule/core/internal";
import { asAtom } from "../algebra/rational.ts";
import { someAtom } from "../algebra/rewrite.ts";
import type { Model, Variable } from "./model.ts";
import { readLetters } from "./movements.ts";
import type { Trace } from "./trace.ts";

/** Names for tensors that the function gives none: the cuts of the chain rule. */

/** The nodes between a variable and the loss, in order, with what reads each. */
function between({ args, results }: Trace, wrt: string): { order: Node[]; readers: Map<Node, Node[]> } {
  const [loss] = results.values();
  const order = topological([loss!], () => true);
  const readers = new Map<Node, Node[]>();
  const reached = new Set<Node>([args.get(wrt)!]);
  for (const node of order)
    for (const x of node.inputs) {
      readers.set(x, [...(readers.get(x) ?? []), node]);
      if (reached.has(x)) reached.add(node);
    }
  return { order: order.filter((n) => reached.has(n)), readers };
}

const isRearrangement = ({ op, inputs }: Node): boolean =>
  op.family === "movement" &&
  inputs.length === 1 &&
  readLetters(
    op,
    inputs[0]!.shape,
    inputs[0]!.shape.map(() => undefined),
  ) !== undefined;

/** Whether a node adds a bias, which repeats along an axis. */
function addsBias({ op, inputs }: Node): boolean {
  if (op.family !== "elementwise" || !op.partials) return false;
  const names = inputs.map((_, i) => argument(i));
  const isSum = op.partials(argument(inputs.length, "y"), names).every((d) => d === 1);
  return isSum && inputs.some((x) => x.op.family === "movement" && x.op.name === "expand");
}

/** Kinds of tensors that get names, with the letter. */
const letters = { preactivation: "z", activation: "h", normalized: "p" } as const;
type Kind = keyof typeof letters;

/** Whether a contraction reads a node, also through rearrangements. */
const entersContraction = (node: Node, readers: ReadonlyMap<Node, Node[]>): boolean =>
  (readers.get(node) ?? []).some(
    (r) => r.op.family === "contraction" || (isRearrangement(r) && entersContraction(r, readers)),
  );

function kindOf(node: Node, readers: ReadonlyMap<Node, Node[]>): Kind | undefined {
  const isProduct = (x: Node): boolean =>
    x.op.family === "contraction" || (isRearrangement(x) && isProduct(x.inputs[0]!));
  if (isProduct(node) || (addsBias(node) && node.inputs.some(isProduct))) return "preactivation";
  if (node.op.family === "identity" && node.inputs.length > 1) return "normalized";
  return node.op.family === "elementwise" && entersContraction(node, readers) ? "activation" : undefined;
}

/** The tensors that get names, by their letters; numbered where there are several of a kind. */
export function foundNames(trace: Trace, wrt: string): Map<string, Node> {
  const named = new Set([...trace.args.values(), ...trace.results.values()]);
  const { order, readers } = between(trace, wrt);
  const found: [Kind, Node][] = [];
  for (const node of order) {
    if (named.has(node)) continue;
    const kind = kindOf(node, readers);
    let top = node;
    for (
      let above = readers.get(top);
      kind === "preactivation" && above?.length === 1;
      above = readers.get(top)
    ) {
      if (!isRearrangement(above[0]!) && !addsBias(above[0]!)) break;
      top = above[0]!;
      if (named.has(top)) break;
    }
    if (kind && !named.has(top)) {
      named.add(top);
      found.push([kind, top]);
    }
  }
  const taken = new Set([...trace.args.keys(), ...trace.results.keys()]);
  const names = new Map<string, Node>();
  for (const kind of Object.keys(letters) as Kind[]) {
    const own = found.filter(([k]) => k === kind);
    own.forEach(([, node], i) => {
      const plain = letters[kind];
      const isAlone = own.length === 1 && !taken.has(plain);
      let number = i + 1;
      while (!isAlone && taken.has(`${plain}${number}`)) number++;
      const name = isAlone ? plain : `${plain}${number}`;
      taken.add(name);
      names.set(name, node);
    });
  }
  return names;
}

/** The softmax whose logarithm a stable formula takes, as a tensor that gets a name: e^z over its sum. */
export function foundSoftmax({ variables, loss }: Model): Map<string, Node> {
  for (const v of [loss, ...variables.values()]) {
    let found: { readonly of: Variable; readonly dim: number } | undefined;
    if (v.definition)
      someAtom(v.definition, (atom) => {
        if (atom.kind !== "sum" || atom.over.length !== 1) return false;
        const inner = asAtom(atom.body);
        const x = inner?.kind === "apply" && inner.op.name === "exp" ? asAtom(inner.args[0]!) : undefined;
        const of = x?.kind === "symbol" ? variables.get(x.name) : undefined;
        if (x?.kind !== "symbol" || !of) return false;
        const place = x.axes.findIndex(({ name }) => name === atom.over[0]!.name);
        const dims = of.letters.flatMap((i, d) => (i ? [d] : []));
        if (place >= 0) found = { of, dim: dims[place]! };
        return place >= 0;
      });
    if (!found) continue;
    const isNormalized = [...variables.values()].some((w) => w !== loss && w.definition && hasSumBelow(w));
    const name = ["p", "q", "s"].find((letter) => !variables.has(letter));
    if (isNormalized || name === undefined) return new Map();
    return new Map([[name, nodeOf(new Tensor(found.of.node).softmax(found.dim))]]);
  }
  return new Map();
}

const hasSumBelow = ({ definition }: Variable): boolean =>
  definition!.numerator.terms.some(({ powers }) =>
    powers.some(({ atom, exponent }) => atom.kind === "sum" && exponent < 0),
  );
