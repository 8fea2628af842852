package mongodb

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo/address"
)

// A primary is waited for once in each of its terms, also when it was the primary before, and not again when only its
// connection broke.
func TestEachTermOfAPrimaryIsWaitedForOnce(t *testing.T) {
	set := func(kind string, primary address.Address, election byte) event.TopologyDescription {
		return event.TopologyDescription{Servers: []event.ServerDescription{
			{Addr: "c:1", Kind: "RSSecondary"}, {Addr: primary, Kind: kind, ElectionID: bson.ObjectID{11: election}},
		}}
	}
	b := newBarrier()
	for _, step := range []struct {
		what string
		now  event.TopologyDescription
		want int64
	}{
		{"nothing is known", set("Unknown", "a:1", 0), 0},
		{"a primary is found", set(kindPrimary, "a:1", 1), -1},
		{"it is heard of again", set(kindPrimary, "a:1", 1), 1},
		{"its connection breaks", set("Unknown", "a:1", 0), 1},
		{"it is back", set(kindPrimary, "a:1", 1), 1},
		{"it was elected anew", set(kindPrimary, "a:1", 2), -2},
		{"another one was elected", set(kindPrimary, "b:1", 3), -3},
		{"it steps down", set("RSSecondary", "b:1", 0), 3},
		{"a mongos is found", set("Mongos", "b:1", 0), 3},
	} {
		b.changed(step.now)
		got := b.primary.Load()
		if got != step.want {
			t.Fatalf("%s: the primary is %d, want %d", step.what, got, step.want)
		}
		if got < 0 {
			b.primary.Store(-got) // it was waited for
		}
	}
}
