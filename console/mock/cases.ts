import type { CaseDetail, CaseState } from '../src/api/cases.ts';
import { freshId } from './random.ts';
import type { MockRecord } from './records.ts';

export interface MockCase extends CaseDetail {
  records: string[];
}

interface Plan {
  type: string;
  title: string;
  summary: string;
  impact: string;
  team: string;
  count: number;
  openedMin: number;
  dueMin: number; // from now; negative is overdue
  assignee?: string;
  state?: CaseState;
  lane?: [string, string];
  reason: string;
  actions: string[];
}

const plans: Plan[] = [
  {
    type: 'lag_high',
    title: 'Klaviyo is behind the tills',
    summary: 'The oldest waiting delivery is older than agreed.',
    impact: 'Receipts and follow-ups by mail go out late.',
    team: 'integration',
    count: 0,
    openedMin: 7,
    dueMin: 53,
    reason: 'the oldest delivery waits for 22 min',
    actions: [],
  },
  {
    type: 'rejected_delivery',
    title: 'Klaviyo refused deliveries',
    summary: 'The platform refused them for good: sending the same again will not help without a change.',
    impact: 'These customers miss their purchase history and what is mailed after it.',
    team: 'marketing',
    count: 34,
    openedMin: 260,
    dueMin: 1180,
    assignee: 'maja',
    state: 'acknowledged',
    lane: ['klaviyo', 'parked'],
    reason: 'Invalid input: email is not a valid address',
    actions: ['send_again', 'rebuild', 'skip', 'edit'],
  },
  {
    type: 'rejected_delivery',
    title: 'Bloomreach refused deliveries',
    summary: 'The platform refused them for good: sending the same again will not help without a change.',
    impact: 'Purchases are missing in segments and campaigns.',
    team: 'marketing',
    count: 137,
    openedMin: 610,
    dueMin: 830,
    lane: ['bloomreach', 'parked'],
    reason: 'project_token: the event type "purchase_item" is over its quota',
    actions: ['send_again', 'rebuild', 'skip'],
  },
  {
    type: 'incomplete_order',
    title: 'Orders that are closed but not paid',
    summary: 'The order is closed at the till, but its payment did not arrive for 15 minutes.',
    impact: 'The sale is not sent to any platform until it is complete.',
    team: 'retail operations',
    count: 7,
    openedMin: 1700,
    dueMin: -260,
    reason: 'payment state 10 after 15 min',
    actions: ['rebuild'],
  },
  {
    type: 'order_not_found',
    title: 'Orders that Sitoo does not know',
    summary: 'An event announced the order, and Sitoo answers 404 for it.',
    impact: 'The sale may be missing everywhere.',
    team: 'retail operations',
    count: 5,
    openedMin: 300,
    dueMin: 1140,
    assignee: 'oskar',
    reason: '404 for 10 min',
    actions: ['rebuild'],
  },
  {
    type: 'faulty_identity',
    title: 'Customers whose identifiers cannot be right',
    summary: 'The e-mail address or number on the receipt is not one.',
    impact: 'The purchase belongs to nobody until it is corrected.',
    team: 'data steward',
    count: 12,
    openedMin: 900,
    dueMin: 3400,
    reason: 'e-mail "kund@" has no domain',
    actions: ['rebuild', 'attribute'],
  },
  {
    type: 'profile_conflict',
    title: 'Two customers claim one profile',
    summary: 'The e-mail address belongs to another customer number at Klaviyo.',
    impact: 'Sales of this customer are blocked so that the order of events stays right.',
    team: 'data steward',
    count: 6,
    openedMin: 1400,
    dueMin: 2900,
    assignee: 'sten',
    lane: ['klaviyo', 'blocked'],
    reason: '409: profile 01HZX belongs to customer 100273',
    actions: ['merge', 'send_again', 'skip'],
  },
  {
    type: 'patience_exhausted',
    title: 'Tried for days without success',
    summary: 'The platform failed for three days in a row for these.',
    impact: 'Not delivered; other customers are not affected.',
    team: 'integration',
    count: 3,
    openedMin: 700,
    dueMin: -90,
    assignee: 'anna',
    lane: ['bloomreach', 'parked'],
    reason: '500 for 3 days',
    actions: ['send_again', 'rebuild', 'skip'],
  },
  {
    type: 'missing_effect',
    title: 'Klaviyo took it and does not have it',
    summary: 'The comparison found sales that were accepted and are not there.',
    impact: 'Missing in segments; sent again by itself once.',
    team: 'marketing',
    count: 9,
    openedMin: 480,
    dueMin: 960,
    reason: 'comparison of 02:00',
    actions: ['send_again'],
  },
  {
    type: 'stock_difference',
    title: 'A platform shows other stock levels',
    summary: 'Bloomreach shows other levels than the tills for longer than it may.',
    impact: 'Web shop and mails may offer what is sold out.',
    team: 'retail operations',
    count: 0,
    openedMin: 3000,
    dueMin: -1500,
    state: 'resolved',
    assignee: 'oskar',
    reason: '14 SKUs differ',
    actions: [],
  },
  {
    type: 'unreadable_order',
    title: 'An order that makes no sense',
    summary: 'The document of the order cannot be read.',
    impact: 'Not sent.',
    team: 'integration',
    count: 1,
    openedMin: 4000,
    dueMin: -3500,
    state: 'ignored',
    assignee: 'anna',
    reason: 'orderitems is not a list',
    actions: [],
  },
];

