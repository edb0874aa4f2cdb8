import { asList } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import { isTransaction } from './call.ts';
import type { Answer, Call } from './call.ts';
import type { Draws } from './draws.ts';

const DYNAMODB = 'com.amazonaws.dynamodb.v20120810';
const PROVISIONED =
  'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level ' +
  'with the UpdateTable API.';
const ON_DEMAND =
  'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so ' +
  'please try again shortly.';

/** An error in the form in which DynamoDB answers it. */
function refusal(status: number, type: string, message: string, more: JsonRecord = {}): Answer {
  const body = Buffer.from(JSON.stringify({ __type: type, message, ...more }));
  return { status, contentType: 'application/x-amz-json-1.0', body };
}

/** Refused for its rate, in one of the forms that a table with provisioned or on-demand capacity, or the account, gives. */
export function throttled(call: Call, draws: Draws): Answer {
  const forms = [
    () => refusal(400, `${DYNAMODB}#ProvisionedThroughputExceededException`, PROVISIONED),
    // This one is not DynamoDB's own but comes from the layer in front of it, under that layer's name.
    () => refusal(400, 'com.amazon.coral.availability#ThrottlingException', ON_DEMAND),
    ...(isTransaction(call.operation) ? [() => cancelled(call, draws, 'ThrottlingError', ON_DEMAND)] : []),
  ];
  const form = forms[Math.floor(draws.next('form of throttling') * forms.length)];
  return form?.() ?? refusal(400, `${DYNAMODB}#RequestLimitExceeded`, ON_DEMAND);
}

/** Refused because another transaction holds the item, or one of the items. */
export function conflicting(call: Call, draws: Draws): Answer {
  const message = 'Transaction is ongoing for the item';
  if (isTransaction(call.operation)) return cancelled(call, draws, 'TransactionConflict', message);
  return refusal(400, `${DYNAMODB}#TransactionConflictException`, message);
}

export function internalError(): Answer {
  return refusal(500, `${DYNAMODB}#InternalServerError`, 'Internal server error');
}

export function invalid(message: string): Answer {
  return refusal(400, 'com.amazon.coral.validate#ValidationException', message);
}

export function unreadable(): Answer {
  return refusal(400, 'com.amazon.coral.service#SerializationException', 'The request is no JSON object');
}

/** A transaction fails as a whole and says of each item whether it was the reason. */
function cancelled(call: Call, draws: Draws, code: string, message: string): Answer {
  const items = Math.max(1, asList(call.input['TransactItems']).length);
  const guilty = Math.floor(draws.next('item of a transaction') * items);
  const reasons = Array.from({ length: items }, (_, item) =>
    item === guilty ? { Code: code, Message: message } : { Code: 'None' },
  );
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return refusal(
    400,
    `${DYNAMODB}#TransactionCanceledException`,
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}
