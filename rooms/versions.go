package rooms

import (
	"context"
	"slices"
	"time"

	"roomstream/auth"
)

// maxVersions is how many versions of a message are given; a list ends at maxPageBytes of text, too.
const maxVersions = 100

// Version is what a message said from some moment on.
type Version struct {
	Seq  int64 // of the message itself, or of the edit
	Text string
	At   time.Time
}

// Versions gives what a message said, the present text first, and whether there were more than it gives: at most 100. They
// are for who wrote it, and for those who may moderate the room. Errors: BAD_REQUEST, NOT_FOUND (the message, too), GONE (it
// was deleted), FORBIDDEN, UNAVAILABLE.
func (s *Service) Versions(ctx context.Context, user auth.User, roomID string, seq int64) ([]Version, bool, error) {
	room, err := s.enterToRead(ctx, user, roomID)
	if err != nil {
		return nil, false, notStored(err)
	}
	events, err := s.store.Related.Fold(ctx, room.ID, []int64{seq})
	if err != nil {
		return nil, false, notStored(err)
	}
	if err := s.stillMay(ctx, user, room); err != nil {
		return nil, false, notStored(err)
	}
	i := slices.IndexFunc(events, func(e Event) bool { return e.Type == TypeMessage && e.Seq == seq && seq >= room.MinSeq })
	if i < 0 {
		return nil, false, &Error{Code: CodeNotFound, Message: "seq: no message of this room has this number", Field: "seq"}
	}
	message := events[i]
	if message.Author != user.ID {
		if _, err := s.moderated(ctx, user, roomID); err != nil {
			return nil, false, err
		}
	}
	fold := NewFold(message)
	versions := []Version{{message.Seq, message.Text, message.Timestamp}}
	for i := range events {
		fold.Apply(&events[i])
		if e := &events[i]; fold.EditSeq == e.Seq && !e.Erased {
			versions = append(versions, Version{e.Seq, e.Text, e.Timestamp})
		}
	}
	if fold.gone() {
		return nil, false, E(CodeGone, "the message was deleted")
	}
	slices.Reverse(versions)
	n, size := 0, 0
	for n < len(versions) && n < maxVersions && (n == 0 || size+len(versions[n].Text) <= maxPageBytes) {
		size += len(versions[n].Text)
		n++
	}
	return versions[:n], n < len(versions), nil
}
