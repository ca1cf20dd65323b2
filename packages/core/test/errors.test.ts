import {
  arange,
  bernoulli,
  ChainruleError,
  cat,
  einsum,
  evaluate,
  eye,
  full,
  Generator,
  grad,
  hessian,
  jacobian,
  jvp,
  linspace,
  manualSeed,
  ones,
  permutation,
  rand,
  randint,
  randn,
  stack,
  Tensor,
  tensor,
  vjp,
  where,
  zeros,
} from "@chainrule/core";
import { describe, expect, it } from "vitest";

const m = () => ones([2, 3]);
const v = (n: number) => ones([n]);
const ints = (...x: number[]) => tensor(x, { dtype: "int32" });
const loose = (x: unknown) => x as never;

/** Calls with one thing wrong, titled with the op and the mistake, and what the message says: the argument and the likely fix. */
const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
  // more than there can be
  ["reshape", () => ones([50_000, 50_000]).reshape([-1]), /reshape.*axis of 2500000000 .*several axes/],
  ["expand", () => zeros([2 ** 31]), /expand.*axis of 2147483648 /],
  // shapes that do not meet
  ["add", () => m().add(v(4)), /add.*\[2, 3\].*\[4\]/],
  ["where", () => where(m().gt(0), v(4), 0), /where.*\[2, 3\].*\[4\]/],
  ["lerp", () => m().lerp(v(2), 0.5), /lerp.*\[2, 3\].*\[2\]/],
  ["clamp", () => m().clamp(v(4)), /clamp.*\[2, 3\].*\[4\]/],
  [
    "matmul",
    () => ones([32, 784]).matmul(ones([128, 784])),
    /matmul.*\[32, 784\].*\[128, 784\].*784 and 128.*transpose/,
  ],
  ["matmul, batch", () => ones([2, 3, 4]).matmul(ones([5, 4, 3])), /matmul.*\[2\].*\[5\]/],
  ["matmul of a scalar", () => m().matmul(tensor(1)), /matmul.*mul\?/],
  ["dot", () => v(2).dot(v(3)), /dot.*\[2\].*\[3\]/],
  ["dot of a matrix", () => m().dot(v(3)), /dot.*\[2, 3\].*matmul/],
  ["outer", () => m().outer(v(3)), /outer.*\[2, 3\].*vectors/],
  ["einsum sizes", () => einsum("ij,jk->ik", m(), ones([4, 2])), /einsum.*\[2, 3\].*\[4, 2\].*3 and 4/],
  ["einsum rank", () => einsum("ijk->i", m()), /einsum.*"ijk".*\[2, 3\]/],
  ["einsum operands", () => einsum("ij,jk->ik", m()), /einsum.*2 operands, and 1/],
  ["einsum result", () => einsum("ij->iz", m()), /einsum.*"iz"/],
  ["einsum of nothing", () => einsum("->"), /einsum.*at least one/],
  ["reshape", () => m().reshape([4]), /reshape.*\[2, 3\].*6 elements.*\[4\]/],
  ["reshape, two open", () => m().reshape([-1, -1]), /reshape.*\[-1, -1\]/],
  ["reshape, indivisible", () => m().reshape([4, -1]), /reshape.*\[2, 3\].*\[4, -1\]/],
  ["expand", () => m().expand([4, 3]), /expand.*\[2, 3\].*\[4, 3\]/],
  ["expand to fewer axes", () => m().expand([3]), /expand.*\[2, 3\].*\[3\]/],
  ["expand, negative", () => v(1).expand([-2]), /expand.*-2/],
  ["cat", () => cat([m(), ones([2, 4])]), /cat.*\[2, 3\].*\[2, 4\].*dim 0/],
  ["cat of nothing", () => cat([]), /cat.*at least one/],
  ["stack", () => stack([m(), v(3)]), /stack.*\[2, 3\].*\[3\]/],
  ["stack of nothing", () => stack([]), /stack.*at least one/],
  ["repeat", () => m().repeat([2]), /repeat.*\[2\].*\[2, 3\]/],
  ["repeat, negative", () => m().repeat([-1, 1]), /repeats \[-1, 1\].*\[2, 3\]\?/],
  ["unflatten", () => m().unflatten(1, [2, 2]), /sizes \[2, 2\].*dim 1 of \[2, 3\]/],
  ["diag", () => ones([2, 2, 2]).diag(), /diag.*\[2, 2, 2\]/],
  ["diagonal", () => m().diagonal(0, 1, 1), /diagonal.*both 1/],
  ["diagEmbed", () => tensor(1).diagEmbed(), /diagEmbed.*scalar/],
  ["tril", () => v(3).tril(), /tril.*\[3\]/],
  ["split sizes", () => v(5).split([2, 2]), /split.*\[2, 2\].*5/],
  ["split by 0", () => v(5).split(0), /split.*0/],
  ["split by a fraction", () => v(5).split(1.5), /split.*1\.5/],
  ["chunk", () => v(5).chunk(0), /chunk.*0/],
  ["pad, odd", () => m().pad([1]), /pad.*\[1\].*pairs/],
  ["pad, too many", () => v(3).pad([1, 1, 1, 1]), /pad.*\[1, 1, 1, 1\]/],
  ["pad, cropping all", () => v(3).pad([-2, -2]), /pad.*-2/],
  ["pad, reflecting too far", () => v(3).pad([3, 0], { mode: "reflect" }), /pad.*reflect.*\[3\]/],
  ["pad, unknown mode", () => v(3).pad([1, 0], { mode: loose("mirror") }), /pad.*mirror/],
  ["pad, reflecting, odd", () => v(3).pad([1], { mode: "reflect" }), /pad.*\[1\]/],
  ["windows", () => v(3).windows(0, 4), /windows.*4.*\[3\]/],
  ["windows, stride 0", () => v(3).windows(0, 2, { stride: 0 }), /windows.*stride 0/],
  ["fold", () => v(3).fold(0, 3), /fold.*no axis of windows/],
  // dims
  ["sum", () => m().sum(2), /sum.*dim 2.*rank 2.*-2 to 1/],
  ["sum, twice", () => m().sum([0, -2]), /sum.*twice/],
  ["sum, fractional", () => m().sum(0.5), /sum.*0\.5/],
  ["mean", () => m().mean(5), /mean.*dim 5/],
  ["var", () => m().var(-3), /var.*dim -3/],
  ["softmax", () => m().softmax(2), /softmax.*dim 2/],
  ["softmax without dim", () => m().softmax(loose(undefined)), /softmax.*dim/],
  ["logSoftmax", () => m().logSoftmax(-3), /logSoftmax.*dim -3/],
  ["logSumExp", () => m().logSumExp(4), /logSumExp.*dim 4/],
  ["norm, a dim out of range", () => m().norm(2, 4), /norm: dim 4 is out of range.*rank 2/],
  ["max", () => m().max(2), /max.*dim 2/],
  ["argmax", () => m().argmax(2), /argmax.*dim 2/],
  ["amax of nothing", () => zeros([0, 3]).amax(0), /amax.*\[0, 3\]/],
  ["argmax of nothing", () => zeros([0]).argmax(), /argmax.*\[0\]/],
  ["permute", () => m().permute([0, 0]), /permute.*\[0, 0\].*\[2, 3\]/],
  ["permute, too few", () => m().permute([0]), /permute.*\[0\].*\[2, 3\]/],
  ["permute, too many", () => m().permute([0, 1, 0]), /permute.*\[0, 1, 0\].*\[2, 3\]/],
  ["transpose", () => v(3).transpose(), /transpose.*dim -2.*rank 1/],
  ["movedim", () => m().movedim([0, 1], [0]), /movedim.*\[0, 1\].*\[0\]/],
  ["movedim, twice", () => m().movedim([0, 0], [0, 1]), /movedim.*\[0, 0\].*\[0, 1\]/],
  ["squeeze", () => m().squeeze(2), /squeeze.*dim 2/],
  ["unsqueeze", () => m().unsqueeze(4), /unsqueeze.*dim 4/],
  ["flatten", () => m().flatten(1, 0), /flatten.*startDim 1.*endDim 0/],
  ["flip", () => m().flip(2), /flip.*dim 2/],
  ["roll", () => m().roll([1, 2], [0]), /roll.*2 shifts for 1/],
  ["roll by a fraction", () => v(3).roll(0.5, 0), /roll.*0\.5/],
  ["cumsum", () => m().cumsum(2), /cumsum.*dim 2/],
  ["cumprod", () => m().cumprod(2), /cumprod.*dim 2/],
  ["cat dim", () => cat([m(), m()], 2), /cat.*dim 2/],
  ["stack dim", () => stack([m(), m()], 3), /stack.*dim 3/],
  ["slice dim", () => m().slice(2), /slice.*dim 2/],
  ["slice step", () => m().slice(0, 0, 1, 0), /slice.*step 0/],
  ["slice bounds", () => m().slice(0, 0.5), /slice.*0\.5/],
  ["unbind", () => tensor(1).unbind(), /unbind.*dim 0/],
  // indices
  ["select", () => m().select(0, 2), /select.*index 2.*dim 0.*size 2/],
  ["select, fractional", () => m().select(0, 0.5), /select.*0\.5/],
  ["narrow", () => v(3).narrow(0, 2, 2), /narrow.*2 elements from 2.*size 3/],
  ["narrow, fractional", () => v(3).narrow(0, 0, 1.5), /length 1\.5/],
  ["gather dtype", () => m().gather(0, ones([1, 3])), /gather.*float32.*to\("int32"\)/],
  ["gather rank", () => m().gather(0, ints(0)), /gather.*\[1\].*\[2, 3\]/],
  ["gather index", () => v(3).gather(0, ints(3)), /gather.*index 3.*dim 0.*size 3/],
  ["gather, negative", () => v(3).gather(0, ints(-1)), /gather.*index -1/],
  ["scatterAdd", () => v(3).scatterAdd(0, ints(0, 1), v(3)), /scatterAdd.*\[2\].*\[3\]/],
  ["scatter index", () => v(3).scatter(0, ints(5), v(1)), /scatter.*index 5/],
  ["indexSelect", () => m().indexSelect(0, ints(0).reshape([1, 1])), /indexSelect.*\[1, 1\]/],
  ["indexSelect index", () => evaluate(m().indexSelect(0, ints(7))), /index 7.*dim 0.*size 2/],
  ["embedding weight", () => ints(0).embedding(v(3)), /embedding.*\[3\]/],
  ["embedding dtype", () => v(1).embedding(m()), /float32.*int32/],
  ["embedding index", () => evaluate(ints(2).embedding(m())), /index 2.*size 2/],
  ["oneHot dtype", () => v(1).oneHot(3), /oneHot.*float32/],
  ["oneHot index", () => evaluate(ints(3).oneHot(3)), /index 3.*size 3/],
  ["oneHot classes", () => ints(0).oneHot(-1), /numClasses -1/],
  ["maskedFill", () => m().maskedFill(m(), 0), /maskedFill.*float32.*ne\(0\)/],
  ["takeAlongDim", () => v(3).takeAlongDim(v(1), 0), /float32.*int32/],
  // dtypes
  ["bitwiseAnd", () => m().bitwiseAnd(1), /bitwiseAnd.*float32.*int32/],
  ["rand dtype", () => rand([2], { dtype: "int32" }), /rand.*int32/],
  ["randn dtype", () => randn([2], { dtype: "bool" }), /randn.*"bool" must be float32 or float64/],
  ["linspace dtype", () => linspace(0, 1, 3, { dtype: "int32" }), /linspace.*int32/],
  ["bernoulli dtype", () => bernoulli(ints(1)), /bernoulli.*int32/],
  ["to an unknown dtype", () => m().to(loose("float16")), /dtype "float16" must be one of bool/],
  [
    "tensor of an unknown dtype",
    () => tensor([1], { dtype: loose("half") }),
    /dtype "half" must be one of bool/,
  ],
  [
    "zeros of an unknown dtype",
    () => zeros([1], { dtype: loose("half") }),
    /dtype "half" must be one of bool/,
  ],
  // values
  ["zeros, negative", () => zeros([-1]), /shape \[-1\] must be a list/],
  ["zeros, fractional", () => zeros([1.5]), /shape \[1\.5\] must be a list/],
  ["full of NaN axes", () => full([Number.NaN], 1), /shape \[NaN\] must be a list/],
  ["tensor shape", () => tensor([1, 2, 3], { shape: [2, 2] }), /tensor.*3 elements.*\[2, 2\]/],
  ["tensor, impossible shape", () => tensor([1, 2], { shape: [-1, -2] }), /shape \[-1, -2\] must be a list/],
  ["eye", () => eye(-1), /n -1 must be/],
  ["arange step", () => arange(0, 5, 0), /arange.*0/],
  ["arange direction", () => arange(0, 5, -1), /arange.*-1/],
  ["linspace steps", () => linspace(0, 1, -1), /linspace.*-1/],
  ["randint", () => randint(3, 3, [1]), /randint.*3/],
  ["rand shape", () => rand([-1]), /shape \[-1\] must be a list/],
  ["permutation", () => permutation(-1), /permutation.*-1/],
  ["manualSeed", () => manualSeed(0.5), /manualSeed.*0\.5/],
  ["Generator", () => new Generator(Number.NaN), /seed NaN must be/],
  // arguments given by name, as options are
  ["cat by name", () => cat([v(2)], loose({ dim: 0 })), /cat: .*Did you mean cat\(tensors, 0\)\?/],
  ["clamp by name", () => m().clamp(loose({ min: 0 })), /clamp: .*Did you mean clamp\(0\)\?/],
  ["clamp by its second name", () => m().clamp(loose({ max: 0 })), /Did you mean clamp\(undefined, 0\)\?/],
  ["softmax by name", () => m().softmax(loose({ dim: 1 })), /softmax: .*Did you mean softmax\(1\)\?/],
  [
    "sum with options first",
    () => m().sum(loose({ keepdim: true })),
    /Did you mean sum\(undefined, \{ keepdim \}\)\?/,
  ],
  [
    "arange with options second",
    () => arange(3, loose({ dtype: "int32" })),
    /Did you mean arange\(3, undefined, undefined, \{ dtype \}\)\?/,
  ],
  [
    "norm with an unknown option first",
    () => m().norm(loose({ axis: 0 })),
    /It is called as norm\(p\?, dims\?, \{ keepdim \}\)/,
  ],
  // operands that are no tensors
  ["add of undefined", () => m().add(loose(undefined)), /add.*other is missing.*tensor\(…\)\?/],
  ["add of text", () => m().add(loose("1")), /add.*other "1".*tensor\(…\)\?/],
  ["add of an array", () => m().add(loose([1, 2, 3])), /add.*tensor/],
  ["matmul of an array", () => m().matmul(loose([[1], [2], [3]])), /matmul.*tensor/],
  // transforms
  ["grad of a vector", () => grad((x: Tensor) => x)(v(2)), /grad.*\[2\].*mean/],
  ["grad of no tensor", () => grad(loose(() => 1))(v(2)), /grad.*tensor/],
  ["grad by integers", () => grad((x: Tensor) => x.sum())(ints(1)), /grad.*int32/],
  [
    "grad by a missing argument",
    () => grad((x: Tensor) => x.sum(), { argnums: loose(1) })(v(1)),
    /grad.*argnums 1.*1 arg/,
  ],
  [
    "jacobian by an object of a class",
    () => jacobian(loose((x: Date) => v(x.getTime())))(loose(new Date(0))),
    /jacobian.*class Date/,
  ],
  [
    "hessian of a vector",
    () => hessian((x: Tensor) => x)(v(2)),
    /hessian.*must return one number, got shape \[2\]/,
  ],
  ["jvp tangent", () => jvp((x: Tensor) => x, [v(2)], [v(3)]), /jvp.*\[3\].*\[2\]/],
  ["vjp cotangent", () => vjp((x: Tensor) => x, v(2))[1](loose(undefined)), /vjp.*\[2\]/],
];

