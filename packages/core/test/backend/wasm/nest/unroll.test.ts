import { ChainruleError, tensor } from "@chainrule/core";
import { Linear } from "@chainrule/nn";
import { SGD } from "@chainrule/optim";
import { expect, it, vi } from "vitest";

vi.resetModules();
const other = await import("@chainrule/core");

it("tensors of another copy of the package are refused by that name, wherever they are given", () => {
  expect(other.Tensor).not.toBe(tensor(1).constructor);
  const [x, p] = [other.tensor([1, 2]), new other.Parameter(other.tensor([1, 2]))];
  const layer = Object.assign(new Linear(2, 2), { extra: p });
  for (const use of [
    () => tensor([1, 2]).add(x as never),
    () => tensor([1, 2]).matmul(x as never),
    () => new SGD([p as never]),
    () => [...layer.parameters()],
  ]) {
    expect(use).toThrow(ChainruleError);
    expect(use).toThrow(/two copies of @chainrule\/core/);
  }
});
