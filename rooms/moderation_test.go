package rooms_test

import (
	"context"
	"strings"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

func TestAReportReachesThoseWhoModerate(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	room := private(t, s, "r") // 1
	setMember(t, s, room, bob, rooms.RoleMember)
	setMember(t, s, room, carol, rooms.RoleModerator)
	if err := sendAs(s, alice, room, "rude"); err != nil { // 4
		t.Fatal(err)
	}
	in := rooms.ReportInput{RoomID: "r", Seq: 4, Reason: "It is rude"}
	first, err := s.ReportMessage(ctx, bob, in)
	if err != nil || first.Author != "alice" || first.State != rooms.ReportOpen {
		t.Fatalf("reported %+v, %v", first, err)
	}
	if again, err := s.ReportMessage(ctx, bob, in); err != nil || again.ID != first.ID {
		t.Errorf("again: %+v, %v", again, err)
	}
	for _, user := range []auth.UserID{"alice", "carol"} {
		page, err := s.Notifications(ctx, auth.User{ID: user}, rooms.NotificationsInput{})
		reports := 0
		for _, n := range page.Notifications {
			if n.Kind == "report" && strings.Contains(string(n.Fields), first.ID.String()) {
				reports++
			}
		}
		if err != nil || reports != 1 {
			t.Errorf("%s was notified %d times of one report, %v", user, reports, err)
		}
	}
	for what, c := range map[string]struct {
		in   rooms.ReportInput
		user auth.User
		code rooms.Code
	}{
		"no message":    {rooms.ReportInput{RoomID: "r", Seq: 2, Reason: "x"}, bob, rooms.CodeNotFound},
		"beyond":        {rooms.ReportInput{RoomID: "r", Seq: 99, Reason: "x"}, bob, rooms.CodeNotFound},
		"no reason":     {rooms.ReportInput{RoomID: "r", Seq: 4}, bob, rooms.CodeBadRequest},
		"bidi reason":   {rooms.ReportInput{RoomID: "r", Seq: 4, Reason: "a\u202e"}, bob, rooms.CodeBadRequest},
		"not a member":  {in, auth.User{ID: "dan"}, rooms.CodeNotFound},
		"another place": {rooms.ReportInput{RoomID: "nothing", Seq: 4, Reason: "x"}, bob, rooms.CodeNotFound},
	} {
		_, err := s.ReportMessage(ctx, c.user, c.in)
		wantCode(t, what, err, c.code)
	}
	_, _, err = s.Reports(ctx, bob, rooms.ReportsInput{RoomID: "r"})
	wantCode(t, "a member reads reports", err, rooms.CodeForbidden)
	_, _, err = s.Reports(ctx, carol, rooms.ReportsInput{})
	wantCode(t, "a moderator reads all rooms'", err, rooms.CodeForbidden)
	for user, room := range map[*auth.User]string{&carol: "r", &admin: ""} {
		list, more, err := s.Reports(ctx, *user, rooms.ReportsInput{RoomID: room, State: "open", Limit: 1})
		if err != nil || more || len(list) != 1 || list[0].ID != first.ID {
			t.Errorf("%s sees %+v, more %t, %v", user.ID, list, more, err)
		}
	}
	done, err := s.DecideReport(ctx, carol, "r", first.ID.String(), "resolved")
	if err != nil || done.State != rooms.ReportResolved || done.DoneBy != "carol" {
		t.Errorf("decided: %+v, %v", done, err)
	}
	if list, _, err := s.Reports(ctx, carol, rooms.ReportsInput{RoomID: "r", State: "open"}); err != nil || len(list) != 0 {
		t.Errorf("open ones after that: %+v, %v", list, err)
	}
}

func TestWhatModeratorsDoIsNoted(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx := context.Background()
	room := private(t, s, "r")
	setMember(t, s, room, bob, rooms.RoleMember)
	setMember(t, s, room, bob, rooms.RoleMember) // which he is
	if err := sendAs(s, bob, room, "x"); err != nil {
		t.Fatal(err)
	}
	topic := "news"
	if _, err := s.UpdateRoom(ctx, alice, rooms.UpdateRoomInput{RoomID: "r", Topic: &topic}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Invite(ctx, alice, rooms.InviteInput{RoomID: "r"}); err != nil {
		t.Fatal(err)
	}
	if err := await(func(done func(rooms.Sent, error)) { s.Delete(alice, rooms.DeleteInput{RoomID: "r", Seq: 3}, done) }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetMember(ctx, bob, rooms.SetMemberInput{RoomID: "r", UserID: "bob"}); err != nil { // himself
		t.Fatal(err)
	}
	actions := func(user auth.User, in rooms.AuditInput) []string {
		t.Helper()
		list, _, err := s.AuditLog(ctx, user, in)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range list {
			names = append(names, e.Action+" "+string(e.Subject))
		}
		return names
	}
	const want = "delete_message bob,create_invitation ,update_room ,set_member bob"
	within(t, "all is noted", func() bool { return strings.Join(actions(alice, rooms.AuditInput{RoomID: "r"}), ",") == want })
	s.Auditor().Note(ctx, rooms.AuditEntry{Actor: "root", Action: "revoke", Details: `{"userId":"dan"}`})
	if got := actions(admin, rooms.AuditInput{Actor: "root"}); strings.Join(got, ",") != "revoke " {
		t.Errorf("of the admin: %q", got)
	}
	_, _, err := s.AuditLog(ctx, alice, rooms.AuditInput{})
	wantCode(t, "an owner reads everything", err, rooms.CodeForbidden)
	_, _, err = s.AuditLog(ctx, carol, rooms.AuditInput{RoomID: "r"})
	wantCode(t, "a stranger reads", err, rooms.CodeNotFound)
}
