import { type DType, Tensor, withoutRewrites } from "@chainrule/core";
import {
  fail,
  formatShape,
  formatType,
  type Node,
  nearest,
  nodeOf,
  placeholder,
  topological,
  variable,
} from "@chainrule/core/internal";

/** Tensors by the letters that the page gives them. */
export type Named = Readonly<Record<string, Tensor>>;

/** A function of named tensors; the first tensor of its result is the loss. */
export type Derivable<A extends Named> = (args: A) => Named;

/** The graph of a function, from the placeholders of its arguments to its results. */
export interface Trace {
  readonly args: ReadonlyMap<string, Node>;
  /** What the function returned, the loss first. */
  readonly results: ReadonlyMap<string, Node>;
}

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

/** An argument in double precision, as a variable whose elements are not known. */
const unknown = (x: Tensor): Node => variable(placeholder(x.shape, isFloat(x.dtype) ? "float64" : x.dtype));

/** Runs f as it is written, where reading an element throws; other errors of f pass. */
function run<A extends Named>(f: Derivable<A>, args: A): unknown {
  try {
    return withoutRewrites(() => f(args));
  } catch (error) {
    if (error instanceof Error && /placeholder|has no value/.test(error.message))
      fail(
        "value",
        "derive",
        "the function reads elements of its arguments, or branches on them, and a formula cannot. Did you mean where(condition, a, b)?",
      );
    throw error;
  }
}

function requireLoss(name: string | undefined, loss: unknown): void {
  if (name === undefined) fail("value", "derive", "the function returns no tensors. Did you mean { L }?");
  if (!(loss instanceof Tensor)) fail("value", "derive", `the function returns ${name}, which is no tensor`);
  if (loss.size !== 1 || !isFloat(loss.dtype))
    fail(
      "gradient",
      "derive",
      `the loss ${name}, the first that the function returns, is ${formatType(nodeOf(loss))}; it must be one float number. Did you mean ${name}.mean()?`,
    );
}

/** @throws if the results are made of tensors without a name: of random numbers, or of others than the arguments */
function requireNamed(results: readonly Node[], args: ReadonlySet<Node>): void {
  for (const node of topological(results, (x) => !args.has(x))) {
    const { op, shape, value } = node;
    const isData = (op.family === "input" || value !== null) && shape.length > 0 && !args.has(node);
    const isRandom = op.family === "source" && op.name === "randomBits";
    if (isData || isRandom)
      fail(
        "value",
        "derive",
        `the function uses ${isRandom ? "random numbers" : `a tensor of shape ${formatShape(shape)}`} that no argument gives, so that the page has no letter for it. Did you mean to pass it in the arguments?`,
      );
  }
}

/** The graph of f at arguments of these shapes. @throws if f reads values or does not return a scalar loss */
export function trace<A extends Named>(f: Derivable<A>, args: A, wrt: string): Trace {
  const x = args[wrt];
  if (!x) {
    const meant = nearest(wrt, Object.keys(args));
    fail(
      "value",
      "derive",
      `wrt "${wrt}" is not an argument; they are ${Object.keys(args).join(", ")}.${meant ? ` Did you mean "${meant}"?` : ""}`,
    );
  }
  if (!isFloat(x.dtype))
    fail(
      "dtype",
      "derive",
      `${wrt} is ${x.dtype}, which has no derivative. Did you mean ${wrt}.to("float32")?`,
    );
  const nodes = new Map(Object.entries(args).map(([name, t]) => [name, unknown(t)]));
  const inside = Object.fromEntries([...nodes].map(([name, node]) => [name, new Tensor(node)])) as Named as A;
  const returned = run(f, inside);
  if (returned instanceof Promise)
    fail("value", "derive", "an async function cannot be derived. Did you mean to derive what it awaits?");
  if (returned === null || typeof returned !== "object" || returned instanceof Tensor)
    fail("value", "derive", "the function must return named tensors, the loss first. Did you mean { L }?");
  const results = Object.entries(returned as Readonly<Record<string, unknown>>);
  requireLoss(results[0]?.[0], results[0]?.[1]);
  for (const [name, y] of results)
    if (!(y instanceof Tensor)) fail("value", "derive", `the function returns ${name}, which is no tensor`);
  const made = new Map(results.map(([name, y]) => [name, nodeOf(y as Tensor)]));
  const given = new Set([...nodes.values()].flatMap((node) => [node, ...node.inputs]));
  requireNamed([...made.values()], given);
  const [[loss, node] = []] = made;
  if (node && given.has(node))
    fail("value", "derive", `the loss ${loss} is an argument itself, whose derivative is 1`);
  return { args: nodes, results: made };
}
