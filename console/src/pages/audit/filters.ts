// entry: whose change is shown.
export const auditShape = {
  by: 'text',
  act: 'text',
  subject: 'text',
  from: 'text',
  until: 'text',
  entry: 'text',
} as const;
