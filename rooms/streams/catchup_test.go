package streams

import (
	"context"
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// trimmed is a database whose oplog begins behind a position. A real one trims when it likes.
type trimmed struct {
	Database
	first Position
	open  int // cursors
}

func (d *trimmed) Open(_ context.Context, w Watch) (Cursor, error) {
	if w.After < d.first {
		return nil, rooms.E(rooms.CodeGone, "it is gone")
	}
	d.open++
	return &placed{d, w.After}, nil
}

type placed struct {
	database *trimmed
	at       Position
}

func (c *placed) Next(context.Context) (bson.Raw, error) { return nil, nil }
func (c *placed) Position() Position                     { return c.at }
func (c *placed) Close()                                 { c.database.open-- }

// TestWhoLostHisPlaceIsToldAndTheOthersGoOn for every border between the two.
func TestWhoLostHisPlaceIsToldAndTheOthersGoOn(t *testing.T) {
	const members = 9
	for lost := 0; lost <= members; lost++ {
		database := &trimmed{first: place(lost)}
		f := &feed{service: &Service{db: database}, members: newAudience(), bindings: map[string]*shared{}, idle: make(chan struct{}, 1)}
		var group []*member
		for i := range members {
			m := newMember(nil, Caller{}, &binding{key: []byte{byte(i)}})
			m.after = place(i)
			f.members.add(m)
			f.share(m)
			group = append(group, m)
		}
		cursor, left, err := f.openFor(t.Context(), group)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) != members-lost || len(f.members.all) != members-lost {
			t.Errorf("%d lost their place: %d go on, %d are in the feed", lost, len(left), len(f.members.all))
		}
		for i, m := range group {
			select {
			case err := <-m.started:
				if i >= lost || rooms.AsError(err).Code != rooms.CodeGone {
					t.Errorf("%d lost their place: member %d is told %v", lost, i, err)
				}
			default:
				if i < lost {
					t.Errorf("%d lost their place: member %d is not told", lost, i)
				}
			}
		}
		if cursor != nil {
			if cursor.Position() != place(lost) {
				t.Errorf("%d lost their place: the others go on behind %s", lost, cursor.Position())
			}
			cursor.Close()
		}
		if database.open != 0 {
			t.Errorf("%d lost their place: %d cursors stay open", lost, database.open)
		}
	}
}

func place(n int) Position { return Position(fmt.Sprintf("82%08X", n)) }
