/**
 * The optimizers' published equations for one number, written out on their own: the truth that the tests compare with.
 * Switches are looked at in each step, so that they may be turned on the way.
 */

type Options = Readonly<Record<string, number | boolean>> & {
  readonly betas?: readonly number[];
  readonly etas?: readonly number[];
  readonly stepSizes?: readonly number[];
};

/** θₜ from θₜ₋₁, gₜ and t. */
export type Update = (θ: number, g: number, t: number) => number;

const of = (o: Options, name: string, otherwise: number): number => (o[name] ?? otherwise) as number;
const pair = (list: readonly number[] | undefined, otherwise: readonly number[]): [number, number] =>
  [...(list ?? otherwise)] as [number, number];

export const textbook = {
  SGD(o: Options): Update {
    const [α, τ] = [of(o, "lr", 1e-3), of(o, "dampening", 0)];
    let b: number | null = null;
    return (θ, g) => {
      const μ = of(o, "momentum", 0);
      if (μ === 0) return θ - α * g;
      b = b === null ? g : μ * b + (1 - τ) * g;
      return θ - α * (o.nesterov ? g + μ * b : b);
    };
  },
  Adam(o: Options): Update {
    const [[β1, β2], α, ε] = [pair(o.betas, [0.9, 0.999]), of(o, "lr", 1e-3), of(o, "eps", 1e-8)];
    let [m, v, most] = [0, 0, 0];
    return (θ, g, t) => {
      m = β1 * m + (1 - β1) * g;
      v = β2 * v + (1 - β2) * g * g;
      if (o.amsgrad) most = Math.max(most, v);
      const [mHat, vHat] = [m / (1 - β1 ** t), (o.amsgrad ? most : v) / (1 - β2 ** t)];
      return θ - (α * mHat) / (Math.sqrt(vHat) + ε);
    };
  },
  AdamW(o: Options): Update {
    const [α, λ] = [of(o, "lr", 1e-3), of(o, "weightDecay", 0.01)];
    const adam = textbook.Adam(o);
    return (θ, g, t) => adam(θ, g, t) - α * λ * θ;
  },
  Adamax(o: Options): Update {
    const [[β1, β2], α, ε] = [pair(o.betas, [0.9, 0.999]), of(o, "lr", 2e-3), of(o, "eps", 1e-8)];
    let [m, u] = [0, 0];
    return (θ, g, t) => {
      m = β1 * m + (1 - β1) * g;
      u = Math.max(β2 * u, Math.abs(g) + ε);
      return θ - (α / (1 - β1 ** t)) * (m / u);
    };
  },
  NAdam(o: Options): Update {
    const [[β1, β2], α, ψ] = [pair(o.betas, [0.9, 0.999]), of(o, "lr", 2e-3), of(o, "momentumDecay", 4e-3)];
    const ε = of(o, "eps", 1e-8);
    const μ = (t: number) => β1 * (1 - 0.5 * 0.96 ** (t * ψ));
    let [m, v] = [0, 0];
    return (θ, g, t) => {
      m = β1 * m + (1 - β1) * g;
      v = β2 * v + (1 - β2) * g * g;
      const product = (n: number) => Array.from({ length: n }, (_, i) => μ(i + 1)).reduce((a, b) => a * b, 1);
      const mHat = (μ(t + 1) * m) / (1 - product(t + 1)) + ((1 - μ(t)) * g) / (1 - product(t));
      return θ - (α * mHat) / (Math.sqrt(v / (1 - β2 ** t)) + ε);
    };
  },
  RAdam(o: Options): Update {
    const [[β1, β2], α, ε] = [pair(o.betas, [0.9, 0.999]), of(o, "lr", 1e-3), of(o, "eps", 1e-8)];
    const limit = 2 / (1 - β2) - 1;
    let [m, v] = [0, 0];
    return (θ, g, t) => {
      m = β1 * m + (1 - β1) * g;
      v = β2 * v + (1 - β2) * g * g;
      const ρ = limit - (2 * t * β2 ** t) / (1 - β2 ** t);
      const mHat = m / (1 - β1 ** t);
      if (ρ <= 5) return θ - α * mHat;
      const r = Math.sqrt((((ρ - 4) * (ρ - 2)) / ((limit - 4) * (limit - 2))) * (limit / ρ));
      return θ - (α * mHat * r * Math.sqrt(1 - β2 ** t)) / (Math.sqrt(v) + ε);
    };
  },
  RMSprop(o: Options): Update {
    const [α, ρ, ε] = [of(o, "lr", 1e-2), of(o, "alpha", 0.99), of(o, "eps", 1e-8)];
    let [v, mean, b] = [0, 0, 0];
    return (θ, g) => {
      const μ = of(o, "momentum", 0);
      v = ρ * v + (1 - ρ) * g * g;
      if (o.centered) mean = ρ * mean + (1 - ρ) * g;
      const scaled = g / (Math.sqrt(o.centered ? v - mean * mean : v) + ε);
      if (μ === 0) return θ - α * scaled;
      b = μ * b + scaled;
      return θ - α * b;
    };
  },
  Adagrad(o: Options): Update {
    const [α, ε] = [of(o, "lr", 1e-2), of(o, "eps", 1e-10)];
    let s = of(o, "initialAccumulatorValue", 0);
    return (θ, g, t) => {
      const η = of(o, "lrDecay", 0);
      s += g * g;
      return θ - ((α / (1 + (t - 1) * η)) * g) / (Math.sqrt(s) + ε);
    };
  },
  Adadelta(o: Options): Update {
    const [α, ρ, ε] = [of(o, "lr", 1), of(o, "rho", 0.9), of(o, "eps", 1e-6)];
    let [v, u] = [0, 0];
    return (θ, g) => {
      v = ρ * v + (1 - ρ) * g * g;
      const Δ = Math.sqrt((u + ε) / (v + ε)) * g;
      u = ρ * u + (1 - ρ) * Δ * Δ;
      return θ - α * Δ;
    };
  },
  ASGD(o: Options): Update {
    const [α, λ, κ] = [of(o, "lr", 1e-2), of(o, "lambd", 1e-4), of(o, "alpha", 0.75)];
    return (θ, g, t) => {
      const η = α / (1 + λ * α * (t - 1)) ** κ;
      return θ - η * (g + λ * θ);
    };
  },
  Rprop(o: Options): Update {
    const [[down, up], [least, most]] = [pair(o.etas, [0.5, 1.2]), pair(o.stepSizes, [1e-6, 50])];
    let [Δ, last] = [of(o, "lr", 1e-2), 0];
    return (θ, g) => {
      const agreement = g * last;
      if (agreement > 0) Δ = Math.min(Δ * up, most);
      if (agreement < 0) Δ = Math.max(Δ * down, least);
      last = agreement < 0 ? 0 : g;
      return θ - Math.sign(last) * Δ;
    };
  },
};
