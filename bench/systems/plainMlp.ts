import type { Forms } from "../cell.ts";
import type { Mlp } from "../tasks/mlp.ts";
import { matmul, transpose } from "./plainMatmul.ts";

/** The MLP's step with its hand-derived gradient: x̄ = ȳ·wᵀ, w̄ = xᵀ·ȳ, b̄ = Σ ȳ, and softmax − one-hot at the top. */
export const mlp = (work: Mlp): Forms => ({
  loop: () => {
    const { x, y, ...parameters } = work.tensors();
    const batch = x.shape[0] as number;
    const layers = ([1, 2, 3] as const).map((i) => {
      const [inputs, outputs] = parameters[`w${i}`].shape as [number, number];
      const w = Float32Array.from(parameters[`w${i}`].data);
      const b = Float32Array.from(parameters[`b${i}`].data);
      return {
        inputs,
        outputs,
        cells: [w, b].map((p) => ({
          p,
          g: new Float32Array(p.length),
          m: new Float32Array(p.length),
          v: new Float32Array(p.length),
        })) as [Cell, Cell],
        y: new Float32Array(batch * outputs),
        ȳ: new Float32Array(batch * outputs),
      };
    });
    const { lr, beta1, beta2, eps } = work.hyper;
    let [t, loss] = [0, 0];
    return {
      step() {
        layers.forEach(({ inputs, outputs, cells: [w, b], y: out }, i) => {
          for (let row = 0; row < batch; row++) out.set(b.p, row * outputs);
          matmul(i === 0 ? (x.data as Float32Array) : layers[i - 1]!.y, w.p, out, batch, inputs, outputs);
          if (i < 2) for (let j = 0; j < out.length; j++) if (out[j]! < 0) out[j] = 0;
        });
        loss = crossEntropy(layers[2]!.y, y.data, layers[2]!.ȳ, batch, layers[2]!.outputs);
        for (let i = 2; i >= 0; i--) {
          const { inputs, outputs, cells, ȳ } = layers[i]!;
          const [w, b] = cells;
          const input = i === 0 ? (x.data as Float32Array) : layers[i - 1]!.y;
          w.g.fill(0);
          matmul(transpose(input, batch, inputs), ȳ, w.g, inputs, batch, outputs);
          b.g.fill(0);
          for (let j = 0; j < ȳ.length; j++) b.g[j % outputs]! += ȳ[j]!;
          if (i === 0) continue;
          const x̄ = layers[i - 1]!.ȳ.fill(0);
          matmul(ȳ, transpose(w.p, inputs, outputs), x̄, batch, outputs, inputs);
          for (let j = 0; j < x̄.length; j++) if (input[j]! <= 0) x̄[j] = 0;
        }
        t++;
        const [correct1, correct2] = [1 - beta1 ** t, 1 - beta2 ** t];
        for (const { p, g, m, v } of layers.flatMap(({ cells }) => cells))
          for (let j = 0; j < p.length; j++) {
            m[j] = beta1 * m[j]! + (1 - beta1) * g[j]!;
            v[j] = beta2 * v[j]! + (1 - beta2) * g[j]! * g[j]!;
            p[j]! -= (lr * (m[j]! / correct1)) / (Math.sqrt(v[j]! / correct2) + eps);
          }
      },
      result: () => [loss],
    };
  },
});

interface Cell {
  readonly p: Float32Array;
  readonly g: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/** The mean cross entropy of logits z, and its gradient (softmax(z) − one-hot)/n into z̄. */
function crossEntropy(
  z: Float32Array,
  targets: ArrayLike<number>,
  z̄: Float32Array,
  n: number,
  classes: number,
): number {
  let loss = 0;
  for (let i = 0, row = 0; i < n; i++, row += classes) {
    let top = z[row]!;
    for (let j = 1; j < classes; j++) if (z[row + j]! > top) top = z[row + j]!;
    let total = 0;
    for (let j = 0; j < classes; j++) {
      const e = Math.exp(z[row + j]! - top);
      z̄[row + j] = e;
      total += e;
    }
    for (let j = 0; j < classes; j++) z̄[row + j] = z̄[row + j]! / total / n;
    const target = row + targets[i]!;
    loss += Math.log(total) + top - z[target]!;
    z̄[target]! -= 1 / n;
  }
  return loss / n;
}