export function makeCases(records: MockRecord[], now: Date): MockCase[] {
  const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
  const free = records.filter((record) => record.person !== null).slice(0, -200);
  let next = 11;
  return plans.map((plan) => {
    const mine: MockRecord[] = [];
    while (mine.length < plan.count) {
      const record = free[next];
      next += 5;
      if (!record) {
        next = (next % free.length) + 1;
        continue;
      }
      if (record.state === 'in a case') continue;
      mine.push(record);
      record.state = plan.lane ? 'planned' : 'in a case';
      record.reason = plan.reason;
      if (plan.lane) record.lanes[plan.lane[0]] = plan.lane[1];
      else for (const name of Object.keys(record.lanes)) record.lanes[name] = 'none';
    }
    const state = plan.state ?? 'open';
    const closed = state === 'resolved' || state === 'ignored';
    return {
      id: freshId(),
      workspace: 'nordic',
      type: plan.type,
      title: plan.title,
      summary: plan.summary,
      impact: plan.impact,
      state,
      team: plan.team,
      assignee: plan.assignee ?? null,
      opened_at: at(-plan.openedMin),
      due_at: at(plan.dueMin),
      overdue: plan.dueMin < 0 && !closed,
      last_at: at(-Math.min(5, plan.openedMin)),
      closed_at: closed ? at(-120) : null,
      closed_by: closed ? (plan.assignee ?? null) : null,
      records_open: closed ? 0 : plan.count,
      records_total: plan.count,
      reopened: plan.type === 'incomplete_order' ? 2 : 0,
      escalation: plan.dueMin < 0 ? 1 : 0,
      reason: plan.reason,
      record_key: mine.at(-1)?.key ?? null,
      handbook: `cases/${plan.type}`,
      actions: plan.actions,
      history: [
        { at: at(-plan.openedMin), by: 'Tillbridge', act: 'open', text: plan.reason },
        ...(plan.assignee
          ? [{ at: at(-plan.openedMin + 3), by: 'oskar', act: 'assign', text: `to ${plan.assignee}` }]
          : []),
        ...(state === 'acknowledged'
          ? [{ at: at(-plan.openedMin + 12), by: plan.assignee ?? 'oskar', act: 'acknowledge', text: '' }]
          : []),
        ...(plan.dueMin < 0 && !closed
          ? [{ at: at(plan.dueMin), by: 'Tillbridge', act: 'escalate', text: 'overdue: told the team lead' }]
          : []),
        ...(closed
          ? [{ at: at(-120), by: plan.assignee ?? 'oskar', act: state, text: 'checked with the shop' }]
          : []),
      ],
      records: mine.map((record) => record.id).toReversed(),
    };
  });
}
