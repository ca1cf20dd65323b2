import { cat, meshgrid, stack, type Tensor } from "@chainrule/core";
import { type Adapter, type Adapters, attr, type Call, input, inputList, tuple } from "../adapter.ts";

type Dims = number | readonly number[];

/** The attribute of that name, which the case must have. */
const given = <T>({ attrs }: Call, name: string): T => attrs[name] as T;

const optional = <T>(call: Call, name: string): T | undefined => attr<T | undefined>(call, name, undefined);

/** An adapter of a method with its first operand `input`. */
const on =
  (f: (x: Tensor, call: Call) => Tensor | Tensor[]): Adapter =>
  (call) => {
    const y = f(input(call), call);
    return Array.isArray(y) ? tuple(y) : y;
  };

const dim = (call: Call): number => attr(call, "dim", 0);

export const movement: Adapters = {
  reshape: on((x, c) => x.reshape(given(c, "shape"))),
  flatten: on((x, c) => x.flatten(attr(c, "start_dim", 0), attr(c, "end_dim", -1))),
  unflatten: on((x, c) => x.unflatten(dim(c), given(c, "sizes"))),
  squeeze: on((x, c) => x.squeeze(optional<Dims>(c, "dim"))),
  unsqueeze: on((x, c) => x.unsqueeze(dim(c))),
  permute: on((x, c) => x.permute(given(c, "dims"))),
  transpose: on((x, c) => x.transpose(given(c, "dim0"), given(c, "dim1"))),
  movedim: on((x, c) => x.movedim(given<Dims>(c, "source"), given<Dims>(c, "destination"))),
  expand: on((x, c) => x.expand(given(c, "size"))),
  flip: on((x, c) => x.flip(given<Dims>(c, "dims"))),
  roll: on((x, c) => x.roll(given<Dims>(c, "shifts"), optional<Dims>(c, "dims"))),
  rot90: on((x, c) => x.rot90(attr(c, "k", 1), attr(c, "dims", [0, 1] as const))),
  pad: on((x, c) =>
    x.pad(given(c, "pad"), { mode: attr(c, "mode", "constant" as const), value: attr(c, "value", 0) }),
  ),
  cat: (c) => cat(inputList(c, "tensors"), dim(c)),
  stack: (c) => stack(inputList(c, "tensors"), dim(c)),
  split: on((x, c) => x.split(given<Dims>(c, "split_size_or_sections"), dim(c))),
  chunk: on((x, c) => x.chunk(given(c, "chunks"), dim(c))),
  unbind: on((x, c) => x.unbind(dim(c))),
  tile: on((x, c) => x.tile(given(c, "dims"))),
  repeat: on((x, c) => x.repeat(given(c, "repeats"))),
  repeat_interleave: on((x, c) =>
    x.repeatInterleave(c.inputs.repeats ?? given<number>(c, "repeats"), optional(c, "dim")),
  ),
  unfold: on((x, c) => x.windows(given(c, "dimension"), given(c, "size"), { stride: given(c, "step") })),
  tril: on((x, c) => x.tril(attr(c, "diagonal", 0))),
  triu: on((x, c) => x.triu(attr(c, "diagonal", 0))),
  diag: on((x, c) => x.diag(attr(c, "diagonal", 0))),
  diagonal: on((x, c) => x.diagonal(attr(c, "offset", 0), attr(c, "dim1", 0), attr(c, "dim2", 1))),
  diag_embed: on((x, c) =>
    x.diagEmbed(attr(c, "offset", 0)).movedim([-2, -1], [attr(c, "dim1", -2), attr(c, "dim2", -1)]),
  ),
  meshgrid: (c) => tuple(meshgrid(inputList(c, "tensors"), { indexing: attr(c, "indexing", "ij" as const) })),
  narrow: on((x, c) => x.narrow(dim(c), given(c, "start"), given(c, "length"))),
  select: on((x, c) => x.select(dim(c), given(c, "index"))),
};
