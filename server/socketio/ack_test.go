package socketio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"roomstream/rooms"
)

// answered runs f with an answer and returns what it acked; nil where it left the event unacked.
func answered(a answer, f func(answer)) []byte {
	var got []byte
	a.ack = func(b []byte) { got = b }
	f(a)
	return got
}

func TestAckedWithOneObject(t *testing.T) {
	a := answer{log: quiet()}
	if got := string(answered(a, func(a answer) { a.ok(nil) })); got != `{"ok":true}` {
		t.Errorf("ok is %s", got)
	}
	busy := rooms.E(rooms.CodeOverloaded, "full")
	busy.RetryAfter = 1500 * time.Millisecond
	got := string(answered(a, func(a answer) { a.fail(fmt.Errorf("send: %w", busy)) }))
	if got != `{"error":{"code":"OVERLOADED","message":"full","retryable":true,"retryAfterMs":1500}}` {
		t.Errorf("error is %s", got)
	}
	got = string(answered(a, func(a answer) { a.fail(rooms.BadField("text", "must not be empty")) }))
	if got != `{"error":{"code":"BAD_REQUEST","message":"text: must not be empty","retryable":false,"details":{"field":"text"}}}` {
		t.Errorf("error is %s", got)
	}
}

func TestInternalErrorIsLoggedUnderAnIDTheClientIsTold(t *testing.T) {
	var log bytes.Buffer
	a := answer{event: "sync", user: "alice", log: slog.New(slog.NewTextHandler(&log, nil))}
	got := decodeAck(t, answered(a, func(a answer) { a.fail(errors.New("disk on fire")) }))
	if got.Error.Code != rooms.CodeInternal || strings.Contains(got.Error.Message, "fire") {
		t.Fatalf("told the client %+v", got.Error)
	}
	id := regexp.MustCompile(`[0-9a-f]{8}`).FindString(got.Error.Message)
	if id == "" || !strings.Contains(log.String(), "logId="+id) || !strings.Contains(log.String(), "disk on fire") {
		t.Fatalf("message %q, log %q", got.Error.Message, log.String())
	}
}

func TestSilentLeavesRetryableFailuresUnacked(t *testing.T) {
	for _, err := range []error{rooms.E(rooms.CodeTimeout, "x"), rooms.E(rooms.CodeUnavailable, "x"), rooms.E(rooms.CodeOverloaded, "x"), context.DeadlineExceeded, errors.New("internal")} {
		if got := answered(answer{silent: true, log: quiet()}, func(a answer) { a.fail(err) }); got != nil {
			t.Errorf("%v was acked under silent: %s", err, got)
		}
		if got := answered(answer{log: quiet()}, func(a answer) { a.fail(err) }); got == nil {
			t.Errorf("%v was not acked without silent", err)
		}
	}
	for _, code := range []rooms.Code{rooms.CodeBadRequest, rooms.CodeConflict, rooms.CodeNotFound, rooms.CodeForbidden, rooms.CodeTooLarge} {
		if got := answered(answer{silent: true, log: quiet()}, func(a answer) { a.fail(rooms.E(code, "x")) }); got == nil {
			t.Errorf("%s is permanent and must be acked", code)
		}
	}
}

// message is an event whose replay is about size bytes long.
func message(room rooms.RoomID, seq int64, size int) rooms.Event {
	return rooms.Event{
		RoomID: room, Seq: seq, Author: "alice", Timestamp: time.Unix(1_700_000_000, 0).UTC(),
		Text: "t", Data: `{"d":"` + strings.Repeat("x", size) + `"}`,
	}
}

// syncAnswer is a sync's ack.
type syncAnswer struct {
	Rooms map[string]struct {
		Events  []map[string]any `json:"events"`
		More    bool             `json:"more"`
		LastSeq *int64           `json:"lastSeq"`
		Reset   *resetBody       `json:"reset"`
	} `json:"rooms"`
}

