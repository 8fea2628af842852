// Events with typed listeners.

type Listener<Args extends readonly unknown[]> = (...args: Args) => void;

/** Calls listeners in the order they were added. One that throws ends neither the others nor what is told. */
export class Emitter<Events extends { [name in keyof Events]: readonly unknown[] }> {
  readonly #listeners: { [name in keyof Events]?: Set<Listener<Events[name]>> } = {};

  /** Adds a listener. The function returned removes it. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = (this.#listeners[name] ??= new Set());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  protected tell<Name extends keyof Events>(name: Name, ...args: Events[Name]): void {
    for (const listener of [...(this.#listeners[name] ?? [])]) {
      try {
        listener(...args);
      } catch (error) {
        // It is the page's fault, and is seen where the page's faults are seen.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
