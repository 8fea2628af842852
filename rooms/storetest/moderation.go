package storetest

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// placed gives an id; those of a higher place are higher.
func placed(place int) rooms.EventID {
	var id rooms.EventID
	binary.BigEndian.PutUint32(id[:4], uint32(place)+1)
	return id
}

func reportOf(place int, room rooms.RoomID, seq int64, reporter auth.UserID) rooms.Report {
	return rooms.Report{
		ID: placed(place), RoomID: room, Seq: seq, Author: "mallory", Reporter: reporter, Reason: fmt.Sprint("reason ", place),
		At: time.UnixMilli(int64(1_700_000_000_123 + place)).UTC(), State: rooms.ReportOpen,
	}
}

func mustReport(t *testing.T, o Opened, r rooms.Report) rooms.Report {
	t.Helper()
	kept, err := o.Store.Moderation.Report(waiting(t), r)
	if err != nil {
		t.Fatalf("report: %v", err)
	}
	return kept
}

func wantReports(t *testing.T, o Opened, q rooms.ReportQuery, want ...rooms.Report) {
	t.Helper()
	got, err := o.Store.Moderation.Reports(waiting(t), q)
	if err != nil {
		t.Fatalf("reports %+v: %v", q, err)
	}
	if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("reports %+v:\n got %+v\nwant %+v", q, got, want)
	}
}

func reportsAreKept(t *testing.T, o Opened) {
	a, b := reportOf(1, "r", 5, "ann"), reportOf(2, "r", 5, "bob")
	c, d := reportOf(3, "other", 5, "ann"), reportOf(4, "r", 6, "ann")
	for _, r := range []rooms.Report{a, b, c, d} {
		if kept := mustReport(t, o, r); !reflect.DeepEqual(kept, r) {
			t.Fatalf("kept %+v, want %+v", kept, r)
		}
	}
	if again := mustReport(t, o, reportOf(9, "r", 5, "ann")); !reflect.DeepEqual(again, a) {
		t.Errorf("the same report again: %+v, want %+v", again, a)
	}
	wantReports(t, o, rooms.ReportQuery{Limit: 10}, d, c, b, a)
	wantReports(t, o, rooms.ReportQuery{RoomID: "r", Limit: 2}, d, b)
	wantReports(t, o, rooms.ReportQuery{RoomID: "r", Before: b.ID, Limit: 2}, a)
	wantReports(t, o, rooms.ReportQuery{Before: placed(99), Limit: 1}, d)
	wantReports(t, o, rooms.ReportQuery{Before: a.ID, Limit: 1})
	wantReports(t, o, rooms.ReportQuery{RoomID: "nothing", Limit: 1})

	at := time.UnixMilli(1_700_000_999_000).UTC()
	done, err := o.Store.Moderation.DecideReport(waiting(t), "r", b.ID, rooms.ReportResolved, "root", at)
	b.State, b.DoneBy, b.DoneAt = rooms.ReportResolved, "root", at
	if err != nil || !reflect.DeepEqual(done, b) {
		t.Errorf("decided: %+v, %v, want %+v", done, err, b)
	}
	for what, id := range map[string]rooms.EventID{"another room's": c.ID, "none": placed(50)} {
		if _, err := o.Store.Moderation.DecideReport(waiting(t), "r", id, rooms.ReportDismissed, "root", at); err == nil || rooms.AsError(err).Code != rooms.CodeNotFound {
			t.Errorf("%s: %v, want NOT_FOUND", what, err)
		}
	}
	o = o.Reopen(t)
	wantReports(t, o, rooms.ReportQuery{State: rooms.ReportOpen, Limit: 10}, d, c, a)
	wantReports(t, o, rooms.ReportQuery{State: rooms.ReportResolved, RoomID: "r", Limit: 10}, b)
	for range 2 {
		if err := o.Store.Moderation.EraseReports(waiting(t), "ann"); err != nil {
			t.Fatal(err)
		}
	}
	a.Reason, c.Reason, d.Reason = "", "", ""
	wantReports(t, o, rooms.ReportQuery{Limit: 10}, d, c, b, a)
}

// One user's report of one message is one, however many come at once.
func reportsComeOnce(t *testing.T, o Opened) {
	other := o.Another(t)
	const tries = 10
	kept := make([]rooms.Report, tries)
	var group sync.WaitGroup
	for i := range tries {
		group.Go(func() {
			at := []Opened{o, other}[i%2]
			var err error
			if kept[i], err = at.Store.Moderation.Report(waiting(t), reportOf(i, "r", 1, "ann")); err != nil {
				t.Errorf("report: %v", err)
			}
		})
	}
	group.Wait()
	for _, r := range kept {
		if r.ID != kept[0].ID {
			t.Fatalf("reports %s and %s", r.ID, kept[0].ID)
		}
	}
	wantReports(t, o, rooms.ReportQuery{Limit: tries}, kept[0])
}

func auditIsKept(t *testing.T, o Opened) {
	at := time.UnixMilli(1_700_000_000_001).UTC()
	all := []rooms.AuditEntry{
		{ID: placed(1), At: at, Actor: "ann", Action: "set_member", RoomID: "r", Subject: "bob", Seq: 7, Details: `{"role":null}`},
		{ID: placed(2), At: at, Actor: "root", Action: "revoke"},
		{ID: placed(3), At: at, Actor: "root", Action: "update_room", RoomID: "r", Seq: 8},
		{ID: placed(4), At: at, Actor: "ann", Action: "delete_message", RoomID: "other", Subject: "bob", Seq: 1},
	}
	for _, e := range all {
		if err := o.Store.Moderation.Audit(waiting(t), e); err != nil {
			t.Fatalf("audit: %v", err)
		}
	}
	o = o.Reopen(t)
	slices.Reverse(all)
	for _, c := range []struct {
		q    rooms.AuditQuery
		want []rooms.AuditEntry
	}{
		{rooms.AuditQuery{Limit: 10}, all},
		{rooms.AuditQuery{RoomID: "r", Limit: 10}, []rooms.AuditEntry{all[1], all[3]}},
		{rooms.AuditQuery{Actor: "ann", Limit: 1}, all[:1]},
		{rooms.AuditQuery{Actor: "ann", Before: placed(4), Limit: 9}, all[3:]},
		{rooms.AuditQuery{Before: placed(1), Limit: 9}, nil},
		{rooms.AuditQuery{Action: "update_room", Limit: 9}, all[1:2]},
		{rooms.AuditQuery{Action: "set_member", RoomID: "r", Actor: "ann", Limit: 9}, all[3:]},
		{rooms.AuditQuery{Action: "set_member", Actor: "root", Limit: 9}, nil},
	} {
		got, err := o.Store.Moderation.AuditLog(waiting(t), c.q)
		if err != nil || len(got) != len(c.want) || len(got) > 0 && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %+v, %v, want %+v", c.q, got, err, c.want)
		}
	}
}
