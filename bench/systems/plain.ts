/** Hand-written loops over Float32Array with hand-derived gradients: what a careful user writes without a library. */
import { serve } from "../cell.ts";
import { moments } from "../tasks/moments.ts";
import type { LayerNorm, Softmax } from "../tasks/rows.ts";
import { matmul } from "./plainMatmul.ts";
import { mlp } from "./plainMlp.ts";

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
/** ln(1 + e^{−|z|}) + max(z, 0) − y·z: binary cross entropy on a logit. */
const bce = (z: number, y: number): number => Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - y * z;

const copies = <T extends string>(tensors: Record<T, { data: ArrayLike<number> }>) =>
  Object.fromEntries(
    Object.entries<{ data: ArrayLike<number> }>(tensors).map(([name, { data }]) => [
      name,
      Float32Array.from(data),
    ]),
  ) as Record<T, Float32Array>;

const rows = (work: Softmax | LayerNorm) => {
  const { x, cotangent } = work.tensors();
  const [n, d] = x.shape as [number, number];
  const [y, x̄] = [new Float32Array(n * d), new Float32Array(n * d)];
  return { n, d, x: x.data as Float32Array, ȳ: cotangent.data as Float32Array, y, x̄ };
};

await serve({
  logistic: (work) => ({
    "fused loop": () => {
      const tensors = work.tensors();
      const [n, d] = tensors.x.shape as [number, number];
      const { x, y, w, b } = copies(tensors);
      const g = new Float32Array(d);
      const scale = work.hyper.lr / n;
      let loss = 0;
      return {
        step() {
          g.fill(0);
          let [gb, total] = [0, 0];
          for (let i = 0, row = 0; i < n; i++, row += d) {
            let z = b[0]!;
            for (let j = 0; j < d; j++) z += x[row + j]! * w[j]!;
            const e = sigmoid(z) - y[i]!;
            total += bce(z, y[i]!);
            gb += e;
            for (let j = 0; j < d; j++) g[j]! += e * x[row + j]!;
          }
          for (let j = 0; j < d; j++) w[j]! -= scale * g[j]!;
          b[0]! -= scale * gb;
          loss = total / n;
        },
        result: () => [loss],
      };
    },
    "fused loop, four sums": () => {
      const tensors = work.tensors();
      const [n, d] = tensors.x.shape as [number, number];
      const { x, y, w, b } = copies(tensors);
      const g = new Float32Array(d);
      const scale = work.hyper.lr / n;
      const whole = d - (d % 4);
      let loss = 0;
      return {
        step() {
          g.fill(0);
          let [gb, total] = [0, 0];
          for (let i = 0, row = 0; i < n; i++, row += d) {
            let [z0, z1, z2, z3] = [b[0]!, 0, 0, 0];
            for (let j = 0; j < whole; j += 4) {
              z0 += x[row + j]! * w[j]!;
              z1 += x[row + j + 1]! * w[j + 1]!;
              z2 += x[row + j + 2]! * w[j + 2]!;
              z3 += x[row + j + 3]! * w[j + 3]!;
            }
            for (let j = whole; j < d; j++) z0 += x[row + j]! * w[j]!;
            const z = z0 + z1 + (z2 + z3);
            const t = Math.exp(-Math.abs(z));
            const e = (z < 0 ? t / (1 + t) : 1 / (1 + t)) - y[i]!;
            total += Math.log1p(t) + Math.max(z, 0) - y[i]! * z;
            gb += e;
            for (let j = 0; j < d; j++) g[j]! += e * x[row + j]!;
          }
          for (let j = 0; j < d; j++) w[j]! -= scale * g[j]!;
          b[0]! -= scale * gb;
          loss = total / n;
        },
        result: () => [loss],
      };
    },
  }),

  xor: (work) => ({
    loop: () => {
      const { x, y, w1, b1, w2, b2 } = copies(work.tensors());
      const [gw1, gb1, gw2] = [new Float32Array(16), new Float32Array(8), new Float32Array(8)];
      const h = new Float32Array(8);
      const scale = work.hyper.lr / 4;
      let loss = 0;
      return {
        step() {
          gw1.fill(0);
          gb1.fill(0);
          gw2.fill(0);
          let [gb2, total] = [0, 0];
          for (let i = 0; i < 4; i++) {
            const [p, q] = [x[2 * i]!, x[2 * i + 1]!];
            let z = b2[0]!;
            for (let j = 0; j < 8; j++) {
              h[j] = Math.tanh(p * w1[j]! + q * w1[8 + j]! + b1[j]!);
              z += h[j]! * w2[j]!;
            }
            total += bce(z, y[i]!);
            const e = sigmoid(z) - y[i]!;
            gb2 += e;
            for (let j = 0; j < 8; j++) {
              gw2[j]! += e * h[j]!;
              const ē = e * w2[j]! * (1 - h[j]! * h[j]!);
              gb1[j]! += ē;
              gw1[j]! += ē * p;
              gw1[8 + j]! += ē * q;
            }
          }
          for (let j = 0; j < 16; j++) w1[j]! -= scale * gw1[j]!;
          for (let j = 0; j < 8; j++) {
            b1[j]! -= scale * gb1[j]!;
            w2[j]! -= scale * gw2[j]!;
          }
          b2[0]! -= scale * gb2;
          loss = total / 4;
        },
        result: () => [loss],
      };
    },
  }),

  mlp,
  cnn: "no hand-derived gradient was written",
  gpt: "no hand-derived gradient was written",

  matmul: (work) => ({
    "i-k-j, four rows of b at a time": () => {
      const { a, b } = work.tensors();
      const [n, k] = a.shape as [number, number];
      const m = b.shape[1] as number;
      const c = new Float32Array(n * m);
      return {
        step() {
          c.fill(0);
          matmul(a.data as Float32Array, b.data as Float32Array, c, n, k, m);
        },
        result: () => moments(c),
      };
    },
  }),

  softmax: (work) => ({
    loop: () => {
      const { n, d, x, ȳ, y, x̄ } = rows(work);
      return {
        step() {
          for (let row = 0; row < n * d; row += d) {
            let top = x[row]!;
            for (let j = 1; j < d; j++) if (x[row + j]! > top) top = x[row + j]!;
            let total = 0;
            for (let j = 0; j < d; j++) {
              const e = Math.exp(x[row + j]! - top);
              y[row + j] = e;
              total += e;
            }
            let inner = 0;
            for (let j = 0; j < d; j++) {
              const p = y[row + j]! / total;
              y[row + j] = p;
              inner += ȳ[row + j]! * p;
            }
            for (let j = 0; j < d; j++) x̄[row + j] = y[row + j]! * (ȳ[row + j]! - inner);
          }
        },
        result: () => [...moments(y), ...moments(x̄)],
      };
    },
  }),

  layerNorm: (work) => ({
    loop: () => {
      const { n, d, x, ȳ, y, x̄ } = rows(work);
      const { weight, bias } = copies(work.tensors());
      const [gw, gb, hat] = [new Float32Array(d), new Float32Array(d), new Float32Array(d)];
      return {
        step() {
          gw.fill(0);
          gb.fill(0);
          for (let row = 0; row < n * d; row += d) {
            let mean = 0;
            for (let j = 0; j < d; j++) mean += x[row + j]!;
            mean /= d;
            let variance = 0;
            for (let j = 0; j < d; j++) variance += (x[row + j]! - mean) ** 2;
            const r = 1 / Math.sqrt(variance / d + work.hyper.eps);
            let [g1, g2] = [0, 0];
            for (let j = 0; j < d; j++) {
              const h = (x[row + j]! - mean) * r;
              hat[j] = h;
              y[row + j] = h * weight[j]! + bias[j]!;
              const e = ȳ[row + j]!;
              gb[j]! += e;
              gw[j]! += e * h;
              g1 += e * weight[j]!;
              g2 += e * weight[j]! * h;
            }
            for (let j = 0; j < d; j++) x̄[row + j] = r * (ȳ[row + j]! * weight[j]! - (g1 + hat[j]! * g2) / d);
          }
        },
        result: () => [y, x̄, gw, gb].flatMap((t) => moments(t)),
      };
    },
  }),

  gelu: (work) => ({
    "fused loop": () => {
      const { x } = copies(work.tensors());
      const [y, x̄] = [new Float32Array(x.length), new Float32Array(x.length)];
      const c = Math.sqrt(2 / Math.PI);
      return {
        step() {
          for (let i = 0; i < x.length; i++) {
            const v = x[i]!;
            const t = Math.tanh(c * (v + 0.044715 * v * v * v));
            y[i] = 0.5 * v * (1 + t);
            x̄[i] = 0.5 * (1 + t) + 0.5 * v * (1 - t * t) * c * (1 + 3 * 0.044715 * v * v);
          }
        },
        result: () => [...moments(y), ...moments(x̄)],
      };
    },
  }),

  sum: (work) => ({
    loop: () => {
      const { x } = work.tensors();
      const [n, m] = x.shape as [number, number];
      const data = x.data as Float32Array;
      const { dim } = work.hyper;
      const y = new Float32Array(dim === null ? 1 : dim === 1 ? n : m);
      const all = () => {
        let [s0, s1, s2, s3] = [0, 0, 0, 0];
        for (let i = 0; i < data.length; i += 4) {
          s0 += data[i]!;
          s1 += data[i + 1]!;
          s2 += data[i + 2]!;
          s3 += data[i + 3]!;
        }
        y[0] = s0 + s1 + (s2 + s3);
      };
      const alongRows = () => {
        for (let i = 0; i < n; i++) {
          let s = 0;
          for (let j = 0; j < m; j++) s += data[i * m + j]!;
          y[i] = s;
        }
      };
      const alongColumns = () => {
        y.fill(0);
        for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) y[j]! += data[i * m + j]!;
      };
      return {
        step: dim === null ? all : dim === 1 ? alongRows : alongColumns,
        result: () => moments(y),
      };
    },
  }),
});
