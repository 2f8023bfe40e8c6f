export const bulkItemsShape = { only: ['failed'] } as const;
