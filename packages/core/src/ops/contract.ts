import type { Signatures } from "../arguments.ts";
import { promote } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { Skip } from "../graph/op.ts";
import { broadcast, formatShape, type Shape } from "../shape.ts";
import { cast } from "./apply.ts";
import { broadcasting } from "./broadcast.ts";
import { movements } from "./movement.ts";
import { requireNode, row } from "./row.ts";

/**
 * Σ a·b over the letters that `out` lacks. A letter that only one operand has and the output lacks is summed there
 * first, so that each letter of the node occurs twice and the gradient is a contraction with its letters swapped.
 * `skip` names the operands whose zeros win over infinities and NaN of the other.
 */
export function contract(
  name: string,
  a: Node,
  b: Node,
  letters: { a: string; b: string; out: string; skip?: Skip },
): Node {
  const alone = (own: string, other: string) =>
    [...own].flatMap((l, i) => (other.includes(l) || letters.out.includes(l) ? [] : [i]));
  const reduced = (x: Node, own: string, other: string): readonly [Node, string] => {
    const dims = alone(own, other);
    return dims.length === 0
      ? [x, own]
      : [broadcasting.sum(x, dims), [...own].filter((_, i) => !dims.includes(i)).join("")];
  };
  const dtype = promote(promote(a.dtype, b.dtype), "int32");
  const [x, la] = reduced(cast(a, dtype), letters.a, letters.b);
  const [y, lb] = reduced(cast(b, dtype), letters.b, letters.a);
  const size = new Map<string, number>();
  for (const [node, own] of [
    [x, la],
    [y, lb],
  ] as const)
    [...own].forEach((l, i) => {
      const n = node.shape[i]!;
      const known = size.get(l) ?? n;
      if (known !== n)
        fail(
          "shape",
          name,
          `${formatShape(a.shape)} · ${formatShape(b.shape)}: sizes ${known} and ${n} of the same axis differ`,
        );
      size.set(l, n);
    });
  const shape = [...letters.out].map((l) => size.get(l)!);
  const { out, skip = "" } = letters;
  return build({ family: "contraction", name: "contract", a: la, b: lb, out, skip }, [x, y], shape, dtype);
}

const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Says why two operands do not multiply, and which transpose would make them. */
function mismatch(name: string, a: Shape, b: Shape): never {
  const [k, l] = [a.at(-1), b.length === 1 ? b[0] : b.at(-2)];
  const hint = b.length > 1 && b.at(-1) === k ? " Did you mean w.transpose() on the right?" : "";
  const swapped =
    hint === "" && a.length > 1 && a.at(-2) === l ? " Did you mean x.transpose() on the left?" : hint;
  return fail(
    "shape",
    name,
    `${formatShape(a)} · ${formatShape(b)}: inner sizes ${k} and ${l} differ.${swapped}`,
  );
}

interface Term {
  readonly node: Node;
  readonly letters: string;
}

/** Repeated letters of one operand taken along their diagonal. */
function diagonals({ node, letters }: Term): Term {
  const second = [...letters].findIndex((l, i) => letters.indexOf(l) !== i);
  if (second === -1) return { node, letters };
  const first = letters.indexOf(letters[second]!);
  if (node.shape[first] !== node.shape[second])
    fail(
      "shape",
      "einsum",
      `letter ${letters[second]} names axes of sizes ${node.shape[first]} and ${node.shape[second]}`,
    );
  const rest = [...letters].filter((_, i) => i !== first && i !== second).join("");
  return diagonals({ node: movements.diagonal(node, 0, first, second), letters: rest + letters[second] });
}

