// open: "workspace/connection" whose details are shown.
export const connectionsShape = { open: 'text' } as const;
export const setupShape = {
  step: ['company', 'authentication', 'matching', 'mapping', 'consents', 'webhooks', 'result', 'validate'],
} as const;
