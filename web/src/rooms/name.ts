// A room's id from what somebody types.

const LONGEST_ID = 128;

/** "Team Lunch!" gives "team-lunch". Empty when nothing of the name can stand in an id. */
export function roomIdOf(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}+/gu, "").trim().replace(/^#/, "");
  const slug = plain.replace(/[\s/\\]+/gu, "-").replace(/[^A-Za-z0-9_.:-]+/g, "");
  return slug.replace(/-{2,}/g, "-").replace(/^-+|-+$/g, "").toLowerCase().slice(0, LONGEST_ID);
}
