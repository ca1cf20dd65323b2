import { type AdamHyper, adam } from "./adam.ts";
import type { Problem } from "./problem.ts";
import { constant, integers, normal } from "./seeded.ts";

export interface GptHyper extends AdamHyper {
  readonly weightDecay: number;
  readonly heads: number;
  readonly blocks: number;
  /** Of layer norm. */
  readonly normEps: number;
}

/** Parameters by name; those of block i are `blocks.i.…`. Dense weights are [inputs, outputs]. */
export type Gpt = Problem<"gpt", string, GptHyper>;

const [vocabulary, context, width, batch, blocks, heads] = [65, 64, 64, 16, 2, 4] as const;
const tokens = batch * context;

/** A small GPT-2: learned positions, layer norm before attention and before the MLP, an untied head without bias. */
export const gpt: Gpt = {
  kind: "gpt",
  name: "gpt",
  iteration:
    "2 blocks, vocabulary 65, context 64, width 64, 4 heads, MLP 256 with tanh-GELU, batch 16, cross entropy, its gradient, a step of AdamW",
  hyper: { ...adam, weightDecay: 0.01, heads, blocks, normEps: 1e-5 },
  tensors: () => {
    const block = (i: number) => {
      const seed = 50 + 10 * i;
      return Object.entries({
        "norm1.weight": constant([width], 1),
        "norm1.bias": constant([width], 0),
        "qkv.weight": normal(seed, [width, 3 * width], 0.08),
        "qkv.bias": constant([3 * width], 0),
        "out.weight": normal(seed + 1, [width, width], 0.05),
        "out.bias": constant([width], 0),
        "norm2.weight": constant([width], 1),
        "norm2.bias": constant([width], 0),
        "up.weight": normal(seed + 2, [width, 4 * width], 0.08),
        "up.bias": constant([4 * width], 0),
        "down.weight": normal(seed + 3, [4 * width, width], 0.05),
        "down.bias": constant([width], 0),
      }).map(([name, data]) => [`blocks.${i}.${name}`, data] as const);
    };
    return {
      tokens: integers(41, [batch, context], vocabulary),
      targets: integers(42, [batch, context], vocabulary),
      tokenEmbedding: normal(43, [vocabulary, width], 0.1),
      positionEmbedding: normal(44, [context, width], 0.1),
      ...Object.fromEntries(Array.from({ length: blocks }, (_, i) => block(i)).flat()),
      "norm.weight": constant([width], 1),
      "norm.bias": constant([width], 0),
      head: normal(45, [width, vocabulary], 0.08),
    };
  },
  flop: 6 * tokens * (blocks * (12 * width ** 2 + 2 * context * width) + width * vocabulary),
};
