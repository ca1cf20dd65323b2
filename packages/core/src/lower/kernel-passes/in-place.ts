import { type Expr, subexpressions } from "../../scalar/expr.ts";
import { pointCount } from "../ir/axes.ts";
import { expandClamped } from "../ir/index-map.ts";
import type { Buffer, Nest } from "../ir/kernel.ts";
import { bytesOf } from "../ir/program.ts";

/**
 * Whether `output` may alias `input`: one statement stores each element of `output` once, and it is the only reader of
 * `input`, at the same index.
 */
export function canAlias({ outerAxes, loops, args }: Nest, output: Buffer, input: Buffer): boolean {
  if (output.size !== input.size || bytesOf[output.dtype] !== bytesOf[input.dtype]) return false;
  const storing = loops.flatMap(({ axes, statements }) =>
    statements.flatMap((statement) =>
      statement.store?.buffer === output
        ? [{ statement, store: statement.store, count: pointCount([...outerAxes, ...axes]) }]
        : [],
    ),
  );
  const [only, more] = storing;
  if (!only || more || only.count !== output.size || only.statement.reduce) return false;
  const index = expandClamped(only.store.index).key;
  const readsOf = (values: readonly Expr[]) =>
    subexpressions(values).flatMap((e) => {
      const x = e.kind === "arg" ? args[e.index] : undefined;
      return x && "buffer" in x && x.buffer === input ? [x] : [];
    });
  const gatherIndices = args.flatMap((x) => (x.kind === "gather" ? [x.at] : []));
  const others = loops.flatMap(({ statements }) =>
    statements.filter((statement) => statement !== only.statement).map((statement) => statement.value),
  );
  return (
    readsOf([...others, ...gatherIndices]).length === 0 &&
    readsOf([only.statement.value]).every((x) => x.kind === "load" && expandClamped(x.index).key === index)
  );
}
