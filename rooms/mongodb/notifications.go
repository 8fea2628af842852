package mongodb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
	"golang.org/x/sync/errgroup"

	"roomstream/auth"
	"roomstream/rooms"
)

// Notifications are the documents of the collection notifications, whoever inserts them.
type Notifications struct {
	*Store
	unread *gatherer[auth.UserID, int]

	mu    sync.Mutex
	after bson.Raw        // behind what the last watch told; nil: nothing was watched yet
	since *bson.Timestamp // when the store was opened; nil: that is not known, or too long ago
}

var _ rooms.Notifications = (*Notifications)(nil)

// notificationIndexes find a user's by its id, and those that are not read, whichever of
// the two fields names him, and those of what one wrote, or of one message.
func notificationIndexes() []index {
	return []index{
		{name: "user", key: keys("userId", "recipientId", "_id"), partial: exists("userId")},
		{name: "user_read", key: keys("userId", "recipientId", "read", "_id"), partial: exists("userId")},
		{name: "recipient", key: keys("recipientId", "_id"), partial: exists("recipientId")},
		{name: "recipient_read", key: keys("recipientId", "read", "_id"), partial: exists("recipientId")},
		{name: "author", key: keys("author"), partial: exists("author")},
		{name: "message", key: keys("roomId", "seq"), partial: exists("roomId")},
	}
}

// Notify inserts notifications; the _ids that are there already are refused by the server. What a retried insert had
// stored the first time it is not refused: the server knows the write by its number.
func (n *Notifications) Notify(ctx context.Context, list []rooms.Notification) ([]rooms.EventID, error) {
	if err := ctx.Err(); err != nil || len(list) == 0 {
		return nil, err
	}
	docs := make(bson.A, len(list))
	for i := range list {
		doc, err := storeNotification(&list[i])
		if err != nil {
			return nil, err
		}
		docs[i] = doc
	}
	ctx, cancel := n.writing(ctx)
	defer cancel()
	_, err := n.notifications.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	if err != nil && !onlyDuplicates(err) {
		return nil, fail(fmt.Sprintf("insert %d notifications", len(list)), err)
	}
	there := map[int]bool{}
	var bulk mongo.BulkWriteException
	if errors.As(err, &bulk) {
		for _, refused := range bulk.WriteErrors {
			there[refused.Index] = true
		}
	}
	var stored []rooms.EventID
	for i := range list {
		if !there[i] {
			stored = append(stored, list[i].ID)
		}
	}
	return stored, nil
}

func storeNotification(n *rooms.Notification) (bson.D, error) {
	doc := bson.D{{Key: "_id", Value: objectID(n.ID)}, {Key: "userId", Value: string(n.UserID)}, {Key: "kind", Value: n.Kind}}
	if n.Read {
		doc = append(doc, bson.E{Key: "read", Value: true})
	}
	if len(n.Fields) == 0 {
		return doc, nil
	}
	var fields bson.D
	if err := bson.UnmarshalExtJSON(n.Fields, false, &fields); err != nil {
		return nil, rooms.Wrap(rooms.CodeBadRequest, err, "fields: must be a JSON object; a member of it with $ must be extended JSON")
	}
	return append(doc, fields...), nil
}

// Notifications reads a page of a user's, of those over maxDocument no more than the key.
func (n *Notifications) Notifications(ctx context.Context, user auth.UserID, before rooms.EventID, unread bool, limit int) ([]rooms.Notification, error) {
	var (
		mu   sync.Mutex
		list []rooms.Notification
	)
	err := n.bothWays(ctx, []auth.UserID{user}, before, unread, func(docs []bson.Raw) {
		mu.Lock()
		defer mu.Unlock()
		for _, doc := range docs {
			if notification, why := readNotification(doc); why == "" {
				list = append(list, notification)
			}
		}
	}, func(way) mongo.Pipeline {
		return mongo.Pipeline{field("$sort", field("_id", -1)), field("$limit", limit), field("$replaceRoot", field("newRoot", wholeOrKey("$$ROOT")))}
	})
	if err != nil {
		return nil, fail("read notifications", err)
	}
	slices.SortFunc(list, func(a, b rooms.Notification) int { return bytes.Compare(b.ID[:], a.ID[:]) })
	return list[:min(len(list), limit)], nil
}

// UnreadNotifications counts by the indexes, for all who ask at the same time at once.
func (n *Notifications) UnreadNotifications(ctx context.Context, user auth.UserID, most int) (int, error) {
	if most > rooms.MaxUnread {
		counted, err := n.countUnread(ctx, user, most)
		return counted, fail("count notifications", err)
	}
	counted, err := n.unread.ask(ctx, user)
	if err != nil {
		return 0, fail("count notifications", err)
	}
	return max(min(counted, most), 0), nil
}

