import { inspectBy } from "../src/lower/lower.ts";
import { verify } from "../src/lower/verify/verify.ts";

inspectBy(verify);
