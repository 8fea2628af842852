package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func mustChangeProfile(t *testing.T, o Opened, user auth.UserID, c rooms.ProfileChange) rooms.Profile {
	t.Helper()
	p, err := o.Store.Profiles.ChangeProfile(waiting(t), user, c)
	if err != nil {
		t.Fatalf("change the profile of %s: %v", user, err)
	}
	return p
}

func called(name string) rooms.ProfileChange { return rooms.ProfileChange{Name: &name} }

func callsHimself(name string) rooms.ProfileChange {
	return rooms.ProfileChange{Name: &name, Given: true}
}

// profileOf reads one profile; false: there is none.
func profileOf(t *testing.T, o Opened, user auth.UserID) (rooms.Profile, bool) {
	t.Helper()
	list, err := o.Store.Profiles.Profiles(waiting(t), []auth.UserID{user, user})
	if err != nil || len(list) > 1 {
		t.Fatalf("the profile of %s: %+v, %v", user, list, err)
	}
	if len(list) == 0 {
		return rooms.Profile{}, false
	}
	return list[0], true
}

func wantProfile(t *testing.T, o Opened, want rooms.Profile) {
	t.Helper()
	if got, _ := profileOf(t, o, want.UserID); got != want {
		t.Errorf("the profile is %+v, want %+v", got, want)
	}
}

// usersOf gives the users of profiles in the order of their ids.
func usersOf(list []rooms.Profile) string {
	var users []string
	for _, p := range list {
		users = append(users, string(p.UserID))
	}
	slices.Sort(users)
	return strings.Join(users, " ")
}

// profilesAreKept changes a profile in all ways, and opens the store again.
func profilesAreKept(t *testing.T, o Opened) {
	if p, there := profileOf(t, o, "ann"); there {
		t.Fatalf("there is %+v", p)
	}
	avatar, dnd, none := "https://example.com/a.png", rooms.StatusDND, ""
	noStatus := rooms.Status("")
	want := rooms.Profile{UserID: "ann", Name: "Ann"}
	steps := []struct {
		change rooms.ProfileChange
		apply  func()
	}{
		{called("Ann"), func() {}},
		{called("Ann Lee"), func() { want.Name = "Ann Lee" }},
		{callsHimself("Änni 🦊"), func() { want.Name, want.Given = "Änni 🦊", true }},
		{called("Ann Lee"), func() {}},
		{rooms.ProfileChange{Name: called("Ann").Name, Avatar: &avatar, Status: &dnd}, func() { want.Avatar, want.Status = avatar, dnd }},
		{rooms.ProfileChange{}, func() {}},
		{rooms.ProfileChange{Avatar: &none}, func() { want.Avatar = "" }},
		{rooms.ProfileChange{Name: called("Ann Lee").Name, Release: true, Status: &noStatus}, func() { want.Name, want.Given, want.Status = "Ann Lee", false, "" }},
		{called(""), func() { want.Name = "" }},
		{called("Ann"), func() { want.Name = "Ann" }},
	}
	for i, step := range steps {
		step.apply()
		if got := mustChangeProfile(t, o, "ann", step.change); got != want {
			t.Fatalf("step %d gave %+v, want %+v", i, got, want)
		}
		wantProfile(t, o, want)
	}
	if got := mustChangeProfile(t, o, "bob", rooms.ProfileChange{Status: &dnd}); got != (rooms.Profile{UserID: "bob", Status: dnd}) {
		t.Errorf("bob is %+v", got)
	}
	o = o.Reopen(t)
	wantProfile(t, o, want)
	list, err := o.Store.Profiles.Profiles(waiting(t), []auth.UserID{"carol", "bob", "ann"})
	if err != nil || usersOf(list) != "ann bob" {
		t.Errorf("of all there are %v, %v", list, err)
	}
	if list, err := o.Store.Profiles.Profiles(waiting(t), nil); err != nil || len(list) != 0 {
		t.Errorf("of none there are %v, %v", list, err)
	}
}

