// What emoji are called in Chinese: a file of its own in a build, loaded by load.ts.

export { default } from "virtual:emoji/zh";
