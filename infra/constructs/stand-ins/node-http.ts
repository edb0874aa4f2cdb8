/**
 * Stands in for `node:http`. An `import` of it asks for all that it exports, and so loads undici with it, for the sake of a
 * WebSocket; this asks for what the bundled packages use. A name that is missing here fails the build.
 */
export const { Agent, IncomingMessage, request, STATUS_CODES } = process.getBuiltinModule('node:http');
