// What emoji are called in Portuguese: a file of its own in a build, loaded by load.ts.

export { default } from "virtual:emoji/pt";
