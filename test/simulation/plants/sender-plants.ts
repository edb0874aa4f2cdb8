import type { TokenVerifier, VerifiedToken } from '../../../shared/ports/token-verifier.ts';
import type { WebhookParser } from '../../../shared/ports/webhook-parser.ts';
import { STRANGERS_SECRET } from '../world/vault.ts';
import type { Plant } from './plant.ts';

/** What senders and sessions bring is dated, believed or answered wrongly. */
export const SENDER_PLANTS: readonly Plant[] = [
  {
    name: 'stamped-on-arrival',
    fault: "An event is dated by its arrival instead of by Clerk's `updated_at`.",
    trap: 'trap 6: stamped with local time',
    breaks: ['table-equals-clerk', 'replays-change-nothing', 'accepted-events-are-kept'],
    seams: { parse: stampedOnArrival },
  },
  {
    name: 'deletion-dated-by-receipt',
    fault: 'A deletion is dated by its receipt instead of by its envelope.',
    trap: 'section 2: the time of a deletion is the envelope’s',
    breaks: ['replays-change-nothing', 'table-equals-clerk', 'accepted-events-are-kept'],
    seams: { parse: deletionsOnArrival },
  },
  {
    name: 'token-ordered-by-iat',
    fault: 'A token counts as of when it was made.',
    trap: 'facts: `iat` is not freshness',
    breaks: ['table-equals-clerk'],
    seams: {
      verifier: verifierThat((token) => ({
        ...token,
        snapshot: { ...token.snapshot, asOf: token.expiresAt - 60_000 },
      })),
    },
  },
  {
    name: 'strangers-secret-accepted',
    fault: 'Whatever is signed by anybody is accepted.',
    trap: 'section 4: 400 for anything not signed by one of our secrets',
    breaks: ['keys-are-followed', 'no-unfounded-deletion'],
    seams: { webhookSecrets: (secrets) => [...secrets, STRANGERS_SECRET] },
  },
  {
    name: 'answers-before-applying',
    fault: 'The webhook answers 200 whatever came of the event.',
    trap: 'facts: a 2xx is never sent again',
    breaks: ['accepted-events-are-kept'],
    seams: { webhookStatus: (status) => (status === 503 ? 200 : status) },
  },
];

function stampedOnArrival(parse: WebhookParser): WebhookParser {
  return (text, receivedAt) => {
    const event = parse(text, receivedAt);
    return event.kind === 'user' ? { ...event, snapshot: { ...event.snapshot, asOf: receivedAt } } : event;
  };
}

function deletionsOnArrival(parse: WebhookParser): WebhookParser {
  return (text, receivedAt) => {
    const event = parse(text, receivedAt);
    return event.kind === 'deletion' ? { ...event, snapshot: { ...event.snapshot, at: receivedAt } } : event;
  };
}

function verifierThat(change: (token: VerifiedToken) => VerifiedToken): (verifier: TokenVerifier) => TokenVerifier {
  return (verifier) => ({
    verify: async (text) => {
      const verification = await verifier.verify(text);
      return verification.ok ? { ok: true, token: change(verification.token) } : verification;
    },
  });
}
