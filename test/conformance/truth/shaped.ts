import {
  coordinates,
  elements,
  flatten,
  type Plain,
  range,
  sizeOf,
  splice,
  unflatten,
  wrap,
} from "./plain.ts";

type Rule = (...args: never[]) => Plain;
const list = <T extends Record<string, Rule>>(rules: T) =>
  rules as unknown as Record<string, (...args: unknown[]) => Plain>;

interface KeepDim {
  readonly keepdim?: boolean;
}
type Dims = number | readonly number[] | undefined;

const dimsOf = (dims: Dims, rank: number): number[] =>
  dims === undefined ? range(rank) : [dims].flat().map((d) => wrap(d, rank));

/** A reduction: `combine` sees the elements of each group in row-major order. */
const reduction =
  (combine: (group: number[]) => number) =>
  (x: Plain, dims?: Dims, { keepdim = false }: KeepDim = {}): Plain => {
    const reduced = dimsOf(dims, x.shape.length);
    const groups = coordinates(reduced.map((d) => x.shape[d] as number));
    const kept = range(x.shape.length).filter((d) => !reduced.includes(d));
    return {
      shape: keepdim
        ? x.shape.map((n, d) => (reduced.includes(d) ? 1 : n))
        : kept.map((d) => x.shape[d] as number),
      at: (i) => {
        const outer = keepdim ? kept.map((d) => i[d] as number) : i;
        return combine(
          groups.map((g) =>
            x.at(
              x.shape.map((_, d) =>
                reduced.includes(d) ? (g[reduced.indexOf(d)] as number) : (outer[kept.indexOf(d)] as number),
              ),
            ),
          ),
        );
      },
    };
  };

const position =
  (choose: (group: number[]) => number) =>
  (x: Plain, dim?: number, options: KeepDim = {}) =>
    reduction((group) => {
      const nan = group.findIndex(Number.isNaN);
      return nan >= 0 ? nan : group.indexOf(choose(group));
    })(x, dim, options);

/** Running results along an axis. */
const running =
  (combine: (prefix: number[]) => number) =>
  (x: Plain, dim: number): Plain => {
    if (x.shape.length === 0) return x;
    const d = wrap(dim, x.shape.length);
    return {
      shape: x.shape,
      at: (i) => combine(range((i[d] as number) + 1).map((k) => x.at(splice(i, d, k)))),
    };
  };

interface Windows {
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding?: number | readonly [number, number];
}

const ends = (padding: Windows["padding"] = 0): readonly [number, number] =>
  typeof padding === "number" ? [padding, padding] : padding;

const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
const product = (list: number[]) => list.reduce((a, b) => a * b, 1);

/** A new array from x with `write` run over each place of the index. */
const scattered =
  (write: (old: number, next: number) => number) =>
  (x: Plain, dim: number, index: Plain, src: Plain): Plain => {
    const d = wrap(dim, x.shape.length);
    const out = elements(x);
    for (const i of coordinates(index.shape)) {
      const to = flatten(splice(i, d, index.at(i)), x.shape);
      out[to] = write(out[to] as number, src.at(i));
    }
    return { shape: x.shape, at: (i) => out[flatten(i, x.shape)] as number };
  };

/** The index of the element that has `rank` elements of its line before it: lesser ones, and equal ones with a lesser index. */
const argsort = (
  x: Plain,
  dim = -1,
  { descending = false }: { readonly descending?: boolean } = {},
): Plain => {
  if (x.shape.length === 0) return { shape: [], at: () => 0 };
  const d = wrap(dim, x.shape.length);
  const isLess = (a: number, b: number) => a < b || (Number.isNaN(b) && !Number.isNaN(a));
  const isBefore = (a: number, b: number) => (descending ? isLess(b, a) : isLess(a, b));
  return {
    shape: x.shape,
    at: (i) => {
      const line = range(x.shape[d]!).map((k) => x.at(splice(i, d, k)));
      const rank = (k: number) =>
        line.filter((a, j) => isBefore(a, line[k]!) || (j < k && !isBefore(line[k]!, a))).length;
      return range(line.length).find((k) => rank(k) === i[d])!;
    },
  };
};