func encodeSync(t *testing.T, synced map[string]rooms.Synced) (syncAnswer, int) {
	t.Helper()
	body := answered(answer{}, func(a answer) { a.ok(syncedMembers(synced)) })
	var got syncAnswer
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return got, len(body)
}

func TestASyncAnswerIsAtMost512KiB(t *testing.T) {
	synced := map[string]rooms.Synced{}
	for i := range 100 {
		id := rooms.RoomID(fmt.Sprintf("room-%03d-%s", i, strings.Repeat("x", 100)))
		var events []rooms.Event
		for seq := range int64(30) {
			events = append(events, message(id, seq+1, 8000))
		}
		synced[string(id)] = rooms.Synced{Events: events, LastSeq: 30}
	}
	got, size := encodeSync(t, synced)
	if size > 512<<10 || size < 500<<10 {
		t.Fatalf("the answer is %d bytes", size)
	}
	full, empty := 0, 0
	for id, room := range got.Rooms {
		for i, e := range room.Events {
			if e["seq"] != float64(i+1) {
				t.Fatalf("%s: event %d has seq %v", id, i, e["seq"])
			}
		}
		if room.More != (len(room.Events) < 30) || *room.LastSeq != 30 {
			t.Fatalf("%s: %d events, more=%v, lastSeq %d", id, len(room.Events), room.More, *room.LastSeq)
		}
		if len(room.Events) == 30 {
			full++
		}
		if len(room.Events) == 0 {
			empty++
		}
	}
	if len(got.Rooms) != 100 || full == 0 || empty == 0 {
		t.Fatalf("%d rooms, %d full, %d empty", len(got.Rooms), full, empty)
	}
}

func TestOneEventMayStandOverASyncAnswer(t *testing.T) {
	got, size := encodeSync(t, map[string]rooms.Synced{
		"a": {Events: []rooms.Event{message("a", 1, 600<<10), message("a", 2, 1)}, LastSeq: 2},
		"b": {Events: []rooms.Event{message("b", 1, 1)}, LastSeq: 1},
	})
	if size < 600<<10 || len(got.Rooms["a"].Events) != 1 || !got.Rooms["a"].More {
		t.Fatalf("%d bytes, %d events, more=%v", size, len(got.Rooms["a"].Events), got.Rooms["a"].More)
	}
	if len(got.Rooms["b"].Events) != 0 || !got.Rooms["b"].More {
		t.Fatal("a room after it must come empty with more")
	}
}

func TestSyncTellsAResetByItsReason(t *testing.T) {
	got, _ := encodeSync(t, map[string]rooms.Synced{
		"gone": {Reset: rooms.ResetForbidden, LastSeq: -1},
		"old":  {Reset: rooms.ResetTooFar, LastSeq: 20_000},
		"new":  {Reset: rooms.ResetAhead, LastSeq: 0},
		"void": {Events: []rooms.Event{{RoomID: "void", Seq: 4, Type: rooms.TypeVoid}}, LastSeq: 4},
		"none": {LastSeq: 9},
	})
	if r := got.Rooms["gone"]; r.Reset == nil || r.Reset.Reason != "forbidden" || r.LastSeq != nil || r.Events != nil {
		t.Errorf("gone: %+v", r)
	}
	if r := got.Rooms["old"]; r.Reset == nil || r.Reset.Reason != "too_far" || *r.LastSeq != 20_000 {
		t.Errorf("old: %+v", r)
	}
	if r := got.Rooms["new"]; r.Reset == nil || r.Reset.Reason != "ahead" || *r.LastSeq != 0 {
		t.Errorf("new: %+v", r)
	}
	if r := got.Rooms["void"]; r.Reset != nil || len(r.Events) != 1 || r.Events[0]["event"] != "void" || r.Events[0]["roomId"] != "void" {
		t.Errorf("void: %+v", r)
	}
	if r := got.Rooms["none"]; r.Reset != nil || r.Events == nil || len(r.Events) != 0 || r.More || *r.LastSeq != 9 {
		t.Errorf("none: %+v", r)
	}
}