// profilesAreFound looks for them by the beginnings of words, and by whole names.
func profilesAreFound(t *testing.T, o Opened) {
	names := map[auth.UserID]string{
		"u1": "Ann Lee", "u2": "ANN LEE", "u3": "Leeann O'Brien-Smith", "u4": "Ｌｅｅ", "u5": "lee lee", "Lee:6": "Zoë",
		"u7": "", "u8": `.* $where {"$gt":""}`, "u9": "李 小龙", "v1": "x" + "\U0010FFFF",
	}
	for user, name := range names {
		mustChangeProfile(t, o, user, called(name))
	}
	for prefix, want := range map[string]string{
		"lee": "Lee:6 u1 u2 u3 u4 u5", "LEE ": "", "ann  l": "u1 u2", "leea": "u3", "brien": "u3", "o'b": "u3", "smith": "u3", "mith": "",
		"zoë": "Lee:6", "zoe": "", "李": "u9", "小": "u9", "龙": "", "u": "u1 u2 u3 u4 u5 u7 u8 u9", ".*": "u8", "$wh": "", "where": "u8", "^": "", "": "Lee:6 u1 u2 u3 u4 u5 u7 u8 u9 v1",
		"x": "v1",
	} {
		key := rooms.ProfileKey(prefix)
		if prefix == "LEE " { // no key ends with a space, and none is found by one
			key += " x"
		}
		list, err := o.Store.Profiles.SearchProfiles(waiting(t), key, "", 100)
		if err != nil || usersOf(list) != want {
			t.Errorf("%q finds %s, %v, want %s", prefix, usersOf(list), err, want)
		}
		if !slices.IsSortedFunc(list, func(a, b rooms.Profile) int { return strings.Compare(string(a.UserID), string(b.UserID)) }) {
			t.Errorf("%q finds %v, not in the order of the ids", prefix, list)
		}
	}
	for _, c := range []struct {
		prefix string
		after  auth.UserID
		limit  int
		want   string
	}{{"lee", "u1", 2, "u2 u3"}, {"lee", "u5", 2, ""}, {"", "u2", 3, "u3 u4 u5"}, {"", "u25", 1, "u3"}, {"lee", "", 0, ""}} {
		list, err := o.Store.Profiles.SearchProfiles(waiting(t), rooms.ProfileKey(c.prefix), c.after, c.limit)
		if err != nil || usersOf(list) != c.want {
			t.Errorf("%+v finds %s, %v", c, usersOf(list), err)
		}
	}
	for _, c := range []struct {
		names []string
		among []auth.UserID
		most  int
		want  string
	}{
		{[]string{"ann lee"}, nil, 10, "u1 u2"}, {[]string{"Ann Lee", "Lee", "Nobody", "Ann"}, nil, 10, "u1 u2 u4"},
		{[]string{"ann lee"}, nil, 1, "u1"}, {[]string{"ann lee", "lee"}, nil, 1, "u1 u4"}, {[]string{"ann lee", "lee"}, []auth.UserID{"u2", "u3", "u4"}, 1, "u2 u4"},
		{[]string{"ann lee"}, []auth.UserID{}, 10, ""}, {nil, nil, 10, ""}, {[]string{""}, nil, 10, ""}, {[]string{"zoë"}, nil, 10, "Lee:6"},
	} {
		var keys []string
		for _, name := range c.names {
			keys = append(keys, rooms.ProfileKey(name))
		}
		list, err := o.Store.Profiles.NamedProfiles(waiting(t), keys, c.among, c.most)
		if err != nil || usersOf(list) != c.want {
			t.Errorf("%+v finds %s, %v", c, usersOf(list), err)
		}
	}
	// What a profile was called it is not found by any more.
	mustChangeProfile(t, o, "u1", callsHimself("Carol"))
	list, err := o.Store.Profiles.SearchProfiles(waiting(t), rooms.ProfileKey("lee"), "", 100)
	if err != nil || usersOf(list) != "Lee:6 u2 u3 u4 u5" {
		t.Errorf("after a change lee finds %s, %v", usersOf(list), err)
	}
	list, err = o.Store.Profiles.NamedProfiles(waiting(t), []string{rooms.ProfileKey("ann lee"), rooms.ProfileKey("carol")}, nil, 10)
	if err != nil || usersOf(list) != "u1 u2" || list[0].Name == list[1].Name {
		t.Errorf("after a change there are %+v, %v", list, err)
	}
}

// profilesAreNamed gives many the names of their tokens in one write: new ones, renamed ones, and such as have a name by hand.
func profilesAreNamed(t *testing.T, o Opened) {
	avatar := "https://example.com/a.png"
	mustChangeProfile(t, o, "bob", called("Robert"))
	mustChangeProfile(t, o, "bob", rooms.ProfileChange{Avatar: &avatar})
	mustChangeProfile(t, o, "carol", callsHimself("C"))
	mustChangeProfile(t, o, "dan", called("Dan"))
	want := map[auth.UserID]rooms.Profile{
		"ann": {UserID: "ann", Name: "Ann Lee"}, "bob": {UserID: "bob", Name: "Bob", Avatar: avatar},
		"carol": {UserID: "carol", Name: "C", Given: true}, "dan": {UserID: "dan"},
	}
	list, err := o.Store.Profiles.NameProfiles(waiting(t), []rooms.Named{
		{UserID: "dan"}, {UserID: "carol", Name: "Carol"}, {UserID: "ann", Name: "Ann Lee"}, {UserID: "bob", Name: "Bob"},
	})
	if err != nil || usersOf(list) != "ann bob carol dan" {
		t.Fatalf("named %v, %v", list, err)
	}
	for _, profile := range list {
		if profile != want[profile.UserID] {
			t.Errorf("it gave %+v, want %+v", profile, want[profile.UserID])
		}
	}
	o = o.Reopen(t)
	for _, profile := range want {
		wantProfile(t, o, profile)
	}
	for prefix, want := range map[string]string{"lee": "ann", "robert": "", "bob": "bob", "dan": "dan", "c": "carol"} {
		if list, err := o.Store.Profiles.SearchProfiles(waiting(t), rooms.ProfileKey(prefix), "", 10); err != nil || usersOf(list) != want {
			t.Errorf("%q finds %s, %v, want %s", prefix, usersOf(list), err, want)
		}
	}
	if list, err := o.Store.Profiles.NameProfiles(waiting(t), nil); err != nil || len(list) != 0 {
		t.Errorf("of none it gave %v, %v", list, err)
	}
}

