package rooms

import (
	"context"
	"maps"
	"slices"
	"time"

	"roomstream/auth"
)

const (
	// presenceRoom is the largest room, in sockets and in members, that is told who is there: in
	// a larger one everybody's comings and goings would be most of what is sent.
	presenceRoom = 200
	// presenceTold bounds the rooms that are told at once; the others follow.
	presenceTold = 200
	// farewellSeen is how long an instance that ends may take to write down who was here.
	farewellSeen = 2 * time.Second
	// seenEvery is how often it is written down that who is here is here: what a crash may
	// take from lastSeen.
	seenEvery = 5 * time.Minute
	// seenAtOnce is how many users are written down in one go.
	seenAtOnce = 500
)

// hidden says that others are to see nobody, or that it is not known yet whether they are.
func (u *UserSockets) hidden() bool { return u.Status == StatusInvisible || u.Status == StatusOffline }

// shows gives the status that others are told.
func (u *UserSockets) shows() Status {
	switch {
	case u.Sockets <= 0 || u.hidden():
		return StatusOffline
	case u.Status == StatusDND:
		return StatusDND
	case u.Idle >= u.Sockets:
		return StatusIdle
	}
	return StatusOnline
}

// known orders what instances know of the status set by hand: where they differ for a
// moment, whoever wants not to be seen is not.
func (s Status) known() int {
	return slices.Index([]Status{StatusOffline, "", StatusDND, StatusInvisible}, s)
}

// setHand notes the status that a user has set by hand.
func (p *presence) setHand(user auth.UserID, status Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, there := p.local[user]
	if !there || u.Status == status {
		return
	}
	if status == StatusInvisible && !u.hidden() {
		p.sawHere(user) // from now on it stands still
	}
	u.Status = status
	p.local[user] = u
	p.altered(user)
}

// setIdle notes that one more of a user's sockets here is idle, or one less.
func (p *presence) setIdle(user auth.UserID, idle bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, there := p.local[user]
	if !there {
		return
	}
	if idle {
		u.Idle++
	} else if u.Idle > 0 {
		u.Idle--
	}
	p.local[user] = u
	p.altered(user)
}

// sawHere notes that a user was here until now, to be written down; the lock is held.
func (p *presence) sawHere(user auth.UserID) {
	now := p.now()
	p.saw(user, now)
	if len(p.left) >= lastSeenKept {
		clear(p.left)
	}
	p.left[user] = now
	ring(p.leaving)
}

// shownUser is what rooms were last told of a user.
type shownUser struct {
	status Status
	rooms  map[RoomID]bool // those that he has joined since he came, with whichever socket here
}

// joined notes that a user's socket here has joined a room, which is told of him once.
func (p *presence) joined(user auth.UserID, room RoomID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.local[user].Sockets <= 0 {
		return
	}
	u := p.shown[user]
	if u == nil {
		u = &shownUser{status: p.seenAs(user), rooms: map[RoomID]bool{}}
		p.shown[user] = u
	}
	if u.rooms[room] {
		return
	}
	u.rooms[room] = true
	if u.status != StatusOffline {
		p.untell(room, user)
	}
}

// seenAs gives the status that others are told of a user; the lock is held.
func (p *presence) seenAs(user auth.UserID) Status {
	u := p.of(user)
	return u.shows()
}

// show queues a user's status for the rooms that were told another one; the lock is held.
func (p *presence) show(user auth.UserID) {
	u := p.shown[user]
	if u == nil {
		return
	}
	if status := p.seenAs(user); status != u.status {
		u.status = status
		for room := range u.rooms {
			p.untell(room, user)
		}
	}
	if p.local[user].Sockets <= 0 {
		delete(p.shown, user)
	}
}

// untell queues that a room is to be told of a user; the lock is held.
func (p *presence) untell(room RoomID, user auth.UserID) {
	users := p.untold[room]
	if users == nil {
		users = map[auth.UserID]bool{}
		p.untold[room] = users
	}
	users[user] = true
	ring(p.wake)
}

