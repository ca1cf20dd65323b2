import { inspectBy } from "../src/lower/pipeline.ts";
import { verify } from "../src/lower/verify/verify.ts";

inspectBy(verify);
