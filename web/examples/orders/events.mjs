// Events of aggregates in one collection: append, read in order, rebuild.

const DUPLICATE_KEY = 11000;

/** Another program has appended this version of the aggregate: read again, decide again. */
export class Conflict extends Error {}

/** The collection, with the index that lets each version of an aggregate be there once. */
export async function openEvents(database) {
  const events = database.collection("events", { readConcern: { level: "majority" }, writeConcern: { w: "majority" } });
  await events.createIndex({ aggregateId: 1, version: 1 }, { unique: true });
  return events;
}

/** Appends behind version `expected`, 0 where there is none yet. Of several who expect the same, one is let in. */
export async function append(events, aggregateId, expected, eventType, data) {
  const event = { aggregateId, version: expected + 1, eventType, data, timestamp: new Date() };
  try {
    await events.insertOne(event);
  } catch (error) {
    if (error.code !== DUPLICATE_KEY) throw error;
    throw new Conflict(`${aggregateId} has a version ${event.version} already`);
  }
  return event;
}

/** The events of an aggregate behind version `after`, in order. */
export const read = (events, aggregateId, after = 0) => events.find({ aggregateId, version: { $gt: after } }).sort({ version: 1 });

/** The state that an aggregate's events make of nothing. */
export async function replay(events, aggregateId, apply, nothing) {
  let state = nothing;
  for await (const event of read(events, aggregateId)) state = apply(state, event);
  return state;
}

/**
 * Reads an aggregate, has `decide(state)` say what happens ({eventType, data}, or an error thrown), and appends it.
 * Who loses to another reads what the other did and decides anew.
 */
export async function change(events, aggregateId, apply, nothing, decide, lost = () => {}) {
  for (;;) {
    const state = await replay(events, aggregateId, apply, nothing);
    const { eventType, data } = decide(state);
    try {
      return await append(events, aggregateId, state.version, eventType, data);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      lost(error);
    }
  }
}
