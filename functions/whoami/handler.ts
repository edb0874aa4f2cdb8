import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createLog } from '../../shared/adapters/cloudwatch/log.ts';
import { parseLogConfig } from '../../shared/config/log-fields.ts';
import type { AuthorizedEvent } from '../../shared/request/current-user.ts';
import { jsonAnswer } from '../middleware/answer.ts';
import { answerErrors } from '../middleware/answer-errors.ts';
import { nameRequests } from '../middleware/name-requests.ts';
import { whoami } from './whoami.ts';

const { logLevel: level } = parseLogConfig(process.env);
const log = createLog({ service: 'whoami', level });

export const handler = middy<AuthorizedEvent, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis: 0 })
  .use(nameRequests(log))
  .use(answerErrors(log))
  .handler((event) => jsonAnswer(200, whoami(event)));