// tellRooms tells some of the rooms that are to be told, here and everywhere.
func (p *presence) tellRooms(ctx context.Context) {
	signals, others := p.toldRooms()
	signals = slices.DeleteFunc(signals, func(g Signal) bool { return !p.tell.small(g.Room) })
	for i := range signals {
		p.tell.told(signals[i])
	}
	if others { // alone, nobody else need be told
		p.send(ctx, signals)
	}
}

// toldRooms takes at most presenceTold rooms from those that are to be told.
func (p *presence) toldRooms() (signals []Signal, others bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.now().UTC().Truncate(time.Millisecond)
	for room, users := range p.untold {
		if len(signals) == presenceTold {
			ring(p.wake)
			break
		}
		delete(p.untold, room)
		for chunk := range slices.Chunk(slices.Sorted(maps.Keys(users)), presenceRoom) {
			g := Signal{Kind: SignalStatus, Room: room, At: at}
			for _, user := range chunk {
				g.Users = append(g.Users, UserSockets{User: user, Status: p.seenAs(user)})
			}
			signals = append(signals, g)
		}
	}
	return signals, len(p.others) > 0
}

// roomTeller tells a room's sockets at this instance.
type roomTeller struct{ service *Service }

// small says whether a room is told who is there, as far as is known here.
func (t roomTeller) small(room RoomID) bool {
	emitter := t.service.router.sockets()
	return emitter != nil && emitter.Members(room) <= presenceRoom && t.service.rosters.size(room) <= presenceRoom
}

// size gives how many members of a room are known.
func (r *rosters) size(id RoomID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if have := r.rooms[id]; have != nil && have.whole {
		return len(have.members)
	}
	return 0
}

// told tells presence_updated {userId, status, lastSeen} of each user: all at once, for when a network returns thousands
// come together, and a write for each of them to each member would be most of what their coming costs.
func (t roomTeller) told(g Signal) {
	if emitter := t.service.router.sockets(); t.service.teller == nil || emitter == nil || emitter.Members(g.Room) == 0 || !t.small(g.Room) {
		return
	}
	payloads := make([][]byte, len(g.Users))
	for i, u := range g.Users {
		b := AppendJSONString([]byte(`{"userId":`), string(u.User))
		b = AppendJSONString(append(b, `,"status":`...), string(u.Status))
		b = AppendJSONString(append(b, `,"lastSeen":`...), g.At.UTC().Format(TimeFormat))
		payloads[i] = append(b, '}')
	}
	t.service.teller.TellRoom(g.Room, "presence_updated", payloads...)
}

// statusTold tells a room's sockets here what another instance knows of its users.
func (s *Service) statusTold(g Signal) {
	if g.Instance != s.instance {
		s.presence.tell.told(g)
	}
}

// Joined notes that a socket of a user here has joined a room: the room is told that he is there.
func (s *Service) Joined(user auth.UserID, room RoomID) { s.presence.joined(user, room) }

// SocketIdle notes that a socket of a user here has become idle, or is no more.
func (s *Service) SocketIdle(user auth.UserID, idle bool) { s.presence.setIdle(user, idle) }

// SetStatus sets by hand how present a user with a socket here is: StatusDND, StatusInvisible, or StatusOnline for neither.
// Errors: BAD_REQUEST, UNAVAILABLE.
func (s *Service) SetStatus(ctx context.Context, user auth.User, status Status) error {
	if status == StatusOnline {
		status = ""
	}
	if s.presence.isSet(user.ID, status) {
		return nil
	}
	_, err := s.UpdateProfile(ctx, user, UpdateProfileInput{Status: &status})
	return err
}

// isSet says whether a user here is known to have set a status by hand.
func (p *presence) isSet(user auth.UserID, status Status) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, there := p.local[user]
	return there && u.Status == status
}

