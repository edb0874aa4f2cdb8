import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** A JSON answer of an HTTP API. Answers carry personal data: nothing on the way may keep them. */
export function jsonAnswer(
  statusCode: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/**
 * A refusal, in the one form that all our HTTP answers have.
 *
 * @param code stable, for programs
 * @param message for people; no secret, no personal data, no stack
 */
export function errorAnswer(
  statusCode: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 {
  return jsonAnswer(statusCode, { error: { code, message } }, headers);
}
