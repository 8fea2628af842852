package archive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/archive"
	"roomstream/rooms/hooks"
	"roomstream/rooms/kept"
)

// full is one whole thing of each kind, and some that lack all that may be lacking.
type full struct {
	Profiles      []rooms.Profile
	Notifications []rooms.Notification
	Invitations   []rooms.Invitation
	Reports       []rooms.Report
	Audit         []rooms.AuditEntry
	Files         []rooms.File
	Keys          []auth.Key
	Revocations   []auth.Revocation
	Webhooks      []hooks.Hook
	Cursors       []hooks.Cursor
	Streams       []kept.Document
	Rules         []kept.Document
	Threads       []rooms.Thread
}

const (
	fileOne = "AAAAAAAAAAAAAAAAAAAAAAAAAA"
	fileTwo = "BBBBBBBBBBBBBBBBBBBBBBBBBB"
	hookOne = "w_ONE"
	hookTwo = "w_TWO"
)

// id is an id that begins with a letter.
func id(letter string) (id rooms.EventID) {
	copy(id[:], strings.Repeat(letter, len(id)))
	return id
}

func hash(letter string) (hash [32]byte) {
	copy(hash[:], strings.Repeat(letter, len(hash)))
	return hash
}

// everything is of the rooms that sound makes.
func everything() full {
	later := at.Add(time.Hour)
	return full{
		Profiles: []rooms.Profile{
			{UserID: "ann", Name: "Ann Ünal <b>", Given: true, Avatar: "https://example.org/a?b=1&c", Status: rooms.StatusDND, SeenAt: later},
			{UserID: "zoë"},
		},
		Notifications: []rooms.Notification{
			{ID: id("a"), UserID: "ann", Kind: "mention", Read: true, Fields: []byte(`{"roomId":"general","seq":1,"author":"ben","text":"\u003cb\u003e \u2028\t\"é\" 👩‍🚀"}`)},
			{ID: id("b"), UserID: "ben", Kind: "order_shipped", Fields: []byte(`{"z":1,"a":[1.5,2.0,-3,1e30,9007199254740993,true,null,{"deep":{}}],"b":"x"}`)},
			{ID: id("c"), UserID: "ben", Kind: "bare"},
		},
		Invitations: []rooms.Invitation{
			{ID: "i1", Hash: hash("x"), RoomID: "general", Role: rooms.RoleMember, CreatedBy: "ann", Right: rooms.RightClaim, CreatedAt: at, ExpiresAt: later, MaxUses: 3, UsedBy: []auth.UserID{"zed", "ben"}},
			{ID: "i2", Hash: hash("y"), RoomID: "trimmed", Role: rooms.RoleReader, CreatedBy: "ann", CreatedAt: at},
		},
		Reports: []rooms.Report{
			{ID: id("a"), RoomID: "general", Seq: 1, Author: "ann", Reporter: "ben", Reason: "rude", At: at, State: rooms.ReportResolved, DoneBy: "mod", DoneAt: later},
			{ID: id("b"), RoomID: "trimmed", Seq: 11, Author: "ann", Reporter: "ben", At: at, State: rooms.ReportOpen},
		},
		Audit: []rooms.AuditEntry{
			{ID: id("a"), At: at, Actor: "mod", Action: "set_member", RoomID: "general", Subject: "eve", Seq: 7, Details: `{"role":null}`},
			{ID: id("b"), At: at, Actor: "root", Action: "erase"},
		},
		Files: []rooms.File{
			{ID: fileOne, RoomID: "general", Author: "ann", Name: "a.png", Size: 11, Type: "image/png", Width: 3, Height: 4, Thumbnail: true, CreatedAt: at, Stored: true, Use: "ann/c1", UsedAt: later, Seq: 1, Rev: 3},
			{ID: fileTwo, RoomID: "trimmed", Author: "ben", Name: "b.txt", Size: 11, Type: "text/plain", CreatedAt: at, Stored: true, Rev: 1},
		},
		Keys: []auth.Key{
			{ID: "b:1", Kind: auth.KindBot, Hash: hash("k"), Name: "Robot", Rooms: []string{"general", "trimmed"}, PostOnly: true, CreatedBy: "ann", CreatedAt: at},
			{ID: "b:2", Kind: auth.KindBot, Hash: hash("l"), Name: "Everywhere", CreatedBy: "ann", CreatedAt: at},
			{ID: "b:3", Kind: auth.KindHook, Hash: hash("m"), Name: "Hook", Rooms: []string{"general"}, PostOnly: true, CreatedBy: "ann", CreatedAt: at},
		},
		Revocations: []auth.Revocation{
			{User: "mallory", At: at, Disabled: true, Lifted: later},
			{TokenID: "t \"1\" é", At: at, Until: at.AddDate(100, 0, 0)},
			{User: "eve", At: later},
		},
		Webhooks: []hooks.Hook{
			{ID: hookOne, URL: "https://example.org/hook?a=1&b", Room: "general", Events: []string{"message_deleted", "new_message"}, Sealed: []byte{0, 1, 2, 255}, CreatedBy: "ann", CreatedAt: at, Revision: 2,
				Failed: &hooks.Failure{At: later, Reason: "500", Room: "general", Seq: 3}},
			{ID: hookTwo, URL: "https://example.org/all", Sealed: []byte{9}, CreatedBy: "root", CreatedAt: at},
		},
		Cursors: []hooks.Cursor{
			{Hook: hookOne, Room: "general", Seq: 5, FailingSince: later, Attempts: 4, LastError: "it said 500", Epoch: 7},
			{Hook: hookTwo, Room: "empty"},
			{Hook: hookTwo, Room: "general", Seq: 8, Epoch: 1},
		},
		Streams: []kept.Document{
			{ID: `{"_id":{"$oid":"656565656565656565656565"}}`, JSON: `{"_id":{"$oid":"656565656565656565656565"},"uri":"orders","watch":{"collection":"orders"},"n":{"$numberLong":"5"}}`},
		},
		Rules: []kept.Document{
			{ID: `{"_id":"r1"}`, JSON: `{"_id":"r1","stream":"orders","roles":["admin"]}`},
		},
		Threads: []rooms.Thread{
			{RoomID: "general", Seq: 1, UserID: "ann", Choice: rooms.ThreadFollowed, ReadSeq: 3},
			{RoomID: "general", Seq: 1, UserID: "ben/2", ReadSeq: 2},
			{RoomID: "trimmed", Seq: 11, UserID: "ann", Choice: rooms.ThreadLeft},
		},
	}
}

