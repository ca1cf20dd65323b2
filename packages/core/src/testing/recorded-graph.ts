import { callerOf, captureStack, withDeepTraces } from "../debug/stack-trace.ts";
import { isFloat } from "../dtype.ts";
import { type Family, Node, nodeHook, setNodeHook } from "../graph/node.ts";
import type { Shape } from "../shape.ts";
import { trace } from "../transform/trace.ts";
import type { RaisedFunction } from "./linearization.ts";

/** A node, and the nodes by which its own partial derivatives are taken. */
export interface Step {
  readonly node: Node;
  readonly inputs: readonly Node[];
}

/** The families whose elements are functions of single elements. */
const pointwise = new Set<Family>(["elementwise", "identity", "source", "input"]);

/** Whether broadcasting shapes gives `shape`. */
const isBroadcastOf = (shape: Shape, shapes: readonly Shape[]): boolean =>
  shape.length === Math.max(...shapes.map((s) => s.length)) &&
  shape.every((n, d) => {
    const sizes = shapes.map((s) => s[d - shape.length + s.length] ?? 1);
    return sizes.includes(n) && sizes.every((m) => m === 1 || m === n);
  });

const passesGradient = ({ op, dtype }: Node, inputs: readonly Node[]): boolean =>
  isFloat(dtype) &&
  inputs.some((x) => x.needsGrad) &&
  (op.family !== "identity" || op.rule.vjp !== undefined);

/**
 * The graph of one call of a function, in which every node keeps its inputs: nodes themselves forget those that no gradient
 * passes to.
 */
export class RecordedGraph {
  readonly #inputs = new Map<Node, readonly Node[]>();
  readonly #stacks = new Map<Node, Error>();
  readonly variables: readonly Node[];
  readonly outputs: readonly Node[];
  /** The nodes between variables and outputs, inputs before users. */
  readonly steps: readonly Step[];

  constructor({ f, xs }: RaisedFunction) {
    const before = nodeHook;
    setNodeHook({
      onCreate: (node) => {
        before?.onCreate(node);
        this.#inputs.set(node, node.inputs);
        this.#stacks.set(node, captureStack());
      },
      onBackward: (node) => before?.onBackward(node),
      onGradients: (nodes) => before?.onGradients(nodes),
    });
    try {
      const { result, variables } = withDeepTraces(() =>
        trace("gradcheck", (args: typeof xs) => f(...args), xs),
      );
      this.variables = variables;
      this.outputs = result.map((y) => y.node);
    } finally {
      setNodeHook(before);
    }
    this.steps = this.#stepsTo(this.outputs);
  }

  /** Whether each element of the outputs is made of those elements of the variables that broadcasting pairs. */
  get isElementwise(): boolean {
    const shapes = this.variables.map((x) => x.shape);
    return (
      this.outputs.every((y) => isBroadcastOf(y.shape, shapes)) &&
      [...this.#inputs.keys()].every(({ op }) => pointwise.has(op.family) || op.name === "expand")
    );
  }

  /** Whether functions of users state a derivative. */
  get hasCustomRule(): boolean {
    return [...this.#inputs.keys()].some(({ op }) => op.family === "identity" && op.rule.custom === true);
  }

  /** The line that called the op of a node. */
  placeOf(node: Node): string | undefined {
    const stack = this.#stacks.get(node);
    return stack && callerOf(stack);
  }

  /**
   * The inputs that the derivative of a node is stated by. An identity with a rule has the value of its first input, and the
   * derivative by the others.
   */
  #operandsOf(node: Node): readonly Node[] {
    const inputs = this.#inputs.get(node) ?? [];
    const stated = node.op.family === "identity" ? inputs.slice(1).filter((x) => isFloat(x.dtype)) : [];
    return stated.length > 0 ? stated : inputs;
  }

  #stepsTo(outputs: readonly Node[]): Step[] {
    const isVariable = new Set(this.variables);
    const dependent = new Set(this.variables);
    for (const [node, inputs] of this.#inputs) if (inputs.some((x) => dependent.has(x))) dependent.add(node);
    const met = new Set<Node>();
    const stack = [...outputs];
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (met.has(node) || isVariable.has(node) || !dependent.has(node)) continue;
      met.add(node);
      stack.push(...this.#operandsOf(node));
    }
    return [...met]
      .sort((a, b) => a.id - b.id)
      .map((node) => {
        const operands = this.#operandsOf(node).filter((x) => dependent.has(x) && isFloat(x.dtype));
        return { node, inputs: [...new Set(operands)] };
      })
      .filter(({ node, inputs }) => isFloat(node.dtype) && inputs.length > 0);
  }

  /** Whether a node passes no derivative on to an input that takes part in one: `detach`, or an op inside `noGrad`. */
  isCut({ node, inputs }: Step): boolean {
    return !node.needsGrad && inputs.some((x) => x.needsGrad);
  }

  /** A node as a function of other nodes in place of those in `given`. */
  replay(root: Node, given: ReadonlyMap<Node, Node>): Node {
    const made = new Map(given);
    const needed = new Set<Node>();
    const stack = [root];
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (needed.has(node) || given.has(node)) continue;
      needed.add(node);
      stack.push(...(this.#inputs.get(node) ?? []));
    }
    for (const node of [...needed].sort((a, b) => a.id - b.id)) {
      const before = this.#inputs.get(node) ?? [];
      const inputs = before.map((x) => made.get(x) ?? x);
      const changed = inputs.some((x, i) => x !== before[i]);
      const { op, shape, dtype } = node;
      made.set(node, changed ? new Node(op, inputs, shape, dtype, passesGradient(node, inputs)) : node);
    }
    return made.get(root)!;
  }
}
