// What an order is: the state that its events make.

export const NO_ORDER = { version: 0, status: "none", items: 0, total: 0 };

export function apply(order, { version, eventType, data }) {
  switch (eventType) {
    case "item_added":
      return { version, status: "open", items: order.items + 1, total: order.total + data.price };
    case "order_sent":
      return { ...order, version, status: "sent" };
    default: // a newer program's: it counts, and changes nothing that is known here
      return { ...order, version };
  }
}

/** Rules are held here, against what the events say: an order that is sent takes no more items. */
export function addItem(order, item) {
  if (order.status === "sent") throw new Error("the order is sent");
  return { eventType: "item_added", data: item };
}

export function send(order) {
  if (order.status !== "open") throw new Error(`the order is not open: ${order.status}`);
  return { eventType: "order_sent", data: {} };
}
