/**
 * Stands in for the module `@smithy/core/schema`, which the SDK's class of commands names: those of the narrow client have no
 * schema to be read.
 */
export const NormalizedSchema = {
  of(): never {
    throw new Error('A narrow client has no schemas: infra/constructs/stand-ins/schema.ts says why.');
  },
};
