package storetest

import (
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func levelOf(l rooms.Level) rooms.AlertsChange { return rooms.AlertsChange{Level: &l} }

func muteOf(until time.Time) rooms.AlertsChange { return rooms.AlertsChange{MutedUntil: &until} }

func mustSetAlerts(t *testing.T, o Opened, room rooms.RoomID, user auth.UserID, c rooms.AlertsChange, want rooms.Alerts) {
	t.Helper()
	got, err := o.Store.Inbox.SetAlerts(waiting(t), room, user, c)
	if err != nil || got != want {
		t.Errorf("%s set %+v in %s: %+v, %v, want %+v", user, c, room, got, err, want)
	}
}

// alertsAreKept sets them by members and others; nothing else of a member changes by that, nor they by what changes him.
func alertsAreKept(t *testing.T, o Opened) {
	other := o.Another(t)
	room := privateRoom("club")
	mustChange(t, o, founding(room, "ann"))
	ever := time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)
	soon := now().Add(time.Hour)
	mustSetAlerts(t, o, "club", "ann", rooms.AlertsChange{}, rooms.Alerts{})
	mustSetAlerts(t, o, "club", "ann", levelOf(rooms.LevelAll), rooms.Alerts{Level: rooms.LevelAll})
	mustSetAlerts(t, other, "club", "ann", muteOf(ever), rooms.Alerts{Level: rooms.LevelAll, MutedUntil: ever})
	mustSetAlerts(t, o, "club", "bob", muteOf(soon), rooms.Alerts{MutedUntil: soon}) // who never was here
	mustMarkRead(t, o, "club", "ann", 5, 5)
	ann := rooms.Member{RoomID: "club", UserID: "ann", Role: rooms.RoleOwner, Seq: 1, ReadSeq: 5, Alerts: rooms.Alerts{Level: rooms.LevelAll, MutedUntil: ever}}
	bob := rooms.Member{RoomID: "club", UserID: "bob", Alerts: rooms.Alerts{MutedUntil: soon}}
	o = o.Reopen(t)
	wantMember(t, o, ann)
	wantMember(t, o, bob)
	c := changing(room, 1, memberEvent("club", 2, "bob", rooms.RoleMember))
	mustChange(t, o, c)
	joined := c.Members[0]
	joined.Alerts = bob.Alerts
	wantMember(t, o, joined)
	mustSetAlerts(t, o, "club", "bob", rooms.AlertsChange{}, bob.Alerts)
	mustSetAlerts(t, o, "club", "bob", muteOf(time.Time{}), rooms.Alerts{})
	wantMember(t, o, c.Members[0])

	// Of whom nothing is left he is not remembered.
	mustSetAlerts(t, o, "club", "carl", levelOf(rooms.LevelNothing), rooms.Alerts{Level: rooms.LevelNothing})
	mine, err := o.Store.Inbox.Overview(waiting(t), "carl", nil, 10, 10)
	if err != nil || len(mine) != 1 || mine[0].Member.Alerts.Level != rooms.LevelNothing {
		t.Errorf("carl's rooms are %+v, %v", mine, err)
	}
	mustSetAlerts(t, o, "club", "carl", levelOf(rooms.LevelDefault), rooms.Alerts{})
	if mine, err := o.Store.Inbox.Overview(waiting(t), "carl", nil, 10, 10); err != nil || len(mine) != 0 {
		t.Errorf("carl's rooms are %+v, %v, want none", mine, err)
	}
	mustSetAlerts(t, o, "club", "dan", levelOf(rooms.LevelAll), rooms.Alerts{Level: rooms.LevelAll})
	for range 2 {
		if err := o.Store.Inbox.Forget(waiting(t), "club", "dan"); err != nil {
			t.Fatal(err)
		}
	}
	list, err := o.Store.Members.Members(waiting(t), "club", rooms.MemberQuery{Known: true, Limit: 10})
	if err != nil || len(list) != 2 || list[0] != ann || list[1] != c.Members[0] {
		t.Errorf("known are %+v, %v", list, err)
	}
	for _, bad := range []rooms.Member{{RoomID: "club"}, {RoomID: "a b", UserID: "ann"}} {
		if _, err := o.Store.Inbox.SetAlerts(waiting(t), bad.RoomID, bad.UserID, levelOf(rooms.LevelAll)); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	wantNoFaults(t, o)
}

// alertsRace sets the two parts at once, and takes back what leaves nothing: what was set last of each stays.
func alertsRace(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	until := now().Add(time.Hour)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 5 {
				c, last := levelOf(rooms.LevelDefault), levelOf(rooms.LevelAll)
				if i%2 == 1 {
					c, last = muteOf(time.Time{}), muteOf(until)
				}
				for _, one := range []rooms.AlertsChange{c, last} {
					if _, err := instances[i%2].Store.Inbox.SetAlerts(waiting(t), "club", "ann", one); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	mustSetAlerts(t, o, "club", "ann", levelOf(rooms.LevelAll), rooms.Alerts{Level: rooms.LevelAll, MutedUntil: until})
}
