/** How tightly operators bind, the loosest first. */
export const none = 0;
export const or = 1;
export const and = 2;
export const comparison = 3;
export const sum = 4;
export const product = 5;
/** Products without a sign: 2x. */
export const juxtaposition = 6;
export const exponent = 7;
