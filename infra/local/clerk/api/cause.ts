import type { ApiRequest } from '../http/router.ts';
import type { Cause } from '../users/directory.ts';

export function causeOf(request: ApiRequest): Cause {
  const userAgent = request.headers['user-agent'];
  return { clientIp: request.clientIp, userAgent: typeof userAgent === 'string' ? userAgent : '' };
}
