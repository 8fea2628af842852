package mongodb

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
	"roomstream/rooms/kept"
)

// Kept gives what the database keeps to export and import.
func (s *Store) Kept() kept.Tables {
	text := func(from string) any { return from }
	id := func(from string) any { return objectID(rooms.EventID([]byte(from))) }
	return kept.Tables{
		Profiles:      &table[rooms.Profile, storedProfile]{store: s, coll: s.profiles, id: text, load: (*storedProfile).profile, doc: profileDocument},
		Notifications: &keptNotifications{s.notified},
		Invitations: &table[rooms.Invitation, storedInvitation]{store: s, coll: s.invitations,
			id:   func(from string) any { return []byte(from) },
			load: (*storedInvitation).invitation,
			doc:  func(i *rooms.Invitation) (any, any) { return i.Hash[:], storeInvitation(i) }},
		Reports: &table[rooms.Report, storedReport]{store: s, coll: s.reports, id: id, load: (*storedReport).report,
			doc: func(r *rooms.Report) (any, any) { return objectID(r.ID), storeReport(r) }},
		Audit: &table[rooms.AuditEntry, storedAudit]{store: s, coll: s.audit, id: id, load: (*storedAudit).entry,
			doc: func(e *rooms.AuditEntry) (any, any) { return objectID(e.ID), storeAudit(e) }},
		Files: &table[rooms.File, storedFile]{store: s, coll: s.collection(collectionAttachments), id: text, load: (*storedFile).file,
			doc: func(f *rooms.File) (any, any) { return string(f.ID), storeFile(*f) }},
		Keys: &table[auth.Key, storedKey]{store: s, coll: s.collection("keys"), id: text, load: (*storedKey).key,
			doc: func(k *auth.Key) (any, any) { return string(k.ID), storeKey(k) }},
		Revocations: &keptRevocations{table[auth.Revocation, storedRevocation]{store: s, coll: s.collection(collectionRevocations), id: text, load: (*storedRevocation).revocation}},
		Webhooks: &table[hooks.Hook, storedHook]{store: s, coll: s.collection("webhooks"), id: text, load: (*storedHook).hook,
			doc: func(h *hooks.Hook) (any, any) { return h.ID, storeHook(h) }},
		Cursors: &table[hooks.Cursor, storedCursor]{store: s, coll: s.collection("webhookCursors"), id: text, load: freeCursor,
			doc: func(c *hooks.Cursor) (any, any) { return cursorID(c.Hook, c.Room), storeCursor(c) }},
		Threads: &table[rooms.Thread, storedThread]{store: s, coll: s.collection(collectionThreads), id: text, load: (*storedThread).thread,
			doc: func(t *rooms.Thread) (any, any) { return rooms.ThreadKey(t.RoomID, t.Seq, t.UserID), storeThread(t) }},
		Streams: &documents{s, s.declared},
		Rules:   &documents{s, s.rules},
	}
}

// table is a collection whose _ids are the keys of a kind, of which T is one thing and D its document.
type table[T, D any] struct {
	store *Store
	coll  *collection
	id    func(from string) any
	load  func(*D) T
	doc   func(*T) (id, document any)
}

// From reads by the _ids.
func (t *table[T, D]) From(ctx context.Context, from string, limit int) ([]T, error) {
	filter := bson.D{}
	if from != "" {
		filter = field("_id", field("$gte", t.id(from)))
	}
	ctx, cancel := t.store.reading(ctx)
	defer cancel()
	cursor, err := t.coll.Find(ctx, filter, options.Find().SetSort(field("_id", 1)).SetLimit(int64(limit)))
	var found []D
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail("read "+t.coll.Name(), err)
	}
	list := make([]T, len(found))
	for i := range found {
		list[i] = t.load(&found[i])
	}
	return list, nil
}

// Put replaces documents, or inserts them.
func (t *table[T, D]) Put(ctx context.Context, list []T) error {
	writes := make([]mongo.WriteModel, len(list))
	for i := range list {
		id, document := t.doc(&list[i])
		writes[i] = mongo.NewReplaceOneModel().SetFilter(field("_id", id)).SetReplacement(document).SetUpsert(true)
	}
	return t.store.replace(ctx, t.coll, writes)
}

// replace runs writes of an import. One that a unique index refuses is of another thing that says it is the same.
func (s *Store) replace(ctx context.Context, coll *collection, writes []mongo.WriteModel) error {
	if err := ctx.Err(); err != nil || len(writes) == 0 {
		return err
	}
	ctx, cancel := s.writing(ctx)
	defer cancel()
	_, err := coll.BulkWrite(ctx, writes)
	if isDuplicate(err) {
		return rooms.Wrap(rooms.CodeConflict, err, "%s holds another one like it", coll.Name())
	}
	return fail(fmt.Sprintf("write %d of %s", len(writes), coll.Name()), err)
}

