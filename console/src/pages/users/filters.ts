// user: whose account is shown.
export const usersShape = { tab: ['users', 'tokens'], text: 'text', user: 'text' } as const;
