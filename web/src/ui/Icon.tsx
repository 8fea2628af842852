// The page's drawings: 24 by 24, in strokes of the text's colour, silent to screen readers.

const paths = {
  menu: "M4 6.5h16M4 12h16M4 17.5h16",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  send: "M12 19V5.5M5.5 12 12 5.5l6.5 6.5",
  down: "M12 5v13.5M5.5 12l6.5 6.5 6.5-6.5",
  close: "M6 6l12 12M18 6 6 18",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 7.5V12l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  alert: "M12 8v5m0 3.2v.1M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  retry: "M20 11a8 8 0 1 0-2.3 6.6M20 5v6h-6",
  sun: "M12 4V2.5M12 21.5V20M4 12H2.5M21.5 12H20M6.3 6.3 5.3 5.3M18.7 18.7l-1-1M6.3 17.7l-1 1M18.7 5.3l-1 1M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z",
  moon: "M20 14.2A8 8 0 0 1 9.8 4 8 8 0 1 0 20 14.2Z",
  system: "M4 5.5h16v10.5H4zM9 20h6M12 16v4",
  leave: "M14 8V5.5H5v13h9V16M10 12h10.5M17.5 8.5 21 12l-3.5 3.5",
  dots: "M5 12h.01M12 12h.01M19 12h.01",
  copy: "M9 9h10.5v10.5H9zM5.5 15H4.5V4.5H15v1",
  edit: "M4.5 19.5 5.5 15.5 16 5l3 3L8.5 18.5ZM13.5 7.5l3 3",
  trash: "M4.5 7h15M9 7V4.5h6V7M6.5 7l1 13h9l1-13M10.2 10.5v6M13.8 10.5v6",
  more: "m7 14.5 5-5 5 5",
  less: "m7 9.5 5 5 5-5",
  feed: "M12 12h.01M8.5 15.5a5 5 0 0 1 0-7M15.5 8.5a5 5 0 0 1 0 7M5.6 18.4a9 9 0 0 1 0-12.8M18.4 5.6a9 9 0 0 1 0 12.8",
  rooms: "M5 5.5h14v10H11l-4 3.5v-3.5H5z",
  search: "M16 10.5a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0ZM14.7 14.7 19.5 19.5",
  play: "M8 5.5v13l10-6.5z",
  pause: "M8.5 6v12M15.5 6v12",
  stop: "M6.5 6.5h11v11h-11z",
  swap: "M4.5 9h14M15 5.5 18.5 9M19.5 15h-14M9 18.5 5.5 15",
  lock: "M6.5 11h11v8.5h-11zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  person: "M15.5 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0ZM5 19.5c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5",
  people: "M12.5 8.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM3.5 19c.5-3.3 2.8-5 6-5s5.5 1.7 6 5M15 5.7a3 3 0 0 1 0 5.6M17.5 14.4c1.7.7 2.7 2.2 3 4.6",
  info: "M12 11v5.2M12 7.8v.1M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  checks: "m2.5 12.5 4.5 4.5L16 7.5M12.5 16.8l.2.2L21.5 7.5",
  link: "M10 14a3.5 3.5 0 0 0 5 0l3.5-3.5a3.54 3.54 0 0 0-5-5L12 7M14 10a3.5 3.5 0 0 0-5 0l-3.5 3.5a3.54 3.54 0 0 0 5 5L12 17",
  ban: "M5.8 5.8l12.4 12.4M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  shield: "M12 3.5 5 6v5.5c0 4.3 2.9 7.6 7 9 4.1-1.4 7-4.7 7-9V6zM9 12l2.2 2.2L15 10.4",
  flag: "M6 20.5V4.5M6 5h11l-2.5 4L17 13H6",
  list: "M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01",
  key: "M10.5 15a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0ZM9.5 12.5 19 3.5M16 6.5l3 3M13.5 9l2 2",
  bell: "M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5zM10 20.5a2.2 2.2 0 0 0 4 0",
  reply: "M9.5 6 4.5 11l5 5M5 11h9a5.5 5.5 0 0 1 5.5 5.5V19",
  thread: "M4.5 5h15v9.5h-8L7 18.5v-4H4.5zM8.5 8.5h7M8.5 11h4.5",
  smile: "M8.5 14.2c1.9 2.4 5.1 2.4 7 0M9 9.8v.1M15 9.8v.1M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  mute: "M6.5 16.5V11a5.5 5.5 0 0 1 1.2-3.4M10 5.9A5.5 5.5 0 0 1 17.5 11v3M5 18h11M10 20.5a2.2 2.2 0 0 0 4 0M4 4l16 16",
  file: "M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4",
  keyboard: "M3.5 6.5h17v11h-17zM7 10.2h.01M10.3 10.2h.01M13.7 10.2h.01M17 10.2h.01M8.5 14h7",
  pin: "M9 4h6l-.8 6.2 3.3 3.3H6.5l3.3-3.3zM12 13.5V20",
} as const;

export type IconName = keyof typeof paths;

/** Those that point where one reads to or comes from: from right to left they are turned round. */
const turning: ReadonlySet<IconName> = new Set(["reply", "leave", "list", "thread", "rooms"]);

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class={turning.has(name) ? "icon icon-turning" : "icon"} width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The mark: two waves in a rounded square. */
export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--brand)" />
      <path
        d="M8 12.2c2.7-2.6 5.3-2.6 8 0s5.3 2.6 8 0M8 19.8c2.7-2.6 5.3-2.6 8 0s5.3 2.6 8 0"
        stroke="var(--on-brand)"
        stroke-width="2.8"
        stroke-linecap="round"
      />
    </svg>
  );
}
