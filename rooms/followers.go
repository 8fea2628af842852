package rooms

import (
	"context"
	"sync"
	"time"

	"roomstream/auth"
)

const (
	// followersTrust is how long it is trusted who follows a room: a change is told by a signal, which may be lost.
	followersTrust = 30 * time.Second
	// followersRooms bounds the rooms that are kept. With more active ones all are read anew.
	followersRooms = 10_000
	// followersMost is how many are told of every message of a room: each message makes a notification for each of them
	// who is away.
	followersMost = notifyRoom
)

// followers are, by room, those who want to be told of every message there. In nearly all rooms there are none, and that is
// asked for each message. It is safe for concurrent use.
type followers struct {
	members Members
	now     func() time.Time

	mu    sync.Mutex
	rooms map[RoomID]followed
	turn  int64 // grows with every forget: what was read before one is not kept
}

type followed struct {
	users  []auth.UserID // nobody changes it
	readAt time.Time
}

func newFollowers(members Members, now func() time.Time) *followers {
	return &followers{members: members, now: now, rooms: map[RoomID]followed{}}
}

// none says whether it is known that nobody follows a room. It never waits.
func (f *followers) none(room RoomID) bool {
	list, known := f.known(room)
	return known && len(list) == 0
}

// of gives at most followersMost of a room.
func (f *followers) of(ctx context.Context, room RoomID) ([]auth.UserID, error) {
	if list, known := f.known(room); known {
		return list, nil
	}
	f.mu.Lock()
	turn := f.turn
	f.mu.Unlock()
	at := f.now()
	found, err := f.members.Members(ctx, room, MemberQuery{Level: LevelAll, Limit: followersMost})
	if err != nil {
		return nil, err
	}
	var users []auth.UserID
	for i := range found {
		users = append(users, found[i].UserID)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if turn == f.turn {
		if len(f.rooms) >= followersRooms {
			clear(f.rooms)
		}
		f.rooms[room] = followed{users, at}
	}
	return users, nil
}

func (f *followers) known(room RoomID) ([]auth.UserID, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept, there := f.rooms[room]
	return kept.users, there && f.now().Sub(kept.readAt) < followersTrust
}

// forget has a room read anew.
func (f *followers) forget(room RoomID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn++
	delete(f.rooms, room)
}
