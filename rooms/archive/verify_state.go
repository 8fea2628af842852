package archive

import (
	"fmt"

	"roomstream/auth"
	"roomstream/rooms"
)

// roomState holds what the store has of a room and of its members to what their events say.
// What comes from a trimmed event, or was there from the start, is believed; what came
// after the last event that was read is left for the next time.
func (v *verifier) roomState(known bool) error {
	stored, err := allMembers(v.ctx, v.store.Members, v.id)
	if err != nil {
		return err
	}
	var room rooms.Room
	if known || v.options.Repair { // else it is told already that it is not there
		if room, err = v.store.Catalog.Room(v.ctx, v.id); err != nil {
			return err
		}
	}
	// Read after what is held to it.
	end, err := v.end()
	if err != nil {
		return err
	}
	if room.ID != "" {
		if err := v.settings(room, end); err != nil {
			return err
		}
	}
	all := map[auth.UserID]rooms.Member{}
	for user, m := range v.state.members {
		all[user] = m
	}
	for user, m := range stored {
		if _, is := all[user]; !is {
			all[user] = m
		}
	}
	for _, m := range byUser(all) {
		if err := v.member(stored[m.UserID], m.UserID, end); err != nil {
			return err
		}
	}
	return nil
}

// end is the seq up to which one can have read: the room's last one by now.
func (v *verifier) end() (int64, error) {
	newest, err := v.store.Log.Newest(v.ctx, []rooms.RoomID{v.id}, 1)
	if err != nil {
		return 0, err
	}
	end := v.first - 1
	if events := newest[v.id]; len(events) > 0 {
		end = max(end, events[0].Seq)
	}
	return end, nil
}

// cameLater says whether what is of a seq came after the last event that was read.
func (v *verifier) cameLater(seq, end int64) bool { return seq > v.last && seq <= end }

// settings compares the room's own record, as it is after its events were read.
func (v *verifier) settings(room rooms.Room, end int64) error {
	if v.cameLater(room.StateSeq, end) {
		return nil
	}
	want := room
	switch {
	case v.state.seq > 0:
		want.StateSeq = v.state.seq
	case room.StateSeq >= v.first:
		want.StateSeq = 0
	}
	if v.state.settings != nil {
		want.Set(*v.state.settings)
	}
	if want.StateSeq != room.StateSeq {
		err := v.found(func() error {
			return v.putRoom(func(r *rooms.Room) { r.StateSeq = want.StateSeq })
		}, "room %s: its state is said to be of seq %d, the log's is of %d", v.id, room.StateSeq, want.StateSeq)
		if err != nil {
			return err
		}
	}
	if want.Settings() == room.Settings() {
		return nil
	}
	return v.found(func() error {
		return v.putRoom(func(r *rooms.Room) { r.Set(want.Settings()) })
	}, "room %s: its settings are %s where the log has %s", v.id, room.Settings().JSON(), want.Settings().JSON())
}

// putRoom repairs a room as it is by now.
func (v *verifier) putRoom(change func(*rooms.Room)) error {
	room, err := v.store.Catalog.Room(v.ctx, v.id)
	if err != nil {
		return err
	}
	change(&room)
	return v.store.Archive.PutRoom(v.ctx, room)
}

// member compares one member: his record, which is empty where there is none, with the log.
func (v *verifier) member(stored rooms.Member, user auth.UserID, end int64) error {
	stored.RoomID, stored.UserID = v.id, user
	want, said := v.state.members[user]
	switch {
	case v.cameLater(stored.Seq, end):
		return nil
	case !said && stored.Seq > 0 && stored.Seq < v.first:
		want = stored
	case !said:
		want = rooms.Member{RoomID: v.id, UserID: user}
	}
	want.ReadSeq, want.DeliveredSeq, want.Alerts = stored.ReadSeq, stored.DeliveredSeq, stored.Alerts
	if want != stored {
		if stored.Seq == 0 && stored.ReadSeq == 0 && want.Role != rooms.RoleNone {
			want.ReadSeq = want.Seq // as who comes has nothing to read of what stands before
		}
		err := v.found(func() error { return v.putMember(stored, want) },
			"room %s: %s is %s where the log says %s", v.id, user, standing(stored), standing(want))
		if err != nil {
			return err
		}
	}
	if stored.DeliveredUpTo() <= end {
		return nil
	}
	was, seq, what := want, stored.ReadSeq, "has read"
	if seq <= end {
		seq, what = stored.DeliveredSeq, "was delivered"
	}
	want.ReadSeq, want.DeliveredSeq = min(stored.ReadSeq, end), min(stored.DeliveredSeq, end)
	return v.found(func() error { return v.putMember(was, want) },
		"room %s: %s %s up to seq %d, the room ends at %d", v.id, user, what, seq, end)
}

// putMember repairs a member, unless he has become another one meanwhile.
func (v *verifier) putMember(was, want rooms.Member) error {
	now, err := v.store.Members.Member(v.ctx, want.RoomID, want.UserID)
	if err != nil {
		return err
	}
	if now.Seq > was.Seq && now.Seq > want.Seq {
		return nil
	}
	return v.store.Members.PutMember(v.ctx, want)
}

// standing says what a member is, for a person.
func standing(m rooms.Member) string {
	what := string(m.Role)
	switch {
	case m.Seq == 0 && m.Role == rooms.RoleNone:
		return "nobody"
	case m.Removed:
		what = "removed"
	case m.Role == rooms.RoleNone:
		what = "out"
	}
	if m.LeftAs != rooms.RoleNone {
		what += ", was a " + string(m.LeftAs)
	}
	if !m.BannedUntil.IsZero() {
		what += ", banned until " + formatTime(m.BannedUntil)
	}
	return fmt.Sprintf("%s by seq %d", what, m.Seq)
}