// isInvisible says whether a user has set himself invisible, also where it has to be looked up.
func (s *Service) isInvisible(ctx context.Context, user auth.UserID) (bool, error) {
	s.presence.mu.Lock()
	u, there := s.presence.local[user]
	s.presence.mu.Unlock()
	if there && u.Status != StatusOffline {
		return u.Status == StatusInvisible, nil
	}
	found, err := s.store.Profiles.Profiles(ctx, []auth.UserID{user})
	return len(found) > 0 && found[0].Status == StatusInvisible, err
}

// UserPresence is how present somebody is, as one user is shown it.
type UserPresence struct {
	User     auth.UserID
	Status   Status
	Sockets  int       // over all instances
	LastSeen time.Time // zero: he is here, or was never
}

// MaxPresence is how many users one question may name.
const MaxPresence = 100

// Presence tells a user of others, in the order they are asked for. Other instances are told of within a second. Of those
// who are not here it reads the profiles; where the database does not answer, LastSeen may be missing. Only who asks for
// himself sees that he is invisible. At most MaxPresence, else BAD_REQUEST.
func (s *Service) Presence(ctx context.Context, asks auth.UserID, users []auth.UserID) ([]UserPresence, error) {
	if len(users) > MaxPresence {
		return nil, BadField("userIds", "at most %d at once", MaxPresence)
	}
	list := make([]UserPresence, len(users))
	var away []auth.UserID
	s.presence.mu.Lock()
	for i, user := range users {
		u := s.presence.of(user)
		list[i] = UserPresence{User: user, Status: u.shows(), Sockets: u.Sockets}
		if user == asks && u.Sockets > 0 && u.Status == StatusInvisible {
			list[i].Status = StatusInvisible
			continue
		}
		if list[i].Status == StatusOffline {
			list[i].Sockets, list[i].LastSeen = 0, s.presence.lastSeen[user]
			away = append(away, user)
		}
	}
	s.presence.mu.Unlock()
	if len(away) == 0 {
		return list, nil
	}
	profiles, err := s.store.Profiles.Profiles(ctx, away)
	if err != nil {
		s.logger.Warn("when users were last here was not read", "error", err)
		return list, nil
	}
	seen := make(map[auth.UserID]time.Time, len(profiles))
	for _, p := range profiles {
		seen[p.UserID] = p.SeenAt
	}
	for i := range list {
		if u := &list[i]; u.Status == StatusOffline && seen[u.User].After(u.LastSeen) {
			u.LastSeen = seen[u.User]
		}
	}
	return list, nil
}

// noteSeen writes down when users were last here: when the last socket at this instance
// went, and now and then while they are here.
func (s *Service) noteSeen(ctx context.Context) error {
	tick := time.NewTicker(seenEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellSeen)
			defer cancel()
			s.writeSeen(ctx, s.presence.takeSeen(true))
			return nil
		case <-s.presence.leaving:
			pause(ctx, presenceFlush, nil)
			s.writeSeen(ctx, s.presence.takeSeen(false))
		case <-tick.C:
			s.writeSeen(ctx, s.presence.takeSeen(true))
		}
	}
}

// takeSeen gives who has left and was not written down, with all those who are here.
func (p *presence) takeSeen(here bool) []Seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Seen
	now := p.now().UTC().Truncate(time.Millisecond)
	for user, at := range p.left {
		list = append(list, Seen{user, at.UTC().Truncate(time.Millisecond)})
	}
	clear(p.left)
	if here {
		for user, u := range p.local {
			if !u.hidden() {
				list = append(list, Seen{user, now})
			}
		}
	}
	return list
}

// writeSeen writes some at once. What cannot be written is lost: it is written again when they come and go.
func (s *Service) writeSeen(ctx context.Context, list []Seen) {
	for chunk := range slices.Chunk(list, seenAtOnce) {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		err := s.store.Profiles.SeeProfiles(op, chunk)
		cancel()
		if err != nil && ctx.Err() == nil {
			s.logger.Warn("when users were last here was not written down", "users", len(chunk), "error", err)
		}
	}
}
