import { printExpr } from "../scalar/print.ts";
import { guardKey } from "./index-map.ts";
import type { Arg, Nest, Task } from "./kernel.ts";
import type { Kernel, Program } from "./program.ts";

function printArg(x: Arg, k: number): string {
  switch (x.kind) {
    case "load":
      return `x${k} = b${x.buffer.id}[${x.index.key}]${x.guard?.length === 0 ? "" : ` if ${guardKey(x.guard)}`}`;
    case "gather":
      return `x${k} = b${x.buffer.id}[${x.index.key} + ${x.stride}·(${printExpr(x.at)})]`;
    case "index":
      return `x${k} = ${x.index.key}`;
    case "guard":
      return `x${k} = [${guardKey(x.guard)}]`;
    case "result":
      return `x${k} = result b${x.task.store?.buffer.id}`;
  }
}

function printTask(t: Task): string {
  if (t.check !== undefined) return `check ${printExpr(t.value)}`;
  const to = `b${t.store?.buffer.id}[${t.store?.index.key}]`;
  return `${to} ${t.reduce ? `${t.reduce.word}=` : "="} ${printExpr(t.value)}`;
}

function printNest(nest: Nest): string[] {
  const rows = nest.rows.map((r) => r.name).join(" ") || "once";
  return [
    `for ${rows}:`,
    ...nest.args.map((x, k) => `    ${printArg(x, k)}`),
    ...nest.loops.flatMap((l) => [
      `  for ${l.axes.map((a) => a.name).join(" ") || "once"}:`,
      ...l.tasks.map((t) => `    ${printTask(t)}`),
    ]),
  ];
}

function printKernel(k: Kernel): string[] {
  if (k.kind === "nest") return printNest(k);
  if (k.kind === "product") {
    const sizes = [k.batch, k.ms, k.ns, k.ks].map((axes) => axes.map((x) => x.size).join("×") || "1");
    return [
      `b${k.out.id} = b${k.a.buffer.id} · b${k.b.buffer.id}, batch ${sizes[0]}, m ${sizes[1]}, n ${sizes[2]}, k ${sizes[3]}`,
    ];
  }
  return [`b${k.out.id} = ${k.kind} along ${k.dim}`];
}

/** A program as text: its kernels in order, loops and formulas. */
export const printProgram = (p: Program): string =>
  p.kernels.flatMap((k, i) => printKernel(k).map((line, j) => (j === 0 ? `${i}: ${line}` : line))).join("\n");
