export const alertsShape = {
  tab: ['alerts', 'settings'],
  state: ['open', 'recovered'],
  level: ['warning', 'critical'],
} as const;
