package faults

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// read reads the whole log, and how many documents still wait for a number.
func (w *world) read() (stored map[string][]entry, unnumbered int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	exists := func(is bool) bson.D { return bson.D{{Key: "$exists", Value: is}} }
	filter := bson.D{{Key: "roomId", Value: exists(true)}, {Key: "badSeq", Value: exists(false)}}
	if len(w.ignored) > 0 {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$nin", Value: w.ignored}}})
	}
	cursor, err := w.messages.Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "roomId", Value: 1}, {Key: "seq", Value: 1}}))
	if err != nil {
		w.t.Fatal(err)
	}
	var documents []document
	if err := cursor.All(ctx, &documents); err != nil {
		w.t.Fatal(err)
	}
	stored = map[string][]entry{}
	for _, d := range documents {
		if d.seq() < 1 {
			unnumbered++
			continue
		}
		stored[d.RoomID] = append(stored[d.RoomID], d.entry())
	}
	return stored, unnumbered
}

// document is an event as it is stored.
type document struct {
	ID       bson.ObjectID `bson:"_id"`
	RoomID   string        `bson:"roomId"`
	Seq      bson.RawValue `bson:"seq"`
	Type     string        `bson:"type"`
	Author   string        `bson:"author"`
	ClientID string        `bson:"clientId"`
	Text     string        `bson:"text"`
	Target   int64         `bson:"target"`
	Emoji    string        `bson:"emoji"`
	On       bool          `bson:"on"`
}

// seq is the event's number; 0: it has none yet, or a forged one that will be taken away.
func (d document) seq() int64 {
	if d.Seq.Type != bson.TypeInt64 && d.Seq.Type != bson.TypeInt32 {
		return 0
	}
	return d.Seq.AsInt64()
}

func (d document) entry() entry {
	names := map[string]string{"": "new_message", "edit": "message_updated", "delete": "message_deleted", "reaction": "reaction_updated", "void": "void"}
	return entry{
		Seq: d.seq(), ID: d.ID.Hex(), RoomID: d.RoomID, Event: names[d.Type], Author: d.Author, ClientID: d.ClientID,
		Text: d.Text, Target: d.Target, Emoji: d.Emoji, On: d.On,
	}
}
