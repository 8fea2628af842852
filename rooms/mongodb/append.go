package mongodb

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// Log is the log of all rooms.
type Log struct{ *Store }

var _ rooms.Log = (*Log)(nil)

// Append writes numbered events as rooms.Log says: one ordered insertMany, which the
// server executes document by document and stops at the first refused one. It does
// not end with ctx.
func (l *Log) Append(ctx context.Context, events []*rooms.Event) error {
	if len(events) == 0 {
		return nil
	}
	fence, err := l.mayAppend(ctx)
	if err != nil {
		return err
	}
	opts, err := fence.insertOptions()
	if err != nil {
		return err
	}
	docs, err := encode(events)
	if err != nil {
		return err
	}
	ctx, cancel := l.writing(ctx)
	defer cancel()
	_, err = l.messages.InsertMany(ctx, docs, opts)
	if err == nil {
		return nil
	}
	if dup := duplicateOf(err); dup != nil {
		return dup
	}
	if forbidden := forbiddenOf(err); forbidden != nil {
		return forbidden
	}
	return fail(fmt.Sprintf("append %d events", len(events)), err)
}

// mayAppend gives the fence while the unique indexes are known to be there.
func (s *Store) mayAppend(ctx context.Context) (*fence, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.live.Err() != nil {
		return nil, errClosed
	}
	fence := s.fence.Load()
	if fence == nil {
		unavailable := rooms.E(rooms.CodeUnavailable, "the indexes are verified when the change stream opens again")
		unavailable.RetryAfter = retryAfter
		return nil, unavailable
	}
	return fence, nil
}

// encode writes all documents into one buffer: the driver copies them anyway.
func encode(events []*rooms.Event) ([]any, error) {
	size := 0
	for i, e := range events {
		if err := checkNumbered(e); err != nil {
			return nil, fmt.Errorf("append event %d: %w", i, err)
		}
		size += documentSize + len(e.RoomID) + len(e.Author) + len(e.AuthorName) + len(e.ClientID) + len(e.Text) + len(e.Data) + len(e.Emoji) + len(e.Counts) +
			len(e.Mentions) + len(e.Attachments) + len(e.Subject) + len(e.Role) + len(e.Settings)
	}
	docs := make([]any, len(events))
	buffer := make([]byte, 0, size)
	for i, e := range events {
		start := len(buffer)
		buffer = appendDocument(buffer, e)
		docs[i] = bson.Raw(buffer[start:len(buffer):len(buffer)])
	}
	return docs, nil
}

// checkNumbered keeps out what the unique index would not guard.
func checkNumbered(e *rooms.Event) error {
	if e.RoomID == "" {
		return rooms.BadField("roomId", "must be set")
	}
	if e.Seq < 1 || e.Seq > rooms.MaxSeq {
		return rooms.BadField("seq", "must be from 1 to 2^53-1, is %d", e.Seq)
	}
	return nil
}
