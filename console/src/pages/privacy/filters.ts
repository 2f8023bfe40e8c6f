// erasure: whose proof is shown. Whom one looks for never stands in an address.
export const privacyShape = { erasure: 'text' } as const;
