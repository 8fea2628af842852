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

// changing are the types of events that have a target. The field on any other document
// is another program's.
var changing = bson.A{string(rooms.TypeDelete), string(rooms.TypeEdit), string(rooms.TypeReaction)}

// anySeq matches every number that can be read.
func anySeq() bson.D {
	return integers(bson.E{Key: "$gt", Value: int64(0)}, bson.E{Key: "$lte", Value: int64(rooms.MaxSeq)})
}

// numbers gives those of seqs that an event can have, each once, as the driver takes
// them and to look them up.
func numbers(seqs []int64) (bson.A, map[int64]bool) {
	set := make(map[int64]bool, len(seqs))
	list := make(bson.A, 0, len(seqs))
	for _, seq := range seqs {
		if seq >= 1 && seq <= rooms.MaxSeq && !set[seq] {
			set[seq] = true
			list = append(list, seq)
		}
	}
	return list, set
}

// targeting matches the numbered events that change messages.
func targeting(room rooms.RoomID, seqs, types bson.A) bson.D {
	return bson.D{
		{Key: "roomId", Value: string(room)}, {Key: "target", Value: field("$in", seqs)},
		{Key: "type", Value: field("$in", types)}, {Key: "seq", Value: anySeq()},
	}
}

// folding matches messages and what changes them.
func folding(room rooms.RoomID, seqs bson.A) bson.D {
	self := bson.D{{Key: "roomId", Value: string(room)}, {Key: "seq", Value: append(anySeq(), bson.E{Key: "$in", Value: seqs})}}
	return field("$or", bson.A{self, targeting(room, seqs, changing)})
}

// concerning matches what changes messages and what answers them.
func concerning(room rooms.RoomID, seqs bson.A) bson.D {
	answers := bson.D{
		{Key: "roomId", Value: string(room)}, {Key: "parent", Value: field("$in", seqs)}, {Key: "seq", Value: anySeq()},
	}
	return field("$or", bson.A{targeting(room, seqs, changing), answers})
}

// Fold returns the events with these numbers and those that have one as their target,
// as of one moment: a read of more than some hundred documents pauses now and then, and
// going on with what a majority has by then it could show only the later of two events.
func (r *Related) Fold(ctx context.Context, room rooms.RoomID, seqs []int64) ([]rooms.Event, error) {
	list, wanted := numbers(seqs)
	if len(list) == 0 {
		return nil, ctx.Err()
	}
	found, err := r.find(ctx, r.snapshot, folding(room, list), func(e *rooms.Event) bool {
		return wanted[e.Seq] || wanted[e.Target]
	})
	if err != nil {
		return nil, fail(fmt.Sprintf("fold %d messages of %s", len(list), room), err)
	}
	return found, nil
}

// Concerning returns what changes the given messages, and what answers them.
func (r *Related) Concerning(ctx context.Context, room rooms.RoomID, seqs []int64) ([]rooms.Event, error) {
	list, wanted := numbers(seqs)
	if len(list) == 0 {
		return nil, ctx.Err()
	}
	found, err := r.find(ctx, r.messages, concerning(room, list), func(e *rooms.Event) bool {
		if wanted[e.Target] {
			return true
		}
		// The server could leave these out, but takes a third longer over short ones.
		e.Text, e.Data, e.AuthorName = "", "", ""
		return wanted[e.Parent]
	})
	if err != nil {
		return nil, fail(fmt.Sprintf("read what concerns %d messages of %s", len(list), room), err)
	}
	return found, nil
}

// Deleted returns those of seqs that a delete has as its target.
func (r *Related) Deleted(ctx context.Context, room rooms.RoomID, seqs []int64) ([]int64, error) {
	list, wanted := numbers(seqs)
	if len(list) == 0 {
		return nil, ctx.Err()
	}
	found, err := r.find(ctx, r.messages, targeting(room, list, bson.A{string(rooms.TypeDelete)}), func(e *rooms.Event) bool {
		first := wanted[e.Target]
		delete(wanted, e.Target)
		return first
	})
	if err != nil {
		return nil, fail(fmt.Sprintf("read which of %d messages of %s are deleted", len(list), room), err)
	}
	deleted := make([]int64, len(found))
	for i := range found {
		deleted[i] = found[i].Target
	}
	return deleted, nil
}

