import { ours, type Rounds, ratios, type Spread } from "./rows.ts";

/** How many times as long as this library the fastest of its peers must take. */
export interface Target {
  readonly work: string;
  readonly peers: readonly string[];
  readonly ratio: number;
}

const libraries = ["jax-js", "tfjs-wasm", "tfjs-wasm-expert", "tfjs-cpu", "js-pytorch"];
const everyone = [...libraries, "plain"];
/** What can train a network at all speed; js-pytorch starts sooner and is smaller, because it compiles nothing. */
const compilers = ["jax-js", "tfjs-wasm", "tfjs-cpu"];

const against = (peers: readonly string[], ratio: number, ...works: string[]): Target[] =>
  works.map((work) => ({ work, peers, ratio }));

export const targets: readonly Target[] = [
  ...against(everyone, 1, "logistic-569x30", "logistic-100000x100"),
  ...against(libraries, 1, "xor", "mlp", "cnn", "gpt"),
  ...against(libraries, 1, "matmul-64", "matmul-128", "matmul-256", "matmul-512", "matmul-1024"),
  ...against(libraries, 1, "matmul-128x784x10", "matmul-127x131x61"),
  ...against(everyone, 1, "softmax", "layernorm", "gelu-chain", "sum-all", "sum-rows", "sum-columns"),
  ...against(compilers, 1, "start-up", "bytes"),
];

export interface Verdict {
  readonly target: Target;
  /** Of the fastest peer's value to ours, over the rounds. */
  readonly ratio: Spread | null;
  readonly verdict: "met" | "missed" | "straddles: met" | "straddles: missed" | "not measured";
}

/** The median decides; a spread that reaches across the target is reported as such. */
export function judge(target: Target, rounds: Rounds): Verdict {
  const own = rounds.get(ours) ?? [];
  const best = own.map((_, round) => {
    const values = target.peers.flatMap((peer) => rounds.get(peer)?.[round]?.medianMs ?? []);
    return values.length === 0 ? undefined : Math.min(...values);
  });
  const ratio = ratios(best, own);
  if (!ratio) return { target, ratio, verdict: "not measured" };
  const met = ratio[1] >= target.ratio ? "met" : "missed";
  const straddles = ratio[0] < target.ratio && ratio[2] >= target.ratio;
  return { target, ratio, verdict: straddles ? `straddles: ${met}` : met };
}
