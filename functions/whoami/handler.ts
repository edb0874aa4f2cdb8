import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createLog } from '../../shared/adapters/cloudwatch/log.ts';
import type { AuthorizedEvent } from '../../shared/request/current-user.ts';
import { jsonAnswer } from '../middleware/answer.ts';
import { answerErrors } from '../middleware/answer-errors.ts';
import { whoami } from './whoami.ts';

export const handler = middy<AuthorizedEvent, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis: 0 })
  .use(answerErrors(createLog({ service: 'whoami' })))
  .handler((event) => jsonAnswer(200, whoami(event)));