// unreadOf counts the unread ones of each user, at most rooms.MaxUnread. Together they are looked at so far that only
// somebody with very many makes each be counted alone.
func (n *Notifications) unreadOf(ctx context.Context, users []auth.UserID) (map[auth.UserID]int, error) {
	const usually = 20 // unread ones of a user
	if len(users) > 1 {
		counts, whole, err := n.countTogether(ctx, users, rooms.MaxUnread+usually*len(users))
		if err != nil || whole {
			return counts, err
		}
	}
	var mu sync.Mutex
	counts := make(map[auth.UserID]int, len(users))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(gatherAlone)
	for _, user := range users {
		group.Go(func() error {
			counted, err := n.countUnread(ctx, user, rooms.MaxUnread)
			mu.Lock()
			defer mu.Unlock()
			counts[user] = counted
			return err
		})
	}
	return counts, group.Wait()
}

// gatherAlone is how many are read at once of those who cannot be read together.
const gatherAlone = 8

// countTogether counts the unread ones of all users by one command for each field that may name them. whole is false
// where there are more than most by one field: then the counts are too low.
func (n *Notifications) countTogether(ctx context.Context, users []auth.UserID, most int) (counts map[auth.UserID]int, whole bool, err error) {
	counts, whole = make(map[auth.UserID]int, len(users)), true
	var mu sync.Mutex
	err = n.bothWays(ctx, users, rooms.EventID{}, true, func(docs []bson.Raw) {
		mu.Lock()
		defer mu.Unlock()
		seen := 0
		for _, doc := range docs {
			user, _ := doc.Lookup("_id").StringValueOK()
			count, _ := doc.Lookup("n").AsInt64OK()
			counts[auth.UserID(user)] += int(count)
			seen += int(count)
		}
		whole = whole && seen < most
	}, func(w way) mongo.Pipeline {
		return mongo.Pipeline{field("$limit", most), field("$group", bson.D{{Key: "_id", Value: "$" + w.names}, {Key: "n", Value: field("$sum", 1)}})}
	})
	return counts, whole, err
}

// countUnread counts those of one user, at most up to most.
func (n *Notifications) countUnread(ctx context.Context, user auth.UserID, most int) (int, error) {
	var counted atomic.Int64
	err := n.bothWays(ctx, []auth.UserID{user}, rooms.EventID{}, true, func(docs []bson.Raw) {
		for _, doc := range docs { // none where there are none
			count, _ := doc.Lookup("n").AsInt64OK()
			counted.Add(count)
		}
	}, func(way) mongo.Pipeline { return mongo.Pipeline{field("$limit", most), field("$count", "n")} })
	return min(int(counted.Load()), most), err
}

