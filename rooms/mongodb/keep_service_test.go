package mongodb_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

// serveWith runs a service with options until the test ends.
func serveWith(t *testing.T, store rooms.Store, o rooms.Options) *rooms.Service {
	t.Helper()
	service := rooms.New(store, o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx, silent{}, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	await(t, "ready", func() bool { return service.Ready() == nil })
	return service
}

var keepAnn = auth.User{ID: "ann", Name: "Ann"}

func sendAs(t *testing.T, s *rooms.Service, text string) rooms.Sent {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), faultPatience)
	defer cancel()
	sent, err := s.SendWait(ctx, keepAnn, rooms.SendInput{RoomID: "general", Text: text})
	if err != nil {
		t.Fatalf("send %q: %v", text, err)
	}
	return sent
}

func roomOf(t *testing.T, store rooms.Store) rooms.Room {
	t.Helper()
	room, err := store.Catalog.Room(t.Context(), "general")
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func left(t *testing.T, store rooms.Store) []rooms.Event {
	t.Helper()
	events, err := store.Log.Since(t.Context(), "general", 0, rooms.Page{Events: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// Two instances keep everything for a moment only. Whichever of them trims, however
// often, and whoever sends next, also after all have restarted: no number is given twice.
func TestRetentionOverTwoInstancesNeverGivesANumberAgain(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	first, second := open(t, server, database).Rooms(), open(t, server, database).Rooms()
	// What an instance knows of a room's end it believes for 10 s, which is why documents stay
	// longer than that behind the fence; here the clocks of both go faster instead.
	const believed = 11 * time.Second
	var ahead atomic.Int64
	o := rooms.Options{
		Retention: 300 * time.Millisecond, SweepEvery: 50 * time.Millisecond, RemoveDelay: believed,
		Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
	}
	services := []*rooms.Service{serveWith(t, first, o), serveWith(t, second, o)}
	next := int64(1)
	for round := range 3 {
		for i := range 6 {
			sent := sendAs(t, services[(round+i)%2], fmt.Sprintf("%d in round %d", i, round))
			if sent.Seq != next {
				t.Fatalf("round %d: seq %d, want %d", round, sent.Seq, next)
			}
			next++
		}
		await(t, "all of it is trimmed", func() bool { return roomOf(t, first).MinSeq == next })
		ahead.Add(int64(believed))
		await(t, "all of it is removed", func() bool { return len(left(t, second)) == 0 })
	}
	third := serveWith(t, open(t, server, database).Rooms(), rooms.Options{})
	if sent := sendAs(t, third, "after a restart"); sent.Seq != next {
		t.Errorf("an instance that starts gives seq %d, want %d", sent.Seq, next)
	}
}

// slowToConfirm are the signals of an instance whose confirmations are lost while held,
// or those of an eraser that are lost.
type slowToConfirm struct {
	rooms.Signals
	lose rooms.SignalKind
	held atomic.Bool
	lost atomic.Int64
}

func (s *slowToConfirm) Send(ctx context.Context, signals []rooms.Signal) error {
	var sent []rooms.Signal
	for _, g := range signals {
		if g.Kind == s.lose && s.held.Load() {
			s.lost.Add(1)
			continue
		}
		sent = append(sent, g)
	}
	return s.Signals.Send(ctx, sent)
}

// A live instance is waited for until it has confirmed, for longer than an instance
// that is silent counts as live; and it is asked again, because signals may be lost.
func TestErasureEndsWhenEachLiveInstanceHasConfirmed(t *testing.T) {
	const enough = 9 // seconds' worth of requests: more than the 6 s of a silent instance
	server := mongotest.Shared(t)
	for name, kind := range map[string]rooms.SignalKind{"lost confirmations": rooms.SignalConfirmed, "lost requests": rooms.SignalErase} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := server.Database(t)
			other, own := open(t, server, database).Rooms(), open(t, server, database).Rooms()
			signals := &slowToConfirm{lose: kind}
			signals.held.Store(true)
			if kind == rooms.SignalConfirmed {
				signals.Signals, other.Signals = other.Signals, signals
			} else {
				signals.Signals, own.Signals = own.Signals, signals
			}
			serveWith(t, other, rooms.Options{Instance: "other"})
			eraser := serveWith(t, own, rooms.Options{Instance: "eraser"})
			sendAs(t, eraser, "secret")
			var waiting atomic.Value
			erased := make(chan error, 1)
			go func() {
				erased <- eraser.Erase(context.Background(), keepAnn.ID, func(e rooms.Erased) { waiting.Store(fmt.Sprint(e.Waiting)) })
			}()
			await(t, "it asked often enough", func() bool {
				select {
				case err := <-erased:
					t.Fatalf("it ended before the other instance had confirmed: %v", err)
				default:
				}
				return signals.lost.Load() >= enough
			})
			if got := waiting.Load(); got != "[other]" {
				t.Errorf("it says that it waits for %v", got)
			}
			signals.held.Store(false)
			await(t, "it ends", func() bool {
				select {
				case err := <-erased:
					if err != nil {
						t.Error(err)
					}
					return true
				default:
					return false
				}
			})
			for _, e := range left(t, own) {
				if e.Text != "" || e.AuthorName != "" {
					t.Errorf("still there: %+v", e)
				}
			}
		})
	}
}

// TestAnErasureForgetsWhatIsReadOnAnotherInstance has an erasure overtake a mark_read there.
func TestAnErasureForgetsWhatIsReadOnAnotherInstance(t *testing.T) {
	t.Parallel()
	server := mongotest.Shared(t)
	database := server.Database(t)
	other, own := open(t, server, database).Rooms(), open(t, server, database).Rooms()
	late := storetest.NewLateInbox(other.Inbox)
	other.Inbox = late
	reader := serveWith(t, other, rooms.Options{Instance: "other"})
	eraser := serveWith(t, own, rooms.Options{Instance: "eraser"})
	sendAs(t, eraser, "read me")
	ben := auth.User{ID: "ben", Name: "Ben"}
	marked, erased := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := reader.MarkRead(context.Background(), ben, "general", 1)
		marked <- err
	}()
	<-late.Waits
	waiting := make(chan struct{}, 1)
	go func() {
		erased <- eraser.Erase(context.Background(), ben.ID, func(e rooms.Erased) {
			if len(e.Waiting) == 0 {
				return
			}
			select {
			case waiting <- struct{}{}:
			default:
			}
		})
	}()
	select {
	case <-waiting: // it has forgotten what he had read before, and waits for the other instance
	case err := <-erased:
		t.Fatalf("it ended without the other instance: %v", err)
	}
	close(late.GoOn)
	for _, end := range []chan error{marked, erased} {
		if err := <-end; err != nil {
			t.Fatal(err)
		}
	}
	left, err := own.Inbox.Memberships(t.Context(), ben.ID, 10)
	if err != nil || len(left) != 0 {
		t.Errorf("left is %+v, %v", left, err)
	}
}
