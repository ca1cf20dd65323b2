import { type Parameter, type Tensor, where, zeros } from "@chainrule/core";
import { normal } from "../init.ts";
import { Layer } from "../module.ts";
import { drawnFrom, type ParameterOptions, parameter } from "./linear.ts";

/**
 * Rows of `weight` [entries, width] at the places that `index` (int32) holds: shape index.shape + [width]. The row
 * `paddingIdx` gets no gradient. @throws where an index is out of range.
 */
export function embedding(index: Tensor, weight: Tensor, paddingIdx?: number): Tensor {
  const rows = index.embedding(weight);
  if (paddingIdx === undefined) return rows;
  const entries = weight.shape[0] as number;
  const padding = index.eq(paddingIdx < 0 ? paddingIdx + entries : paddingIdx).unsqueeze(-1);
  return where(padding, rows.detach(), rows);
}

export interface EmbeddingOptions extends ParameterOptions {
  /** An entry that stands for nothing: it starts at zero and is not trained. */
  readonly paddingIdx?: number;
}

/** A table of vectors, one for each of `numEmbeddings` entries, drawn from N(0, 1). */
export class Embedding extends Layer {
  readonly weight: Parameter;
  readonly paddingIdx: number | undefined;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    { paddingIdx, ...options }: EmbeddingOptions = {},
  ) {
    super();
    this.paddingIdx = paddingIdx;
    this.weight = normal(parameter([numEmbeddings, embeddingDim], options), 0, 1, drawnFrom(options));
    if (paddingIdx !== undefined) {
      const at = paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
      const blank = zeros([1, embeddingDim], { dtype: this.weight.dtype });
      const row = zeros([numEmbeddings, 1], { dtype: "int32" }).add(1).cumsum(0).sub(1).eq(at);
      this.weight.assign(where(row, blank, this.weight.detach()));
    }
  }

  forward(index: Tensor): Tensor {
    return embedding(index, this.weight, this.paddingIdx);
  }

  protected override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}`;
  }
}
