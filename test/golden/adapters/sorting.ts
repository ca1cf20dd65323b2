import { type Adapter, type Adapters, attr, type Call, input } from "../adapter.ts";

const order = (call: Call) => ({
  descending: attr(call, "descending", false),
  stable: attr(call, "stable", false),
});

const kthvalue: Adapter = (call) => {
  const [dim, k] = [attr(call, "dim", -1), attr(call, "k", 1)];
  const { values, indices } = input(call).sort(dim);
  const at = (x: typeof values) =>
    attr(call, "keepdim", false) ? x.narrow(dim, k - 1, 1) : x.select(dim, k - 1);
  return { values: at(values), indices: at(indices) };
};

export const sortings: Adapters = {
  sort: (call) => input(call).sort(attr(call, "dim", -1), order(call)),
  argsort: (call) => input(call).argsort(attr(call, "dim", -1), order(call)),
  topk: (call) =>
    input(call).topk(attr(call, "k", 1), attr(call, "dim", -1), { largest: attr(call, "largest", true) }),
  kthvalue,
};
