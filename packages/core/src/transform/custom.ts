import { fail } from "../errors.ts";
import { withRecording } from "../graph/build.ts";
import { ruled, variable } from "../ops/identity.ts";
import { formatShape, sameShape } from "../shape.ts";
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

const nodeOf = (t: Tensor | null | undefined): Tensor["node"] | null => t?.node ?? null;

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
    const vjp = (ȳ: Tensor["node"]) => {
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
    const jvp = ([, ...ẋ]: readonly (Tensor["node"] | null)[]) => {
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

/** f whose intermediate values are worked out again for the gradient instead of being kept. */
export function checkpoint<A extends readonly Tensor[]>(f: (...args: A) => Tensor): (...args: A) => Tensor {
  return (...args) => {
    const vjp = (ȳ: Tensor["node"]) => {
      const again = args.map((x) => new Tensor(variable(x.node)));
      const y = withRecording(true, () => f(...(again as unknown as A)));
      return [
        null,
        ...pullBack(
          [[y, new Tensor(ȳ)]],
          again.map((x) => x.node),
        ).map((t) => t.node),
      ];
    };
    const inputs = args.map((x) => x.node);
    return new Tensor(ruled("checkpoint", f(...args).node, inputs, { vjp, jvp: ([ẏ]) => ẏ ?? null }));
  };
}

/** Runs f without recording: what it makes has no history. */
export const noGrad = <T>(f: () => T): T => withRecording(false, f);
