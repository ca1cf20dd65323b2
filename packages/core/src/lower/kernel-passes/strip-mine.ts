import { type DType, isFloat } from "../../dtype.ts";
import { arg, type Expr, rewrite, subexpressions } from "../../scalar/expr.ts";
import { linearize } from "../../scalar/linearize.ts";
import { axesOf, pointCount, valueOnly } from "../ir/axes.ts";
import { withKernels } from "../ir/buffers.ts";
import { addIndex, type Index, loopVariable, scaleIndex, substitute } from "../ir/index-map.ts";
import type { Arg, Axis, Buffer, Loop, Nest, Statement } from "../ir/kernel.ts";
import type { Program } from "../ir/program.ts";
import type { Target } from "../target.ts";

interface SplitPoint {
  readonly value: Expr;
  readonly type: DType;
}

const opCount = (parts: readonly Expr[]): number => parts.filter((e) => e.kind === "apply").length;

/** The expressions that several others read. */
function sharedAmong(parts: readonly Expr[]): ReadonlySet<Expr> {
  const read = new Set<Expr>();
  const shared = new Set<Expr>();
  for (const e of parts)
    if (e.kind === "apply") for (const x of new Set(e.args)) (read.has(x) ? shared : read).add(x);
  return shared;
}

/** The shared float value that minimises the larger half of a loop body, counted in ops. */
function splitPoint(
  values: readonly Expr[],
  args: readonly Arg[],
  { minFissionOps, maxFissionRatio }: Target,
): SplitPoint | undefined {
  const parts = subexpressions(values);
  if (opCount(parts) < minFissionOps) return undefined;
  const types = args.map((x) => x.type);
  const { instructions } = linearize(values, types);
  const shared = sharedAmong(parts);
  let best: SplitPoint | undefined;
  let fewest = maxFissionRatio * opCount(parts);
  parts.forEach((value, k) => {
    const type = instructions[k]?.type;
    if (value.kind !== "apply" || !shared.has(value) || !type || !isFloat(type)) return;
    const before = opCount(subexpressions([value]));
    const after = opCount(subexpressions(values, new Set([value])));
    if (Math.max(before, after) > fewest) return;
    best = { value, type };
    fewest = Math.max(before, after);
  });
  return best;
}

/** The longest strip that divides an axis. */
function stripLength(size: number, { minStrip, maxStrip }: Target): number | undefined {
  for (let n = maxStrip; n >= minStrip; n--) if (size % n === 0) return n;
  return undefined;
}

/** Strip-mining: one axis becomes two, the strip and the point in it. */
function stripMine(nest: Nest, { name, size }: Axis, strip: number): Nest {
  const [outer, inner] = axesOf("q", [size / strip, strip]).axes as [Axis, Axis];
  const position = addIndex(
    scaleIndex(loopVariable(outer.name, outer.size), strip),
    loopVariable(inner.name, inner.size),
  );
  const withPosition = <P extends { readonly index: Index }>(x: P): P => ({
    ...x,
    index: substitute(x.index, name, position),
  });
  const args = nest.args.map((x): Arg => {
    const result = "index" in x ? withPosition(x) : x;
    return "guard" in result && result.guard ? { ...result, guard: result.guard.map(withPosition) } : result;
  });
  const loops = nest.loops.map(({ axes, statements }) => ({
    axes: axes.flatMap((a) => (a.name === name ? [outer, inner] : [a])),
    statements: statements.map((s) => ({ ...s, store: s.store && withPosition(s.store) })),
  }));
  return { ...nest, args, loops };
}

/** The loop of a nest that may be split: the only one, whose statements all store what they compute at each point. */
function fissionableLoop({ loops, args }: Nest): Loop | undefined {
  const [loop, more] = loops;
  const isPlain = (s: Statement) => s.store && !s.reduce && s.check === undefined;
  return !more && loop?.statements.every(isPlain) && !args.some((x) => x.kind === "gather")
    ? loop
    : undefined;
}

/** The nest as two loops over each strip: the first stores the value at the split point, the second reads it. */
function fissionNest(nest: Nest, target: Target, newBuffer: (like: Omit<Buffer, "id">) => Buffer): Nest {
  const loop = fissionableLoop(nest);
  const axis = loop?.axes.at(-1);
  if (!loop || !axis || pointCount([...nest.outerAxes, ...loop.axes]) < target.minFissionPoints) return nest;
  const strip = stripLength(axis.size, target);
  if (!strip) return nest;
  const values = loop.statements.map((s) => s.value);
  const split = splitPoint(values, nest.args, target);
  if (!split) return nest;
  const { outerAxes, loops, args } = strip === axis.size ? nest : stripMine(nest, axis, strip);
  const { axes, statements } = loops[0]!;
  const inner = axes.at(-1)!;
  const { value, type } = split;
  const buffer = newBuffer({ item: statements[0]!.store!.buffer.item, dtype: type, size: inner.size });
  const index = loopVariable(inner.name, inner.size);
  const rest = rewrite(values, new Map([[value, arg(args.length, `x${args.length}`)]]));
  const outer = [...outerAxes, ...axes.slice(0, -1)];
  return {
    kind: "nest",
    outerAxes: outer,
    parallel: outer.length,
    loops: [
      { axes: [inner], statements: [{ ...valueOnly, value, type, store: { buffer, index } }] },
      { axes: [inner], statements: statements.map((s, k) => ({ ...s, value: rest[k]! })) },
    ],
    args: [...args, { kind: "load", type, buffer, index, guard: [] }],
  };
}

/**
 * Loop fission: a long loop body is split in two, strip by strip, at a value that several expressions share, so that
 * out-of-order processors overlap more iterations. The value is stored in a buffer of one strip.
 */
export function fissionStrips(program: Program, target: Target): Program {
  let id = program.buffers.length;
  const newBuffer = (like: Omit<Buffer, "id">): Buffer => ({ id: id++, ...like });
  const kernels = program.kernels.map((kernel) =>
    kernel.kind === "nest" ? fissionNest(kernel, target, newBuffer) : kernel,
  );
  return withKernels(program, kernels);
}
