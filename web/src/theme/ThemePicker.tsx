import { Icon, type IconName } from "../ui/Icon";
import { setTheme, type Theme, theme } from "./theme";

const choices: { theme: Theme; icon: IconName; label: string }[] = [
  { theme: "light", icon: "sun", label: "Light" },
  { theme: "dark", icon: "moon", label: "Dark" },
  { theme: "system", icon: "system", label: "System" },
];

/** The three themes as one choice. labelled: with their names beside the pictures. */
export function ThemePicker({ labelled = false }: { labelled?: boolean }) {
  return (
    <fieldset class={`theme-picker${labelled ? " labelled" : ""}`}>
      <legend class="hidden">Theme</legend>
      {choices.map((choice) => (
        <label key={choice.theme} title={`${choice.label} theme`}>
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
            {labelled ? choice.label : <span class="hidden">{choice.label} theme</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
