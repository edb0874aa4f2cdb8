import { AT, USER_ID } from './users.ts';

const LATER = AT + 90_000;
const PERIOD_END = AT + 30 * 86_400_000;

/** An amount of euro cents. */
function money(amount: number): object {
  return { amount, amount_formatted: `€${(amount / 100).toFixed(2)}`, currency: 'EUR', currency_symbol: '€' };
}

const cycle = { cycle_days_remaining: 10, cycle_days_total: 30, cycle_remaining_percent: 0.33 };

const paidItem = {
  id: 'csub_item_example01',
  status: 'active',
  credit: { amount: money(300), ...cycle },
  credits: {
    proration: { amount: money(200), ...cycle },
    payer: { applied_amount: money(100), remaining_balance: money(400) },
    total: money(300),
  },
  proration_date: '2026-09-01',
  plan_period: 'month',
  period_start: AT,
  period_end: PERIOD_END,
  canceled_at: null,
  past_due_at: null,
  lifetime_paid: 5_000,
  next_payment_amount: 1_500,
  next_payment_date: PERIOD_END,
  amount: money(1_500),
  plan: {
    id: 'cplan_example01',
    instance_id: 'ins_example01',
    product_id: 'cprd_example01',
    name: 'Cartographer',
    slug: 'cartographer',
    description: 'For those who draw',
    is_default: false,
    is_recurring: true,
    is_prorated: true,
    amount: 1_500,
    period: 'month',
    interval: 1,
    has_base_fee: true,
    currency: 'EUR',
    annual_monthly_amount: 1_250,
    publicly_visible: true,
  },
  plan_id: 'cplan_example01',
};

function paymentAttempt(instanceId: string, over: object): object {
  return {
    id: 'pa_example01',
    instance_id: instanceId,
    payment_id: 'cpa_example01',
    statement_id: 'stmt_example01',
    gateway_external_id: 'pi_example01',
    status: 'pending',
    created_at: AT,
    updated_at: AT,
    paid_at: null,
    failed_at: null,
    failed_reason: null,
    billing_date: AT,
    charge_type: 'recurring',
    payee: {
      id: 'cpayee_example01',
      gateway_type: 'stripe',
      gateway_external_id: 'acct_example01',
      gateway_status: 'active',
    },
    payer: {
      id: 'cpayer_example01',
      image_url: 'https://img.example.com/nadia',
      user_id: USER_ID,
      first_name: 'Nadia',
      last_name: 'Okafor',
      email: 'nadia@example.com',
    },
    totals: { subtotal: money(1_500), tax_total: money(300), grand_total: money(1_800) },
    payment_source: {
      id: 'cps_example01',
      gateway: 'stripe',
      gateway_external_id: 'pm_example01',
      gateway_external_account_id: 'acct_example01',
      payment_method: 'card',
      status: 'active',
      card_type: 'mastercard',
      last4: '0000',
    },
    subscription_items: [paidItem],
    ...over,
  };
}

const payer = {
  object: 'commerce_payer',
  id: 'cpayer_example01',
  user_id: USER_ID,
  first_name: 'Nadia',
  last_name: 'Okafor',
  email: 'nadia@example.com',
  organization_id: '',
  organization_name: '',
  image_url: 'https://img.example.com/nadia',
  created_at: AT,
  updated_at: AT,
};

const plan = {
  id: 'cplan_example01',
  slug: 'cartographer',
  name: 'Cartographer',
  is_recurring: true,
  amount: 1_500,
  currency: 'EUR',
};

/** Seats, where a plan is sold by them. */
const byTheSeat = {
  plan: {
    ...plan,
    unit_prices: [
      {
        name: 'seats',
        block_size: 1,
        tiers: [{ starts_at_block: 1, ends_after_block: 3, amount_per_block: 0, currency: 'EUR' }],
      },
    ],
  },
  seats: { quantity: 3 },
};

const item = {
  id: 'csub_item_example01',
  status: 'active',
  is_free_trial: false,
  created_at: AT,
  updated_at: AT,
  period_start: AT,
  period_end: PERIOD_END,
  interval: 'month',
  plan_id: 'cplan_example01',
  plan,
};

const listedItem = { object: 'commerce_subscription_item', ...item, subscription_id: null };

function subscription(over: object, itemOver: object = {}): object {
  return {
    object: 'commerce_subscription',
    id: 'csub_example01',
    status: 'active',
    active_at: AT,
    canceled_at: null,
    created_at: AT,
    ended_at: null,
    past_due_at: null,
    updated_at: AT,
    latest_payment_id: 'cpa_example01',
    payer_id: 'cpayer_example01',
    payer,
    payment_source_id: 'cps_example01',
    items: [{ ...listedItem, ...itemOver }],
    ...over,
  };
}

function subscriptionItem(status: string, over: object = {}): object {
  return { object: 'subscription_item', ...item, status, payer, subscription_id: 'csub_example01', ...over };
}

/** @param instanceId a payment attempt names the instance inside its data, too */
export function billingExamples(instanceId: string): Readonly<Record<string, object>> {
  const pastDue = { status: 'past_due', updated_at: LATER };
  return {
    'paymentAttempt.created': paymentAttempt(instanceId, {}),
    'paymentAttempt.updated': paymentAttempt(instanceId, { status: 'paid', updated_at: LATER, paid_at: LATER }),
    'subscription.created': subscription({}, byTheSeat),
    'subscription.updated': subscription({ updated_at: LATER }, { updated_at: LATER }),
    'subscription.active': subscription({}),
    'subscription.pastDue': subscription({ past_due_at: LATER, ...pastDue }, pastDue),
    'subscriptionItem.abandoned': subscriptionItem('abandoned', { updated_at: LATER }),
    'subscriptionItem.active': subscriptionItem('active', { period_end: null, ...byTheSeat }),
    'subscriptionItem.canceled': subscriptionItem('canceled', { updated_at: LATER }),
    'subscriptionItem.ended': subscriptionItem('ended', { updated_at: LATER, period_end: null }),
    'subscriptionItem.freeTrialEnding': subscriptionItem('active', { is_free_trial: true }),
    'subscriptionItem.incomplete': subscriptionItem('incomplete'),
    'subscriptionItem.pastDue': subscriptionItem('past_due', { updated_at: LATER }),
    'subscriptionItem.upcoming': subscriptionItem('upcoming', { period_start: PERIOD_END }),
    'subscriptionItem.updated': subscriptionItem('active', { updated_at: LATER }),
  };
}
