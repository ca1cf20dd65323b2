import { type Cnn, cnn } from "./cnn.ts";
import { type Gelu, gelu, type Sum, sums } from "./elementwise.ts";
import { type Gpt, gpt } from "./gpt.ts";
import { type Logistic, logistics } from "./logistic.ts";
import { type Matmul, matmuls } from "./matmul.ts";
import { type Mlp, mlp } from "./mlp.ts";
import { type LayerNorm, layerNorm, type Softmax, softmax } from "./rows.ts";
import { type Xor, xor } from "./xor.ts";

export type Work = Logistic | Xor | Mlp | Cnn | Gpt | Matmul | Softmax | LayerNorm | Gelu | Sum;

/** Every work that runs in a loop, in the order of the table. */
export const works: readonly Work[] = [
  ...logistics,
  xor,
  mlp,
  cnn,
  gpt,
  ...matmuls,
  softmax,
  layerNorm,
  gelu,
  ...sums,
];
