import { cat, type DType, type Shape, type Tensor, where } from "@chainrule/core";
import { lifted, methods } from "@chainrule/core/internal";
import { drawn, stream } from "../conformance/draw.ts";
import { type Entry, exactly, filled, following, indices, isFloat, moved, rounded } from "./entry.ts";

const padZeros = lifted(methods.padZeros);

/** Draws a whole number below `n`. */
type Draw = (n: number) => number;

/** What a step of a program has to choose from. */
interface Scene {
  readonly draw: Draw;
  /** One of the tensors so far, the latest more often than others. */
  readonly any: () => Entry;
  /** One that `fits`, or undefined. */
  readonly find: (fits: (e: Entry) => boolean) => Entry | undefined;
}

type Step = (scene: Scene) => Entry | undefined;

const one = <T>(list: readonly T[], draw: Draw): T => list[draw(list.length)] as T;
const numbers = [-2, -1, -0.5, 0, 0.25, 1, 2, 3];
const mostElements = 1200;

const isExact = (e: Entry): boolean => e.exact;
const float = (e: Entry): boolean => isFloat(e.x.dtype);
const int = (e: Entry): boolean => e.x.dtype === "int32";
const truth = (e: Entry): boolean => e.x.dtype === "bool";
const hasAxis = (e: Entry): boolean => e.x.ndim > 0;

/** Another tensor, laid out as e is, or an element, row or column of it that repeats. */
function like({ draw, any }: Scene, e: Entry): Entry {
  const other = any();
  const shape = e.x.shape.map((n) => (draw(4) === 0 ? 1 : n)).slice(draw(3) === 0 ? 1 : 0);
  return moved(other, filled(other.x, shape, draw(3)));
}

const dims = (x: Tensor, draw: Draw): number[] => {
  const chosen = x.shape.flatMap((_, d) => (draw(2) === 0 ? [d] : []));
  return chosen.length > 0 || x.ndim === 0 ? chosen : [draw(x.ndim)];
};

/** A reduction, and often what it came to spread over what was reduced, which the rows of the same loops read again. */
function reduced(
  { draw }: Scene,
  e: Entry | undefined,
  reduce: (e: Entry, over: readonly number[], count: number) => Entry | undefined,
): Entry | undefined {
  if (!e) return undefined;
  const over = dims(e.x, draw);
  const y = reduce(
    e,
    over,
    over.reduce((n, d) => n * (e.x.shape[d] as number), 1),
  );
  if (!y || draw(2) === 0) return y;
  const kept = y.x.reshape(e.x.shape.map((n, d) => (over.includes(d) ? 1 : n)));
  return moved(y, draw(2) === 0 ? kept : kept.expand(e.x.shape));
}

