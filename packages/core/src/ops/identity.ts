import type { DType } from "../dtype.ts";
import { isRecording } from "../graph/build.ts";
import { type Identity, type IdentityRule, Node, type Op } from "../graph/node.ts";
import type { Value } from "../graph/value.ts";
import type { Shape } from "../shape.ts";

const identity = <A>(name: string, rule: IdentityRule<A>, attributes: A): Identity<A> => ({
  family: "identity",
  name,
  rule,
  attributes,
});

/** A node whose value is that of its first input, known at once where that one is. */
function identityOf<A>(
  op: Identity<A>,
  inputs: readonly [Node, ...Node[]],
  needsGrad: boolean,
  owner: object | null = null,
): Node {
  const [x] = inputs;
  const node = new Node(op as Op, inputs, x.shape, x.dtype, needsGrad, owner);
  if (x.value) node.setValue(x.value);
  return node;
}

const passGradient = identity("variable", { vjp: (ȳ) => [ȳ], jvp: ([ẋ]) => ẋ ?? null }, null);
const stopGradient = identity("detach", {}, null);
const accumulatorOp = identity("accumulated", {}, null);
const presenceOp = identity("presence", { vjp: (ȳ) => [ȳ, null], jvp: ([ẋ]) => ẋ ?? null }, null);

/** The same value as a point to differentiate at: gradients are taken here, and pass on to x. */
export const variable = (x: Node): Node => identityOf(passGradient, [x], true);

/** The same value, constant for differentiation. */
export const detach = (x: Node): Node => (x.needsGrad ? identityOf(stopGradient, [x], false) : x);

export const isDetached = ({ op }: Node): boolean => op === stopGradient;

/** The same value without history, of which rewrites know nothing more. */
export const opaque = (x: Node): Node =>
  x.forms.length > 0 ? identityOf(stopGradient, [x], false) : detach(x);

/** The same value as a place where a gradient is collected for `owner`. */
export const leaf = (x: Node, owner: object): Node => identityOf(stopGradient, [detach(x)], true, owner);

/** A gradient as a leaf holds it: it does not count as waiting for what it is made of. */
export function accumulated(x: Node): Node {
  const node = identityOf(accumulatorOp, [x], false);
  node.oldestPending = node.id;
  return node;
}

export const isAccumulated = ({ op }: Node): boolean => op === accumulatorOp;

/** x, of which a reduction's derivative passes over the elements that are not `present` (bool). */
export const withPresence = (x: Node, present: Node): Node =>
  identityOf(presenceOp, [x, present], x.needsGrad);

/** Which elements of x take part in the derivative of a reduction; undefined for all. */
export const presenceOf = ({ op, inputs }: Node): Node | undefined =>
  op === presenceOp ? inputs[1] : undefined;

/** y as a function of `inputs` whose derivative the rule states, instead of that of the ops that y was made by. */
export const withRule = <A>(
  name: string,
  y: Node,
  inputs: readonly Node[],
  rule: IdentityRule<A>,
  attributes: A,
): Node =>
  identityOf(
    identity(name, rule, attributes),
    [y, ...inputs],
    isRecording() && (y.needsGrad || inputs.some((x) => x.needsGrad)),
  );

/** Derivatives that functions of users state. */
type CustomRule = Pick<IdentityRule<null>, "vjp" | "jvp">;

/** y as a function of `inputs` whose derivative functions of users state. */
export const withCustomRule = (name: string, y: Node, inputs: readonly Node[], rule: CustomRule): Node =>
  withRule(name, y, inputs, { ...rule, custom: true }, null);

/** A known value as a function of `inputs` whose derivative the function states. */
export function resultOf(
  value: Value,
  inputs: readonly Node[],
  shape: Shape,
  dtype: DType,
  vjp: NonNullable<CustomRule["vjp"]>,
): Node {
  const op = identity("compiled", { vjp, custom: true }, null);
  const node = new Node(op as Op, inputs, shape, dtype, true);
  node.setValue(value);
  return node;
}
