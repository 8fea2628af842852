// Package attacks attacks the whole program, one named test for each class of attack, on every entry of that class that the
// documents of the routes and events have: what is added to them is attacked without anybody's thinking of it. It has tests
// only. .github/SECURITY.md lists them, beside those of single packages.
//
// Concurrency: none; each test has a program of its own. Lifecycle: programs and targets end with their test.
package attacks
