import { useEffect, useState } from "preact/hooks";
import { messageOf } from "./asking";

/** What is read of the server, or why it could not be. */
export interface Reading<T> {
  readonly value?: T | undefined; // the last that was read; undefined: nothing was yet
  readonly failure: string; // why it could not be read; empty: it was, or is being read
  readonly tryAgain: () => void;
}

/** Reads at first, and again when one of what it depends on changes; what was read stays until the next has come. */
export function useReading<T>(read: () => Promise<T>, inputs: readonly unknown[]): Reading<T> {
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState("");
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let current = true;
    read().then(
      (got) => {
        if (!current) return;
        setValue(() => got);
        setFailure("");
      },
      (error: unknown) => current && setFailure(messageOf(error)),
    );
    return () => {
      current = false;
    };
  }, [...inputs, asked]);
  const tryAgain = () => {
    setFailure(""); // what fails once more is said once more
    setAsked(asked + 1);
  };
  return { value, failure, tryAgain };
}
