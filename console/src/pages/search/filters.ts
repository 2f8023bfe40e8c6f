export const searchFilters = {
  text: 'text',
  kind: 'text',
  store: 'text',
  state: 'text',
  from: 'text',
  until: 'text',
} as const;