// bothWays asks for some users' valid notifications by each of the two fields that may name
// them, at the same time. The indexes are named: where one way finds little, the server
// would sooner look through all ids than merge two stretches. read is called with each
// answer, from different goroutines.
func (n *Notifications) bothWays(ctx context.Context, users []auth.UserID, before rooms.EventID, unread bool, read func([]bson.Raw), then func(way) mongo.Pipeline) error {
	ctx, cancel := n.reading(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	for _, way := range notificationsOf(users, before, unread) {
		group.Go(func() error {
			pipeline := append(mongo.Pipeline{field("$match", way.filter)}, then(way)...)
			cursor, err := n.notifications.Aggregate(ctx, pipeline, options.Aggregate().SetHint(way.index))
			if err != nil {
				return err
			}
			var docs []bson.Raw
			if err := cursor.All(ctx, &docs); err != nil {
				return err
			}
			read(docs)
			return nil
		})
	}
	return group.Wait()
}

// MarkNotifications updates by the _ids.
func (n *Notifications) MarkNotifications(ctx context.Context, user auth.UserID, ids []rooms.EventID, read bool) error {
	if err := ctx.Err(); err != nil || len(ids) == 0 {
		return err
	}
	list := make(bson.A, len(ids))
	for i, id := range ids {
		list[i] = objectID(id)
	}
	filter := bson.D{{Key: "_id", Value: field("$in", list)}, {Key: "$or", Value: addressed(user)}}
	ctx, cancel := n.writing(ctx)
	defer cancel()
	_, err := n.notifications.UpdateMany(ctx, filter, field("$set", field("read", read)))
	return fail(fmt.Sprintf("mark %d notifications", len(ids)), err)
}

// addressed matches the notifications of some users: recipientId names one, or userId where there
// is no recipientId.
func addressed(users ...auth.UserID) []bson.D {
	is := bson.D{{Key: "$in", Value: texts(users)}, notArray()}
	return []bson.D{field("recipientId", is), bson.D{{Key: "userId", Value: is}, {Key: "recipientId", Value: nil}}}
}

// notArray keeps arrays out, which match by what they hold.
func notArray() bson.E { return bson.E{Key: "$not", Value: field("$type", "array")} }

// way is a question and the index that answers it.
type way struct {
	filter bson.D
	names  string // the field that names the user, of a notification
	index  string
}

// notificationsOf matches some users' valid notifications, each by one of the ways. Each is a
// few stretches of its index, a user's in the order of the _id, so that his page needs no sorting.
func notificationsOf(users []auth.UserID, before rooms.EventID, unread bool) []way {
	valid := bson.D{
		{Key: "_id", Value: field("$lte", objectID(allOnes()))},
		{Key: "kind", Value: bson.D{{Key: "$regex", Value: fmt.Sprintf(`\A(?s:.){1,%d}\z`, rooms.MaxKind)}, notArray()}},
	}
	if before != (rooms.EventID{}) {
		valid[0].Value = field("$lt", objectID(before)) // of ObjectIds only, either way
	}
	names, indexes := []string{"recipientId", "userId"}, []string{"recipient", "user"}
	if unread {
		valid = append(valid, bson.E{Key: "read", Value: field("$in", bson.A{nil, false})}) // null is absent, too
		indexes = []string{"recipient_read", "user_read"}
	}
	var ways []way
	for i, of := range addressed(users...) {
		ways = append(ways, way{append(of, valid...), names[i], indexes[i]})
	}
	return ways
}

func allOnes() (id rooms.EventID) {
	for i := range id {
		id[i] = 0xff
	}
	return id
}

// wholeOrKey gives a document as it is or, where it is over maxDocument, its key fields,
// those too only where they are short.
func wholeOrKey(doc string) bson.D {
	key := bson.D{}
	for _, name := range []string{"_id", "userId", "recipientId", "kind", "read"} {
		value := doc + "." + name
		size := field("$bsonSize", field("v", value)) // a value has a size only in a document
		key = append(key, bson.E{Key: name, Value: field("$cond", bson.A{field("$lte", bson.A{size, maxKey}), value, "$$REMOVE"})})
	}
	return field("$cond", bson.A{field("$lte", bson.A{field("$bsonSize", doc), maxDocument}), doc, key})
}

// readNotification reads a document of notifications, or says why it is no valid one.
func readNotification(doc bson.Raw) (n rooms.Notification, why string) {
	elements, err := doc.Elements()
	if err != nil {
		return n, "the document is damaged"
	}
	var user, recipient, kind bson.RawValue
	idAt, fields := bsoncore.AppendDocumentStart(nil)
	hasID := false
	for _, e := range elements {
		value := e.Value()
		switch e.Key() {
		case "_id":
			var id bson.ObjectID
			id, hasID = value.ObjectIDOK()
			n.ID = rooms.EventID(id)
		case "userId":
			user = value
		case "recipientId":
			recipient = value
		case "kind":
			kind = value
		case "read":
			n.Read = !isFalse(value)
		default:
			if !rooms.ReservedField(e.Key()) {
				fields = append(fields, e...)
			}
		}
	}
	fields, _ = bsoncore.AppendDocumentEnd(fields, idAt) // fails only for a start beyond it
	if !hasID {
		return n, "_id: must be an ObjectId"
	}
	if recipient.Type != 0 && recipient.Type != bson.TypeNull {
		user = recipient
	}
	name, ok := user.StringValueOK()
	if !ok || auth.CheckUserID(name) != nil {
		return n, "userId or recipientId: must be a user's id: a string of 1 to 128 characters"
	}
	n.UserID = auth.UserID(name)
	if n.Kind, ok = kind.StringValueOK(); !ok || rooms.CheckKind(n.Kind) != nil {
		return n, fmt.Sprintf("kind: must be a string of 1 to %d characters", rooms.MaxKind)
	}
	if len(fields) == noDocument {
		return n, ""
	}
	if n.Fields, err = bson.MarshalExtJSON(bson.Raw(fields), false, false); err != nil || !json.Valid(n.Fields) {
		return n, "its fields cannot be written as JSON"
	}
	return n, ""
}

// isFalse says whether a value leaves a notification unread: null is absent.
func isFalse(v bson.RawValue) bool {
	read, ok := v.BooleanOK()
	return ok && !read || v.Type == bson.TypeNull
}

// EraseNotifications removes a user's notifications, and those of what he wrote, some with each command.
func (r *Eraser) EraseNotifications(ctx context.Context, user auth.UserID) (int, error) {
	total := 0
	his := append(addressed(user), bson.D{{Key: "author", Value: bson.D{{Key: "$eq", Value: string(user)}, notArray()}}, {Key: "kind", Value: field("$in", texts(rooms.ChatKinds()))}})
	for {
		n, err := r.eraseSome(ctx, field("$or", his))
		total += n
		if err != nil || n == 0 {
			return total, fail("remove notifications", err)
		}
	}
}

func (r *Eraser) eraseSome(ctx context.Context, filter bson.D) (int, error) {
	reading, cancel := r.reading(ctx)
	defer cancel()
	cursor, err := r.notifications.Find(reading, filter, options.Find().SetProjection(field("_id", 1)).SetLimit(eraseBatch))
	if err != nil {
		return 0, err
	}
	var found []bson.Raw
	if err := cursor.All(reading, &found); err != nil || len(found) == 0 {
		return 0, err
	}
	ids := make(bson.A, len(found))
	for i, doc := range found {
		ids[i] = doc.Lookup("_id")
	}
	writing, cancel := r.writing(ctx)
	defer cancel()
	result, err := r.notifications.DeleteMany(writing, field("_id", field("$in", ids)))
	if err != nil {
		return 0, err
	}
	return int(result.DeletedCount), nil
}
