package rooms

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"roomstream/auth"
)

const (
	// rosterMost is how many members of one room are read and kept at once; of a larger room
	// each is looked up when he comes.
	rosterMost = 5_000
	// rostersKept bounds the rooms and members that are remembered; past it all are forgotten
	// and asked for again.
	rostersKept = 500_000
	// rosterTrust is how long what is known of a room is believed without a word of its log: so
	// late another instance's trimming of it is noticed here.
	rosterTrust = 30 * time.Second
	// rosterShards are the counters of what was dropped: a change of one room keeps what is read
	// of few others from being kept.
	rosterShards = 256
)

// rosters keep what rooms are like and who is what in them, so that a join or a send
// reads nothing. The stream tells of every change in every room, and what is known of that
// room is dropped then; when the stream is reopened, of all.
//
// Concurrency: all methods are safe from any goroutine. Lifecycle: a read goes on when its
// asker gives up, bounded by opTimeout. Order and loss: what was read before a drop is not
// kept after it.
type rosters struct {
	catalog Catalog
	members Members
	now     func() time.Time
	seed    maphash.Seed
	lookups singleflight.Group // of rooms that are being read
	loads   singleflight.Group // of rosters that are being read

	mu      sync.Mutex
	rooms   map[RoomID]*roster
	kept    int // rooms and members
	dropped [rosterShards]uint64
	changed map[RoomID]int64 // the newest seq known to have changed a room's state; bounded
}

// roster is what is known of one room.
type roster struct {
	room    Room
	at      time.Time
	whole   bool                   // members are all there are
	members map[auth.UserID]Member // those without a word in the log too, if they were looked up
}

func newRosters(catalog Catalog, members Members, now func() time.Time) *rosters {
	return &rosters{
		catalog: catalog, members: members, now: now, seed: maphash.MakeSeed(),
		rooms: map[RoomID]*roster{}, changed: map[RoomID]int64{},
	}
}

// known is what is remembered of a user in a room.
type known struct {
	room   Room
	member Member
	asked  bool // the member is known, if only as nobody
	fresh  bool // nothing speaks against it
	of     *roster
}

// peek gives what is remembered; false: nothing of the room.
func (r *rosters) peek(id RoomID, user auth.UserID) (known, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	have := r.rooms[id]
	if have == nil {
		return known{}, false
	}
	m, asked := have.members[user]
	asked = asked || have.whole || have.room.StateSeq == 0 // whose log names nobody
	return known{have.room, m, asked, r.trusts(have), have}, true
}

// room gives a room, read if it must be. CodeNotFound: there is none.
func (r *rosters) room(ctx context.Context, id RoomID) (Room, error) {
	have, ok := r.peek(id, "")
	if ok && have.fresh {
		return have.room, nil
	}
	room, err := r.readRoom(ctx, id, have.of)
	if err != nil && ok && AsError(err).Code != CodeNotFound {
		return have.room, nil // a store that is away takes no room away
	}
	return room, err
}

// readRoom reads a room, once for all who ask for it at the same time, and remembers it. seen
// is what the asker found remembered, nil where that was nothing: what another has read since
// then is as good as a read that he had joined.
func (r *rosters) readRoom(ctx context.Context, id RoomID, seen *roster) (Room, error) {
	read := r.lookups.DoChan(string(id), func() (any, error) {
		if room, ok := r.readSince(id, seen); ok {
			return room, nil
		}
		op, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTimeout)
		defer cancel()
		gen := r.generation(id)
		room, err := r.catalog.Room(op, id)
		if err == nil {
			r.remember(room, gen)
		}
		return room, err
	})
	select {
	case got := <-read:
		if got.Shared && AsError(got.Err) != nil && AsError(got.Err).Code == CodeNotFound {
			return r.catalog.Room(ctx, id) // the read may have begun before the room was made
		}
		return got.Val.(Room), got.Err
	case <-ctx.Done():
		return Room{}, ctx.Err()
	}
}

func (r *rosters) readSince(id RoomID, seen *roster) (Room, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	have := r.rooms[id]
	if have == nil || have == seen || !r.trusts(have) {
		return Room{}, false
	}
	return have.room, true
}

// trusts says whether what is kept of a room is to be believed without a word of its log.
func (r *rosters) trusts(have *roster) bool { return r.now().Sub(have.at) < rosterTrust }

// anew reads a room and one user's standing in it: both also where there is no room, so that
// the time it takes does not tell a private room from none. What it gives is not older than
// what the stream has told of the room. seen is as readRoom has it.
func (r *rosters) anew(ctx context.Context, id RoomID, user auth.UserID, seen *roster) (Room, Member, error) {
	for attempt := 0; ; attempt++ {
		gen := r.generation(id)
		room, err := r.readRoom(ctx, id, seen)
		if err != nil && AsError(err).Code != CodeNotFound {
			return Room{}, Member{}, err
		}
		if err == nil && room.Type == TypePublic && room.StateSeq == 0 && r.newest(id) == 0 {
			return room, Member{}, nil
		}
		if err == nil && room.Type == TypePublic && attempt == 0 {
			if m, ok := r.fromAll(ctx, &room, user); ok {
				return room, m, nil
			}
		}
		member, failed := r.members.Member(ctx, id, user)
		if failed != nil {
			return Room{}, Member{}, failed
		}
		if err != nil {
			return Room{}, Member{}, err
		}
		if attempt < staleReads && room.StateSeq < max(r.newest(id), member.Seq) {
			r.forget(id) // the room was read before the change that was told of
			backoff(ctx, attempt)
			continue
		}
		r.note(room, member, user, gen)
		return room, member, nil
	}
}

