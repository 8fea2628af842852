package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

func mustChangeThread(t *testing.T, o Opened, change, want rooms.Thread) {
	t.Helper()
	if got, err := o.Store.Threads.ChangeThread(waiting(t), change); err != nil || got != want {
		t.Errorf("the thread is %+v, %v, want %+v", got, err, want)
	}
}

func wantThreads(t *testing.T, o Opened, room rooms.RoomID, user auth.UserID, seqs []int64, want ...rooms.Thread) {
	t.Helper()
	got, err := o.Store.Threads.Threads(waiting(t), room, user, seqs)
	slices.SortFunc(got, func(a, b rooms.Thread) int { return cmp.Compare(a.Seq, b.Seq) })
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("threads of %s in %s: %+v, %v, want %+v", user, room, got, err, want)
	}
}

// threadsAreKept chooses and reads, forth and back, and opens the store again.
func threadsAreKept(t *testing.T, o Opened) {
	one := rooms.Thread{RoomID: "club", Seq: 7, UserID: "ann"}
	read := func(seq int64) rooms.Thread { return rooms.Thread{RoomID: "club", Seq: 7, UserID: "ann", ReadSeq: seq} }
	one.ReadSeq = 9
	mustChangeThread(t, o, read(9), one)
	mustChangeThread(t, o, read(8), one)
	for _, choice := range []rooms.ThreadChoice{rooms.ThreadFollowed, rooms.ThreadLeft} {
		one.Choice = choice
		mustChangeThread(t, o, rooms.Thread{RoomID: "club", Seq: 7, UserID: "ann", Choice: choice}, one)
	}
	one.ReadSeq = rooms.MaxSeq
	mustChangeThread(t, o, read(rooms.MaxSeq), one)
	// Names that begin with, or hold, what keys are made of.
	others := []rooms.Thread{
		{RoomID: "club", Seq: 8, UserID: "ann", Choice: rooms.ThreadFollowed},
		{RoomID: "club", Seq: rooms.MaxSeq, UserID: "ann", Choice: rooms.ThreadFollowed},
		{RoomID: "club", Seq: 7, UserID: "ann/7", Choice: rooms.ThreadFollowed},
		{RoomID: "club2", Seq: 7, UserID: "ann", Choice: rooms.ThreadFollowed},
	}
	for _, other := range others {
		mustChangeThread(t, o, other, other)
	}
	o = o.Reopen(t)
	wantThreads(t, o, "club", "ann", []int64{rooms.MaxSeq, 7, 8, 9}, one, others[0], others[1])
	wantThreads(t, o, "club", "ann/7", []int64{7, 8}, others[2])
	wantThreads(t, o, "club2", "ann", []int64{7}, others[3])
	wantThreads(t, o, "club", "bob", []int64{7})
	wantThreads(t, o, "club", "ann", nil)
}

// threadsRace has two instances read and choose at once.
func threadsRace(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	var all sync.WaitGroup
	const most = 20
	for i := range most {
		all.Go(func() {
			change := rooms.Thread{RoomID: "club", Seq: 1, UserID: "ann", ReadSeq: int64(i + 1)}
			if i == 3 {
				change.Choice = rooms.ThreadFollowed
			}
			if _, err := instances[i%2].Store.Threads.ChangeThread(waiting(t), change); err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	all.Wait()
	wantThreads(t, o, "club", "ann", []int64{1}, rooms.Thread{RoomID: "club", Seq: 1, UserID: "ann", Choice: rooms.ThreadFollowed, ReadSeq: most})
}

// threadsGo takes away what is old, and what is one user's.
func threadsGo(t *testing.T, o Opened) {
	kept := func(room rooms.RoomID, seq int64, user auth.UserID) rooms.Thread {
		return rooms.Thread{RoomID: room, Seq: seq, UserID: user, ReadSeq: 99}
	}
	for _, one := range []rooms.Thread{kept("club", 1, "ann"), kept("club", 4, "ann"), kept("club", 5, "ann"), kept("club", 5, "bob"), kept("club2", 1, "ann"), kept("clu", 1, "ann"), kept("clu", 1, "bob/ann")} {
		mustChangeThread(t, o, one, one)
	}
	for range 2 {
		if err := o.Store.Threads.TrimThreads(waiting(t), "club", 5); err != nil {
			t.Fatal(err)
		}
		wantThreads(t, o, "club", "ann", []int64{1, 4, 5}, kept("club", 5, "ann"))
		wantThreads(t, o, "club2", "ann", []int64{1}, kept("club2", 1, "ann"))
		wantThreads(t, o, "clu", "ann", []int64{1}, kept("clu", 1, "ann"))
	}
	for range 2 {
		if err := o.Store.Threads.EraseThreads(waiting(t), "ann"); err != nil {
			t.Fatal(err)
		}
		for _, room := range []rooms.RoomID{"club", "club2", "clu"} {
			wantThreads(t, o, room, "ann", []int64{1, 4, 5})
		}
		wantThreads(t, o, "club", "bob", []int64{5}, kept("club", 5, "bob"))
		wantThreads(t, o, "clu", "bob/ann", []int64{1}, kept("clu", 1, "bob/ann"))
	}
}

// answeredNamesParents reads what the newest answers answer.
func answeredNamesParents(t *testing.T, o Opened) {
	mustAppend(t, o,
		Message("club", 1), Message("club", 2), replyTo("club", 3, 1), replyTo("club", 4, 2), editOf("club", 5, 1), replyTo("club", 6, 1),
		deleteOf("club", 7, 4, 2), replyTo("club", 8, 3), Message("club2", 1), replyTo("club2", 2, 1),
	)
	for _, c := range []struct {
		after int64
		most  int
		want  []int64
	}{{0, 9, []int64{1, 2, 3}}, {4, 9, []int64{1, 3}}, {6, 9, []int64{3}}, {8, 9, nil}, {0, 2, []int64{1, 3}}, {0, 0, nil}} {
		got, err := o.Store.Threads.Answered(waiting(t), "club", c.after, c.most)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("answered after %d, at most %d: %v, %v, want %v", c.after, c.most, got, err, c.want)
		}
	}
	if got, err := o.Store.Threads.Answered(waiting(t), "nowhere", 0, 9); err != nil || len(got) > 0 {
		t.Errorf("answered in no room: %v, %v", fmt.Sprint(got), err)
	}
}
