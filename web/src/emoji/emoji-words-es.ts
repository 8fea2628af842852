// What emoji are called in Spanish: a file of its own in a build, loaded by load.ts.

export { default } from "virtual:emoji/es";
