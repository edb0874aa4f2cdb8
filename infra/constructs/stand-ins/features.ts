/**
 * Stands in for the module `@aws-sdk/core/client`, of which lib-dynamodb uses this one function: it notes for the header
 * `user-agent` that attributes were converted, which nobody reads of ours. With it come the tables of all regions.
 */
export function setFeature(): void {
  // Nothing to note.
}
