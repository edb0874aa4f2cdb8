/** Fails while it starts. */
if (process.env['ORCHARD'] === undefined) throw new Error('cannot start: ORCHARD is not set');

export const handler = async (): Promise<string> => 'never reached';
