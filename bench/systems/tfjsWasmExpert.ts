/**
 * The WebAssembly backend with one gradient replaced: the stock gradient of a matrix product asks for products with
 * transposed operands, which its kernel does in plain loops; an expert transposes first, and gets the fast kernel.
 */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { serve } from "../cell.ts";
import { tfjs } from "./tfjs.ts";

const transposed = (x: tf.Tensor): tf.Tensor => {
  const last = x.rank - 1;
  return tf.transpose(
    x,
    x.shape.map((_, i) => (i === last ? last - 1 : i === last - 1 ? last : i)),
  );
};

await tf.setBackend("wasm");
tf.unregisterGradient("BatchMatMul");
tf.registerGradient({
  kernelName: "BatchMatMul",
  inputsToSave: ["a", "b"],
  gradFunc: (dy, [a, b], attrs) => {
    if (attrs.transposeA || attrs.transposeB) throw new Error("write the transpose out");
    return {
      a: () => tf.matMul(dy as tf.Tensor, transposed(b as tf.Tensor)),
      b: () => tf.matMul(transposed(a as tf.Tensor), dy as tf.Tensor),
    };
  },
});
await serve(tfjs);
