import { full, type Tensor, type TensorLike } from "@chainrule/core";
import { lifted, methods } from "@chainrule/core/internal";
import { type Adapters, attr, type Call, input, inputList } from "../adapter.ts";

interface Step {
  readonly type: "slice" | "int" | "ellipsis" | "newaxis" | "tensor";
  readonly start?: number | null;
  readonly stop?: number | null;
  readonly step?: number | null;
  readonly value?: number;
  readonly name?: string;
}

type Index = Parameters<Tensor["at"]>[number];

/** The index of a case as `at` takes it. */
const indexOf = (call: Call): Index[] =>
  attr<readonly Step[]>(call, "index", []).map((step): Index => {
    if (step.type === "int") return step.value as number;
    if (step.type === "slice") return `${step.start ?? ""}:${step.stop ?? ""}:${step.step ?? ""}`;
    if (step.type === "tensor") return input(call, step.name);
    return step.type === "ellipsis" ? "..." : null;
  });

const dim = (call: Call): number => attr(call, "dim", 0);

const operandOf = (call: Call, name = "value"): TensorLike => call.inputs[name] ?? attr(call, name, 0);

/** The part of `src` that an index reaches; a missing one is filled with `value`. */
function source(call: Call): Tensor {
  const { shape } = input(call, "index");
  const { src } = call.inputs;
  if (src) return src.at(...shape.map((n): Index => `:${n}`));
  return full(shape, attr(call, "value", 0), { dtype: input(call).dtype });
}

/** The arguments `dim`, `index`, `source` in this library's order. */
const along = (call: Call) => [dim(call), input(call, "index"), input(call, "source")] as const;

type Reduce = Parameters<Tensor["scatterReduce"]>[3];

export const indexing: Adapters = {
  getitem: (c) => input(c).at(...indexOf(c)),
  setitem: (c) => input(c).setAt(indexOf(c), operandOf(c)),
  gather: (c) => input(c).gather(dim(c), input(c, "index")),
  scatter: (c) => input(c).scatter(dim(c), input(c, "index"), source(c)),
  scatter_add: (c) => input(c).scatterAdd(dim(c), input(c, "index"), source(c)),
  scatter_reduce: (c) =>
    input(c).scatterReduce(dim(c), input(c, "index"), source(c), attr<Reduce>(c, "reduce", "sum"), {
      includeSelf: attr(c, "include_self", true),
    }),
  index_select: (c) => input(c).indexSelect(dim(c), input(c, "index")),
  index_add: (c) => {
    const [d, index, src] = along(c);
    return input(c).indexAdd(d, index, src.mul(attr(c, "alpha", 1)));
  },
  index_copy: (c) => input(c).indexCopy(...along(c)),
  index_fill: (c) => input(c).indexFill(dim(c), input(c, "index"), operandOf(c)),
  index_put: (c) => {
    const { addAt, setAt } = methods;
    const write = lifted(attr(c, "accumulate", false) ? addAt : setAt);
    return write(input(c), inputList(c, "indices"), operandOf(c, "values"));
  },
  take: (c) => input(c).take(input(c, "index")),
  take_along_dim: (c) =>
    input(c).takeAlongDim(input(c, "indices"), attr<number | undefined>(c, "dim", undefined)),
  masked_fill: (c) => input(c).maskedFill(input(c, "mask"), operandOf(c)),
  masked_select: (c) => input(c).maskedSelect(input(c, "mask")),
  masked_scatter: (c) => input(c).maskedScatter(input(c, "mask"), input(c, "source")),
  nonzero: (c) => input(c).nonzero(),
  one_hot: (c) => {
    const classes = attr(c, "num_classes", -1);
    return input(c).oneHot(classes === -1 ? input(c).amax().item() + 1 : classes);
  },
  searchsorted: (c) =>
    input(c, "sorted_sequence").searchSorted(input(c, "values"), { right: attr(c, "right", false) }),
  bincount: (c) => input(c).bincount(c.inputs.weights, { minlength: attr(c, "minlength", 0) }),
};
