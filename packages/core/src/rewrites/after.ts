import { isRewriting, withRewriting } from "../graph/build.ts";
import { Node, nodeCount } from "../graph/node.ts";
import { formsOf } from "./matcher.ts";
import type { OpName } from "./pattern.ts";
import { matcherOf } from "./registry.ts";
import { noteRewrite } from "./rewrite.ts";

type NodeFunction = (...x: readonly unknown[]) => Node;

/** An op of users that becomes another expression where its first operand is the result of one of the ops in `after`. */
export function withAfter(
  name: string,
  f: NodeFunction,
  after: readonly (readonly [OpName, NodeFunction])[],
): NodeFunction {
  const cases = after.map(([op, to]) => ({ op, to, matcher: matcherOf(op) }));
  return (x, ...others) => {
    if (!(x instanceof Node) || x.forms.length === 0 || !isRewriting()) return f(x, ...others);
    for (const { op, to, matcher } of cases) {
      const form = formsOf(x).find((candidate) => candidate.matcher === matcher);
      if (!form) continue;
      const since = nodeCount();
      const node = withRewriting(false, () => to(...form.operands, ...others));
      if (node.id >= since) noteRewrite(node, [x], `${name}(${op}(x))`);
      return node;
    }
    return f(x, ...others);
  };
}
