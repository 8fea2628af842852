package mongodb

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// Related reads events by what they point at.
type Related struct{ *Store }

var _ rooms.Related = (*Related)(nil)

// Fold returns the events with these numbers and those that have one as their target.
func (r *Related) Fold(ctx context.Context, room rooms.RoomID, seqs []int64) ([]rooms.Event, error) {
	return r.anyOf(ctx, room, seqs, "seq", "target")
}

// Concerning returns what changes the given messages, and what answers them.
func (r *Related) Concerning(ctx context.Context, room rooms.RoomID, seqs []int64) ([]rooms.Event, error) {
	return r.anyOf(ctx, room, seqs, "target", "parent")
}

// anyOf reads a room's numbered events that have one of seqs in one of the fields,
// ascending. Each field has its index; they are sorted here because their number is that
// of a few messages.
func (r *Related) anyOf(ctx context.Context, room rooms.RoomID, seqs []int64, fields ...string) ([]rooms.Event, error) {
	if len(seqs) == 0 {
		return nil, ctx.Err()
	}
	var branches bson.A
	for _, name := range fields {
		branch := bson.D{{Key: "roomId", Value: string(room)}, {Key: name, Value: field("$in", seqs)}}
		if name == "seq" { // lets the server use the partial index
			branch[1].Value = bson.D{{Key: "$in", Value: seqs}, {Key: "$gt", Value: 0}}
		}
		branches = append(branches, branch)
	}
	ctx, cancel := r.reading(ctx)
	defer cancel()
	cursor, err := r.messages.Find(ctx, field("$or", branches), options.Find().SetProjection(projection).SetBatchSize(oneBatch))
	var found []rooms.Event
	if err == nil {
		found, err = collect(ctx, cursor, rooms.Page{})
	}
	if err != nil {
		return nil, fail(fmt.Sprintf("read what concerns %d messages of %s", len(seqs), room), err)
	}
	found = slices.DeleteFunc(found, func(e rooms.Event) bool { return e.Seq == 0 })
	slices.SortFunc(found, func(a, b rooms.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return found, nil
}

// Deleted returns those of seqs that a delete has as its target.
func (r *Related) Deleted(ctx context.Context, room rooms.RoomID, seqs []int64) ([]int64, error) {
	if len(seqs) == 0 {
		return nil, ctx.Err()
	}
	ctx, cancel := r.reading(ctx)
	defer cancel()
	filter := bson.D{
		{Key: "roomId", Value: string(room)}, {Key: "target", Value: field("$in", seqs)},
		{Key: "type", Value: string(rooms.TypeDelete)}, {Key: "seq", Value: field("$gt", 0)},
	}
	var found []struct {
		Target int64 `bson:"target"`
	}
	cursor, err := r.messages.Find(ctx, filter, options.Find().SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "target", Value: 1}}))
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail(fmt.Sprintf("read which of %d messages of %s are deleted", len(seqs), room), err)
	}
	deleted := make([]int64, len(found))
	for i := range found {
		deleted[i] = found[i].Target
	}
	slices.Sort(deleted)
	return slices.Compact(deleted), nil
}

// Thread returns a page of the messages that answer one.
func (r *Related) Thread(ctx context.Context, room rooms.RoomID, parent, after, before int64, newest bool, page rooms.Page) ([]rooms.Event, error) {
	order := 1
	if newest {
		order = -1
	}
	filter := append(numbered(room, max(after, 0), min(before, rooms.MaxSeq+1)),
		bson.E{Key: "parent", Value: parent}, bson.E{Key: "type", Value: field("$exists", false)})
	ctx, cancel := r.reading(ctx)
	defer cancel()
	opts := options.Find().SetSort(bson.D{{Key: "roomId", Value: order}, {Key: "parent", Value: order}, {Key: "seq", Value: order}}).
		SetProjection(projection)
	if page.Events > 0 {
		opts.SetLimit(int64(page.Events))
	}
	cursor, err := r.messages.Find(ctx, filter, opts)
	var found []rooms.Event
	if err == nil {
		found, err = collect(ctx, cursor, page)
	}
	if err != nil {
		return nil, fail(fmt.Sprintf("read the answers to %d of %s", parent, room), err)
	}
	// A message that cannot be read is a void, and none of a thread.
	return slices.DeleteFunc(found, func(e rooms.Event) bool { return e.Type != rooms.TypeMessage }), nil
}