describe("bad input is refused at the call, by the op that was called", () => {
  it.each(refused)("%s", (title, call, message) => {
    let error: unknown;
    try {
      call();
    } catch (e) {
      error = e;
    }
    expect(error, "nothing was thrown").toBeDefined();
    expect(error).toBeInstanceOf(ChainruleError);
    expect((error as ChainruleError).message).toMatch(message);
    const [op] = title.match(/^\w+/) as [string];
    expect((error as ChainruleError).op).toBe(op);
  });
});

/** Arguments that few methods accept. */
const unlikely: readonly (readonly unknown[])[] = [
  [7],
  [0, 7],
  [2, 7],
  [[7]],
  [Number.POSITIVE_INFINITY, 7],
  [v(5)],
  [0, v(5)],
  [0, v(5), v(4)],
  [m().gt(0), v(7)],
  [m().gt(0)],
];

/** The public methods of a tensor that are ops. */
const methods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype)).filter(
  ([name, { value }]) => typeof value === "function" && !["constructor", "replace"].includes(name),
);

it.each(methods)("errors of %s name it, whatever it is made of", (name, { value: method }) => {
  for (const x of [m(), zeros([0, 3]), tensor(1)])
    for (const args of unlikely) {
      try {
        method.apply(x, args);
      } catch (error) {
        expect(error).toMatchObject({ op: name });
      }
    }
});

describe("errors that depend on values", () => {
  it("name the op whose value is computed, not the one that reads it", () => {
    const bad = tensor([1, 2, 3]).gather(0, ints(1).add(2));
    expect(() => v(1).maskedSelect(bad.gt(0))).toThrow(/^gather: index 3/);
  });
  it("an index out of range that is not evaluated yet is refused where it is read", () => {
    const index = ints(1).add(2);
    const y = v(3).gather(0, index);
    expect(() => y.toArray()).toThrow(/gather.*index 3.*size 3/);
    expect(() => y.toArray()).toThrow(ChainruleError);
  });
  it("a refused evaluation loses nothing: other tensors are still evaluated", () => {
    const x = tensor([1, 2, 3]);
    const bad = x.gather(0, ints(1).add(2));
    const good = x.mul(2);
    expect(() => evaluate(good, bad)).toThrow(ChainruleError);
    expect(good.toArray()).toEqual([2, 4, 6]);
    expect(x.toArray()).toEqual([1, 2, 3]);
  });
});