/** Straightforward definitions, element by element, of the rows of that name. */
export const plainShaped = list({
  reshape: (x: Plain, shape: number[]) => {
    const known = sizeOf(shape.filter((n) => n !== -1));
    const to = shape.map((n) => (n === -1 ? sizeOf(x.shape) / known : n));
    return { shape: to, at: (i) => x.at(unflatten(flatten(i, to), x.shape)) };
  },
  expand: (x: Plain, shape: number[]) => {
    const lead = shape.length - x.shape.length;
    return {
      shape: shape.map((n, d) => (n === -1 ? (x.shape[d - lead] as number) : n)),
      at: (i) => x.at(x.shape.map((n, d) => (n === 1 ? 0 : (i[d + lead] as number)))),
    };
  },
  permute: (x: Plain, dims: number[]) => {
    const order = dims.map((d) => wrap(d, dims.length));
    return {
      shape: order.map((d) => x.shape[d] as number),
      at: (i) => x.at(x.shape.map((_, d) => i[order.indexOf(d)] as number)),
    };
  },
  slice: (x: Plain, dim: number, start?: number | null, stop?: number | null, step = 1) => {
    const d = wrap(dim, x.shape.length);
    const n = x.shape[d] as number;
    const end = (i: number | null | undefined, otherwise: number) =>
      i === null || i === undefined ? otherwise : i < 0 ? i + n : i;
    const picked: number[] = [];
    const inside = (i: number) => i >= 0 && i < n;
    if (step > 0)
      for (let i = Math.max(0, end(start, 0)); i < end(stop, n) && inside(i); i += step) picked.push(i);
    else
      for (let i = Math.min(n - 1, end(start, n - 1)); i > end(stop, -1) && inside(i); i += step)
        picked.push(i);
    return {
      shape: splice(x.shape, d, picked.length),
      at: (i) => x.at(splice(i, d, picked[i[d] as number] as number)),
    };
  },
  padZeros: (x: Plain, pads: number[]) => {
    const rank = x.shape.length;
    const pair = (d: number) => [pads[2 * (rank - 1 - d)] ?? 0, pads[2 * (rank - 1 - d) + 1] ?? 0] as const;
    return {
      shape: x.shape.map((n, d) => n + pair(d)[0] + pair(d)[1]),
      at: (i) => {
        const from = i.map((k, d) => k - pair(d)[0]);
        return from.every((k, d) => k >= 0 && k < (x.shape[d] as number)) ? x.at(from) : 0;
      },
    };
  },
  flip: (x: Plain, dims?: Dims) => {
    const flipped = dimsOf(dims, x.shape.length);
    return {
      shape: x.shape,
      at: (i) => x.at(i.map((k, d) => (flipped.includes(d) ? (x.shape[d] as number) - 1 - k : k))),
    };
  },
  roll: (x: Plain, shifts: number | number[], dims?: Dims) => {
    const mod = (a: number, n: number) => ((a % n) + n) % n;
    if (dims === undefined)
      return {
        shape: x.shape,
        at: (i) => x.at(unflatten(mod(flatten(i, x.shape) - Number(shifts), sizeOf(x.shape)), x.shape)),
      };
    const along = dimsOf(dims, x.shape.length);
    const shift = (d: number) => sum([shifts].flat().filter((_, k) => along[k] === d));
    return { shape: x.shape, at: (i) => x.at(i.map((k, d) => mod(k - shift(d), x.shape[d] as number))) };
  },
  diagonal: (x: Plain, offset = 0, dim1 = 0, dim2 = 1) => {
    const rank = x.shape.length;
    const [d1, d2] = [wrap(dim1, rank), wrap(dim2, rank)];
    const rest = range(rank).filter((d) => d !== d1 && d !== d2);
    const n = range(x.shape[d1] as number).filter(
      (r) => r + offset >= 0 && r + offset < (x.shape[d2] as number),
    );
    return {
      shape: [...rest.map((d) => x.shape[d] as number), n.length],
      at: (i) => {
        const r = n[i.at(-1) as number] as number;
        return x.at(
          range(rank).map((d) => (d === d1 ? r : d === d2 ? r + offset : (i[rest.indexOf(d)] as number))),
        );
      },
    };
  },
  diagEmbed: (x: Plain, offset = 0) => {
    const n = (x.shape.at(-1) as number) + Math.abs(offset);
    return {
      shape: [...x.shape.slice(0, -1), n, n],
      at: (i) => {
        const [r, c] = i.slice(-2) as [number, number];
        return c - r === offset ? x.at([...i.slice(0, -2), Math.min(r, c)]) : 0;
      },
    };
  },
  windows: (x: Plain, dim: number, size: number, { stride = 1, dilation = 1, padding }: Windows = {}) => {
    const d = wrap(dim, x.shape.length);
    const n = x.shape[d] as number;
    const [before, after] = ends(padding);
    const count = Math.floor((n + before + after - dilation * (size - 1) - 1) / stride) + 1;
    return {
      shape: [...splice(x.shape, d, count), size],
      at: (i) => {
        const from = (i[d] as number) * stride + (i.at(-1) as number) * dilation - before;
        return from >= 0 && from < n ? x.at(splice(i.slice(0, -1), d, from)) : 0;
      },
    };
  },
  fold: (y: Plain, dim: number, n: number, { stride = 1, dilation = 1, padding }: Windows = {}) => {
    const d = wrap(dim, y.shape.length - 1);
    const shape = splice(y.shape.slice(0, -1), d, n);
    const out = new Array<number>(sizeOf(shape)).fill(0);
    for (const i of coordinates(y.shape)) {
      const to = (i[d] as number) * stride + (i.at(-1) as number) * dilation - ends(padding)[0];
      if (to >= 0 && to < n) {
        const flat = flatten(splice(i.slice(0, -1), d, to), shape);
        out[flat] = (out[flat] as number) + y.at(i);
      }
    }
    return { shape, at: (i) => out[flatten(i, shape)] as number };
  },

  sum: reduction(sum),
  prod: reduction(product),
  amax: reduction((group) => Math.max(...group)),
  amin: reduction((group) => Math.min(...group)),
  argmax: position((group) => Math.max(...group)),
  argmin: position((group) => Math.min(...group)),
  any: reduction((group) => Number(group.some((v) => v !== 0))),
  all: reduction((group) => Number(group.every((v) => v !== 0))),

  matmul: (a: Plain, b: Plain, { skipZeros = false }: { readonly skipZeros?: boolean } = {}) => {
    const [row, column] = [a.shape.length === 1, b.shape.length === 1];
    const left = row ? [1, ...a.shape] : a.shape;
    const right = column ? [...b.shape, 1] : b.shape;
    const rank = Math.max(left.length, right.length) - 2;
    const size = (shape: readonly number[], d: number) => shape[d - rank + shape.length - 2] ?? 1;
    const batch = range(rank).map((d) => (size(left, d) === 1 ? size(right, d) : size(left, d)));
    const some = (shape: readonly number[], i: readonly number[]) =>
      shape.slice(0, -2).map((n, d) => (n === 1 ? 0 : (i[d + rank - shape.length + 2] as number)));
    return {
      shape: [...batch, ...(row ? [] : [left.at(-2) as number]), ...(column ? [] : [right.at(-1) as number])],
      at: (i) => {
        const [r, c] = [row ? 0 : (i[rank] as number), column ? 0 : (i.at(-1) as number)];
        const products = range(left.at(-1) as number).map((k) => {
          const x = a.at(row ? [k] : [...some(left, i), r, k]);
          return skipZeros && x === 0 ? 0 : x * b.at(column ? [k] : [...some(right, i), k, c]);
        });
        return sum(products);
      },
    };
  },
  dot: (a: Plain, b: Plain) => ({
    shape: [],
    at: () => sum(range(a.shape[0] as number).map((k) => a.at([k]) * b.at([k]))),
  }),
  outer: (a: Plain, b: Plain) => ({
    shape: [...a.shape, ...b.shape],
    at: ([i, j]) => a.at([i as number]) * b.at([j as number]),
  }),

  gather: (x: Plain, dim: number, index: Plain) => {
    const d = wrap(dim, x.shape.length);
    return { shape: index.shape, at: (i) => x.at(splice(i, d, index.at(i))) };
  },
  scatterAdd: scattered((old, next) => old + next),
  scatter: scattered((_, next) => next),

  cumsum: running(sum),
  cumprod: running(product),

  argsort,
});
