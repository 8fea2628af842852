package rooms

import (
	"context"
	"strconv"
	"time"

	"roomstream/auth"
)

// maxReason is the longest reason of a report in characters.
const maxReason = 1000

// toldModerators is how many of a room's moderators and owners are notified of a report.
const toldModerators = 50

// ReportInput shows the message Seq of a room to those who moderate it.
type ReportInput struct {
	RoomID string
	Seq    int64
	Reason string // 1 to 1,000 characters
}

// ReportMessage stores a report and notifies the room's moderators and owners. The same user's report of the same
// message is stored once. Errors: BAD_REQUEST, NOT_FOUND, GONE (it was deleted), UNAVAILABLE.
func (s *Service) ReportMessage(ctx context.Context, user auth.User, in ReportInput) (Report, error) {
	if err := checkReason(in.Reason); err != nil {
		return Report{}, err
	}
	defer s.Doing(user.ID)()
	at, err := s.access(ctx, user, in.RoomID)
	if err != nil {
		return Report{}, notStored(err)
	}
	message, err := s.present(ctx, at.room, in.Seq)
	if err != nil {
		return Report{}, notStored(err)
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	made := Report{
		ID: s.ids.next(now), RoomID: at.room.ID, Seq: in.Seq, Author: message.Author, Reporter: user.ID,
		Reason: in.Reason, At: now, State: ReportOpen,
	}
	kept, err := s.store.Moderation.Report(ctx, made)
	if err != nil {
		return Report{}, notStored(err)
	}
	if kept.ID == made.ID {
		s.tellModerators(ctx, &kept)
	}
	return kept, nil
}

func checkReason(reason string) error {
	if reason == "" {
		return BadField("reason", "must not be empty")
	}
	return checkLine("reason", reason, maxReason)
}

// present gives a message that is there and not deleted.
func (s *Service) present(ctx context.Context, room Room, seq int64) (Event, error) {
	none := &Error{Code: CodeNotFound, Message: "seq: no message of this room has this number", Field: "seq"}
	if seq < max(room.MinSeq, 1) || seq > MaxSeq {
		return Event{}, none
	}
	found, err := s.store.Related.Fold(ctx, room.ID, []int64{seq})
	if err != nil {
		return Event{}, err
	}
	fold := foldTargets(found, []int64{seq}, MaxSeq)[seq]
	switch {
	case fold.Message.Seq == 0:
		return Event{}, none
	case fold.gone():
		return Event{}, E(CodeGone, "the message was deleted")
	}
	return fold.Message, nil
}

// tellModerators notifies those who moderate a room. What fails is logged: the report is there.
func (s *Service) tellModerators(ctx context.Context, r *Report) {
	var list []Notification
	fields := AppendJSONString([]byte(`{"roomId":`), string(r.RoomID))
	fields = strconv.AppendInt(append(fields, `,"seq":`...), r.Seq, 10)
	fields = AppendJSONString(append(fields, `,"reportId":`...), r.ID.String())
	fields = append(fields, '}')
	for _, role := range []Role{RoleOwner, RoleModerator} {
		members, err := s.store.Members.Members(ctx, r.RoomID, MemberQuery{Role: role, Limit: toldModerators})
		if err != nil {
			s.logger.Warn("reading whom to tell of a report failed", "room", r.RoomID, "error", err)
		}
		for _, m := range members {
			list = append(list, Notification{UserID: m.UserID, Kind: "report", Fields: fields})
		}
	}
	if len(list) == 0 {
		return
	}
	if err := s.Notify(ctx, list); err != nil {
		s.logger.Warn("moderators were not notified of a report", "room", r.RoomID, "error", err)
	}
}

// ReportsInput selects reports.
type ReportsInput struct {
	RoomID string // empty: of all rooms, for admins
	State  string // open, resolved or dismissed; empty: all
	Before string // an id: only those below it; empty: from the newest on
	Limit  int    // 0: 50; at most 100
}

// Reports gives the reports of a room to its moderators, newest first, and says whether there are more. Errors:
// BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) Reports(ctx context.Context, user auth.User, in ReportsInput) ([]Report, bool, error) {
	q := ReportQuery{State: ReportState(in.State)}
	if in.State != "" && !q.State.known() {
		return nil, false, badState()
	}
	var err error
	if q.Before, q.Limit, err = pageOf(in.Before, in.Limit); err != nil {
		return nil, false, err
	}
	if q.RoomID, err = s.moderatedOrAll(ctx, user, in.RoomID); err != nil {
		return nil, false, err
	}
	list, err := s.store.Moderation.Reports(ctx, q)
	if err != nil {
		return nil, false, notStored(err)
	}
	return list[:min(len(list), q.Limit-1)], len(list) == q.Limit, nil
}

