// What emoji are called in French: a file of its own in a build, loaded by load.ts.

export { default } from "virtual:emoji/fr";
