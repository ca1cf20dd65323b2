/** 3. XOR, which no straight line separates: a network with one hidden layer, and the table it has learned. */
import { manualSeed, tensor } from "@chainrule/core";
import { bceWithLogits, Linear, Sequential, Tanh } from "@chainrule/nn";
import { Adam } from "@chainrule/optim";

manualSeed(0);
const x = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const y = tensor([[0], [1], [1], [0]]);

const model = new Sequential(new Linear(2, 4), new Tanh(), new Linear(4, 1));
const optimizer = new Adam(model.parameters(), { lr: 0.05 });

for (let epoch = 1; epoch <= 400; epoch++) {
  const loss = bceWithLogits(model.forward(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  if (epoch % 100 === 0) console.log(`epoch ${epoch}, loss ${loss.item().toFixed(4)}`);
}
//=> epoch 100, loss 0.0143
//=> epoch 200, loss 0.0051
//=> epoch 300, loss 0.0028
//=> epoch 400, loss 0.0018

const ŷ = model.forward(x).sigmoid().data();
x.unbind().forEach((row, i) => {
  console.log(`${row.toArray()} → ${ŷ[i]?.toFixed(3)}`);
});
//=> 0,0 → 0.000
//=> 0,1 → 0.999
//=> 1,0 → 0.997
//=> 1,1 → 0.003
