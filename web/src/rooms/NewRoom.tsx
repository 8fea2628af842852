import { useState } from "preact/hooks";
import { Field, Form } from "../session/fields";
import { Dialog } from "../ui/Dialog";
import { roomIdOf } from "./name";

interface NewRoomProps {
  onOpen: (roomId: string) => void;
  onClose: () => void;
}

/** Opens a room by its name; one that nobody has opened yet begins with that. */
export function NewRoom({ onOpen, onClose }: NewRoomProps) {
  const [name, setName] = useState("");
  const [error, setError] = useState<string>();
  const id = roomIdOf(name);
  const submit = () => {
    if (id === "") return setError("Use at least one letter from A to Z, or a digit.");
    onOpen(id);
  };
  return (
    <Dialog title="Open a room" onClose={onClose}>
      <Form action={id === "" ? "Open room" : `Open #${id}`} busy={false} error={error} onSubmit={submit}>
        <Field label="Name" value={name} onInput={setName} autocomplete="off" maxLength={128} required autoFocus hint="If there is no room of this name yet, it is made." />
      </Form>
    </Dialog>
  );
}
