import { arange, type DType, eye, full, linspace, ones, tensor } from "@chainrule/core";
import { type Adapter, type Adapters, attr, type Call } from "../adapter.ts";

const options = (call: Call, otherwise: DType = "float32") => ({
  dtype: attr<DType>(call, "dtype", otherwise),
});

/** The positions (2 × n, row-major) of the ones in a triangle of ones. */
const triangle =
  (name: "tril" | "triu"): Adapter =>
  (call) => {
    const [rows, columns] = [attr(call, "row", 0), attr(call, "col", 0)];
    const inside = ones([rows, columns], { dtype: "bool" })
      [name](attr(call, "offset", 0))
      .data();
    const places = Array.from(inside.keys()).filter((at) => inside[at]);
    const indices = [...places.map((at) => Math.floor(at / columns)), ...places.map((at) => at % columns)];
    return tensor(Int32Array.from(indices), { shape: [2, places.length] });
  };

const spaced = (call: Call, dtype: DType) =>
  linspace(attr(call, "start", 0), attr(call, "end", 0), attr(call, "steps", 100), { dtype });

export const creation: Adapters = {
  arange: (call) =>
    arange(attr(call, "start", 0), attr(call, "end", 0), attr(call, "step", 1), options(call, "int32")),
  linspace: (call) => spaced(call, options(call).dtype),
  logspace: (call) =>
    full([], attr(call, "base", 10), { dtype: "float64" })
      .pow(spaced(call, "float64"))
      .to(options(call).dtype),
  eye: (call) => eye(attr(call, "n", 0), attr<number | undefined>(call, "m", undefined), options(call)),
  full: (call) => full(attr(call, "size", []), attr(call, "fill_value", 0), options(call)),
  tril_indices: triangle("tril"),
  triu_indices: triangle("triu"),
};
