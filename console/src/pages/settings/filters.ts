// version, with: which two versions are compared.
export const settingsShape = {
  tab: ['document', 'versions'],
  version: 'text',
  with: 'text',
} as const;
