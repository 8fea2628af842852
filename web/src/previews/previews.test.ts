import { expect, test } from "vitest";
import { parse, plainText } from "../markdown/parse";
import { mayHavePreview, withoutPreview } from "./link";
import { LinkPreviews } from "./previews";

test("the first address is put between brackets, and then has no preview", () => {
  for (const [text, without] of [
    ["see https://a.example/b.", "see <https://a.example/b>."],
    ["(https://a.example/b_(c)) https://d.example", "(<https://a.example/b_(c)>) https://d.example"],
    ["`https://code.example` https://a.example", "`https://code.example` <https://a.example>"],
    ["[words](https://a.example/b)", "[words](<https://a.example/b>)"],
    ["**https://a.example**", "**<https://a.example>**"],
  ] as const) {
    expect(withoutPreview(text)).toBe(without);
    expect(withoutPreview(without)).toBeUndefined();
    expect(plainText(without)).toBe(plainText(text));
  }
  expect(withoutPreview("no link, `https://a.example`")).toBeUndefined();
  expect(mayHavePreview("ftp://a.example")).toBe(false);
});

test("an address between brackets is a link without them; what is not whole stays as it was typed", () => {
  expect(parse("a <https://x.example/y> b", [])).toMatchObject([{ children: [{ text: "a " }, { kind: "link", href: "https://x.example/y" }, { text: " b" }] }]);
  for (const text of ["<https://x.example", "https://x.example>", "< https://x.example >", "<b>https://x.example</b>"]) expect(plainText(text)).toBe(text);
});

/** Resolves when everything that is due by now has been done. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("messages are asked for together, kept while they say the same, and asked for anew when they do not", async () => {
  const asked: string[] = [];
  let answered: () => void = () => undefined;
  const previews = new LinkPreviews((roomId, seqs) => {
    asked.push(`${roomId}: ${seqs.join(",")}`);
    queueMicrotask(() => answered());
    return Promise.resolve({ previews: seqs.map((seq) => ({ seq, url: "https://a.example/", title: `title ${seq} ${asked.length}` })), pending: [] });
  });
  const round = async () => {
    await new Promise<void>((resolve) => (answered = resolve));
    await settled();
  };
  const [one, two] = [previews.of("r", 1, "a"), previews.of("r", 2, "b")];
  expect(one.value).toBeUndefined();
  await round();
  expect([one.value?.title, two.value?.title, asked]).toEqual(["title 1 1", "title 2 1", ["r: 1,2"]]);
  expect(previews.of("r", 1, "a").value?.title).toBe("title 1 1");
  const edited = previews.of("r", 1, "c");
  expect(edited.value).toBeUndefined();
  await round();
  expect([edited.value?.title, asked.length]).toEqual(["title 1 2", 2]);
});

test("what leads elsewhere than http is none, and where nothing is fetched nothing is asked again", async () => {
  let rounds = 0;
  let answered: () => void = () => undefined;
  const previews = new LinkPreviews(() => {
    rounds++;
    queueMicrotask(() => answered());
    return Promise.resolve({ previews: [{ seq: 1, url: "javascript:alert(1)", title: "x" }, { seq: 2, url: "https://a.example", title: 7 }, null], pending: "no list", off: true });
  });
  const round = new Promise<void>((resolve) => (answered = resolve));
  const found = [previews.of("r", 1, "a"), previews.of("r", 2, "b")];
  await round;
  await settled();
  expect(found.map(({ value }) => value)).toEqual([undefined, undefined]);
  previews.of("r", 3, "c");
  expect([previews.isOff.value, rounds]).toEqual([true, 1]);
});
