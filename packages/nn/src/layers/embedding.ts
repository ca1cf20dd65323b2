import { arange, type Parameter, type Tensor, where } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { normal } from "../init.ts";
import { Layer } from "../module.ts";
import { drawOptions, type ParameterOptions, parameter, parameterOptions } from "../parameter.ts";

/** A negative index counted from the end. @throws where it is out of range. */
function normalizeIndex(paddingIdx: number, entries: number): number {
  const entry = paddingIdx < 0 ? paddingIdx + entries : paddingIdx;
  if (!(Number.isInteger(entry) && entry >= 0 && entry < entries))
    fail("index", "embedding", `paddingIdx ${paddingIdx} is out of range: there are ${entries} entries`);
  return entry;
}

const embeddingArguments: Signature = { index: "tensor", weight: "tensor", paddingIdx: "number?" };

/**
 * Rows of a table by index.
 *
 * @param index int32 indices of any shape
 * @param weight the table [entries, width]
 * @param paddingIdx a row that gets no gradient, negative from the end; default none
 * @returns [...index.shape, width]
 * @throws where an index is out of range
 *
 * @example
 * console.log(embedding(tensor([2, 0], { dtype: "int32" }), eye(3)));
 * //=> tensor([[0, 0, 1],
 * //=>         [1, 0, 0]], shape [2, 3], float32)
 */
export function embedding(index: Tensor, weight: Tensor, paddingIdx?: number): Tensor {
  checkArguments("embedding", embeddingArguments, arguments);
  const rows = index.embedding(weight);
  if (paddingIdx === undefined) return rows;
  const padding = index.eq(normalizeIndex(paddingIdx, weight.shape[0]!)).unsqueeze(-1);
  return where(padding, rows.detach(), rows);
}

/** Options of `Embedding`. */
export interface EmbeddingOptions extends ParameterOptions {
  /** An entry that is initialized with 0 and not trained, negative from the end. Default: none. */
  readonly paddingIdx?: number;
}

const layerArguments: Signature = {
  numEmbeddings: "number",
  embeddingDim: "number",
  options: { ...parameterOptions, paddingIdx: "number" },
};

/**
 * A trained table of vectors, one for each of `numEmbeddings` entries, drawn from N(0, 1).
 *
 * @throws where `paddingIdx` is out of range
 *
 * @example
 * const layer = new Embedding(10, 4, { paddingIdx: 0 });
 * console.log(layer.forward(tensor([[1, 2], [0, 9]], { dtype: "int32" })).shape); //=> [ 2, 2, 4 ]
 */
export class Embedding extends Layer {
  static override readonly name: string = "Embedding";
  readonly weight: Parameter;
  readonly paddingIdx: number | undefined;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    given: EmbeddingOptions = {},
  ) {
    super();
    checkArguments("Embedding", layerArguments, arguments);
    const { paddingIdx, ...options } = given;
    requireInRange("Embedding", ranges.nonNegativeInteger, { numEmbeddings, embeddingDim });
    this.paddingIdx = paddingIdx;
    this.weight = normal(parameter([numEmbeddings, embeddingDim], options), 0, 1, drawOptions(options));
    if (paddingIdx !== undefined) {
      const padding = arange(numEmbeddings).eq(normalizeIndex(paddingIdx, numEmbeddings)).unsqueeze(-1);
      this.weight.assign(where(padding, 0, this.weight.detach()));
    }
  }

  forward(index: Tensor): Tensor {
    return embedding(index, this.weight, this.paddingIdx);
  }

  protected override extraRepr(): string {
    const padding = this.paddingIdx === undefined ? "" : `, paddingIdx: ${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}`;
  }
}
