import { t } from "../i18n/en/settings";
import { Icon, type IconName } from "../ui/Icon";
import { setTheme, type Theme, theme } from "./theme";

const choices = [
  { theme: "light", icon: "sun", title: "lightTheme" },
  { theme: "dark", icon: "moon", title: "darkTheme" },
  { theme: "system", icon: "system", title: "systemTheme" },
] as const satisfies { theme: Theme; icon: IconName; title: string }[];

/** The three themes as one choice. labelled: with their names beside the pictures. */
export function ThemePicker({ labelled = false }: { labelled?: boolean }) {
  return (
    <fieldset class={`theme-picker${labelled ? " labelled" : ""}`}>
      <legend class="hidden">{t("theme")}</legend>
      {choices.map((choice) => (
        <label key={choice.theme} title={t(choice.title)}>
          <input
            class="hidden"
            type="radio"
            name="theme"
            value={choice.theme}
            checked={theme.value === choice.theme}
            onChange={() => setTheme(choice.theme)}
          />
          <span class="theme-choice">
            <Icon name={choice.icon} size={17} />
            {labelled ? t(choice.theme) : <span class="hidden">{t(choice.title)}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
