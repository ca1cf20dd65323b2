/** Signatures of functions, and the check of their arguments. */
export { AnyTensor, requireSameCopy } from "./arguments/any-tensor.ts";
export { checkArguments, checked, checkMethods, throwMissingReceiver } from "./arguments/check.ts";
export { describe, isPlainObject } from "./arguments/describe.ts";
export { instanceOf, type Kind, kinds } from "./arguments/kinds.ts";
export type { Options, ParameterType, Signature, Signatures } from "./arguments/signature.ts";
export { parametersOf } from "./arguments/signature.ts";
export { nearest } from "./arguments/suggest.ts";