// fromAll gives a member of a room that everybody may know out of all of them, where they
// were not known: many come at once. What others had begun to read before the room was read may
// be older than it, and is not taken.
func (r *rosters) fromAll(ctx context.Context, room *Room, user auth.UserID) (Member, bool) {
	if have, ok := r.peek(room.ID, user); ok && have.asked {
		return Member{}, false // he is refused by what is known, and wants a fresh look
	}
	if r.load(ctx, room.ID) != nil {
		return Member{}, false
	}
	have, ok := r.peek(room.ID, user)
	return have.member, ok && have.asked && have.room.StateSeq >= room.StateSeq
}

// load has all members of a room read, unless they are known, once for all who ask at the
// same time.
func (r *rosters) load(ctx context.Context, id RoomID) error {
	read := r.loads.DoChan(string(id), func() (any, error) {
		op, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTimeout)
		defer cancel()
		return nil, r.readAll(op, id)
	})
	select {
	case got := <-read:
		return got.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *rosters) readAll(ctx context.Context, id RoomID) error {
	r.mu.Lock()
	have := r.rooms[id]
	done := have != nil && have.whole && r.trusts(have)
	r.mu.Unlock()
	if done {
		return nil
	}
	gen := r.generation(id)
	room, err := r.catalog.Room(ctx, id)
	if err != nil {
		return err
	}
	list, err := r.members.Members(ctx, id, MemberQuery{Limit: rosterMost + 1})
	if err != nil || len(list) > rosterMost {
		return err
	}
	if room.StateSeq < r.newest(id) {
		return nil // read of a primary that was just elected: it is not kept
	}
	all := &roster{room: room, at: r.now(), whole: true, members: make(map[auth.UserID]Member, len(list))}
	for _, m := range list {
		all.members[m.UserID] = m
	}
	r.keep(id, all, gen)
	return nil
}

// note remembers what anew read.
func (r *rosters) note(room Room, m Member, user auth.UserID, gen uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	have := r.rooms[room.ID]
	if have == nil || have.room.StateSeq != room.StateSeq || r.dropped[r.shard(room.ID)] != gen || len(have.members) > rosterMost {
		return
	}
	if _, there := have.members[user]; !there {
		r.kept++
	}
	if have.members == nil {
		have.members = map[auth.UserID]Member{}
	}
	have.members[user] = m
}

// remember keeps a room that was just read or made.
func (r *rosters) remember(room Room, gen uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := &roster{room: room, at: r.now()}
	if have := r.rooms[room.ID]; have != nil && have.room.StateSeq == room.StateSeq { // the members are still the same
		fresh.whole, fresh.members = have.whole, have.members
	}
	r.put(room.ID, fresh, gen)
}

// keep puts what was read of a room in the place of what was known.
func (r *rosters) keep(id RoomID, fresh *roster, gen uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.put(id, fresh, gen)
}

// put is keep; the lock is held.
func (r *rosters) put(id RoomID, fresh *roster, gen uint64) {
	if r.dropped[r.shard(id)] != gen {
		return
	}
	if have := r.rooms[id]; have != nil {
		r.kept -= 1 + len(have.members)
	}
	if r.kept > rostersKept {
		clear(r.rooms)
		r.kept = 0
	}
	r.rooms[id] = fresh
	r.kept += 1 + len(fresh.members)
}

// told takes what the stream told of a room's state.
func (r *rosters) told(id RoomID, seq int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.changed) >= rostersKept {
		clear(r.changed)
	}
	r.changed[id] = max(r.changed[id], seq)
	r.drop(id)
}

// forget drops what is known of a room.
func (r *rosters) forget(id RoomID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(id)
}

// drop is forget with the lock held.
func (r *rosters) drop(id RoomID) {
	r.dropped[r.shard(id)]++
	if have := r.rooms[id]; have != nil {
		r.kept -= 1 + len(have.members)
		delete(r.rooms, id)
	}
}

// reopened drops everything: changes may have been missed.
func (r *rosters) reopened() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.dropped {
		r.dropped[i]++
	}
	clear(r.rooms)
	r.kept = 0
}

// generation changes with each drop of a room.
func (r *rosters) generation(id RoomID) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dropped[r.shard(id)]
}

// newest is the seq of the newest change that was told of.
func (r *rosters) newest(id RoomID) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed[id]
}

func (r *rosters) shard(id RoomID) int {
	return int(maphash.String(r.seed, string(id)) % rosterShards)
}
