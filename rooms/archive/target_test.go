package archive_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"roomstream/rooms"
	"roomstream/rooms/archive"
)

// A server that was started once on the new store, and opened in a browser, made a room:
// the log moves there all the same.
func TestARoomThatNobodySpokeInIsNoLog(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			source, s := newEmbedded(t), open(t)
			fill(t, source, sound())
			exported := export(t, source, "")
			made := rooms.Room{ID: "trimmed", Name: "made by a visit", Type: rooms.TypePublic, CreatedAt: at.AddDate(0, 1, 0)}
			if _, err := s.Rooms.Catalog.CreateRoom(context.Background(), made); err != nil {
				t.Fatal(err)
			}
			if _, err := read(s, exported, archive.ImportOptions{}); err != nil {
				t.Fatal(err)
			}
			if got := export(t, s, ""); got != exported {
				t.Errorf("exported\n%s\nwant\n%s", got, exported)
			}
		})
	}
}

// What lies between the two would be a gap for ever.
func TestAnImportRefusesARoomThatEndsBeforeTheArchiveBegins(t *testing.T) {
	source, s := newEmbedded(t), newEmbedded(t)
	fill(t, source, sound())
	if err := s.Rooms.Log.Append(context.Background(), []*rooms.Event{event("trimmed", 1, rooms.Event{Text: "old"})}); err != nil {
		t.Fatal(err)
	}
	_, err := read(s, export(t, source, ""), archive.ImportOptions{})
	if err == nil || !strings.Contains(err.Error(), "room trimmed: ends at seq 1 in the store, the archive begins at 11") {
		t.Errorf("import: %v", err)
	}
}

// The same send under another number is found before anything is written, whether its id
// or its clientId gives it away.
func TestAnImportRefusesAnEventThatStandsElsewhere(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			for what, change := range map[string]func(e *rooms.Event){
				"by id":       func(e *rooms.Event) { e.ClientID, e.RoomID = "", "another" },
				"by clientId": func(e *rooms.Event) { e.ID[11]++ },
			} {
				source, s := newEmbedded(t), open(t)
				fill(t, source, sound())
				elsewhere := *sound()[7]
				elsewhere.Seq, elsewhere.Text, elsewhere.Erased = 9, "stands elsewhere", false
				change(&elsewhere)
				if err := s.Rooms.Log.Append(context.Background(), []*rooms.Event{&elsewhere}); err != nil {
					t.Fatal(err)
				}
				_, err := read(s, export(t, source, ""), archive.ImportOptions{})
				if err == nil || !strings.Contains(err.Error(), "at seq 9, where the archive has another") {
					t.Errorf("%s: import: %v", what, err)
				}
				if rooms, _ := s.Rooms.Catalog.Rooms(context.Background(), "", 1); len(rooms) > 0 {
					t.Errorf("%s: something was written", what)
				}
			}
		})
	}
}

func TestALineIsOneThing(t *testing.T) {
	source := newEmbedded(t)
	fill(t, source, sound())
	lines := strings.SplitAfter(export(t, source, "general"), "\n")
	room, said := strings.TrimSuffix(lines[1], "\n"), strings.TrimSuffix(lines[2], "\n")
	for name, second := range map[string]string{
		"two objects":      room + room,
		"text after it":    room + " and more",
		"a room and event": strings.TrimSuffix(room, "}") + "," + strings.TrimPrefix(said, "{"),
	} {
		_, err := read(newEmbedded(t), lines[0]+second+"\n"+strings.Join(lines[2:], ""), archive.ImportOptions{})
		if err == nil || !strings.Contains(err.Error(), "line 2: is no line of an archive") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheFieldsOfARoomHaveLimits(t *testing.T) {
	source := newEmbedded(t)
	fill(t, source, sound())
	exported := export(t, source, "")
	for field, change := range map[string][2]string{
		"type":        {`"type":"public"`, `"type":"secret"`},
		"name":        {`"name":"Nobody"`, `"name":"` + strings.Repeat("n", 9000) + `"`},
		"topic":       {`"topic":"silence"`, `"topic":"` + strings.Repeat("t", 9000) + `"`},
		"minSeq":      {`"minSeq":11`, `"minSeq":-11`},
		"removeBelow": {`"removeBelow":9`, `"removeBelow":12`},
		"retentionMs": {`"retentionMs":86400000`, `"retentionMs":9223372036854775807`},
		"createdAt":   {`"createdAt":"2026`, `"createdAt":"x2026`},
		"id":          {`"id":"general"`, `"id":"gen eral"`},
	} {
		_, err := read(newEmbedded(t), strings.Replace(exported, change[0], change[1], 1), archive.ImportOptions{})
		if err == nil || !strings.Contains(err.Error(), "room.") || !strings.Contains(err.Error(), field+": ") && !strings.Contains(err.Error(), "roomId: ") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// While others write, an export has each room up to a number, without gaps.
func TestAnExportBesideWritersIsWhole(t *testing.T) {
	s, to := newMongoDB(t), newEmbedded(t)
	ctx, stop := context.WithCancel(context.Background())
	written, started := make(chan int64, 1), make(chan struct{})
	go func() {
		var seq int64
		defer func() { written <- seq }()
		for ctx.Err() == nil {
			batch := make([]*rooms.Event, 50)
			for i := range batch {
				batch[i] = event("general", seq+int64(i)+1, rooms.Event{Text: "live"})
			}
			if err := s.Rooms.Log.Append(context.Background(), batch); err != nil {
				t.Error(err)
				return
			}
			if seq == 0 {
				close(started)
			}
			seq += int64(len(batch))
		}
	}()
	select {
	case <-started:
	case <-written:
		t.FailNow() // it said why
	}
	var exports [3]bytes.Buffer
	for i := range exports {
		if _, err := archive.Export(context.Background(), s, &exports[i], archive.ExportOptions{}); err != nil {
			t.Error(err)
		}
	}
	stop()
	all := <-written
	for i := range exports {
		if _, err := read(to, exports[i].String(), archive.ImportOptions{}); err != nil {
			t.Errorf("import: %v", err)
		}
	}
	newest, err := to.Rooms.Log.Newest(context.Background(), []rooms.RoomID{"general"}, 1)
	if err != nil || len(newest["general"]) == 0 || newest["general"][0].Seq > all {
		t.Errorf("exported up to %+v of %d events, %v", newest, all, err)
	}
}
