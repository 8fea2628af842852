import "./alerts.css";
import { useSignal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { Icon } from "../ui/Icon";
import { useNow } from "../ui/now";
import { SelectField } from "../ui/SelectField";
import { useKeptFocus } from "../ui/useKeptFocus";
import { isForever, type Level, levelOf, type MuteChoice, mutedUntil, muteEnd, usualLevel } from "./level";
import { chooseSound, playSound, type Sound, SOUND_NAMES, sound } from "./sounds";

/** How often it is looked whether a mute has ended, in ms. */
const LOOK_EVERY_MS = 30_000;

const levels: readonly { level: Level; label: string; more: string }[] = [
  { level: "all", label: "Every message", more: "You are told of all that others say here." },
  { level: "mentions", label: "Mentions", more: "You are told of messages that name you or everybody." },
  { level: "nothing", label: "Nothing", more: "You are told of no message here." },
];

const mutes: readonly { choice: MuteChoice; label: string }[] = [
  { choice: "hour", label: "For 1 hour" },
  { choice: "hours", label: "For 8 hours" },
  { choice: "tomorrow", label: "Until tomorrow" },
  { choice: "ever", label: "For ever" },
];

const soundOptions = Object.entries(SOUND_NAMES).map(([value, label]) => ({ value, label }));

const permissionTexts = {
  granted: "This browser shows notifications.",
  denied: "Your browser does not let this site show notifications. The sound works all the same; change that in the settings of this site.",
};

/** Of which messages of a room one is told, on all one's devices, and how this browser sounds. */
export function AlertsForm({ chat, room }: { chat: Chat; room: RoomState }) {
  const now = useNow(LOOK_EVERY_MS);
  const [problem, setProblem] = useState<string>();
  const { type } = room.info.value;
  const alerts = room.mine.value?.alerts;
  const level = levelOf(alerts, type);
  const muted = mutedUntil(alerts, now);
  const muteButtons = useRef<HTMLDivElement>(null);
  useKeptFocus(muteButtons, muted === undefined ? "choices" : "end");
  const set = async (change: { level?: Level | null; mutedUntil?: Date | null }) => {
    setProblem(await refusalOf(chat.client.room(room.id).setAlerts(change)));
  };
  return (
    <div class="alerts-form">
      <fieldset class="alerts-levels">
        <legend>Notify me about</legend>
        {levels.map((one) => (
          <label key={one.level} class="alerts-level">
            <input type="radio" name="alerts-level" checked={level === one.level} onChange={() => void set({ level: one.level === usualLevel(type) ? null : one.level })} />
            <span>
              <strong>{one.label}</strong>
              {one.level === usualLevel(type) && <span class="alerts-usual"> (usual here)</span>}
              <small>{one.more}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div class="alerts-mute">
        <h3>Mute this room</h3>
        <p role="status">{mutedText(muted)}</p>
        <div class="alerts-mutes" ref={muteButtons}>
          {muted === undefined ? (
            mutes.map(({ choice, label }) => (
              <button key={choice} type="button" class="button-plain" onClick={() => void set({ mutedUntil: muteEnd(choice, new Date()) })}>
                {label}
              </button>
            ))
          ) : (
            <button type="button" class="button-plain" onClick={() => void set({ mutedUntil: null })}>
              <Icon name="bell" size={18} />
              Unmute
            </button>
          )}
        </div>
      </div>
      <p class="alerts-note">This holds on all your devices.</p>
      <div class="alerts-sound">
        <SelectField
          label="Sound in this browser, for all rooms"
          value={sound.value}
          options={soundOptions}
          onChange={(value) => {
            chooseSound(value as Sound);
            playSound();
          }}
        />
      </div>
      <Permission />
      <p role="alert" class="field-error">
        {problem}
      </p>
    </div>
  );
}

/** Asks for leave to show notifications, on a click, where nobody has said yes or no. */
function Permission() {
  const state = useSignal(typeof Notification === "undefined" ? "denied" : Notification.permission);
  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(place, state.value);
  if (typeof Notification === "undefined") return null;
  return (
    <div ref={place}>
      {state.value === "default" ? (
        <button
          type="button"
          class="button-plain"
          onClick={async () => {
            state.value = await Notification.requestPermission();
          }}
        >
          <Icon name="bell" size={18} />
          Show notifications here
        </button>
      ) : (
        <p class="alerts-note" tabIndex={-1}>
          {permissionTexts[state.value]}
        </p>
      )}
    </div>
  );
}

function mutedText(until: number | undefined): string {
  if (until === undefined) return "You are told of no message meanwhile, and the room shows no number.";
  if (isForever(until)) return "This room is muted until you unmute it.";
  return `This room is muted until ${new Date(until).toLocaleString([], { weekday: "long", hour: "2-digit", minute: "2-digit" })}.`;
}
