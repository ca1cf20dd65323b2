import { type Expr, subexpressions } from "./expr.ts";

/** An expression in mathematical notation: `x·(1 − y)`; named sub-expressions print as their names. */
export function printExpr(root: Expr, names: ReadonlyMap<Expr, string> = new Map()): string {
  const text = new Map<Expr, string>();
  for (const e of subexpressions([root], new Set([...names.keys()].filter((e) => e !== root)))) {
    const name = e === root ? undefined : names.get(e);
    if (name !== undefined) text.set(e, name);
    else if (e.kind === "arg") text.set(e, e.name);
    else if (e.kind === "const") text.set(e, String(e.value).replace("-", "−"));
    else {
      const operand = (i: number) => {
        const inner = e.args[i]!;
        const printed = text.get(inner)!;
        const atom = /^[\p{L}\p{M}\d.]+$/u.test(printed) || /^[^ (]*\([^()]*\)$/u.test(printed);
        return atom || e.op.format.includes("(") || e.op.format.includes("|$0|") ? printed : `(${printed})`;
      };
      text.set(
        e,
        e.op.format.replace(/\$(\d)/g, (_, i) => operand(Number(i))),
      );
    }
  }
  return text.get(root)!;
}
