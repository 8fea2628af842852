package archive

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
	"roomstream/rooms/kept"
)

// What of a thing never changes must be the same in the archive and in the store; of what
// changes, the newer one is kept. So an import may be run again, and a later export be read
// over an earlier one. The errors begin with the field.

// same refuses a field that never changes and differs. It shows no value: some are secrets.
func same(field string, is bool) error {
	if is {
		return nil
	}
	return fmt.Errorf("%s: the store holds another one under this id", field)
}

func sameTime(field string, a, b time.Time) error { return same(field, a.Equal(b)) }

// mergeProfiles keeps the one of the two who was seen last.
func mergeProfiles(there, given rooms.Profile) (rooms.Profile, error) {
	if given.SeenAt.After(there.SeenAt) {
		return given, nil
	}
	return there, nil
}

// mergeThreads keeps what is read read, and a choice where there is one.
func mergeThreads(there, given rooms.Thread) (rooms.Thread, error) {
	there.ReadSeq = max(there.ReadSeq, given.ReadSeq)
	there.Choice = cmp.Or(there.Choice, given.Choice)
	return there, nil
}

// mergeNotifications keeps what is read read. A text that was taken away, because its
// message does not say it any more, stays away.
func mergeNotifications(there, given rooms.Notification) (rooms.Notification, error) {
	fields, is := sameFields(there.Fields, given.Fields)
	err := cmp.Or(
		same("userId", there.UserID == given.UserID),
		same("kind", there.Kind == given.Kind),
		same("fields", is),
	)
	there.Read, there.Fields = there.Read || given.Read, fields
	return there, err
}

// sameFields says whether two objects have the same members but for a text that one of them
// lacks, and gives the one that lacks it, or the first.
func sameFields(a, b []byte) ([]byte, bool) {
	x, y := members(a), members(b)
	fields := a
	if _, has := x["text"]; !has {
		delete(y, "text")
	} else if _, has := y["text"]; !has {
		delete(x, "text")
		fields = b
	}
	return fields, maps.EqualFunc(x, y, func(v, w json.RawMessage) bool { return sameJSON(v, w) })
}

// members are those of a JSON object; none of anything else.
func members(object []byte) map[string]json.RawMessage {
	var all map[string]json.RawMessage
	if json.Unmarshal(object, &all) != nil {
		return nil
	}
	return all
}

// mergeInvitations keeps every use.
func mergeInvitations(there, given rooms.Invitation) (rooms.Invitation, error) {
	err := cmp.Or(
		same("id", there.ID == given.ID),
		same("roomId", there.RoomID == given.RoomID),
		same("role", there.Role == given.Role),
		same("createdBy", there.CreatedBy == given.CreatedBy),
		same("right", there.Right == given.Right),
		sameTime("createdAt", there.CreatedAt, given.CreatedAt),
		sameTime("expiresAt", there.ExpiresAt, given.ExpiresAt),
		same("maxUses", there.MaxUses == given.MaxUses),
	)
	known := make(map[auth.UserID]bool, len(there.UsedBy))
	for _, user := range there.UsedBy {
		known[user] = true
	}
	for _, user := range given.UsedBy {
		if !known[user] {
			there.UsedBy = append(slices.Clip(there.UsedBy), user)
		}
	}
	return there, err
}

// mergeReports keeps the later decision. A reason that was taken away stays away.
func mergeReports(there, given rooms.Report) (rooms.Report, error) {
	err := cmp.Or(
		same("roomId", there.RoomID == given.RoomID),
		same("seq", there.Seq == given.Seq),
		same("author", there.Author == given.Author),
		same("reporter", there.Reporter == given.Reporter),
		same("reason", there.Reason == given.Reason || there.Reason == "" || given.Reason == ""),
		sameTime("at", there.At, given.At),
	)
	if given.Reason == "" {
		there.Reason = ""
	}
	if given.DoneAt.After(there.DoneAt) {
		there.State, there.DoneBy, there.DoneAt = given.State, given.DoneBy, given.DoneAt
	}
	return there, err
}

func mergeAudit(there, given rooms.AuditEntry) (rooms.AuditEntry, error) {
	return there, cmp.Or(
		sameTime("at", there.At, given.At),
		same("actor", there.Actor == given.Actor),
		same("action", there.Action == given.Action),
		same("roomId", there.RoomID == given.RoomID),
		same("subject", there.Subject == given.Subject),
		same("seq", there.Seq == given.Seq),
		same("details", sameJSON([]byte(there.Details), []byte(given.Details))),
	)
}

// mergeFiles keeps the record that was written more often.
func mergeFiles(there, given rooms.File) (rooms.File, error) {
	err := cmp.Or(
		same("roomId", there.RoomID == given.RoomID),
		same("author", there.Author == given.Author),
		same("name", there.Name == given.Name),
		same("size", there.Size == given.Size),
		same("type", there.Type == given.Type),
		sameTime("createdAt", there.CreatedAt, given.CreatedAt),
	)
	if given.Rev > there.Rev {
		there = given
	}
	return there, err
}

// mergeKeys keeps what is there: a key never changes but by being revoked.
func mergeKeys(there, given auth.Key) (auth.Key, error) {
	return there, cmp.Or(
		same("kind", there.Kind == given.Kind),
		same("hash", there.Hash == given.Hash),
		same("name", there.Name == given.Name),
		same("rooms", (there.Rooms == nil) == (given.Rooms == nil) && slices.Equal(there.Rooms, given.Rooms)),
		same("postOnly", there.PostOnly == given.PostOnly),
		same("createdBy", there.CreatedBy == given.CreatedBy),
		sameTime("createdAt", there.CreatedAt, given.CreatedAt),
	)
}

// mergeRevocations takes no token back into force.
func mergeRevocations(there, given auth.Revocation) (auth.Revocation, error) {
	if given.At.After(there.At) {
		there.At = given.At
	}
	if given.Until.After(there.Until) {
		there.Until = given.Until
	}
	if given.Lifted.After(there.Lifted) {
		there.Lifted = given.Lifted
	}
	return there, nil
}

// mergeWebhooks keeps the one whose cursors were set last, and of two the one that was given up.
func mergeWebhooks(there, given hooks.Hook) (hooks.Hook, error) {
	err := cmp.Or(
		same("url", there.URL == given.URL),
		same("room", there.Room == given.Room),
		same("events", slices.Equal(there.Events, given.Events)),
		same("sealed", bytes.Equal(there.Sealed, given.Sealed)),
		same("createdBy", there.CreatedBy == given.CreatedBy),
		sameTime("createdAt", there.CreatedAt, given.CreatedAt),
	)
	if given.Revision > there.Revision || given.Revision == there.Revision && there.Failed == nil {
		there.Revision, there.Failed = given.Revision, given.Failed
	}
	return there, err
}

// mergeCursors keeps the one that was claimed or set last: a store that has served since the
// archive was read into it knows better how far it is, also where it was set back by hand.
func mergeCursors(there, given hooks.Cursor) (hooks.Cursor, error) {
	if cmp.Or(cmp.Compare(given.Epoch, there.Epoch), cmp.Compare(given.Seq, there.Seq)) > 0 {
		return given, nil
	}
	return there, nil
}

func mergeDocuments(there, given kept.Document) (kept.Document, error) {
	return there, same("document", there.JSON == given.JSON)
}
