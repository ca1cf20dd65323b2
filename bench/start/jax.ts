import "../systems/jaxInNode.ts";
import { grad, nn, numpy as np } from "@jax-js/jax";
import { w, x } from "./first.ts";

export const gradient = async (): Promise<ArrayLike<number>> =>
  grad((v: np.Array) => np.mean(nn.softplus(np.dot(np.array(x), v))))(np.array(w)).data();