// answering matches the messages of a thread with after < seq < before.
func answering(room rooms.RoomID, parent, after, before int64) bson.D {
	return bson.D{
		{Key: "roomId", Value: string(room)}, {Key: "parent", Value: parent},
		{Key: "seq", Value: integers(bson.E{Key: "$gt", Value: after}, bson.E{Key: "$lt", Value: before})},
		{Key: "type", Value: field("$exists", false)},
	}
}

// Thread returns a page of the messages that answer one.
func (r *Related) Thread(ctx context.Context, room rooms.RoomID, parent, after, before int64, newest bool, page rooms.Page) ([]rooms.Event, error) {
	after, before = max(after, 0), min(before, rooms.MaxSeq+1)
	if parent < 1 {
		return nil, ctx.Err()
	}
	order := 1
	if newest {
		order = -1
	}
	sort := bson.D{{Key: "roomId", Value: order}, {Key: "parent", Value: order}, {Key: "seq", Value: order}}
	for after+1 < before {
		found, err := r.sorted(ctx, answering(room, parent, after, before), sort, page)
		if err != nil {
			return nil, fail(fmt.Sprintf("read the answers to %d of %s", parent, room), err)
		}
		if len(found) == 0 {
			return nil, nil
		}
		last := found[len(found)-1].Seq
		found = slices.DeleteFunc(found, func(e rooms.Event) bool { return e.Type != rooms.TypeMessage })
		if len(found) > 0 {
			return found, nil
		}
		// Nothing but documents that cannot be read: the answers are further on.
		if newest {
			before = last
		} else {
			after = last
		}
	}
	return nil, ctx.Err()
}

// indexAttached finds the messages of a room that show files.
const indexAttached = "room_attached"

// attaching matches the messages of a room that may show files: another program's field of this name is among them.
func attaching(room rooms.RoomID, before int64) bson.D {
	return bson.D{
		{Key: "roomId", Value: string(room)}, {Key: "seq", Value: integers(bson.E{Key: "$gt", Value: int64(0)}, bson.E{Key: "$lt", Value: before})},
		{Key: "attachments", Value: field("$exists", true)}, {Key: "type", Value: field("$exists", false)},
	}
}

// Attached returns a page of the messages that show files.
func (r *Related) Attached(ctx context.Context, room rooms.RoomID, before int64, page rooms.Page) ([]rooms.Event, error) {
	sort := bson.D{{Key: "roomId", Value: -1}, {Key: "seq", Value: -1}}
	for before = min(before, rooms.MaxSeq+1); before > 1; {
		found, err := r.sortedBy(ctx, indexAttached, attaching(room, before), sort, page)
		if err != nil {
			return nil, fail(fmt.Sprintf("read the messages of %s that show files", room), err)
		}
		if len(found) == 0 {
			return nil, nil
		}
		before = found[len(found)-1].Seq
		found = slices.DeleteFunc(found, func(e rooms.Event) bool { return e.Type != rooms.TypeMessage || e.Attachments == "" })
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, ctx.Err()
}

// find reads all that matches and is wanted, ascending by seq. What a filter lets through
// and no reader can make sense of is a void, which has no target and no parent.
func (r *Related) find(ctx context.Context, from *collection, filter bson.D, wanted func(*rooms.Event) bool) ([]rooms.Event, error) {
	ctx, cancel := r.reading(ctx)
	defer cancel()
	cursor, err := from.Find(ctx, filter, options.Find().SetProjection(projection))
	if err != nil {
		return nil, err
	}
	defer closeCursor(ctx, cursor)
	var found []rooms.Event
	for cursor.Next(ctx) {
		d := readDocument(cursor.Current)
		if e := d.stored(); wanted(&e) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b rooms.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return found, cursor.Err()
}
