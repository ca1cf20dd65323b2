import { type DType, isFloat } from "../../dtype.ts";
import { arg, type Expr, rewrite, subexpressions } from "../../scalar/expr.ts";
import { linearize } from "../../scalar/linearize.ts";
import { axesOf, valueOnly } from "../ir/axes.ts";
import { addIndex, type Index, loopVariable, scaleIndex, substitute } from "../ir/index-map.ts";
import type { Arg, Axis, Buffer, Nest, Statement } from "../ir/kernel.ts";

/** Processors work on several points of a loop at once, as far as that many words reach. */
const longBody = 48;
/** A loop is divided where the longer part is at most so much of the whole. */
const worthwhile = 0.75;
const [leastStrip, mostStrip] = [64, 4096];
/** Loops of fewer points gain nothing. */
const leastPoints = 1 << 14;

const wordsIn = (parts: readonly Expr[]): number => parts.filter((e) => e.kind === "apply").length;

/** The value that divides formulas best: the longer of what it takes and of what is left then is the shortest. */
function divide(values: readonly Expr[], args: readonly Arg[]): { value: Expr; type: DType } | undefined {
  const parts = subexpressions(values);
  if (wordsIn(parts) < longBody) return undefined;
  const { instructions } = linearize(
    values,
    args.map((x) => x.type),
  );
  const read = new Set<Expr>();
  const shared = new Set<Expr>();
  for (const e of parts)
    if (e.kind === "apply") for (const x of new Set(e.args)) (read.has(x) ? shared : read).add(x);
  let best: ReturnType<typeof divide>;
  let least = worthwhile * wordsIn(parts);
  parts.forEach((value, k) => {
    const type = instructions[k]?.type;
    if (value.kind !== "apply" || !shared.has(value) || !type || !isFloat(type)) return;
    const longer = Math.max(
      wordsIn(subexpressions([value])),
      wordsIn(subexpressions(values, new Set([value]))),
    );
    if (longer > least) return;
    best = { value, type };
    least = longer;
  });
  return best;
}

/** The greatest number of points that strips of so many may have. */
function stripOf(size: number): number | undefined {
  for (let n = mostStrip; n >= leastStrip; n--) if (size % n === 0) return n;
  return undefined;
}

/** A nest with the variable of an axis made of two others: which strip, and where in it. */
function strips(nest: Nest, { name, size }: Axis, strip: number): Nest {
  const [outer, inner] = axesOf("q", [size / strip, strip]).axes as [Axis, Axis];
  const place = addIndex(
    scaleIndex(loopVariable(outer.name, outer.size), strip),
    loopVariable(inner.name, inner.size),
  );
  const moved = <P extends { readonly index: Index }>(x: P): P => ({
    ...x,
    index: substitute(x.index, name, place),
  });
  const args = nest.args.map((x): Arg => {
    const within = "index" in x ? moved(x) : x;
    return "guard" in within && within.guard ? { ...within, guard: within.guard.map(moved) } : within;
  });
  const loops = nest.loops.map(({ axes, statements }) => ({
    axes: axes.flatMap((a) => (a.name === name ? [outer, inner] : [a])),
    statements: statements.map((t) => ({ ...t, store: t.store && moved(t.store) })),
  }));
  return { ...nest, args, loops };
}

/**
 * A nest of one loop with a long body as two, which take turns strip by strip: the first works out a value that is about half
 * the work, into memory for one strip, and the second the rest. Processors then overlap more points, which wait for one another less.
 */
export function fissionStrips(
  nest: Nest,
  memory: (dtype: DType, size: number, item: number) => Buffer,
): Nest {
  const [loop, more] = nest.loops;
  const plain = (t: Statement) => t.store && !t.reduce && t.check === undefined;
  if (!loop || more || !loop.statements.every(plain) || nest.args.some((x) => x.kind === "gather"))
    return nest;
  const last = loop.axes.at(-1);
  const points = [...nest.outerAxes, ...loop.axes].reduce((n, { size }) => n * size, 1);
  const strip = !last || points < leastPoints ? undefined : stripOf(last.size);
  const found =
    strip &&
    divide(
      loop.statements.map((t) => t.value),
      nest.args,
    );
  if (!last || !found) return nest;
  const { outerAxes, loops, args } = strip === last.size ? nest : strips(nest, last, strip);
  const { axes, statements } = loops[0] as (typeof loops)[number];
  const inner = axes.at(-1) as Axis;
  const { value, type } = found;
  const index = loopVariable(inner.name, inner.size);
  const buffer = memory(type, inner.size, (statements[0] as Statement).store?.buffer.item as number);
  const rest = rewrite(
    statements.map((t) => t.value),
    new Map([[value, arg(args.length, `x${args.length}`)]]),
  );
  return {
    kind: "nest",
    outerAxes: [...outerAxes, ...axes.slice(0, -1)],
    loops: [
      { axes: [inner], statements: [{ ...valueOnly, value, type, store: { buffer, index } }] },
      { axes: [inner], statements: statements.map((t, k) => ({ ...t, value: rest[k] as Expr })) },
    ],
    args: [...args, { kind: "load", type, buffer, index, guard: [] }],
  };
}
