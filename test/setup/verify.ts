import { inspectBy } from "../../packages/core/src/lower/lower.ts";
import { verify } from "../../packages/core/src/lower/verify/verify.ts";

inspectBy(verify);
