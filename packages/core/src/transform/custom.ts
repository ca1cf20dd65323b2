import { checkArguments, checked, describe, type Signature } from "../arguments.ts";
import { type ErrorCode, fail, requireSynchronous } from "../errors.ts";
import { withRecording } from "../graph/build.ts";
import { type Mask, type Node, nodeCount } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { variable, withCustomRule } from "../ops/identity.ts";
import type { Key } from "../ops/source.ts";
import { formatShape, sameShape } from "../shape.ts";
import { replayKeys } from "../tensor/generator.ts";
import { Rerun } from "../tensor/rerun.ts";
import { Tensor } from "../tensor/tensor.ts";
import { pullBack } from "./grad.ts";

const ofFunction: Signature = { f: "function" };
const ofTensors: Signature = { x: "...tensor" };

/** A value with a derivative of its own. */
export interface CustomRule {
  readonly value: Tensor;
  /** x̄ for each argument, given ȳ; null for an argument without gradient. */
  readonly gradient: (ȳ: Tensor) => readonly (Tensor | null)[];
  /** ẏ given the tangent of each argument (null where it has none), for forward mode. */
  readonly tangent?: (...ẋ: (Tensor | null)[]) => Tensor;
}

const refuse = (code: ErrorCode, detail: string): never => fail(code, "customGradient", detail);

/** @throws unless a derivative is a tensor of the shape and dtype of `x` */
function checkDerivative(what: string, t: unknown, of: string, x: Tensor): Tensor {
  if (!(t instanceof Tensor)) return refuse("gradient", `${what} is ${describe(t)}; it must be a tensor`);
  if (!sameShape(t.shape, x.shape))
    refuse("shape", `${what} is ${formatShape(t.shape)}, ${of} ${formatShape(x.shape)}`);
  if (t.dtype !== x.dtype)
    refuse("dtype", `${what} is ${t.dtype}, ${of} ${x.dtype}. Did you mean .to("${x.dtype}")?`);
  return t;
}

/** The gradients that a rule returns, one for each argument. */
function checkGradients(x̄: unknown, args: readonly Tensor[]): (Node | null)[] {
  if (!Array.isArray(x̄)) return refuse("gradient", `the rule gave ${describe(x̄)}; it must give an array`);
  if (x̄.length !== args.length)
    refuse(
      "gradient",
      `the rule gave ${x̄.length} gradients for ${args.length} arguments; null stands for none`,
    );
  return args.map((x, i) =>
    x̄[i] === null ? null : checkDerivative(`gradient ${i}`, x̄[i], "the argument", x).node,
  );
}

/**
 * f with a derivative of its own, which replaces the one that automatic differentiation would find.
 *
 * @param f returns `{ value, gradient }`: its value y, and the function from ȳ to the list of cotangents x̄ of its arguments
 * (null for an argument without gradient); for forward mode also `tangent`, the function from ẋ to ẏ
 * @returns a function of the same arguments that returns the value
 * @throws if f does not return a value and a rule, if the gradients differ from the arguments in number, shape or dtype,
 * and in forward mode without `tangent`
 *
 * @example
 * const clippedGradient = customGradient((x: Tensor) => ({ value: x, gradient: (ȳ) => [ȳ.clamp(-1, 1)] }));
 * console.log(grad((x: Tensor) => clippedGradient(x).mul(5).sum())(tensor([3])).toArray()); //=> [ 1 ]
 */
export function customGradient<A extends readonly Tensor[]>(
  f: (...args: A) => CustomRule,
): (...args: A) => Tensor {
  checkArguments("customGradient", ofFunction, arguments);
  return (...args) => {
    const { value, gradient, tangent } = f(...args);
    if (!(value instanceof Tensor) || typeof gradient !== "function")
      refuse("gradient", "f must return { value, gradient }: a tensor, and a function from its cotangent");
    const vjp = (ȳ: Node) => [null, ...checkGradients(gradient(new Tensor(ȳ)), args)];
    const jvp = ([, ...ẋ]: readonly (Node | null)[]) => {
      if (!tangent)
        return refuse(
          "gradient",
          "forward mode needs a rule of its own: return { value, gradient, tangent }",
        );
      const ẏ = tangent(...args.map((_, i) => (ẋ[i] ? new Tensor(ẋ[i]) : null)));
      return checkDerivative("the tangent", ẏ, "the value", value).node;
    };
    return new Tensor(
      withCustomRule(
        "customGradient",
        value.node,
        args.map((x) => x.node),
        { vjp, jvp },
      ),
    );
  };
}

/** The inputs of a function besides its arguments: the leaves, and the nodes older than `since`, that its value y depends on. */
const capturedInputs = (y: Node, since: number): Node[] =>
  topological([y], (n) => n.needsGrad && n.id >= since).filter(
    (n) => n.needsGrad && (n.id < since || n.leaf !== null),
  );

/**
 * f whose intermediate values are recomputed for the gradient instead of kept, which saves memory. The second run finds
 * the random numbers, cells and settings of the first one, and its side effects are suppressed: running statistics move
 * once. Tensors that f reads besides its arguments receive their gradients too.
 *
 * @param f the function; it returns a tensor
 * @returns a function of the same arguments
 * @throws in `backward`, if f reads other tensors the second time, as after an assignment to a parameter
 *
 * @example
 * const f = checkpoint((x: Tensor) => x.exp().log().square().sum());
 * console.log(grad(f)(tensor([1, 2])).toArray()); //=> [ 2, 4 ]
 */
export function checkpoint<A extends readonly Tensor[]>(f: (...args: A) => Tensor): (...args: A) => Tensor {
  checkArguments("checkpoint", ofFunction, arguments);
  return (...args) => {
    checkArguments("checkpoint", ofTensors, args);
    const keys: Key[] = [];
    const rerun = new Rerun();
    const run = (mode: "record" | "replay") => {
      const own = args.map((x) => (x.requiresGrad ? new Tensor(variable(x.node)) : x));
      const since = nodeCount();
      const y = rerun[mode](() => replayKeys(keys, mode, () => f(...(own as readonly Tensor[] as A))));
      if (!(y instanceof Tensor)) fail("gradient", "checkpoint", "f must return a tensor");
      const variables = own.map((x) => x.node);
      return { y, variables, read: capturedInputs(y.node, since).filter((n) => !variables.includes(n)) };
    };
    const first = run("record");
    const vjp = (ȳ: Node, _: Node, mask: Mask | null) => {
      const { y, variables, read } = withRecording(true, () => run("replay"));
      if (read.some((n) => !first.read.includes(n)))
        fail(
          "gradient",
          "checkpoint",
          "the second run reads other tensors than the first. Did it choose by something that changes?",
        );
      const targets = [...variables, ...first.read];
      return [null, ...pullBack([[y, new Tensor(ȳ), mask]], targets).map((t) => t.node)];
    };
    const inputs = [...args.map((x) => x.node), ...first.read];
    return new Tensor(withCustomRule("checkpoint", first.y.node, inputs, { vjp, jvp: ([ẏ]) => ẏ ?? null }));
  };
}

/**
 * Runs f without recording: the tensors that it makes have no history.
 *
 * @param f a synchronous function
 * @returns the result of f
 * @throws if f is async: recording would resume at its first await
 *
 * @example
 * const w = new Parameter(tensor(2));
 * console.log(noGrad(() => w.square()).requiresGrad); //=> false
 */
export const noGrad = checked(
  "noGrad",
  ofFunction,
  <T>(f: () => T): T => requireSynchronous("noGrad", withRecording(false, f)),
);
