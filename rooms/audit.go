package rooms

import (
	"context"
	"strconv"
	"strings"

	"roomstream/auth"
)

// maxAction is longer than any action there is, in bytes.
const maxAction = 64

// AuditInput selects entries of the audit log.
type AuditInput struct {
	RoomID string // empty: of all rooms and of none, for admins
	Actor  string // empty: whoever did it
	Action string // empty: whatever was done
	Before string // an id: only those below it; empty: from the newest on
	Limit  int    // 0: 50; at most 100
}

// AuditLog gives what moderators, owners and admins did in a room, newest first, to its moderators, and says whether there
// is more. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) AuditLog(ctx context.Context, user auth.User, in AuditInput) ([]AuditEntry, bool, error) {
	var q AuditQuery
	var err error
	if q.Before, q.Limit, err = pageOf(in.Before, in.Limit); err != nil {
		return nil, false, err
	}
	if in.Actor != "" && auth.CheckUserID(in.Actor) != nil {
		return nil, false, BadField("actor", "must be the id of a user")
	}
	if err := checkAction(in.Action); err != nil {
		return nil, false, err
	}
	q.Actor, q.Action = auth.UserID(in.Actor), in.Action
	if q.RoomID, err = s.moderatedOrAll(ctx, user, in.RoomID); err != nil {
		return nil, false, err
	}
	list, err := s.store.Moderation.AuditLog(ctx, q)
	if err != nil {
		return nil, false, notStored(err)
	}
	return list[:min(len(list), q.Limit-1)], len(list) == q.Limit, nil
}

// checkAction lets any word through that may be one: what is noted is only ever added to.
func checkAction(action string) error {
	if len(action) > maxAction || strings.ContainsFunc(action, func(c rune) bool { return c != '_' && (c < 'a' || c > 'z') }) {
		return BadField("action", "must be at most %d of a to z and _, like set_member", maxAction)
	}
	return nil
}

// audit notes an entry.
func (s *Service) audit(ctx context.Context, e AuditEntry) { s.auditor.Note(ctx, e) }

// auditDelete notes a delete by who moderates, if it was of what another wrote.
func (s *Service) auditDelete(e *Event, done func(Sent, error)) func(Sent, error) {
	actor, room, target := e.Author, e.RoomID, e.Target
	return func(sent Sent, err error) {
		done(sent, err)
		if err != nil || sent.Duplicate {
			return
		}
		s.router.begin(func(ctx context.Context) {
			op, cancel := context.WithTimeout(ctx, opTimeout)
			defer cancel()
			found, err := s.store.Log.Since(op, room, target-1, Page{Events: 1})
			if err != nil {
				s.logger.Error("a delete was not noted in the audit log", "actor", string(actor), "room", string(room), "seq", target, "error", err)
				return
			}
			if len(found) == 0 || found[0].Seq != target || found[0].Author == actor {
				return
			}
			s.audit(op, AuditEntry{Actor: actor, Action: "delete_message", RoomID: room, Subject: found[0].Author, Seq: target})
		})
	}
}

// auditPin notes that a message was pinned, or its pin taken away.
func (s *Service) auditPin(ctx context.Context, e *Event, in PinInput, sent Sent) {
	b := strconv.AppendInt([]byte(`{"seq":`), in.Seq, 10)
	b = strconv.AppendBool(append(b, `,"on":`...), in.On)
	s.audit(ctx, AuditEntry{Actor: e.Author, Action: "set_pin", RoomID: e.RoomID, Seq: sent.Seq, Details: string(append(b, '}'))})
}

// auditMember notes a change of what somebody is, unless he changed it himself. letIn: a ban or a removal was ended, and the
// role is what came of it.
func (s *Service) auditMember(ctx context.Context, e *Event, sent Sent, letIn bool) {
	if e.Subject == e.Author {
		return
	}
	b := appendRole([]byte(`{"role":`), e.Role)
	if !e.Until.IsZero() {
		b = appendTime(append(b, `,"bannedUntil":`...), e.Until)
	}
	if letIn {
		b = append(b, `,"letIn":true`...)
	}
	s.audit(ctx, AuditEntry{Actor: e.Author, Action: "set_member", RoomID: e.RoomID, Subject: e.Subject, Seq: sent.Seq, Details: string(append(b, '}'))})
}

// AppendJSON appends {id, timestamp, actor, action, roomId?, userId?, seq?, details?}.
func (e *AuditEntry) AppendJSON(b []byte) []byte {
	b = AppendJSONString(append(b, `{"id":`...), e.ID.String())
	b = appendTime(append(b, `,"timestamp":`...), e.At)
	b = AppendJSONString(append(b, `,"actor":`...), string(e.Actor))
	b = AppendJSONString(append(b, `,"action":`...), e.Action)
	if e.RoomID != "" {
		b = AppendJSONString(append(b, `,"roomId":`...), string(e.RoomID))
	}
	if e.Subject != "" {
		b = AppendJSONString(append(b, `,"userId":`...), string(e.Subject))
	}
	if e.Seq > 0 {
		b = strconv.AppendInt(append(b, `,"seq":`...), e.Seq, 10)
	}
	if e.Details != "" {
		b = append(append(b, `,"details":`...), e.Details...)
	}
	return append(b, '}')
}