/** The letters of each operand and the result; `...` becomes capital letters aligned at the end. */
function parse(equation: string, operands: readonly Node[]): readonly [string[], string] {
  const [left, right, more] = equation.replaceAll(" ", "").split("->");
  const terms = (left as string).split(",");
  if (more !== undefined || terms.length !== operands.length)
    fail("value", "einsum", `"${equation}" names ${terms.length} operands, and ${operands.length} are given`);
  const free = [...alphabet].filter((l) => !equation.includes(l));
  const hidden = operands.map((x, k) => x.shape.length - terms[k]!.replace("...", "").length);
  const widest = Math.max(0, ...terms.map((t, k) => (t.includes("...") ? hidden[k]! : 0)));
  const dots = free.slice(0, widest).join("");
  const expanded = terms.map((t, k) => t.replace("...", dots.slice(widest - hidden[k]!)));
  const known = new Set(expanded.join(""));
  const once = [...known].filter((l) => !dots.includes(l) && expanded.join("").split(l).length === 2).sort();
  const out = right === undefined ? dots + once.join("") : right.replace("...", dots);
  for (const [k, t] of expanded.entries())
    if (!/^[A-Za-z]*$/.test(t) || t.length !== operands[k]!.shape.length)
      fail(
        "shape",
        "einsum",
        `"${terms[k]}" does not name the ${operands[k]?.shape.length} axes of ${formatShape(operands[k]?.shape ?? [])}`,
      );
  if ([...out].some((l, i) => !known.has(l) || out.indexOf(l) !== i))
    fail("value", "einsum", `the result "${out}" of "${equation}" must name axes of the operands, each once`);
  return [expanded, out];
}

/** Size-1 axes that meet another size under the same letter are dropped: they broadcast. */
function squeezeOnes(terms: readonly Term[]): Term[] {
  const size = new Map<string, number>();
  for (const { node, letters } of terms)
    for (const [i, l] of [...letters].entries())
      if (node.shape[i] !== 1 || !size.has(l)) size.set(l, node.shape[i]!);
  return terms.map(({ node, letters }) => {
    const stays = [...letters].map((l, i) => node.shape[i] !== 1 || size.get(l) === 1);
    return {
      node: broadcasting.reshape(
        node,
        node.shape.filter((_, i) => stays[i]),
      ),
      letters: [...letters].filter((_, i) => stays[i]).join(""),
    };
  });
}

/** Sums of products named by letters, as NumPy's: `einsum("ij,jk->ik", a, b)`; implicit results, diagonals and `...` included. */
export function einsum(equation: string, ...operands: readonly Node[]): Node {
  if (operands.length === 0) fail("value", "einsum", "nothing to multiply: give at least one operand");
  for (const x of operands) requireNode("einsum", x);
  const [letters, out] = parse(equation, operands);
  const terms = squeezeOnes(operands.map((node, k) => diagonals({ node, letters: letters[k]! })));
  const product = terms.reduce((left, right, k) => {
    const later = terms.slice(k + 1).map((t) => t.letters);
    const here = left.letters + right.letters;
    const kept = [...new Set([out, ...later].join(""))].filter((l) => here.includes(l)).join("");
    return {
      node: contract("einsum", left.node, right.node, { a: left.letters, b: right.letters, out: kept }),
      letters: kept,
    };
  });
  const extra = [...product.letters].flatMap((l, i) => (out.includes(l) ? [] : [i]));
  const summed = extra.length === 0 ? product.node : broadcasting.sum(product.node, extra);
  const remaining = [...product.letters].filter((l) => out.includes(l)).join("");
  return movements.permute(
    summed,
    [...out].map((l) => remaining.indexOf(l)),
  );
}

export interface MatmulOptions {
  /** Leave out terms whose left factor is 0, even if the right one is NaN or infinite. */
  readonly skipZeros?: boolean;
}

