package mongodb

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// begin notes the time at which the store was opened: the first watch begins there.
func (n *Notifications) begin(ctx context.Context) error {
	since, err := n.committed(ctx)
	n.since = since // nil: the first watch begins when it opens
	return err
}

// WatchNotifications opens one change stream over notifications, behind what the watch
// before it told, and tells of its inserts. The driver resumes it after elections and lost
// connections by itself. Where the oplog no longer has the place to go on from, it goes on
// from now: what is missed that way stays unread.
func (n *Notifications) WatchNotifications(ctx context.Context, opened func(), told func([]rooms.Notification)) error {
	return n.whileOpen(ctx, func(ctx context.Context) error { return n.watch(ctx, opened, told) })
}

func (n *Notifications) watch(ctx context.Context, opened func(), told func([]rooms.Notification)) error {
	stream, err := n.open(ctx)
	if err != nil {
		return fail("open the stream of notifications", err)
	}
	defer closeStream(ctx, stream)
	n.reached(stream)
	// After the opening: a collection dropped from here on ends the stream.
	if err := ensureIndexes(ctx, n.notifications, notificationIndexes()); err != nil {
		return err
	}
	opened()
	err = n.follow(ctx, stream, told)
	if cannotGoOn(err) && ctx.Err() == nil {
		n.startAnew(err)
	}
	return err
}

// open opens the stream where the last one ended, or else from now.
func (n *Notifications) open(ctx context.Context) (*changeStream, error) {
	n.mu.Lock()
	after, since := n.after, n.since
	n.mu.Unlock()
	place := options.ChangeStream()
	switch {
	case after != nil:
		// Not resumeAfter, which goes not beyond the end of a collection that was dropped.
		place.SetStartAfter(after)
	case since != nil:
		place.SetStartAtOperationTime(since)
	}
	stream, err := n.openStream(ctx, n.notifications.Collection, notifying(), place)
	if err == nil || after == nil && since == nil || !cannotGoOn(err) && !hasCode(err, codeBadToken) {
		return stream, err
	}
	n.startAnew(err)
	return n.openNow(ctx, n.notifications.Collection, notifying())
}

// notifying lets inserts through, and of those over maxDocument the key fields only.
func notifying() mongo.Pipeline {
	return mongo.Pipeline{
		field("$match", field("operationType", "insert")),
		field("$project", field("doc", wholeOrKey("$fullDocument"))),
	}
}

// follow tells of inserts until the stream ends. It asks once at a time, so that the
// place to go on from moves on while nobody inserts anything: an old one leaves the oplog.
func (n *Notifications) follow(ctx context.Context, stream *changeStream, told func([]rooms.Notification)) error {
	var batch []rooms.Notification
	for {
		if stream.TryNext(ctx) {
			doc := bson.Raw(routed(stream.Current))
			notification, why := readNotification(doc)
			if why == "" {
				batch = append(batch, notification)
			} else {
				n.logger.Warn("a document of notifications is no valid one and is left alone", "id", shown(doc.Lookup("_id")), "why", why)
			}
			if stream.RemainingBatchLength() > 0 && len(batch) < tellAtOnce {
				continue
			}
		} else if err := stream.Err(); err != nil {
			return fail("follow the stream of notifications", err)
		}
		if len(batch) > 0 {
			told(batch)
		}
		clear(batch) // else the last burst's texts would stay
		batch = batch[:0]
		n.reached(stream)
		if stream.ID() == 0 && stream.RemainingBatchLength() == 0 {
			return errors.New("follow the stream of notifications: it has ended: the collection was dropped or renamed")
		}
	}
}

// reached notes where the next watch goes on.
func (n *Notifications) reached(stream *changeStream) {
	token := stream.ResumeToken()
	if token == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.after = slices.Clone(token) // the driver may use its bytes again
}

// startAnew gives up the place to go on from.
func (n *Notifications) startAnew(err error) {
	n.logger.Error("notifications that were inserted while none were watched are not told: they are found among the unread ones", "error", err)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.after, n.since = nil, nil
}

// cannotGoOn says that a stream cannot be resumed where it was: the oplog has it no more,
// or what comes next is too large for a stream.
func cannotGoOn(err error) bool {
	return isLost(err) || hasCode(err, codeStreamFatal) || hasCode(err, codeTooLarge)
}

// shown writes an _id for the log. One that is no ObjectId may be of any length.
func shown(id bson.RawValue) string {
	const most = 64 // bytes
	text := id.String()
	return text[:min(len(text), most)]
}