/** The steps that programs are made of; undefined where nothing so far fits one. */
export const steps = {
  arithmetic: (scene) => {
    const a = scene.any();
    const b = like(scene, a);
    const x = truth(a) && truth(b) ? a.x.to("int32") : a.x;
    const [bound, grain] = [a.bound + b.bound, Math.min(a.grain, b.grain)];
    return one(
      [
        () => following(x.add(b.x), [a, b], bound, grain),
        () => following(x.sub(b.x), [a, b], bound, grain),
        () => following(x.mul(b.x), [a, b], a.bound * b.bound, a.grain * b.grain),
      ],
      scene.draw,
    )();
  },
  number: ({ draw, any }) => {
    const e = any();
    const c = one(numbers, draw);
    return draw(2) === 0
      ? following(e.x.add(c), [e], e.bound + 3, Math.min(e.grain, 1 / 4))
      : following(e.x.mul(c), [e], 3 * e.bound, e.grain / 4);
  },
  extremum: (scene) => {
    const a = scene.find(isExact);
    const b = a && like(scene, a);
    if (!a || !b?.exact || (truth(a) && truth(b))) return undefined;
    const y = a.x[one(["maximum", "minimum"] as const, scene.draw)](b.x);
    return exactly(y, Math.max(a.bound, b.bound), Math.min(a.grain, b.grain));
  },
  clamp: ({ draw, find }) => {
    const e = find((e) => e.exact && !truth(e));
    return e && exactly(e.x.clamp(one(numbers, draw), one(numbers, draw)), 3, Math.min(e.grain, 1 / 4));
  },
  sign: ({ draw, find }) => {
    const e = find((e) => e.exact && !truth(e));
    return e && moved(e, e.x[one(["abs", "neg", "relu"] as const, draw)]());
  },
  sort: ({ draw, find }) => {
    const e = find((e) => e.exact && hasAxis(e));
    if (!e) return undefined;
    const dim = draw(e.x.ndim);
    const { values, indices } = e.x.sort(dim, { descending: draw(2) === 0 });
    return draw(2) === 0 ? exactly(values, e.bound, e.grain) : exactly(indices, e.x.shape[dim]!, 1);
  },
  compare: (scene) => {
    const a = scene.find(isExact);
    const b = a && like(scene, a);
    if (!a || !b) return undefined;
    const op = one(["eq", "ne", "lt", "le", "gt", "ge"] as const, scene.draw);
    return exactly(a.x[op](b.exact && scene.draw(2) === 0 ? b.x : one(numbers, scene.draw)), 1, 1);
  },
  logic: (scene) => {
    const a = scene.find(truth);
    const b = a && like(scene, a);
    if (!a || !b?.exact) return undefined;
    const op = one(["logicalAnd", "logicalOr", "logicalXor"] as const, scene.draw);
    return exactly(scene.draw(4) === 0 ? a.x.logicalNot() : a.x[op](b.x), 1, 1);
  },
  bits: ({ draw, find }) => {
    const [a, b] = [find(int), find(int)];
    if (!a || !b) return undefined;
    const other = filled(b.x, a.x.shape, draw(3));
    const op = one(["bitwiseAnd", "bitwiseOr", "bitwiseXor"] as const, draw);
    const shift = one(["bitwiseLeftShift", "bitwiseRightShift", "bitwiseRightShiftLogical"] as const, draw);
    const count = draw(2) === 0 ? other.remainder(40) : draw(34);
    return moved(a, draw(2) === 0 ? a.x[op](other) : a.x[shift](count));
  },
  divide: ({ draw, find }) => {
    const e = find(int);
    const by = one([1, 2, 3, -1, -7], draw);
    return e && moved(e, e.x[one(["floorDivide", "remainder", "fmod"] as const, draw)](by));
  },
  choice: ({ draw, find, any }) => {
    const c = find(truth);
    if (!c) return undefined;
    const [a, b] = [any(), any()];
    const at = filled(c.x, a.x.shape, draw(3));
    const [p, q] = [one(numbers, draw), one(numbers, draw)];
    const grain = Math.min(a.grain, 1 / 4);
    return one(
      [
        () => exactly(where(at, p, q), 3, 1 / 4),
        () => following(where(at, a.x, p), [a], Math.max(a.bound, 3), grain),
        () => following(where(at, p, a.x), [a], Math.max(a.bound, 3), grain),
        () =>
          following(
            where(at, a.x, filled(b.x, a.x.shape)),
            [a, b],
            Math.max(a.bound, b.bound),
            Math.min(a.grain, b.grain),
          ),
      ],
      draw,
    )();
  },
  sum: (scene) =>
    reduced(scene, scene.any(), (e, over, n) =>
      following(e.x.sum(over), [e], e.bound * Math.max(1, n), e.grain),
    ),
  mean: (scene) =>
    reduced(scene, scene.find(float), (e, over, n) =>
      n === 0 ? undefined : rounded(e.x.mean(over), e.bound),
    ),
  extremes: (scene) =>
    reduced(scene, scene.find(isExact), (e, over, n) =>
      n === 0 ? undefined : moved(e, e.x[one(["amax", "amin"] as const, scene.draw)](over)),
    ),
  anyOrAll: (scene) =>
    reduced(scene, scene.find(isExact), (e, over) =>
      exactly(e.x[one(["any", "all"] as const, scene.draw)](over), 1, 1),
    ),
  product: (scene) =>
    reduced(
      scene,
      scene.find((e) => int(e) || truth(e)),
      (e, over) => exactly(e.x.prod(over), 1, 1),
    ),
  position: ({ draw, find }) => {
    const e = find((e) => e.exact && e.x.ndim > 0);
    const d = draw(e?.x.ndim ?? 1);
    if (!e || e.x.shape[d] === 0) return undefined;
    return exactly(e.x[one(["argmax", "argmin"] as const, draw)](d), 1, 1);
  },
  running: ({ draw, find }) => {
    const e = find((e) => e.exact && e.x.ndim > 0);
    if (!e) return undefined;
    const d = draw(e.x.ndim);
    if (!float(e) && draw(2) === 0) return exactly(e.x.cumprod(d), 1, 1);
    return exactly(e.x.cumsum(d), e.bound * Math.max(1, e.x.shape[d] as number), e.grain);
  },
  slices: ({ draw, find }) => {
    const e = find(hasAxis);
    if (!e) return undefined;
    const d = draw(e.x.ndim);
    const n = e.x.shape[d] as number;
    const length = draw(n + 1);
    const part = () => {
      const from = draw(n - length + 1);
      return e.x.slice(d, from, from + length);
    };
    const [a, b, c] = [part(), part(), part()];
    if (truth(e)) return exactly(a.logicalXor(b), 1, 1);
    return following(draw(2) === 0 ? a.sub(b) : a.sub(b).add(c), [e], 3 * e.bound, e.grain);
  },
  move: ({ draw, find }) => {
    const e = find((e) => e.x.ndim > 0 && e.x.size <= mostElements / 4);
    if (!e) return undefined;
    const { x } = e;
    const d = draw(x.ndim);
    const movements = [
      () => x.slice(d, draw(3), null, 1 + draw(3)),
      () => x.flip([d]),
      () => x.roll(1 + draw(5), d),
      () => x.permute(x.shape.map((_, k) => x.ndim - 1 - k)),
      () => x.reshape([-1]),
      () => x.unsqueeze(0).expand([1 + draw(5), ...x.shape]),
      () => padZeros(x, [draw(4), draw(4) - Math.min(1, x.shape.at(-1) as number)]),
      () => x.repeatInterleave(1 + draw(3), d),
      () => cat([x, x.slice(d, draw(3)), x], d),
    ];
    return moved(e, one(movements, draw)());
  },
  gather: ({ draw, find }) => {
    const [e, at] = [find((e) => e.x.ndim > 0 && e.x.size > 0), find(isExact)];
    if (!e || !at) return undefined;
    const d = draw(e.x.ndim);
    return moved(e, e.x.gather(d, indices(at.x, e.x.shape, e.x.shape[d] as number)));
  },
  scatter: ({ draw, find }) => {
    const [e, at] = [find((e) => e.x.ndim > 0 && e.x.size > 0), find(isExact)];
    if (!e || !at) return undefined;
    const d = draw(e.x.ndim);
    const n = e.x.shape[d] as number;
    const index = indices(at.x, e.x.shape, n);
    const src = filled(e.x, e.x.shape, draw(3));
    if (truth(e) || draw(2) === 0) return moved(e, e.x.scatter(d, index, src));
    return following(e.x.scatterAdd(d, index, src), [e], e.bound * (n + 1), e.grain);
  },
  matmul: ({ draw, find }) => {
    const e = find((e) => e.x.ndim === 2 && e.x.size <= 1200);
    const w = find((e) => e.x.size > 0 && e.x.size <= 1200);
    if (!e || !w) return undefined;
    const k = e.x.shape[1] as number;
    const y = e.x.matmul(filled(w.x, [k, one([1, 2, 5, 8, 17], draw)], draw(2)));
    return following(y, [e, w], e.bound * w.bound * Math.max(1, k), e.grain * w.grain);
  },
  smooth: ({ draw, find }) => {
    const e = find(float);
    const op = one(
      ["sigmoid", "tanh", "softplus", "sin", "gelu", "silu", "atan", "logSigmoid"] as const,
      draw,
    );
    return e && rounded(e.x[op](), e.bound + 1);
  },
  softmax: ({ draw, find }) => {
    const e = find((e) => float(e) && e.x.ndim > 0 && e.x.size > 0);
    return e && rounded(e.x.softmax(draw(e.x.ndim)), 1);
  },
  cast: ({ draw, find }) => {
    const e = find(isExact);
    if (!e) return undefined;
    const dtype = one<DType>(["bool", "int32", "float32"], draw);
    if (!int(e) || dtype !== "float32") return exactly(e.x.to(dtype), e.bound, e.grain);
    return exactly(e.x.clamp(-64, 64).to(dtype), 64, 1);
  },
} satisfies Record<string, Step>;

