import { ours, type Rounds, ratios, type Spread } from "./rows.ts";

/** How many times as long as a system of ours the fastest of its peers must take. */
export interface Target {
  readonly work: string;
  readonly system: string;
  readonly peers: readonly string[];
  /** A value to stay below, in the place of the peers'. */
  readonly limit?: number;
  readonly ratio: number;
}

const libraries = ["jax-js", "tfjs-wasm", "tfjs-wasm-expert", "tfjs-cpu", "js-pytorch"];
const everyone = [...libraries, "plain"];
/** The systems that train a network at full speed; js-pytorch starts sooner and is smaller, because it compiles nothing. */
const compilers = ["jax-js", "tfjs-wasm", "tfjs-cpu"];
const matmuls = ["64", "128", "256", "512", "1024", "128x784x10", "127x131x61"].map(
  (size) => `matmul-${size}`,
);
const sums = ["sum-all", "sum-rows", "sum-columns"];

const against = (peers: readonly string[], ratio: number, ...works: string[]): Target[] =>
  works.map((work) => ({ work, system: ours, peers, ratio }));

const eager = (...works: string[]): Target[] =>
  works.map((work) => ({ work, system: `${ours}-eager`, peers: libraries, ratio: 1 }));

export const targets: readonly Target[] = [
  ...against(libraries, 6, "logistic-569x30"),
  ...against(["plain"], 3, "logistic-569x30"),
  ...against(everyone, 1.8, "logistic-100000x100"),
  ...against(libraries, 50, "xor"),
  ...against(libraries, 1.6, "mlp"),
  ...against(["tfjs-wasm-expert"], 15, "cnn"),
  ...against(libraries, 3, "gpt"),
  { work: "gpt-first-step", system: ours, peers: [], limit: 150, ratio: 1 },
  ...against(libraries, 1, ...matmuls),
  ...against(everyone, 6, "gelu-chain"),
  ...against(everyone, 1.1, "softmax"),
  ...against(everyone, 4, "layernorm"),
  ...against(everyone, 3, ...sums),
  ...against(compilers, 1, "start-up", "bytes"),
  { work: "bytes", system: ours, peers: [], limit: 60_000, ratio: 1 },
  ...eager("logistic-569x30", "logistic-100000x100", "xor", "mlp", "cnn", "gpt", "gelu-chain", "softmax"),
  ...eager("layernorm", ...matmuls, ...sums),
];

export interface Verdict {
  readonly target: Target;
  /** Of the fastest peer's value to the system's, over the rounds. */
  readonly ratio: Spread | null;
  readonly verdict: "met" | "missed" | "straddles: met" | "straddles: missed" | "not measured";
}

/** The median decides; a spread that reaches across the target is reported as such. */
export function judge(target: Target, rounds: Rounds): Verdict {
  const own = rounds.get(target.system) ?? [];
  const best = own.map((_, round) => {
    if (target.limit !== undefined) return target.limit;
    const values = target.peers.flatMap((peer) => rounds.get(peer)?.[round]?.medianMs ?? []);
    return values.length === 0 ? undefined : Math.min(...values);
  });
  const ratio = ratios(best, own);
  if (!ratio) return { target, ratio, verdict: "not measured" };
  const met = ratio[1] >= target.ratio ? "met" : "missed";
  const straddles = ratio[0] < target.ratio && ratio[2] >= target.ratio;
  return { target, ratio, verdict: straddles ? `straddles: ${met}` : met };
}
