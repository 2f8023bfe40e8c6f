export const storesShape = { text: 'text', state: ['trading', 'closed', 'silent', 'unknown'] } as const;
