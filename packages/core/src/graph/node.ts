import { AnyTensor } from "../arguments.ts";
import type { DType, TypedArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type {
  Contraction,
  Elementwise,
  Indexing,
  Input,
  Movement,
  Recurrence,
  Reduction,
  Source,
} from "./op.ts";
import type { Value } from "./value.ts";

/** Where choices let a derivative through, as a bool tensor that is made on demand. Elsewhere the derivative is 0. */
export type Mask = () => Node;

/** The derivative of an identity with attributes `A`. Absent functions let nothing through. */
export interface IdentityRule<A = unknown> {
  /** Cotangents of the inputs of `node`, given that of its value and where choices let it through. */
  vjp?(ȳ: Node, node: Node, mask: Mask | null, attributes: A): readonly (Node | null)[];
  /** The tangent of `node`, given those of its inputs. */
  jvp?(ẋ: readonly (Node | null)[], node: Node, attributes: A): Node | null;
  /** Of a root: its square, which has derivatives where the root has none. */
  square?(node: Node, attributes: A): Node;
  /** Whether the rule holds functions of users, so that the op is not plain data. */
  readonly custom?: boolean;
}

/** The value of the first input, seen differently by differentiation. */
export interface Identity<A = unknown> {
  readonly family: "identity";
  readonly name: string;
  readonly rule: IdentityRule<A>;
  readonly attributes: A;
}

/** The elements of an operand or the result of a host op, in row-major order. */
export interface HostView {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A tensor that a TypeScript function computes. Known by its object. */
export interface Host {
  readonly family: "host";
  readonly name: string;
  /** Fills `out`. The arrays are views into the memory of the running program, and must not be kept. */
  readonly compute: (out: HostView, inputs: readonly HostView[]) => void;
  /** Cotangents of the inputs of `node`, given that of its value. */
  readonly vjp: ((ȳ: Node, node: Node) => readonly (Node | null)[]) | undefined;
  /** The tangent of `node`, given those of its inputs. */
  readonly jvp: ((ẋ: readonly (Node | null)[], node: Node) => Node) | undefined;
}

export type Op =
  | Elementwise
  | Movement
  | Reduction
  | Contraction
  | Indexing
  | Recurrence
  | Source
  | Input
  | Host
  | Identity;
export type Family = Op["family"];

/** What a node computes, as an expression that a rewrite may look for. It outlives the inputs of an evaluated node. */
export interface Form {
  /** Equal for equal expressions of other operands. */
  readonly key: string;
  /** The nodes that the expression is made of. */
  readonly operands: readonly Node[];
  /** For each operand the id of the node that it is a copy of, or its own. Operands with the same id are equal. */
  readonly ids: readonly number[];
  /** The same expression of other operands; with the ids of the present ones, these are copies of them. */
  of(operands: readonly Node[], ids?: readonly number[]): Form;
}

/** A rewrite of one composition. */
export interface AppliedRewrite {
  readonly text: string;
}

const noRewrites: readonly AppliedRewrite[] = [];
const nothing: readonly Node[] = [];
const noForms: readonly Form[] = [];

let count = 0;

/** How many nodes have been made: those made from here on have ids from this one. */
export const nodeCount = (): number => count;

/** Observes the making of graphs, for debugging. */
export interface NodeHook {
  onCreate(node: Node): void;
  /** The nodes made from now on belong to the derivative of `node`, or to none. */
  onBackward(node: Node | null): void;
  /** The requested derivatives are made. */
  onGradients(nodes: readonly (Node | null)[]): void;
}

export let nodeHook: NodeHook | null = null;

/** Sets the hook; returns the previous one. */
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
  /** The mark of the last walk. */
  visited = 0;
  /** Its index in the graph that was made last. */
  index = -1;
  /** The formula that it was written as. It says nothing about what the node computes. */
  label: string | null = null;
  /** A lower bound on the ids of the unevaluated nodes that it depends on. */
  oldestPending: number;
  /** The expressions that rewrites recognize in it. */
  forms: readonly Form[] = noForms;
  /** The rewrites that led to it, in the order in which they were applied. */
  rewrites: readonly AppliedRewrite[] = noRewrites;

  constructor(
    readonly op: Op,
    inputs: readonly Node[],
    readonly shape: Shape,
    readonly dtype: DType,
    /** Whether gradients pass through this node. */
    readonly needsGrad: boolean,
    /** The owner of the gradient that arrives here, for a leaf. */
    readonly leaf: object | null = null,
  ) {
    super();
    this.inputs = inputs;
    this.oldestPending = this.id;
    for (const x of inputs)
      if (x.value === null && x.oldestPending < this.oldestPending) this.oldestPending = x.oldestPending;
    nodeHook?.onCreate(this);
  }

  /** Whether it forgets its inputs when its value is known, since no gradient can pass. */
  get forgets(): boolean {
    return !this.needsGrad || this.leaf !== null;
  }

  /** Keeps the value; a node that no gradient can pass forgets how it was made. */
  setValue(value: Value): void {
    this.value = value;
    if (this.forgets) this.inputs = nothing;
  }
}
