export const casesShape = {
  view: ['mine', 'unowned', 'overdue', 'all', 'closed'],
  team: 'text',
  assignee: 'text',
  type: 'text',
} as const;
