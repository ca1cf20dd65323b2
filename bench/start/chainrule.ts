import { grad, type Tensor, tensor } from "@chainrule/core";
import { w, x } from "./first.ts";

export const gradient = async (): Promise<ArrayLike<number>> =>
  grad((v: Tensor) => tensor(x).matmul(v).softplus().mean())(tensor(w)).data();
