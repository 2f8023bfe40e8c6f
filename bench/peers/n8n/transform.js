// The body of the Code node: transform() of ../common.mjs, as an n8n workflow has it.
const order = $json.body
return {
  json: {
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
  },
}
