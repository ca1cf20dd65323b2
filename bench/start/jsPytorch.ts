import { torch } from "js-pytorch";
import { w, x } from "./first.ts";

/** There is no softplus: ln(1 + eᶻ). */
export async function gradient(): Promise<ArrayLike<number>> {
  const v = torch.tensor(
    w.map((value) => [value]),
    true,
  );
  const z = torch.matmul(torch.tensor(x), v);
  torch.mean(torch.reshape(torch.log(torch.add(torch.exp(z), 1)), [x.length])).backward();
  return (v.grad as number[][]).flat();
}
