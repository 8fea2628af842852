import { useState } from "preact/hooks";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { ChatError } from "../../client/src/index";
import { goTo, invitation } from "../route";
import { Dialog } from "../ui/Dialog";

/** Asks whoever came by an invitation's link, and is signed in, whether to join. */
export function AcceptInvitation({ chat, token }: { chat: Chat; token: string }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const online = chat.status.value.kind === "online";
  const close = () => {
    invitation.value = undefined;
  };
  const accept = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const room = await chat.requests.acceptInvitation(token);
      chat.adopt(room);
      close();
      goTo(room.id);
    } catch (failure) {
      setError(wordsOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog title="You are invited to a room" onClose={close}>
      <p class="dialog-text">The others there will see that you have joined.</p>
      <p class="form-error" role="alert">
        {error}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button-plain" onClick={close}>
          Not now
        </button>
        <button type="button" class="button" disabled={busy || !online} onClick={() => void accept()}>
          Join the room
        </button>
      </div>
    </Dialog>
  );
}

function wordsOf(failure: unknown): string {
  if (!(failure instanceof ChatError)) return messageOf(failure);
  if (failure.code === "NOT_FOUND") return "This invitation is not good any more: it was revoked, or the link is not whole.";
  if (failure.code === "GONE") return "This invitation has expired or is used up. Ask for a new one.";
  if (failure.code === "FORBIDDEN") return "You cannot join this room.";
  return messageOf(failure);
}
