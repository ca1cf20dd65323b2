/** 4. Handwritten digits, 8×8 pixels: softmax regression on all of them at once, ŷ = softmax(Wx + b). */
import { manualSeed, tensor } from "@chainrule/core";
import { crossEntropy, Linear } from "@chainrule/nn";
import { Adam } from "@chainrule/optim";
import { pick, readDataset, readReference } from "./data.ts";

interface Reference {
  readonly models: readonly { dataset: string; test: readonly number[]; testAccuracy: number }[];
}

const digits = readDataset("digits");
const { models } = readReference<Reference>("softmax_reference");
const reference = models.find(({ dataset }) => dataset === "digits") as Reference["models"][number];
const inTest = new Set(reference.test);
const part = (rows: readonly number[]) => {
  const { x, y } = pick(digits, rows);
  return { x: tensor(x).div(16), y: tensor(y, { dtype: "int32" }) };
};
const train = part(digits.y.map((_, i) => i).filter((i) => !inTest.has(i)));
const test = part(reference.test);

manualSeed(0);
const model = new Linear(64, 10);
const optimizer = new Adam(model.parameters(), { lr: 0.1 });

for (let epoch = 1; epoch <= 100; epoch++) {
  const loss = crossEntropy(model.forward(train.x), train.y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  if (epoch % 25 === 0) console.log(`epoch ${epoch}, loss ${loss.item().toFixed(4)}`);
}
//=> epoch 25, loss 0.1571
//=> epoch 50, loss 0.0964
//=> epoch 75, loss 0.0731
//=> epoch 100, loss 0.0590

const predicted = model.forward(test.x).argmax(1);
const right = predicted.eq(test.y);
const accuracy = right.to("float32").mean().item();
console.log(`test accuracy ${accuracy.toFixed(4)}, scikit-learn's ${reference.testAccuracy.toFixed(4)}`);
//=> test accuracy 0.9622, scikit-learn's 0.9689

// The first digit that it gets wrong, as it saw it.
const wrong = right.data().indexOf(0);
console.log(`this ${test.y.data()[wrong]} was read as a ${predicted.data()[wrong]}:`);
const pixels = test.x.select(0, wrong).reshape([8, 8]).toArray() as number[][];
console.log(pixels.map((row) => row.map((ink) => " ·+#@"[Math.round(4 * ink)]).join(" ")).join("\n"));
//=> this 9 was read as a 5:
//=>     # #
//=>   · @ @ +
//=>   · @ + @
//=>   · @ @ @ +
//=>       · + #
//=>           # +
//=>     · + · + @
//=>     # # @ @ #
