import { type Expr, subexpressions } from "../../scalar/expr.ts";
import { printExpr } from "../../scalar/print.ts";
import { pointCount } from "./axes.ts";
import { buffersOf } from "./buffers.ts";
import { predicateKey } from "./index-map.ts";
import type { Arg, Axis, Buffer, Loop, Nest, Statement } from "./kernel.ts";
import type { Kernel, Program } from "./program.ts";

type Names<T> = ReadonlyMap<T, string>;

const numbered = <T>(list: readonly T[], prefix: string): Names<T> =>
  new Map(list.map((x, k) => [x, `${prefix}${k}`]));

/** Names of buffers, `b0`, `b1` …: inputs first, then in the order of the kernels. */
export const bufferNames = ({ inputs, kernels, outputs }: Program): Names<Buffer> =>
  numbered([...new Set([...inputs, ...kernels.flatMap(buffersOf), ...outputs])], "b");

/** Without the sizes that the names of loop variables carry: the loop states them. */
const withoutSizes = (index: string): string => index.replace(/([a-z]\d+)×\d+/g, "$1");

/** Names of the results that stay in registers for later loops, `s0`, `s1` … */
const registerNames = ({ args }: Nest): Names<Statement> =>
  numbered([...new Set(args.flatMap((x) => (x.kind === "result" ? [x.statement] : [])))], "s");

function printArg(x: Arg, buffers: Names<Buffer>, registers: Names<Statement>): string {
  switch (x.kind) {
    case "load": {
      const guard = x.guard?.length === 0 ? "" : ` if ${withoutSizes(predicateKey(x.guard))}`;
      return `${buffers.get(x.buffer)}[${withoutSizes(x.index.key)}]${guard}`;
    }
    case "gather":
      return `${buffers.get(x.buffer)}[${withoutSizes(x.index.key)} + ${x.stride}·(${printExpr(x.at)})]`;
    case "index":
      return withoutSizes(x.index.key);
    case "guard":
      return `[${withoutSizes(predicateKey(x.guard))}]`;
    case "result":
      return registers.get(x.statement)!;
  }
}

/** Names of the expressions that several others of a loop read, `t0`, `t1` … */
function sharedNames(values: readonly Expr[]): Names<Expr> {
  const uses = new Map<Expr, number>();
  const order = subexpressions(values);
  const use = (e: Expr) => uses.set(e, (uses.get(e) ?? 0) + 1);
  for (const e of order) if (e.kind === "apply") e.args.forEach(use);
  values.forEach(use);
  return numbered(
    order.filter((e) => e.kind === "apply" && uses.get(e)! > 1),
    "t",
  );
}

/** The positions of the arguments that expressions read, those in the indices of gathers included. */
function argsOf(roots: readonly Expr[], args: readonly Arg[]): Set<number> {
  const direct = subexpressions(roots).flatMap((e) => (e.kind === "arg" ? [e.index] : []));
  const indices = direct.flatMap((k) => {
    const x = args[k];
    return x?.kind === "gather" ? [x.at] : [];
  });
  return new Set([...direct, ...(indices.length > 0 ? argsOf(indices, args) : [])]);
}

function printLoop({ axes, statements }: Loop, nest: Nest, buffers: Names<Buffer>): string[] {
  const registers = registerNames(nest);
  const values = statements.map((statement) => statement.value);
  const shared = sharedNames(values);
  const read = argsOf(values, nest.args);
  const printStatement = (statement: Statement): string => {
    const value = shared.get(statement.value) ?? printExpr(statement.value, shared);
    if (statement.check !== undefined) return `check ${value}`;
    const { store, reduce } = statement;
    const element = store && `${buffers.get(store.buffer)}[${withoutSizes(store.index.key)}]`;
    const targets = [registers.get(statement), element].filter((x) => x !== undefined).join(" = ");
    return `${targets} ${reduce ? `${reduce.op}=` : "="} ${value}`;
  };
  return [
    `  for ${axisNames(axes) || "once"}:`,
    ...nest.args.flatMap((x, k) => (read.has(k) ? [`    x${k} = ${printArg(x, buffers, registers)}`] : [])),
    ...[...shared].map(([e, name]) => `    ${name} = ${printExpr(e, shared)}`),
    ...statements.map((statement) => `    ${printStatement(statement)}`),
  ];
}

const axisNames = (axes: readonly Axis[]): string => axes.map(({ name }) => name).join(" ");

/** `parallel for r0×4, for r1×8`: the outer axes, of which the first may be parallel. */
function printOuterAxes({ outerAxes, parallel }: Nest): string {
  const [free, sequential] = [outerAxes.slice(0, parallel), outerAxes.slice(parallel)];
  const loops = [
    ...(free.length > 0 ? [`parallel for ${axisNames(free)}`] : []),
    ...(sequential.length > 0 ? [`for ${axisNames(sequential)}`] : []),
  ];
  return loops.join(", ") || "for once";
}

function printKernel(kernel: Kernel, buffers: Names<Buffer>): string[] {
  if (kernel.kind === "nest")
    return [
      `nest ${printOuterAxes(kernel)}:`,
      ...kernel.loops.flatMap((loop) => printLoop(loop, kernel, buffers)),
    ];
  const out = buffers.get(kernel.out);
  if (kernel.kind === "gemm") {
    const [a, b] = [buffers.get(kernel.a.buffer), buffers.get(kernel.b.buffer)];
    const [batch, m, n, k] = [kernel.batch, kernel.ms, kernel.ns, kernel.ks].map(pointCount);
    return [`gemm ${out} = ${a} · ${b}, batch ${batch}, m ${m}, n ${n}, k ${k}`];
  }
  if (kernel.kind === "host") {
    const operands = kernel.operands.map(({ buffer }) => buffers.get(buffer));
    return [`host ${out} = ${kernel.op.name}(${operands.join(", ")})`];
  }
  const operands = buffersOf(kernel).slice(1);
  return [`${kernel.kind} ${out} = ${operands.map((b) => buffers.get(b)).join(", ")} along ${kernel.dim}`];
}

/** A program as text: its kernels in order, with their loops and expressions. */
export function printProgram(program: Program): string {
  const buffers = bufferNames(program);
  return program.kernels
    .flatMap((kernel, i) => {
      const [first, ...rest] = printKernel(kernel, buffers);
      return [`${i}: ${first}`, ...rest];
    })
    .join("\n");
}
