// Package faults breaks a running chat on purpose and holds it to its promises. It has
// tests only: a real replica set of three nodes, instances that are processes of their
// own, clients that send, change, reconnect and send again, and one oracle for all
// (oracle_test.go), which is tested itself with fabricated losses.
//
// `go test` runs every fault in a short form; ROOMSTREAM_FAULTS=long (`task test:faults`)
// runs each for its full time. `task soak` has them come at random, mixed, for half an hour
// (soak_test.go, built with the tag soak).
//
// Concurrency: a test has a set of nodes and a database to itself; some run at the same
// time (setCount). Lifecycle: sets, instances and clients end with the tests; instances and
// nodes also when the test binary is killed.
package faults
