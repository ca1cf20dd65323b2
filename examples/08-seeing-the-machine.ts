/**
 * 8. Seeing the machine: the kernel that a formula becomes, what the kernels of a layer cost, and where a NaN comes
 * from.
 */
import { detectAnomaly, evaluate, explain, ones, profile, type Tensor, tensor } from "@chainrule/core";
import { linear } from "@chainrule/nn";

const x = tensor([1, 2, 3]);
console.log(explain(x.square().sub(1).div(x.add(1))));
//=> graph
//=> %0 = input float32[3]
//=> %1 = square(%0) float32[3]
//=> %2 = input float32[]
//=> %3 = expand(%2, shape=[3]) float32[3]
//=> %4 = sub(%1, %3) float32[3]
//=> %5 = input float32[]
//=> %6 = expand(%5, shape=[3]) float32[3]
//=> %7 = add(%0, %6) float32[3]
//=> %8 = div(%4, %7) float32[3]
//=> → %8
//=>
//=> kernels
//=> 0: nest for once:
//=>   for i0×3:
//=>     x0 = b0[i0]
//=>     x1 = b1[0]
//=>     x2 = b2[0]
//=>     b3[i0] = ((x0·x0) − x1)/(x0 + x2)
//=>
//=> memory
//=> b0: float32 × 3, input
//=> b1: float32 × 1, input
//=> b2: float32 × 1, input
//=> b3: float32 × 3, output
//=> 0 bytes of scratch

// A layer of 64 examples, from 32 features to 48. Printed as it is, a profile is a table with times and rates.
const [batch, w, b] = [ones([64, 32]), ones([48, 32]), ones([48])];
evaluate(batch, w, b);
const { kernels } = profile(() => linear(batch, w, b).relu());
for (const { name, runs, flop, read, written } of kernels)
  console.log(`${runs} × ${name}: ${flop} FLOP, ${read} bytes read, ${written} written`);
//=> 1 × gemm 64×48×32: 196608 FLOP, 14336 bytes read, 12288 written
//=> 1 × nest 3072: add, relu: 6144 FLOP, 12480 bytes read, 12288 written

// The mean of nothing is 0/0, which everything after it turns into.
const meanWhere = (x: Tensor, chosen: Tensor) => x.mul(chosen).sum().div(chosen.sum());
try {
  detectAnomaly(() => {
    const mean = meanWhere(x, x.gt(5));
    return x.sub(mean).square().sum();
  });
} catch (error) {
  console.log((error as Error).message.replace(/\S*[\\/]/, ""));
}
//=> div: gave NaN at [] of float32[] from 0 and 0, called at 08-seeing-the-machine.ts:47:70