const names = Object.keys(steps) as (keyof typeof steps)[];

/** Sizes that fill vectors, that do not, and the one at which blocks and rows begin to matter. */
const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 31, 33, 64, 65, 100, 129];

function shapeOf(draw: Draw): Shape {
  const shape: number[] = [];
  for (let rank = draw(4); rank > 0; rank--) {
    const n = draw(40) === 0 ? 0 : one(sizes, draw);
    if (shape.reduce((a, b) => a * b, n) <= mostElements / 4) shape.push(n);
  }
  return shape;
}

/** A random program: what it is given, and what it makes of that, which calls with the same inputs make alike. */
export interface Program {
  readonly inputs: () => Tensor[];
  /** What it was asked for, and whether that is exact; `look` sees each tensor as it is made. */
  readonly run: (inputs: readonly Tensor[], look?: (x: Tensor) => void) => Entry[];
  /** What its steps are called. */
  readonly trace: () => string;
}

const drawFrom = (seed: number): Draw => {
  const next = stream(seed);
  return (n) => Math.floor(next() * n);
};

/** The program of a seed, of at most `most` steps. */
export function programOf(seed: number, most = 12): Program {
  const kinds = drawFrom(seed);
  const given = Array.from({ length: 2 + kinds(3) }, () => ({
    dtype: one<DType>(["float32", "float32", "int32", "bool"], kinds),
    shape: shapeOf(kinds),
  }));
  const count = Math.min(most, 2 + kinds(9));
  const told: string[] = [];
  const inputs = () => {
    const next = stream(seed + 1);
    return given.map(({ dtype, shape }) => {
      const x = drawn(next, shape, dtype, [-8, 8]);
      return isFloat(dtype) ? x.round().div(4) : x;
    });
  };
  const run: Program["run"] = (xs, look = () => {}) => {
    const draw = drawFrom(seed + 2);
    const asked = drawFrom(seed + 3);
    told.length = 0;
    const made: Entry[] = xs.map((x) => exactly(x, 2, 1 / 4));
    const latest = (list: readonly Entry[]) =>
      list[list.length - 1 - Math.min(draw(list.length), draw(list.length))] as Entry;
    const scene: Scene = {
      draw,
      any: () => latest(made),
      find: (fits) => {
        const fitting = made.filter(fits);
        return fitting.length > 0 ? latest(fitting) : undefined;
      },
    };
    for (let left = count, tries = 0; left > 0 && tries < 60; tries++) {
      const name = one(names, draw);
      const e = steps[name](scene);
      if (!e || e.x.size > mostElements) continue;
      look(e.x);
      told.push(`${name} ${e.x.dtype}[${e.x.shape}]${e.exact ? "" : " ≈"}`);
      made.push(e);
      left--;
    }
    const own = made.slice(xs.length);
    return own.filter((_, k) => k === own.length - 1 || asked(3) === 0);
  };
  return { inputs, run, trace: () => told.join("; ") };
}
