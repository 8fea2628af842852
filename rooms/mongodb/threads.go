package mongodb

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// collectionThreads holds what users have said of threads, by rooms.ThreadKey.
const collectionThreads = "threads"

// threadIndexes find what is to go with a user.
func threadIndexes() []index { return []index{{name: "user", key: keys("userId")}} }

// Threads are the documents of the collection threads.
type Threads struct{ *Store }

var _ rooms.Threads = (*Threads)(nil)

// storedThread is a thread as it is stored. Choice and ReadSeq are absent where they are zero.
type storedThread struct {
	ID      string `bson:"_id"`
	RoomID  string `bson:"roomId"`
	Seq     int64  `bson:"thread"`
	UserID  string `bson:"userId"`
	Choice  string `bson:"choice,omitempty"`
	ReadSeq int64  `bson:"readSeq,omitempty"`
}

func storeThread(t *rooms.Thread) storedThread {
	return storedThread{rooms.ThreadKey(t.RoomID, t.Seq, t.UserID), string(t.RoomID), t.Seq, string(t.UserID), string(t.Choice), t.ReadSeq}
}

func (s *storedThread) thread() rooms.Thread {
	return rooms.Thread{RoomID: rooms.RoomID(s.RoomID), Seq: s.Seq, UserID: auth.UserID(s.UserID), Choice: rooms.ThreadChoice(s.Choice), ReadSeq: s.ReadSeq}
}

// threadTries is how often a change is tried that another made the document for at the same moment.
const threadTries = 3

// ChangeThread updates the document, or inserts it.
func (s *Threads) ChangeThread(ctx context.Context, t rooms.Thread) (rooms.Thread, error) {
	if err := ctx.Err(); err != nil {
		return rooms.Thread{}, err
	}
	ctx, cancel := s.writing(ctx)
	defer cancel()
	made := bson.D{{Key: "roomId", Value: string(t.RoomID)}, {Key: "thread", Value: t.Seq}, {Key: "userId", Value: string(t.UserID)}}
	update := field("$setOnInsert", made)
	if t.Choice != rooms.ThreadDefault {
		update = append(update, bson.E{Key: "$set", Value: field("choice", string(t.Choice))})
	}
	if t.ReadSeq > 0 {
		update = append(update, bson.E{Key: "$max", Value: field("readSeq", t.ReadSeq)})
	}
	opts := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)
	for try := 1; ; try++ {
		var stored storedThread
		err := s.collection(collectionThreads).FindOneAndUpdate(ctx, field("_id", rooms.ThreadKey(t.RoomID, t.Seq, t.UserID)), update, opts).Decode(&stored)
		if isDuplicate(err) && try < threadTries {
			continue
		}
		return stored.thread(), fail(fmt.Sprintf("change a thread of %s", t.RoomID), err)
	}
}

// Threads reads by the _ids.
func (s *Threads) Threads(ctx context.Context, room rooms.RoomID, user auth.UserID, seqs []int64) ([]rooms.Thread, error) {
	if len(seqs) == 0 {
		return nil, ctx.Err()
	}
	ids := make(bson.A, len(seqs))
	for i, seq := range seqs {
		ids[i] = rooms.ThreadKey(room, seq, user)
	}
	ctx, cancel := s.reading(ctx)
	defer cancel()
	var stored []storedThread
	cursor, err := s.collection(collectionThreads).Find(ctx, field("_id", field("$in", ids)))
	if err == nil {
		err = cursor.All(ctx, &stored)
	}
	if err != nil {
		return nil, fail(fmt.Sprintf("read the threads of a user in %s", room), err)
	}
	list := make([]rooms.Thread, len(stored))
	for i := range stored {
		list[i] = stored[i].thread()
	}
	return list, nil
}

// Answered reads back from the room's end by the index of numbers: whoever asks says how far, and it is not far.
func (s *Threads) Answered(ctx context.Context, room rooms.RoomID, after int64, most int) ([]int64, error) {
	if most < 1 {
		return nil, ctx.Err()
	}
	ctx, cancel := s.reading(ctx)
	defer cancel()
	filter := append(numbered(room, max(after, 0), rooms.MaxSeq+1),
		bson.E{Key: "parent", Value: anySeq()}, bson.E{Key: "type", Value: field("$exists", false)})
	opts := options.Find().SetSort(bson.D{{Key: "roomId", Value: -1}, {Key: "seq", Value: -1}}).SetLimit(int64(most)).
		SetHint(string(rooms.UniqueSeq)).SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "parent", Value: 1}})
	var found []struct {
		Parent int64 `bson:"parent"`
	}
	cursor, err := s.messages.Find(ctx, filter, opts)
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail(fmt.Sprintf("read what is answered in %s", room), err)
	}
	var parents []int64
	seen := map[int64]bool{}
	for _, answer := range found {
		if !seen[answer.Parent] {
			seen[answer.Parent] = true
			parents = append(parents, answer.Parent)
		}
	}
	return parents, nil
}

// TrimThreads removes a stretch of the _ids.
func (s *Threads) TrimThreads(ctx context.Context, room rooms.RoomID, below int64) error {
	from := bson.E{Key: "$gte", Value: rooms.ThreadsPrefix(room)}
	to := bson.E{Key: "$lt", Value: rooms.ThreadKey(room, max(below, 0), "")}
	return s.removeThreads(ctx, field("_id", bson.D{from, to}))
}

// EraseThreads removes those of the user.
func (s *Threads) EraseThreads(ctx context.Context, user auth.UserID) error {
	return s.removeThreads(ctx, field("userId", string(user)))
}

func (s *Threads) removeThreads(ctx context.Context, filter bson.D) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := s.writing(ctx)
	defer cancel()
	_, err := s.collection(collectionThreads).DeleteMany(ctx, filter)
	return fail("remove threads", err)
}
