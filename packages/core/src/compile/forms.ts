import type { Form, Node } from "../graph/node.ts";
import { fromValue } from "../ops/source.ts";
import { sameShape } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Flattened } from "./flattened.ts";

/** A form of an argument: its expression, and the places of its operands among all tensors. */
interface ArgumentForm {
  readonly key: string;
  readonly operands: readonly number[];
}

/**
 * What rewrites know of arguments. The operands of their forms are inputs of the function too, after the arguments, so that
 * a compiled function rewrites what the function itself does.
 */
export class ArgumentForms {
  /** The forms of each argument. */
  readonly #forms: readonly (readonly ArgumentForm[])[];
  readonly #operands: readonly Tensor[];

  /** Adds the operands to the tensors that were found in the arguments. */
  constructor(found: Flattened) {
    const { length } = found.tensors;
    this.#forms = collect(found);
    this.#operands = found.tensors.slice(length);
  }

  /** Whether other arguments have the same forms. Their operands are added to the tensors. */
  match(found: Flattened): boolean {
    const { length } = found.tensors;
    const forms = collect(found);
    if (forms === this.#forms) return true;
    const operands = found.tensors.slice(length);
    return (
      JSON.stringify(forms) === JSON.stringify(this.#forms) &&
      operands.every((x, k) => {
        const { shape, dtype, requiresGrad } = this.#operands[k]!;
        return x.dtype === dtype && sameShape(x.shape, shape) && x.requiresGrad === requiresGrad;
      })
    );
  }

  /** Has the placeholders of arguments know the forms of these. */
  give(tensors: readonly Tensor[], placeholders: readonly Tensor[]): void {
    this.#forms.forEach((forms, i) => {
      const to = placeholders[i]!.node;
      to.forms = tensors[i]!.node.forms.map((form, k) =>
        form.of(forms[k]!.operands.map((at) => placeholders[at]!.node)),
      );
    });
  }
}

const none: readonly never[] = [];

/** The forms of tensors, whose operands are added to them, each once. */
function collect(found: Flattened): readonly ArgumentForm[][] {
  const { tensors } = found;
  found.ids = none;
  if (tensors.every(({ node }) => node.forms.length === 0)) return none;
  const ids = tensors.map(({ node }) => node.id);
  found.ids = ids;
  const place = (operand: Node, id: number): number => {
    const known = ids.indexOf(id);
    if (known >= 0) return known;
    tensors.push(new Tensor(operand));
    return ids.push(id) - 1;
  };
  return [...tensors].map(({ node }) =>
    node.forms.map((form) => ({
      key: form.key,
      operands: form.operands.map((operand, k) => place(operand, form.ids[k]!)),
    })),
  );
}

/** A form of a result. Its operands are arguments or, after those, outputs of the program. */
export interface ResultForm {
  readonly form: Form;
  readonly operands: readonly { readonly from: "argument" | "output"; readonly index: number }[];
}

/** The operands of forms of results that no argument gives, so that the program must return them. */
export const operandsToReturn = (results: readonly Node[], isArgument: (x: Node) => boolean): Node[] => [
  ...new Set(
    results.flatMap(({ forms }) => forms.flatMap(({ operands }) => operands)).filter((x) => !isArgument(x)),
  ),
];

/** A copy of an argument that keeps nothing else alive; of one that requires a gradient, itself. */
const kept = (x: Node): Node => (x.needsGrad ? x : fromValue(x.value!, x.shape, x.dtype));

/** Has the results of a call know the forms that they had in the trace. */
export function giveForms(
  forms: readonly (readonly ResultForm[])[],
  results: readonly Tensor[],
  { tensors, ids }: Flattened,
): void {
  forms.forEach((list, k) => {
    if (list.length === 0) return;
    results[k]!.node.forms = list.map(({ form, operands }) =>
      form.of(
        operands.map(({ from, index }) =>
          from === "argument" ? kept(tensors[index]!.node) : results[index]!.node,
        ),
        operands.map(({ from, index }) =>
          from === "argument" ? (ids[index] ?? tensors[index]!.node.id) : results[index]!.node.id,
        ),
      ),
    );
  });
}
