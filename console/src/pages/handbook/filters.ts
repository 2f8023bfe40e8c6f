export const handbookShape = { text: 'text' } as const;
