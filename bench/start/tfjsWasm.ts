import "@tensorflow/tfjs-core/dist/register_all_gradients";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import { w, x } from "./first.ts";

export async function gradient(): Promise<ArrayLike<number>> {
  await tf.setBackend("wasm");
  return tf
    .grad((v) => tf.mean(tf.softplus(tf.dot(tf.tensor2d(x), v))))(tf.tensor1d(w))
    .data();
}
