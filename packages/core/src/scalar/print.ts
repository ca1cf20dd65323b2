import { type Expr, subexpressions } from "./expr.ts";

/** A formula as a line of mathematics: `x·(1 − y)`; sub-expressions that have `names` go by those. */
export function printExpr(root: Expr, names: ReadonlyMap<Expr, string> = new Map()): string {
  const text = new Map<Expr, string>();
  for (const e of subexpressions([root], new Set([...names.keys()].filter((e) => e !== root)))) {
    const known = e === root ? undefined : names.get(e);
    if (known !== undefined) text.set(e, known);
    else if (e.kind === "arg") text.set(e, e.name);
    else if (e.kind === "const") text.set(e, String(e.value).replace("-", "−"));
    else {
      const operand = (i: number) => {
        const inner = e.args[i] as Expr;
        const printed = text.get(inner) as string;
        const atom = /^[\p{L}\p{M}\d.]+$/u.test(printed) || /^[^ (]*\([^()]*\)$/u.test(printed);
        return atom || e.word.text.includes("(") || e.word.text.includes("|$0|") ? printed : `(${printed})`;
      };
      text.set(
        e,
        e.word.text.replace(/\$(\d)/g, (_, i) => operand(Number(i))),
      );
    }
  }
  return text.get(root) as string;
}
