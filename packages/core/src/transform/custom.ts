import { fail } from "../errors.ts";
import { withRecording } from "../graph/build.ts";
import { type Node, nodeCount } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { ruled, variable } from "../ops/identity.ts";
import type { Key } from "../ops/source.ts";
import { formatShape, sameShape } from "../shape.ts";
import { withKeys } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { pullBack } from "./grad.ts";

/** A value with a derivative stated by hand. */
export interface WithGradient {
  readonly value: Tensor;
  /** x̄ for each argument, given ȳ; null for an argument without gradient. */
  readonly gradient: (ȳ: Tensor) => readonly (Tensor | null)[];
  /** ẏ given the tangent of each argument (null where it has none), for forward mode. */
  readonly tangent?: (...ẋ: (Tensor | null)[]) => Tensor;
}

const nodeOf = (t: Tensor | null | undefined): Node | null => t?.node ?? null;

/**
 * f with a gradient of its own: f returns its value and the function from ȳ to the cotangents of its arguments, which
 * is used in the place of what automatic differentiation would find.
 * @throws where the gradient's shapes differ from the arguments', and in forward mode without `tangent`.
 */
export function customGradient<A extends readonly Tensor[]>(
  f: (...args: A) => WithGradient,
): (...args: A) => Tensor {
  return (...args) => {
    const { value, gradient, tangent } = f(...args);
    const vjp = (ȳ: Node) => {
      const x̄ = gradient(new Tensor(ȳ));
      args.forEach((x, i) => {
        const t = x̄[i];
        if (t && !sameShape(t.shape, x.shape))
          fail(
            "shape",
            "customGradient",
            `gradient ${i} is ${formatShape(t.shape)}, the argument ${formatShape(x.shape)}`,
          );
      });
      return [null, ...args.map((_, i) => nodeOf(x̄[i]))];
    };
    const jvp = ([, ...ẋ]: readonly (Node | null)[]) => {
      if (!tangent)
        return fail(
          "gradient",
          "customGradient",
          "forward mode needs a rule of its own: return { value, gradient, tangent }",
        );
      return tangent(...args.map((_, i) => (ẋ[i] ? new Tensor(ẋ[i]) : null))).node;
    };
    return new Tensor(
      ruled(
        "customGradient",
        value.node,
        args.map((x) => x.node),
        { vjp, jvp },
      ),
    );
  };
}

/** The nodes older than `since` through which gradients leave the graph of y: what a function read besides its arguments. */
const captured = (y: Node, since: number): Node[] =>
  topological([y], (n) => n.needsGrad && n.id >= since).filter((n) => n.needsGrad && n.id < since);

/**
 * f whose intermediate values are worked out again for the gradient instead of being kept. The second run sees the same
 * random numbers, and tensors that f reads besides its arguments get their gradients too.
 * @throws in backward, where the second run reads other tensors than the first.
 */
export function checkpoint<A extends readonly Tensor[]>(f: (...args: A) => Tensor): (...args: A) => Tensor {
  return (...args) => {
    const keys: Key[] = [];
    const run = (mode: "record" | "replay") => {
      const own = args.map((x) => (x.requiresGrad ? new Tensor(variable(x.node)) : x));
      const since = nodeCount();
      const y = withKeys(keys, mode, () => f(...(own as unknown as A)));
      const variables = own.map((x) => x.node);
      return { y, variables, read: captured(y.node, since).filter((n) => !variables.includes(n)) };
    };
    const first = run("record");
    const vjp = (ȳ: Node) => {
      const { y, variables, read } = withRecording(true, () => run("replay"));
      if (read.some((n) => !first.read.includes(n)))
        fail(
          "gradient",
          "checkpoint",
          "the second run reads other tensors than the first. Was a parameter assigned to in between?",
        );
      const targets = [...variables, ...first.read];
      return [null, ...pullBack([[y, new Tensor(ȳ)]], targets).map((t) => t.node)];
    };
    const inputs = [...args.map((x) => x.node), ...first.read];
    return new Tensor(ruled("checkpoint", first.y.node, inputs, { vjp, jvp: ([ẏ]) => ẏ ?? null }));
  };
}

/** Runs f without recording: what it makes has no history. */
export const noGrad = <T>(f: () => T): T => withRecording(false, f);
