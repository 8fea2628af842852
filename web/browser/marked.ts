// A message with every mark there is.

export const CODE = `func Since(ctx context.Context, room RoomID, after Seq) ([]Message, error) { ${"return nil, nil // ".repeat(6)}}\n\n\tif a < b && b > c {}`;
export const MARKED = `**Bold**, _italic_, ~~gone~~ and \`code\` for @Ann, see [the notes](https://example.com/notes).\n\n> Two people wrote at the same moment.\n> Who is **first**?\n\n1. the one with the lower number\n2. the other\n   - always\n\n\`\`\`go\n${CODE}\n\`\`\`\nThat is all.`;
/** How its first line reads without them. */
export const PLAIN = "Bold, italic, gone and code for @Ann, see the notes.";