func profileDocument(p *rooms.Profile) (any, any) {
	doc := field("_id", string(p.UserID))
	for _, text := range []struct{ name, value string }{
		{"name", p.Name}, {"nameKey", p.Key()}, {"avatar", p.Avatar}, {"status", string(p.Status)},
	} {
		if text.value != "" {
			doc = append(doc, bson.E{Key: text.name, Value: text.value})
		}
	}
	doc = append(doc, bson.E{Key: "words", Value: texts(p.Words())})
	if p.Given {
		doc = append(doc, bson.E{Key: "given", Value: true})
	}
	if !p.SeenAt.IsZero() {
		doc = append(doc, bson.E{Key: "seenAt", Value: p.SeenAt})
	}
	return string(p.UserID), doc
}

// keptNotifications are those of the collection that are valid, whoever inserted them.
type keptNotifications struct{ *Notifications }

// From reads by the _ids, of those over maxDocument no more than the key. It passes documents that are no notifications.
func (n *keptNotifications) From(ctx context.Context, from string, limit int) ([]rooms.Notification, error) {
	ids := field("$lte", objectID(allOnes())) // of ObjectIds only
	if from != "" {
		ids = append(ids, bson.E{Key: "$gte", Value: objectID(rooms.EventID([]byte(from)))})
	}
	var list []rooms.Notification
	for {
		docs, err := n.page(ctx, ids, limit)
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			if notification, why := readNotification(doc); why == "" {
				list = append(list, notification)
			}
		}
		if len(list) >= limit || len(docs) < limit {
			return list[:min(len(list), limit)], nil
		}
		ids = bson.D{{Key: "$gt", Value: docs[len(docs)-1].Lookup("_id")}, {Key: "$lte", Value: objectID(allOnes())}}
	}
}

func (n *keptNotifications) page(ctx context.Context, ids bson.D, limit int) ([]bson.Raw, error) {
	ctx, cancel := n.reading(ctx)
	defer cancel()
	cursor, err := n.notifications.Aggregate(ctx, mongo.Pipeline{
		field("$match", field("_id", ids)), field("$sort", field("_id", 1)), field("$limit", limit),
		field("$replaceRoot", field("newRoot", wholeOrKey("$$ROOT"))),
	})
	var docs []bson.Raw
	if err == nil {
		err = cursor.All(ctx, &docs)
	}
	return docs, fail("read notifications", err)
}

// Put replaces documents, or inserts them.
func (n *keptNotifications) Put(ctx context.Context, list []rooms.Notification) error {
	writes := make([]mongo.WriteModel, len(list))
	for i := range list {
		doc, err := storeNotification(&list[i])
		if err != nil {
			return err
		}
		writes[i] = mongo.NewReplaceOneModel().SetFilter(field("_id", objectID(list[i].ID))).SetReplacement(doc).SetUpsert(true)
	}
	return n.replace(ctx, n.notifications, writes)
}

// freeCursor leaves the claim out: it belongs to an instance of this database.
func freeCursor(s *storedCursor) hooks.Cursor {
	c := s.cursor()
	c.Owner = ""
	return c
}

func storeCursor(c *hooks.Cursor) storedCursor {
	return storedCursor{
		ID: cursorID(c.Hook, c.Room), Hook: c.Hook, Room: string(c.Room), Seq: c.Seq, FailingSince: c.FailingSince, Attempts: c.Attempts,
		LastError: c.LastError, Epoch: c.Epoch, ExpiresAt: longAgo,
	}
}

// documents are a collection of few documents that are not this program's.
type documents struct {
	*Store
	coll *collection
}

// From reads all of them: their _ids are of any type.
func (d *documents) From(ctx context.Context, from string, limit int) ([]kept.Document, error) {
	docs, err := (&Declarations{d.Store}).all(ctx, d.coll)
	if err != nil {
		return nil, err
	}
	var list []kept.Document
	for _, doc := range docs {
		one, err := keptDocument(doc)
		if err != nil {
			return nil, fail("read "+d.coll.Name(), err)
		}
		if one.ID >= from {
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(a, b kept.Document) int { return cmp.Compare(a.ID, b.ID) })
	return list[:min(limit, len(list))], nil
}

// keptDocument writes a document so that it is read back as it is, types and all.
func keptDocument(doc bson.Raw) (kept.Document, error) {
	id, err := bson.MarshalExtJSON(bson.D{{Key: "_id", Value: doc.Lookup("_id")}}, true, false)
	if err != nil {
		return kept.Document{}, err
	}
	whole, err := bson.MarshalExtJSON(doc, true, false)
	return kept.Document{ID: string(id), JSON: string(whole)}, err
}

// Put replaces documents, or inserts them.
func (d *documents) Put(ctx context.Context, list []kept.Document) error {
	writes := make([]mongo.WriteModel, len(list))
	for i := range list {
		var doc bson.D
		if err := bson.UnmarshalExtJSON([]byte(list[i].JSON), true, &doc); err != nil {
			return rooms.Wrap(rooms.CodeBadRequest, err, "document: must be canonical extended JSON")
		}
		raw, err := bson.Marshal(doc)
		if err != nil {
			return rooms.Wrap(rooms.CodeBadRequest, err, "document: must be a document")
		}
		writes[i] = mongo.NewReplaceOneModel().SetFilter(field("_id", bson.Raw(raw).Lookup("_id"))).SetReplacement(doc).SetUpsert(true)
	}
	return d.replace(ctx, d.coll, writes)
}