func (f full) put(t *testing.T, s archive.Store) {
	t.Helper()
	ctx := context.Background()
	k := s.Kept
	for _, err := range []error{
		k.Profiles.Put(ctx, f.Profiles), k.Notifications.Put(ctx, f.Notifications), k.Invitations.Put(ctx, f.Invitations),
		k.Reports.Put(ctx, f.Reports), k.Audit.Put(ctx, f.Audit), k.Files.Put(ctx, f.Files), k.Keys.Put(ctx, f.Keys), k.Revocations.Put(ctx, f.Revocations),
		k.Webhooks.Put(ctx, f.Webhooks), k.Cursors.Put(ctx, f.Cursors), k.Streams.Put(ctx, f.Streams), k.Rules.Put(ctx, f.Rules), k.Threads.Put(ctx, f.Threads),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, blob := range contents() {
		if _, err := s.Rooms.Blobs.WriteBlob(ctx, blob, strings.NewReader(contentOf(blob))); err != nil {
			t.Fatal(err)
		}
	}
}

func contents() []rooms.Blob {
	return []rooms.Blob{{ID: fileOne}, {ID: fileOne, Thumbnail: true}, {ID: fileTwo}}
}

// contentOf is 11 bytes long, but for thumbnails.
func contentOf(b rooms.Blob) string {
	if b.Thumbnail {
		return "small " + string(b.ID[:1])
	}
	return "content " + string(b.ID[:3])
}

// all reads a table in pages of one.
func all[T any](t *testing.T, table kept.Table[T], key func(*T) string) []T {
	t.Helper()
	var found []T
	for from := ""; ; {
		list, err := table.From(context.Background(), from, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, thing := range list {
			if from == "" || key(&thing) > from {
				found = append(found, thing)
			}
		}
		if len(list) < 2 {
			return found
		}
		from = key(&list[1])
	}
}

// load reads a store's.
func load(t *testing.T, s archive.Store) full {
	t.Helper()
	k := s.Kept
	return full{
		all(t, k.Profiles, kept.ProfileKey), all(t, k.Notifications, kept.NotificationKey), all(t, k.Invitations, kept.InvitationKey),
		all(t, k.Reports, kept.ReportKey), all(t, k.Audit, kept.AuditKey), all(t, k.Files, kept.FileKey), all(t, k.Keys, kept.KeyKey), all(t, k.Revocations, kept.RevocationKey),
		all(t, k.Webhooks, kept.WebhookKey), all(t, k.Cursors, kept.CursorKey), all(t, k.Streams, kept.DocumentKey), all(t, k.Rules, kept.DocumentKey), all(t, k.Threads, kept.ThreadKey),
	}
}

// wantSame compares kind by kind, the fields of notifications as values.
func wantSame(t *testing.T, what string, got, want full) {
	t.Helper()
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		if a, b := written(t, g.Field(i)), written(t, w.Field(i)); a != b {
			t.Errorf("%s: %s are\n%s\nwant\n%s", what, g.Type().Field(i).Name, a, b)
		}
	}
}

func written(t *testing.T, things reflect.Value) string {
	t.Helper()
	var b strings.Builder
	for i := range things.Len() {
		thing := reflect.New(things.Type().Elem()).Elem()
		thing.Set(things.Index(i))
		var fields any
		if n, is := thing.Addr().Interface().(*rooms.Notification); is && n.Fields != nil {
			if err := json.Unmarshal(n.Fields, &fields); err != nil {
				t.Fatal(err)
			}
			n.Fields = nil
		}
		text, err := json.Marshal([]any{thing.Interface(), fields})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(text, '\n'))
	}
	return b.String()
}

func wantContents(t *testing.T, s archive.Store) {
	t.Helper()
	for _, blob := range contents() {
		content, err := s.Rooms.Blobs.OpenBlob(context.Background(), blob)
		if err != nil {
			t.Errorf("%+v: %v", blob, err)
			continue
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, content); err != nil || b.String() != contentOf(blob) {
			t.Errorf("%+v holds %q, %v", blob, b.String(), err)
		}
		content.Close()
	}
}

func exportWith(t *testing.T, s archive.Store, o archive.ExportOptions) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := archive.Export(context.Background(), s, &b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
