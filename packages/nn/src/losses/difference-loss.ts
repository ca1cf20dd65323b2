import { formatShape, type Tensor } from "@chainrule/core";
import { checked, fail, type Options } from "@chainrule/core/internal";
import { isBroadcastableTo } from "../functional/broadcast.ts";
import { type LossOptions, reduceLoss } from "./reduction.ts";

/**
 * A loss function with a reduction, of a loss of the difference x − t. One of x and t may broadcast to the shape of the
 * other. If both had to, such as [N, 1] and [N] to [N, N], that is nearly always a mistake, and an error.
 */
export const differenceLoss = <O extends LossOptions = LossOptions>(
  op: string,
  options: Options,
  loss: (error: Tensor, options: O) => Tensor,
) =>
  checked(
    op,
    { input: "tensor", target: "tensor", options },
    (input: Tensor, target: Tensor, options: O = {} as O): Tensor => {
      if (!isBroadcastableTo(target.shape, input.shape) && !isBroadcastableTo(input.shape, target.shape))
        fail(
          "shape",
          op,
          `input ${formatShape(input.shape)} and target ${formatShape(target.shape)}: neither broadcasts to the other's shape. Did you mean target.reshape(${formatShape(input.shape)})?`,
        );
      return reduceLoss(op, loss(input.sub(target), options), options.reduction);
    },
  );