// profilesAreSeen raises the time, never lowers it, and makes no profile.
func profilesAreSeen(t *testing.T, o Opened) {
	at := time.Date(2026, 11, 21, 12, 0, 0, int(123*time.Millisecond), time.UTC)
	mustChangeProfile(t, o, "ann", called("Ann"))
	mustChangeProfile(t, o, "bob", called("Bob"))
	see := func(seen ...rooms.Seen) {
		t.Helper()
		if err := o.Store.Profiles.SeeProfiles(waiting(t), seen); err != nil {
			t.Fatal(err)
		}
	}
	see()
	see(rooms.Seen{UserID: "ann", At: at}, rooms.Seen{UserID: "nobody", At: at}, rooms.Seen{UserID: "bob", At: at.Add(time.Hour)})
	see(rooms.Seen{UserID: "ann", At: at.Add(-time.Minute)}, rooms.Seen{UserID: "bob", At: at.Add(2 * time.Hour)})
	mustChangeProfile(t, o, "ann", called("Anna"))
	o = o.Reopen(t)
	wantProfile(t, o, rooms.Profile{UserID: "ann", Name: "Anna", SeenAt: at})
	wantProfile(t, o, rooms.Profile{UserID: "bob", Name: "Bob", SeenAt: at.Add(2 * time.Hour)})
	if p, there := profileOf(t, o, "nobody"); there {
		t.Errorf("there is %+v", p)
	}
}

// profilesOfMany has two instances change the same new profiles at once, one of them many in one write: nothing of either is lost.
func profilesOfMany(t *testing.T, o Opened) {
	const users = 40
	instances := []Opened{o, o.Another(t)}
	avatar := "https://example.com/a"
	named := make([]rooms.Named, users)
	var wg sync.WaitGroup
	for i := range users {
		user := auth.UserID(fmt.Sprint("user", i))
		named[i] = rooms.Named{UserID: user, Name: "Token"}
		wg.Go(func() { mustNotFail(t, instances[0], user, callsHimself("Hand")) })
		wg.Go(func() { mustNotFail(t, instances[1], user, called("Token")) })
		wg.Go(func() { mustNotFail(t, instances[1], user, rooms.ProfileChange{Avatar: &avatar}) })
	}
	wg.Go(func() {
		if _, err := instances[0].Store.Profiles.NameProfiles(waiting(t), named); err != nil {
			t.Errorf("name them all: %v", err)
		}
	})
	wg.Wait()
	for i := range users {
		wantProfile(t, o, rooms.Profile{UserID: auth.UserID(fmt.Sprint("user", i)), Name: "Hand", Given: true, Avatar: avatar})
	}
}

func mustNotFail(t *testing.T, o Opened, user auth.UserID, c rooms.ProfileChange) {
	if _, err := o.Store.Profiles.ChangeProfile(waiting(t), user, c); err != nil {
		t.Errorf("change the profile of %s: %v", user, err)
	}
}

// profilesAreErased removes one, and nothing finds it.
func profilesAreErased(t *testing.T, o Opened) {
	mustChangeProfile(t, o, "ann", callsHimself("Ann Lee"))
	mustChangeProfile(t, o, "ann2", called("Ann Lee"))
	for range 2 {
		if err := o.Store.Eraser.EraseProfile(waiting(t), "ann"); err != nil {
			t.Fatal(err)
		}
	}
	if p, there := profileOf(t, o, "ann"); there {
		t.Errorf("there still is %+v", p)
	}
	for _, find := range []func() ([]rooms.Profile, error){
		func() ([]rooms.Profile, error) {
			return o.Store.Profiles.SearchProfiles(waiting(t), rooms.ProfileKey("lee"), "", 10)
		},
		func() ([]rooms.Profile, error) {
			return o.Store.Profiles.NamedProfiles(waiting(t), []string{rooms.ProfileKey("ann lee")}, nil, 10)
		},
	} {
		if list, err := find(); err != nil || usersOf(list) != "ann2" {
			t.Errorf("found %s, %v", usersOf(list), err)
		}
	}
	if got := mustChangeProfile(t, o, "ann", called("Ann")); got != (rooms.Profile{UserID: "ann", Name: "Ann"}) {
		t.Errorf("who comes back is %+v", got)
	}
}
