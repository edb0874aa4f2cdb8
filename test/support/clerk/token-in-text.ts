/**
 * What a token looks like in a text, whole or cut off: `eyJ` and thirty characters more. The three alone are in one of some ten
 * thousand of the ids that Clerk draws, none of which is as long.
 */
export const TOKEN_IN_TEXT = /eyJ[\w-]{30}/;
