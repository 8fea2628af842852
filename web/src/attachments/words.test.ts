import { expect, test } from "vitest";
import { filesText, spokenText } from "./words";

const file = (name: string) => ({ id: name, name, size: 1, type: "text/plain", width: 0, height: 0, thumbnail: false });

test("files are read aloud, one and several, with a text and without", () => {
  const [one, two] = [[file("a.png")], [file("a.png"), file("b.txt")]];
  expect(spokenText("Ann", "hello", [])).toBe("Ann: hello");
  expect(spokenText("Ann", "", one)).toBe("Ann sent 1 file: a.png");
  expect(spokenText("Ann", "", two)).toBe("Ann sent 2 files: a.png, b.txt");
  expect(spokenText("Ann", "look", one)).toBe("Ann: look (with 1 file: a.png)");
  expect(spokenText("Ann", "look", two)).toBe("Ann: look (with 2 files: a.png, b.txt)");
  expect([1, 2].map(filesText)).toEqual(["1 file", "2 files"]);
});