func (r ReportState) known() bool {
	return r == ReportOpen || r == ReportResolved || r == ReportDismissed
}

func badState() error {
	return BadField("state", "must be %s, %s or %s", ReportOpen, ReportResolved, ReportDismissed)
}

// pageOf reads what lists with ids are paged by; the limit is one more than is given.
func pageOf(before string, limit int) (EventID, int, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return EventID{}, 0, err
	}
	id, ok := ParseEventID(before)
	if before != "" && !ok {
		return EventID{}, 0, BadField("before", "must be an id of the list: 24 hexadecimal digits")
	}
	return id, limit + 1, nil
}

// moderatedOrAll lets moderators into what concerns their room, and admins into all.
func (s *Service) moderatedOrAll(ctx context.Context, user auth.User, roomID string) (RoomID, error) {
	if roomID == "" {
		if !user.Has(auth.RoleAdmin) {
			return "", forbidden("role", "only admins see all rooms: name one")
		}
		return "", nil
	}
	at, err := s.moderated(ctx, user, roomID)
	return at.room.ID, err
}

// DecideReport says what became of a report. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) DecideReport(ctx context.Context, user auth.User, roomID, id, state string) (Report, error) {
	room, err := s.decidable(ctx, user, roomID)
	if err != nil {
		return Report{}, err
	}
	report, ok := ParseEventID(id)
	if !ok {
		return Report{}, BadField("id", "must be the id of a report: 24 hexadecimal digits")
	}
	if !ReportState(state).known() {
		return Report{}, badState()
	}
	r, err := s.store.Moderation.DecideReport(ctx, room, report, ReportState(state), user.ID, s.now().UTC().Truncate(time.Millisecond))
	if err != nil {
		return Report{}, notStored(err)
	}
	s.audit(ctx, AuditEntry{
		Actor: user.ID, Action: "decide_report", RoomID: room, Subject: r.Author, Seq: r.Seq,
		Details: string(append(AppendJSONString([]byte(`{"state":`), state), '}')),
	})
	return r, nil
}

// decidable is moderated, but that admins decide upon reports of direct rooms as well: they are shown them, and nobody
// else is there who could.
func (s *Service) decidable(ctx context.Context, user auth.User, roomID string) (RoomID, error) {
	if user.Has(auth.RoleAdmin) && isDirectID(RoomID(roomID)) {
		return ParseRoomID(roomID)
	}
	at, err := s.moderated(ctx, user, roomID)
	return at.room.ID, err
}

// AppendJSON appends {id, roomId, seq, author, reporter, reason, timestamp, state, doneBy?, doneAt?}.
func (r *Report) AppendJSON(b []byte) []byte {
	b = AppendJSONString(append(b, `{"id":`...), r.ID.String())
	b = AppendJSONString(append(b, `,"roomId":`...), string(r.RoomID))
	b = strconv.AppendInt(append(b, `,"seq":`...), r.Seq, 10)
	b = AppendJSONString(append(b, `,"author":`...), string(r.Author))
	b = AppendJSONString(append(b, `,"reporter":`...), string(r.Reporter))
	b = AppendJSONString(append(b, `,"reason":`...), r.Reason)
	b = appendTime(append(b, `,"timestamp":`...), r.At)
	b = AppendJSONString(append(b, `,"state":`...), string(r.State))
	if r.DoneBy != "" {
		b = AppendJSONString(append(b, `,"doneBy":`...), string(r.DoneBy))
		b = appendTime(append(b, `,"doneAt":`...), r.DoneAt)
	}
	return append(b, '}')
}
