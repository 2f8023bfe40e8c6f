// What the orders are mapped to, the same for all peers. n8n takes this text into its Code node (harness/n8n.py).

/** The order as a marketing platform takes it. */
export function mapped(order) {
  return {
    bench_id: order.bench_id,
    bench_at: order.bench_at,
    event_type: 'purchase',
    customer_ids: { registered: order.customer.number },
    timestamp: Date.parse(order.closed_at) / 1000,
    properties: {
      order_number: order.number,
      status: order.type,
      total: Number(order.total),
      currency: order.currency,
      store: order.store.name,
      payment: order.payments.map((payment) => payment.method).join(','),
      items: order.lines.map((line) => ({
        sku: line.sku,
        title: line.name,
        quantity: line.quantity,
        price: Number(line.price),
        total: Math.round(Number(line.price) * line.quantity * 100) / 100,
      })),
    },
  }
}
