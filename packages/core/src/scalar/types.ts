import { type DType, promote } from "../dtype.ts";
import { type Expr, literal, rewritten, subexpressions } from "./expr.ts";

type Apply = Expr & { readonly kind: "apply" };

/** What is known of the dtypes of expressions. */
type Types = Pick<ReadonlyMap<Expr, DType>, "get" | "has">;

const isChoice = ({ word }: Apply): boolean => word.result === "branches";

/** Whether the result of a word has the dtype that its operands have. */
const passesOn = ({ word }: Apply): boolean => word.result === "same" || word.result === "branches";

/** The operands that have the dtype which a word works in: all but the condition of a choice. */
export const decidingOf = (e: Apply): readonly Expr[] => (isChoice(e) ? e.args.slice(1) : e.args);

/** The dtype that a word works in, that of its operands or of its branches; undefined where these are constants without one. */
export function worksIn(e: Apply, types: Types): DType | undefined {
  const deciding = decidingOf(e);
  const known = deciding.find((x) => x.kind !== "const" && types.has(x));
  if (known) return types.get(known);
  return deciding.map((x) => (x.kind === "const" ? x.type : undefined)).find((type) => type !== undefined);
}

/** The dtype of an expression whose parts have theirs; undefined where constants alone decide it. */
export function typeOf(e: Expr, types: Types): DType | undefined {
  if (e.kind === "arg") return types.get(e);
  if (e.kind === "const") return e.type;
  return passesOn(e) ? worksIn(e, types) : (e.word.result as DType);
}

/**
 * A formula over operands of these dtypes in which every word has a dtype. Most have it from the operands. A word over
 * constants alone, such as a choice between two numbers, has that of the word that reads it: in the end that of the result
 * or, in comparisons, that of the operands.
 */
export function settled(
  root: Expr,
  operands: readonly Expr[],
  dtypes: readonly DType[],
  result: DType,
): Expr {
  const types = new Map(operands.map((x, k) => [x, dtypes[k] as DType]));
  const order = subexpressions([root], new Set(operands)).filter((e) => !types.has(e));
  const words = order.filter((e) => e.kind === "apply");
  for (const e of order) {
    const type = typeOf(e, types);
    if (type) types.set(e, type);
  }
  if (types.has(root) && words.every((e) => worksIn(e, types))) return root;
  const work = dtypes.length > 0 ? dtypes.reduce(promote) : result;
  const asked = new Map<Expr, DType>([[root, result]]);
  for (const e of words.reverse()) {
    const own = worksIn(e, types) ?? ((passesOn(e) && asked.get(e)) || work);
    e.args.forEach((x, k) => {
      if (!asked.has(x)) asked.set(x, isChoice(e) && k === 0 ? "bool" : own);
    });
  }
  const by = new Map(operands.map((x) => [x, x]));
  for (const e of order)
    if (e.kind === "const" && !e.type) by.set(e, literal(e.value, asked.get(e) as DType));
  return rewritten([root], by)[0] as Expr;
}
