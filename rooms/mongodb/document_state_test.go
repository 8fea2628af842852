package mongodb_test

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
	"roomstream/rooms/storetest"
)

// What other programs have under the names of fields that came later breaks no message, and
// comes to nobody who could not read it.
func TestFieldsOfRoomsMeanNothingInAMessage(t *testing.T) {
	store, other, watch := meeting(t)
	seq := int64(0)
	for name, c := range map[string]struct {
		theirs                bson.M
		mentions, attachments string
	}{
		"of other types": {bson.M{
			"mentions": bson.A{"ann"}, "attachments": 7, "subject": true, "role": 1, "bannedUntil": "never", "settings": bson.M{"a": 1},
		}, "", ""},
		"nothing":             {bson.M{"mentions": null, "attachments": null, "role": null, "bannedUntil": null}, "", ""},
		"no JSON":             {bson.M{"mentions": "ann", "attachments": "a file"}, "", ""},
		"other JSON":          {bson.M{"mentions": `{"ann":1}`, "attachments": `{"id":"1"}`}, "", ""},
		"half of it":          {bson.M{"mentions": `["ann"`, "attachments": `[{"id":"1"}`}, "", ""},
		"too many":            {bson.M{"mentions": `["ann"` + strings.Repeat(`,"bob"`, rooms.MaxMentions) + `]`}, "", ""},
		"nobody":              {bson.M{"mentions": `[]`}, "", ""},
		"a user of no name":   {bson.M{"mentions": `["ann",""]`}, "", ""},
		"of a member's":       {bson.M{"subject": "ann", "role": "owner", "bannedUntil": time.Now(), "settings": "{}"}, "", ""},
		"such as are meant":   {bson.M{"mentions": `["ann", "@room"]`, "attachments": `[{"id":"1"}]`}, `["ann", "@room"]`, `[{"id":"1"}]`},
		"one of them as such": {bson.M{"mentions": 1, "attachments": `[ ]`}, "", `[ ]`},
	} {
		t.Run(name, func(t *testing.T) {
			doc := plain(c.theirs)
			insert(t, other, doc)
			id := rooms.EventID(doc["_id"].(bson.ObjectID))
			want := rooms.Event{
				ID: id, RoomID: "general", Author: "bot", Text: "hello", Timestamp: id.Time(), Mentions: c.mentions, Attachments: c.attachments,
			}
			if arrived := watch.Next(t); arrived != (rooms.Arrival{Event: want}) {
				t.Fatalf("arrived %+v, want %+v", arrived, want)
			}
			seq++
			want.Seq = seq
			if _, err := store.Foreign.Adopt(t.Context(), []*rooms.Event{&want}); err != nil {
				t.Fatal(err)
			}
			read, err := store.Log.Since(t.Context(), "general", seq-1, rooms.Page{})
			if err != nil || len(read) != 1 || read[0] != want {
				t.Fatalf("read %+v, %v, want %+v", read, err, want)
			}
		})
	}
	// Trimmed, nothing of it is left.
	if _, err := store.Trimmer.Blank(t.Context(), "general", seq+1, 100); err != nil {
		t.Fatal(err)
	}
	left := bson.A{}
	for _, name := range []string{"mentions", "attachments", "subject", "role", "bannedUntil", "settings"} {
		left = append(left, bson.M{name: bson.M{"$exists": true}})
	}
	if n, err := other.CountDocuments(t.Context(), bson.M{"$or": left}); err != nil || n > 0 {
		t.Errorf("%d trimmed messages keep content, %v", n, err)
	}
}

// An event about a member or the settings that nobody can make sense of holds its number and
// nothing else.
func TestForgedEventsOfRoomsAreVoids(t *testing.T) {
	store, other, watch := meeting(t)
	settings := rooms.Settings{Name: "General"}.JSON()
	forged := []bson.M{
		{"type": "member"}, {"type": "member", "subject": ""}, {"type": "member", "subject": 1, "role": "owner"},
		{"type": "member", "subject": "ann", "role": "god"}, {"type": "member", "subject": "ann", "role": 1}, {"type": "member", "subject": "ann", "role": null},
		{"type": "member", "subject": "ann", "bannedUntil": "2030-01-01"}, {"type": "member", "subject": "ann", "bannedUntil": bson.DateTime(1 << 60)},
		{"type": "member", "subject": "ann", "author": ""}, {"type": "room"}, {"type": "room", "settings": bson.M{"name": "x"}},
		{"type": "room", "settings": "{"}, {"type": "room", "settings": `{"name":""}`}, {"type": "room", "settings": settings, "author": null},
		{"type": "rooms", "settings": settings},
	}
	for i, event := range forged {
		event["seq"] = i + 1
		insert(t, other, plain(event))
		if got := watch.Next(t).Event; got.Type != rooms.TypeVoid || got.Seq != int64(i+1) {
			t.Errorf("%v arrived as %+v", event, got)
		}
	}
	read, err := store.Log.Since(t.Context(), "general", 0, rooms.Page{})
	if err != nil || len(read) != len(forged) {
		t.Fatalf("read %d, %v, want %d", len(read), err, len(forged))
	}
	for i, e := range read {
		if e.Type != rooms.TypeVoid || e.Subject != "" || e.Role != rooms.RoleNone || e.Settings != "" || !e.Until.IsZero() {
			t.Errorf("%v is read as %+v", forged[i], e)
		}
	}
	// One that was made by hand as it must be is what it says.
	insert(t, other, plain(bson.M{"seq": len(forged) + 1, "type": "member", "subject": "ann", "role": "owner", "text": nil}))
	if got := watch.Next(t).Event; got.Type != rooms.TypeMember || got.Subject != "ann" || got.Role != rooms.RoleOwner {
		t.Errorf("it arrived as %+v", got)
	}
}

// What is read as a void, or was erased, is no unread message.
func TestUnreadAmongWhatCannotBeRead(t *testing.T) {
	store, other, _ := meeting(t)
	for seq, theirs := range []bson.M{
		{"text": 1}, {"text": null}, {"author": 1}, {"text": strings.Repeat("x", 8000), "mentions": `["ann"]`}, {"mentions": bson.A{"ann"}},
		{"erased": true, "mentions": `["ann"]`}, {"text": nil, "erased": true, "mentions": `["ann"]`}, {"type": "poll"},
	} {
		theirs["seq"] = seq + 1
		insert(t, other, plain(theirs))
	}
	want := rooms.Unread{Messages: 3, Mentions: 2}
	if got, err := store.Inbox.Unread(t.Context(), "general", "ann", 0, 100); err != nil || got != want {
		t.Errorf("unread is %+v, %v, want %+v", got, err, want)
	}
	if err := store.Log.Append(t.Context(), storetest.Messages("general", 9, 1)); err != nil { // ann's own
		t.Fatal(err)
	}
	if _, err := store.Catalog.CreateRoom(t.Context(), rooms.Room{ID: "general", Type: rooms.TypePublic, CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	found, err := store.Inbox.Overview(t.Context(), "ann", []rooms.RoomID{"general"}, 100, 10)
	if err != nil || len(found) != 1 || found[0].Unread != want || found[0].LastSeq != 9 {
		t.Errorf("the overview is %+v, %v, want %+v", found, err, want)
	}
}
