import { AnyTensor } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import type { Expr, Scalar } from "../scalar/expr.ts";
import type { Shape } from "../shape.ts";
import type { Value } from "./value.ts";

/** Plain data that, with its name, tells one application of an op from another; of the same names for each of them. */
export type Attrs = Readonly<Record<string, string | number | boolean | readonly number[]>>;

interface OpBase {
  readonly name: string;
  readonly attrs: Attrs;
}

/** y = f(x₀, x₁, …) at every element; `partials` are ∂f/∂xᵢ, absent where the op has no derivative. */
export interface Elementwise extends OpBase {
  readonly family: "elementwise";
  readonly f: (x: readonly Expr[]) => Expr;
  readonly partials: ((y: Expr, x: readonly Expr[]) => readonly Scalar[]) | undefined;
  /** Whether a partial of 0 says that the operand was not chosen, as a truth value that is a partial says in any case. */
  readonly choice: boolean;
  /** What must hold for every element, and what to say, of which operand, where it does not. */
  readonly require:
    | { readonly holds: (x: readonly Expr[]) => Expr; readonly message: string; readonly of: number }
    | undefined;
}

/** Where an output element comes from: element `index` of input number `input`, provided that `valid` holds. */
export interface Read {
  readonly input: number;
  readonly index: readonly Scalar[];
  readonly valid?: Expr | undefined;
}

/** Every output element is one input element: that of the first valid read, or else 0. */
export interface Movement extends OpBase {
  readonly family: "movement";
  readonly reads: (out: readonly Expr[]) => readonly Read[];
  /** Where an input element goes, where that is one place and the others are 0: another way to work it out. */
  readonly puts?: (from: readonly Expr[]) => readonly Scalar[];
  /** The axis along which the inputs stand one behind the other, where that is what it does: yet another way. */
  readonly joins?: number;
  /** Whether some elements of the inputs are read by none of the output. */
  readonly drops?: boolean;
  /** The linear transpose: cotangents of the inputs from that of the output. */
  readonly transpose: (ȳ: Node) => readonly Node[];
}

/** The words that reductions combine with: associative, so that a backend may take elements in any fixed order. */
export type ReduceOp = "add" | "mul" | "maximum" | "minimum" | "and" | "or";

/**
 * Axes `dims` are combined into one element. `partial` is ∂y/∂x as a tensor of x's shape, truth values where the result is
 * one of the elements; absent means 1.
 */
export interface Reduction extends OpBase {
  readonly family: "reduction";
  readonly dims: readonly number[];
  readonly identity: number;
  /** The word that adds an element to what came before. */
  readonly combine: ReduceOp;
  /** The result is the position of the element that `combine` chose, not its value. */
  readonly isArgReduction: boolean;
  readonly partial: ((x: Node, y: Node) => Node) | undefined;
  /** Whether the elements that truth values name share the derivative evenly. */
  readonly shared: boolean;
}

/** Operands of a product whose zeros win: terms in which one of them is 0 are left out, whatever the other factor is. */
export type Skip = "" | "a" | "b" | "ab";

/** yₒ = Σ aᵢ·bⱼ over the letters that the output lacks. Every letter occurs in at least two of a, b and the output. */
export interface Contraction extends OpBase {
  readonly family: "contraction";
  readonly a: string;
  readonly b: string;
  readonly out: string;
  readonly skip: Skip;
}

/** gather reads x at an index along `dim`; scatter writes there, adding to or replacing what stood there. */
export interface Indexing extends OpBase {
  readonly family: "indexing";
  readonly dim: number;
  readonly mode: "gather" | "scatterAdd" | "scatter";
}

/** The linear recurrence yᵢ = aᵢ·yᵢ₋₁ + bᵢ along `dim`, from y₋₁ = 0; `reverse` runs from the last element. */
export interface Recurrence extends OpBase {
  readonly family: "recurrence";
  readonly dim: number;
  readonly reverse: boolean;
  /** Whether yᵢ₋₁ = 0 gives bᵢ whatever aᵢ is. */
  readonly skip: boolean;
}

/** A tensor from nothing: a formula over the element's coordinates, and scalar inputs. */
export interface Source extends OpBase {
  readonly family: "source";
  readonly f: ((coordinates: readonly Expr[], inputs: readonly Expr[]) => Expr) | undefined;
}

/** Where choices let a derivative through, as a bool tensor that is made when it is asked for. Elsewhere the derivative is 0. */
export type Mask = () => Node;

/** The value of the first input, seen differently by differentiation. Absent rules let nothing through. */
export interface Identity extends OpBase {
  readonly family: "identity";
  readonly vjp: ((ȳ: Node, node: Node, mask: Mask | null) => readonly (Node | null)[]) | undefined;
  readonly jvp: ((ẋ: readonly (Node | null)[], node: Node) => Node | null) | undefined;
  /** Of a root, what its square is, which has derivatives where the root has none. */
  readonly squared?: () => Node;
}

export type Op = Elementwise | Movement | Reduction | Contraction | Indexing | Recurrence | Source | Identity;
export type Family = Op["family"];

const nothing: readonly Node[] = [];

let count = 0;

/** How many nodes have been made: those made from here on have ids from this one. */
export const nodeCount = (): number => count;

/** What follows how graphs come about, for debugging. */
export interface NodeHook {
  onCreate(node: Node): void;
  /** What is made from now on belongs to the derivative of `node`, or to none. */
  onBackward(node: Node | null): void;
  /** Derivatives that were asked for are there. */
  onGradients(nodes: readonly (Node | null)[]): void;
}

export let nodeHook: NodeHook | null = null;

/** Has the making of graphs followed from now on; gives what followed it before. */
export function setNodeHook(by: NodeHook | null): NodeHook | null {
  const before = nodeHook;
  nodeHook = by;
  return before;
}

/** One application of an op: immutable, but for its value once that is known. */
export class Node extends AnyTensor {
  readonly id = count++;
  value: Value | null = null;
  inputs: readonly Node[];
  /** What the last walk left here. */
  visited = 0;
  /** Its place in the graph that was last looked at. */
  index = -1;
  /** The oldest unevaluated node that it waits for has no smaller id. */
  oldestPending: number;

  constructor(
    readonly op: Op,
    inputs: readonly Node[],
    readonly shape: Shape,
    readonly dtype: DType,
    /** Whether a gradient may be asked through this node. */
    readonly needsGrad: boolean,
    /** Who collects the gradient that arrives here, for a leaf. */
    readonly leaf: object | null = null,
  ) {
    super();
    this.inputs = inputs;
    this.oldestPending = this.id;
    for (const x of inputs)
      if (x.value === null && x.oldestPending < this.oldestPending) this.oldestPending = x.oldestPending;
    nodeHook?.onCreate(this);
  }

  /** Keeps the value; a node that no gradient can pass forgets how it was made. */
  setValue(value: Value): void {
    this.value = value;
    if (!this.needsGrad || this.leaf) this.inputs = nothing;
  }
}
