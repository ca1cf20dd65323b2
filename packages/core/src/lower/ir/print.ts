import { type Expr, subexpressions } from "../../scalar/expr.ts";
import { printExpr } from "../../scalar/print.ts";
import { buffersOf } from "../ir/buffers.ts";
import { predicateKey } from "./index-map.ts";
import type { Arg, Buffer, Loop, Nest, Statement } from "./kernel.ts";
import type { Kernel, Program } from "./program.ts";

type Names = ReadonlyMap<Buffer, string>;

/** Names of the buffers in the order in which they are met: inputs, then what kernels read and write. */
export function bufferNames({ inputs, kernels, outputs }: Program): Names {
  const met = new Set([...inputs, ...kernels.flatMap(buffersOf), ...outputs]);
  return new Map([...met].map((b, k) => [b, `b${k}`]));
}

/** Axes carry their sizes in their names, which are given once, where the loop begins. */
const bare = (index: string): string => index.replace(/([a-z]\d+)×\d+/g, "$1");

/** The names of what nests work out for each row, `s0`, `s1` …, as far as something reads it. */
function resultNames({ args }: Nest): ReadonlyMap<Statement, string> {
  const statements = new Set(args.flatMap((x) => (x.kind === "result" ? [x.task] : [])));
  return new Map([...statements].map((t, k) => [t, `s${k}`]));
}

function printArg(x: Arg, names: Names, results: ReadonlyMap<Statement, string>): string {
  switch (x.kind) {
    case "load":
      return `${names.get(x.buffer)}[${bare(x.index.key)}]${x.guard?.length === 0 ? "" : ` if ${bare(predicateKey(x.guard))}`}`;
    case "gather":
      return `${names.get(x.buffer)}[${bare(x.index.key)} + ${x.stride}·(${printExpr(x.at)})]`;
    case "index":
      return bare(x.index.key);
    case "guard":
      return `[${bare(predicateKey(x.guard))}]`;
    case "result":
      return results.get(x.task) as string;
  }
}

/** Formulas that several others of a loop are made of, with the names `t0`, `t1` … */
function sharedNames(statements: readonly Statement[]): ReadonlyMap<Expr, string> {
  const uses = new Map<Expr, number>();
  const order = subexpressions(statements.map((t) => t.value));
  const use = (e: Expr) => uses.set(e, (uses.get(e) ?? 0) + 1);
  for (const e of order) if (e.kind === "apply") e.args.forEach(use);
  for (const t of statements) use(t.value);
  const shared = order.filter((e) => e.kind === "apply" && (uses.get(e) as number) > 1);
  return new Map(shared.map((e, k) => [e, `t${k}`]));
}

/** Which arguments formulas read, those included that only say where others lie. */
function argsOf(roots: readonly Expr[], args: readonly Arg[]): Set<number> {
  const direct = subexpressions(roots).flatMap((e) => (e.kind === "arg" ? [e.index] : []));
  const at = direct.flatMap((k) => {
    const x = args[k];
    return x?.kind === "gather" ? [x.at] : [];
  });
  return new Set([...direct, ...(at.length > 0 ? argsOf(at, args) : [])]);
}

function printLoop({ axes, statements }: Loop, nest: Nest, names: Names): string[] {
  const results = resultNames(nest);
  const shared = sharedNames(statements);
  const values = statements.map((t) => shared.get(t.value) ?? printExpr(t.value, shared));
  const read = argsOf(
    statements.map((t) => t.value),
    nest.args,
  );
  const printTask = (t: Statement, k: number): string => {
    if (t.check !== undefined) return `check ${values[k]}`;
    const place = t.store && `${names.get(t.store.buffer)}[${bare(t.store.index.key)}]`;
    const targets = [results.get(t), place].filter((x) => x !== undefined).join(" = ");
    return `${targets} ${t.reduce ? `${t.reduce.op}=` : "="} ${values[k]}`;
  };
  return [
    `  for ${axes.map((a) => a.name).join(" ") || "once"}:`,
    ...nest.args.flatMap((x, k) => (read.has(k) ? [`    x${k} = ${printArg(x, names, results)}`] : [])),
    ...[...shared].map(([e, name]) => `    ${name} = ${printExpr(e, shared)}`),
    ...statements.map((t, k) => `    ${printTask(t, k)}`),
  ];
}

function printKernel(k: Kernel, names: Names): string[] {
  if (k.kind === "nest")
    return [
      `nest for ${k.outerAxes.map((r) => r.name).join(" ") || "once"}:`,
      ...k.loops.flatMap((l) => printLoop(l, k, names)),
    ];
  const out = names.get(k.out);
  if (k.kind === "product") {
    const sizes = [k.batch, k.ms, k.ns, k.ks].map((axes) => axes.map((x) => x.size).join("×") || "1");
    return [
      `product ${out} = ${names.get(k.a.buffer)} · ${names.get(k.b.buffer)}, batch ${sizes[0]}, m ${sizes[1]}, n ${sizes[2]}, k ${sizes[3]}`,
    ];
  }
  const from = buffersOf(k).slice(1);
  return [`${k.kind} ${out} = ${from.map((b) => names.get(b)).join(", ")} along ${k.dim}`];
}

/** A program as text: its kernels in order, loops and formulas. */
export function printProgram(p: Program): string {
  const names = bufferNames(p);
  return p.kernels
    .flatMap((k, i) => printKernel(k, names).map((line, j) => (j === 0 ? `${i}: ${line}` : line)))
    .join("\n");
}
