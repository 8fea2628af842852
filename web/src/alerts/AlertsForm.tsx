import "./alerts.css";
import { useSignal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { useServerNow } from "../chat/useServerNow";
import { t } from "../i18n/en/alerts";
import { Icon } from "../ui/Icon";
import { SelectField } from "../ui/SelectField";
import { weekdayAndTime } from "../ui/time";
import { useKeptFocus } from "../ui/useKeptFocus";
import { isForever, type Level, levelOf, type MuteChoice, mutedUntil, muteEnd, usualLevel } from "./level";
import { chooseSound, playSound, type Sound, SOUNDS, sound } from "./sounds";

/** How often it is looked whether a mute has ended, in ms. */
const LOOK_EVERY_MS = 30_000;

const levels = [
  { level: "all", label: "levelAll", more: "levelAllMore" },
  { level: "mentions", label: "levelMentions", more: "levelMentionsMore" },
  { level: "nothing", label: "levelNothing", more: "levelNothingMore" },
] as const satisfies readonly { level: Level; label: string; more: string }[];

const mutes = [
  { choice: "hour", label: "muteHour" },
  { choice: "hours", label: "muteHours" },
  { choice: "tomorrow", label: "muteTomorrow" },
  { choice: "ever", label: "muteEver" },
] as const satisfies readonly { choice: MuteChoice; label: string }[];

/** Of which messages of a room one is told, on all one's devices, and how this browser sounds. */
export function AlertsForm({ chat, room }: { chat: Chat; room: RoomState }) {
  const now = useServerNow(chat, LOOK_EVERY_MS);
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
        <legend>{t("notifyMe")}</legend>
        {levels.map((one) => (
          <label key={one.level} class="alerts-level">
            <input type="radio" name="alerts-level" checked={level === one.level} onChange={() => void set({ level: one.level === usualLevel(type) ? null : one.level })} />
            <span>
              <strong>{t(one.label)}</strong>
              {one.level === usualLevel(type) && <span class="alerts-usual"> {t("usual")}</span>}
              <small>{t(one.more)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div class="alerts-mute">
        <h3>{t("mute")}</h3>
        <p role="status">{mutedText(muted)}</p>
        <div class="alerts-mutes" ref={muteButtons}>
          {muted === undefined ? (
            mutes.map(({ choice, label }) => (
              <button key={choice} type="button" class="button-plain" onClick={() => void set({ mutedUntil: muteEnd(choice, new Date(chat.serverNow())) })}>
                {t(label)}
              </button>
            ))
          ) : (
            <button type="button" class="button-plain" onClick={() => void set({ mutedUntil: null })}>
              <Icon name="bell" size={18} />
              {t("unmute")}
            </button>
          )}
        </div>
      </div>
      <p class="alerts-note">{t("allDevices")}</p>
      <div class="alerts-sound">
        <SelectField
          label={t("sound")}
          value={sound.value}
          options={SOUNDS.map((value) => ({ value, label: t(value) }))}
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
          {t("showHere")}
        </button>
      ) : (
        <p class="alerts-note" tabIndex={-1}>
          {t(state.value)}
        </p>
      )}
    </div>
  );
}

function mutedText(until: number | undefined): string {
  if (until === undefined) return t("notMuted");
  if (isForever(until)) return t("mutedForever");
  return t("mutedUntil", { time: weekdayAndTime(until) });
}
