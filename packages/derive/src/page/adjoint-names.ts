import { atomsOf } from "../algebra/atoms.ts";
import type { Rational } from "../algebra/term.ts";
import { dependsOn, type Model, type Variable } from "../graph/model.ts";
import { isStructured } from "../notation/build.ts";
import { layout } from "../notation/layout.ts";

/** Names of derivatives of the loss, as the equations of back-propagation have them. */

/** Whether a variable is a product of tensors, or one plus a bias: what enters a layer's activation. */
const isPreactivation = ({ definition }: Variable): boolean =>
  definition !== undefined &&
  definition.denominator.length === 0 &&
  atomsOf(definition).some(
    (atom) => atom.kind === "sum" && atom.body.numerator.terms[0]!.powers.length > 1,
  ) &&
  definition.numerator.terms.every(({ powers }) => powers.every(({ exponent }) => exponent === 1));

/** Whether each element of a variable depends on several elements of what it is made of, as those of softmax do. */
const isNormalized = ({ definition }: Variable): boolean =>
  definition?.numerator.terms.some(({ powers }) =>
    powers.some(({ atom, exponent }) => atom.kind === "sum" && exponent < 0),
  ) ?? false;

/** Names the derivatives by the pre-activations δ, if there are several, and that by a softmax ḡ, if it is a product. */
export function adjointNamer(model: Model, wrt: Variable) {
  const between = [...model.variables.values()].filter((v) => v !== model.loss && v.definition);
  const layers = between.filter((v) => isPreactivation(v) && dependsOn(model, v, wrt));
  layers.sort((a, b) => a.node.id - b.node.id);
  const digits = layers.map((v) => /\d+$/.exec(v.name)?.[0]);
  const isNumbered = digits.every((d) => d !== undefined) && new Set(digits).size === digits.length;
  return (v: Variable, value: Rational): string | undefined => {
    const layer = layers.indexOf(v);
    if (v === wrt) return undefined;
    if (layer >= 0) return layers.length > 1 ? `δ${isNumbered ? digits[layer] : layer + 1}` : undefined;
    return isNormalized(v) && isStructured(layout(value)) && !model.variables.has("ḡ") ? "ḡ" : undefined;
  };
}