/** Products that sum over shared axes. */
export const contractions = {
  /**
   * Matrix product with broadcasting batch axes: […, n, k] · […, k, m] → […, n, m]. A vector is a row on the left, a column
   * on the right.
   *
   * @param b The right operand.
   * @param options.skipZeros Leave out terms whose left factor is 0, even if the right one is NaN or infinite, as for masked
   * values in attention; false by default.
   * @throws if the inner sizes differ or the batch axes do not broadcast.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).matmul(tensor([1, 1])).toArray()); //=> [ 3, 7 ]
   */
  matmul: row(
    (a: Node, b: Node, { skipZeros = false }: MatmulOptions = {}): Node => {
      requireNode("matmul", b);
      if (a.shape.length === 0 || b.shape.length === 0)
        fail(
          "shape",
          "matmul",
          `${formatShape(a.shape)} · ${formatShape(b.shape)}: a scalar has no axis to multiply over. Did you mean mul?`,
        );
      if (a.shape.at(-1) !== (b.shape.length === 1 ? b.shape[0] : b.shape.at(-2)))
        mismatch("matmul", a.shape, b.shape);
      const [rankA, rankB] = [Math.max(0, a.shape.length - 2), Math.max(0, b.shape.length - 2)];
      const batch = broadcast("matmul", [a.shape.slice(0, rankA), b.shape.slice(0, rankB)]);
      const letters = alphabet.slice(0, batch.length);
      const trim = (x: Node, rank: number): Term => {
        const own = letters.slice(batch.length - rank);
        const stays = [...own].map((_, i) => x.shape[i] !== 1 || batch[batch.length - rank + i] === 1);
        return {
          node: broadcasting.reshape(
            x,
            x.shape.filter((_, i) => stays[i] ?? true),
          ),
          letters: [...own].filter((_, i) => stays[i]).join(""),
        };
      };
      const [left, right] = [trim(a, rankA), trim(b, rankB)];
      const [n, m] = [a.shape.length === 1 ? "" : "N", b.shape.length === 1 ? "" : "M"];
      return contract("matmul", left.node, right.node, {
        a: `${left.letters}${n}K`,
        b: `${right.letters}K${m}`,
        out: `${letters}${n}${m}`,
        skip: skipZeros ? "a" : "",
      });
    },
    [
      [2, 3],
      [3, 4],
    ],
    [[2, 3], [3, 4], { skipZeros: true }],
    [[3], [3]],
    [[2, 3], [3]],
    [[3], [3, 2]],
    [
      [2, 1, 2, 3],
      [3, 3, 2],
    ],
    [
      [2, 0],
      [0, 3],
    ],
  ),

  /**
   * The sum Σ aᵢ·bᵢ of the products of two vectors.
   *
   * @param b The other vector.
   * @throws unless both are vectors of one length.
   *
   * @example
   * console.log(tensor([1, 2]).dot(tensor([3, 4])).item()); //=> 11
   */
  dot: row(
    (a: Node, b: Node): Node => {
      requireNode("dot", b);
      if (a.shape.length !== 1 || b.shape.length !== 1)
        fail(
          "shape",
          "dot",
          `${formatShape(a.shape)} · ${formatShape(b.shape)}: both must be vectors. Did you mean matmul?`,
        );
      if (a.shape[0] !== b.shape[0]) mismatch("dot", a.shape, b.shape);
      return contract("dot", a, b, { a: "i", b: "i", out: "" });
    },
    [[3], [3]],
  ),

  /**
   * The matrix aᵢ·bⱼ of the products of two vectors.
   *
   * @param b The other vector.
   * @throws unless both are vectors.
   *
   * @example
   * console.log(tensor([1, 2]).outer(tensor([3, 4])).toArray()); //=> [ [ 3, 4 ], [ 6, 8 ] ]
   */
  outer: row(
    (a: Node, b: Node): Node => {
      requireNode("outer", b);
      if (a.shape.length !== 1 || b.shape.length !== 1)
        fail("shape", "outer", `${formatShape(a.shape)} · ${formatShape(b.shape)}: both must be vectors`);
      return contract("outer", a, b, { a: "i", b: "j", out: "ij" });
    },
    [[3], [2]],
  ),
};

export const contractionArguments = {
  matmul: { other: "tensor", options: { skipZeros: "boolean" } },
  dot: { other: "tensor" },
  outer: { other: "tensor" },
} as const satisfies Signatures<typeof contractions>;

export const einsumArguments = { equation: "string", operands: "...tensor" } as const;
