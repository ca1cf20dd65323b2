import type { DType } from "../dtype.ts";
import { isRecording } from "../graph/build.ts";
import { type Identity, Node } from "../graph/node.ts";
import type { Value } from "../graph/value.ts";
import type { Shape } from "../shape.ts";

type Rules = Pick<Identity, "vjp" | "jvp" | "squared">;

const identity = (name: string, rules: Rules): Identity => ({
  family: "identity",
  name,
  attrs: {},
  ...rules,
});

const through = identity("variable", { vjp: (ȳ) => [ȳ], jvp: ([ẋ]) => ẋ ?? null });
const blocked = identity("detach", { vjp: undefined, jvp: undefined });

/** A node whose value is that of its first input, known at once where that one is. */
function same(
  op: Identity,
  inputs: readonly [Node, ...Node[]],
  needsGrad: boolean,
  owner: object | null = null,
): Node {
  const [x] = inputs;
  const node = new Node(op, inputs, x.shape, x.dtype, needsGrad, owner);
  if (x.value) node.setValue(x.value);
  return node;
}

/** The same value as a point to differentiate at: gradients are asked for here, and pass on to x. */
export const variable = (x: Node): Node => same(through, [x], true);

/** The same value, constant for differentiation. */
export const detach = (x: Node): Node => (x.needsGrad ? same(blocked, [x], false) : x);

const collecting = identity("collected", { vjp: undefined, jvp: undefined });

/** A gradient as a leaf holds it: what follows does not count what it waits for. */
export function collected(x: Node): Node {
  const node = same(collecting, [x], false);
  node.oldestPending = node.id;
  return node;
}

export const isCollected = ({ op }: Node): boolean => op === collecting;

/** The same value as a place where a gradient is collected for `owner`. */
export const leaf = (x: Node, owner: object): Node => same(blocked, [detach(x)], true, owner);

/** y as a function of `inputs` whose derivative is what the rules say, not what y was made of. */
export const ruled = (name: string, y: Node, inputs: readonly Node[], rules: Rules): Node =>
  same(
    identity(name, rules),
    [y, ...inputs],
    isRecording() && (y.needsGrad || inputs.some((x) => x.needsGrad)),
  );

/** A value that is known, as a function of `inputs` whose derivative the rule states. */
export function resultOf(
  value: Value,
  inputs: readonly Node[],
  shape: Shape,
  dtype: DType,
  vjp: NonNullable<Identity["vjp"]>,
): Node {
  const node = new Node(identity("compiled", { vjp, jvp: undefined }), inputs, shape, dtype, true);
  node.setValue(value);
  return node;
}
