// Changes orders: node shop.mjs add ORDER NAME PRICE [TIMES] | send ORDER | show ORDER
import { MongoClient } from "mongodb";
import { change, openEvents, replay } from "./events.mjs";
import { addItem, apply, NO_ORDER, send } from "./order.mjs";

const [command, id, name, price, times = "1"] = process.argv.slice(2);
const client = await MongoClient.connect(process.env.MONGODB_URI ?? "mongodb://127.0.0.1:27017/?replicaSet=rs0");
try {
  const events = await openEvents(client.db(process.env.MONGODB_DATABASE ?? "roomstream"));
  const lost = (conflict) => console.log(`${conflict.message}: again`);
  const make = async (decide) => {
    const { version, eventType } = await change(events, id, apply, NO_ORDER, decide, lost);
    console.log(`${id} ${version} ${eventType}`);
  };
  if (command === "add") for (let n = 0; n < Number(times); n++) await make((order) => addItem(order, { name, price: Number(price) }));
  else if (command === "send") await make(send);
  else if (command === "show") console.log(JSON.stringify(await replay(events, id, apply, NO_ORDER)));
  else throw new Error("add ORDER NAME PRICE [TIMES], send ORDER or show ORDER");
} finally {
  await client.close();
}
