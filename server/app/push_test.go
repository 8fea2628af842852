package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/push/pushtest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

const pushSubject = "mailto:admin@example.com"

// pushing turns Web Push on, to services on loopback, too.
func pushing(c *app.Config) { c.PushSubject, c.PushAllowPrivate = pushSubject, true }

// pushStage is a chat in which bob, who has no socket, is told on a device.
type pushStage struct {
	t       *testing.T
	service *pushtest.Service
	apps    []*apptest.App
	ann     *apptest.Client // on the first
}

// onPushStages runs a test with one program on the embedded store, and with two on one database.
func onPushStages(t *testing.T, configure func(*app.Config), test func(t *testing.T, s *pushStage)) {
	start := func(t *testing.T, n int, o apptest.Options) {
		o.Configure = configure
		s := &pushStage{t: t, service: pushtest.New(t)}
		for range n {
			s.apps = append(s.apps, apptest.Start(t, o))
		}
		for _, user := range []string{"bob", "cat"} { // who is known can be named
			if status, answer := request(t, "PATCH", s.apps[0].URL+"/api/users/me", s.apps[0].Token(user), `{"name":"`+strings.ToTitle(user[:1])+user[1:]+`"}`); status != http.StatusOK {
				t.Fatalf("%d %s", status, answer)
			}
		}
		s.ann = apptest.Dial(t, s.apps[0].URL, s.apps[0].Token("ann"))
		s.ann.Must("join_room", `"general"`, nil)
		test(t, s)
	}
	t.Run("embedded", func(t *testing.T) { start(t, 1, apptest.Options{}) })
	t.Run("two instances on MongoDB", func(t *testing.T) {
		mongod := mongotest.Shared(t)
		start(t, 2, apptest.Options{MongoDBURI: mongod.URI, Database: mongod.Database(t)})
	})
}

// last is the program that ann is not on, where there are two.
func (s *pushStage) last() *apptest.App { return s.apps[len(s.apps)-1] }

// subscribe has a user's device told, and gives the subscription's id.
func (s *pushStage) subscribe(user string, d *pushtest.Device) string {
	s.t.Helper()
	status, answer := request(s.t, "PUT", s.last().URL+"/api/push/subscriptions", s.last().Token(user), d.JSON())
	var body struct{ ID string }
	if err := json.Unmarshal([]byte(answer), &body); err != nil || status != http.StatusOK || body.ID == "" {
		s.t.Fatalf("subscribe: %d %s", status, answer)
	}
	return body.ID
}

// devices counts a user's.
func (s *pushStage) devices(user string) int {
	s.t.Helper()
	status, answer := request(s.t, "GET", s.apps[0].URL+"/api/push/subscriptions", s.apps[0].Token(user), "")
	if status != http.StatusOK {
		s.t.Fatalf("%d %s", status, answer)
	}
	return strings.Count(answer, `"id"`)
}

// say has ann say something and gives its number.
func (s *pushStage) say(text string) int64 {
	s.t.Helper()
	var sent struct{ Seq int64 }
	s.ann.Must("send_message", fmt.Sprintf(`{"roomId":"general","text":%q}`, text), &sent)
	return sent.Seq
}

// pushed is what a device is told.
type pushed struct {
	ID, Kind, RoomID, RoomName, Author, AuthorName, Text string
	Seq                                                  int64
}

func (s *pushStage) read(m pushtest.Message) pushed {
	s.t.Helper()
	var p pushed
	if err := json.Unmarshal(m.Plain, &p); err != nil {
		s.t.Fatalf("%s: %v", m.Plain, err)
	}
	return p
}

func TestWhoIsAwayIsToldOnHisDeviceOnce(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		device, other := s.service.Device(), s.service.Device()
		s.subscribe("bob", device)
		s.subscribe("bob", device) // again is the same
		s.subscribe("cat", other)
		seq := s.say("hello @Bob")
		got := device.Await(1, apptest.Patience)[0]
		p := s.read(got)
		if p.Kind != "mention" || p.RoomID != "general" || p.RoomName == "" || p.Seq != seq || p.Author != "ann" || p.Text != "hello @Bob" || len(p.ID) != 24 {
			t.Errorf("told %s", got.Plain)
		}
		if got.Subject != pushSubject || got.TTL <= 0 || got.Urgency != "high" || len(got.Topic) != 32 {
			t.Errorf("sent as %+v", got)
		}
		for _, a := range s.apps {
			if status, answer := request(t, "GET", a.URL+"/api/push/key", a.Token("bob"), ""); status != http.StatusOK || answer != `{"key":"`+got.Key+`"}` {
				t.Errorf("the key is %d %s, messages are signed with %s", status, answer, got.Key)
			}
		}
		second := s.say("@Bob and @Cat, again")
		messages := device.Await(2, apptest.Patience)
		if p := s.read(messages[1]); p.Seq != second || messages[1].Topic != got.Topic || messages[1].Length != got.Length {
			t.Errorf("then told %s with topic %s, %d bytes", messages[1].Plain, messages[1].Topic, messages[1].Length)
		}
		// All that is stored was told: the notifications of both stand where bob finds them, and cat's device was told last.
		if m := other.Await(1, apptest.Patience)[0]; m.Topic == got.Topic {
			t.Error("two devices have one topic for a room: their service can tell that they share it")
		}
		if n := len(device.Got()); n != 2 {
			t.Errorf("bob's device was told %d times, want twice", n)
		}
	})
}

func TestADirectMessageAndAnInvitationAreTold(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		device := s.service.Device()
		s.subscribe("bob", device)
		var opened struct{ Room struct{ ID string } }
		s.ann.Must("open_direct", `{"userId":"bob"}`, &opened)
		s.ann.Must("send_message", fmt.Sprintf(`{"roomId":%q,"text":"for you"}`, opened.Room.ID), nil)
		first := device.Await(1, apptest.Patience)[0]
		if p := s.read(first); p.Kind != "direct" || p.RoomID != opened.Room.ID || p.RoomName != "" || p.Text != "for you" || p.Seq == 0 {
			t.Errorf("told %s", first.Plain)
		}
		s.ann.Must("create_room", `{"id":"plans","name":"Plans","type":"private"}`, nil)
		s.ann.Must("set_member", `{"roomId":"plans","userId":"bob","role":"member"}`, nil)
		second := device.Await(2, apptest.Patience)[1]
		if p := s.read(second); p.Kind != "invitation" || p.RoomID != "plans" || p.RoomName != "Plans" || p.Author != "ann" || p.Text != "" || second.Urgency != "normal" {
			t.Errorf("told %s with %+v", second.Plain, second)
		}
	})
}

// The last message of each of these tests goes to cat's device: what comes behind it is there, so would be what should not.
func (s *pushStage) sentinel() *pushtest.Device {
	s.t.Helper()
	d := s.service.Device()
	s.subscribe("cat", d)
	return d
}

func TestWhoHasASocketAnywhereIsNotTold(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		device, sentinel := s.service.Device(), s.sentinel()
		s.subscribe("bob", device)
		bob := apptest.Dial(t, s.last().URL, s.last().Token("bob"))
		for _, a := range s.apps {
			await(t, "bob is known to be there", func() bool {
				list, err := a.Service().Presence(t.Context(), "", []auth.UserID{"bob"})
				return err == nil && list[0].Sockets == 1
			})
		}
		s.say("@Bob, are you there?")
		s.say("@Cat, are you?")
		sentinel.Await(1, apptest.Patience)
		if n := device.Tries(); n != 0 {
			t.Errorf("his device was told %d times", n)
		}
		bob.Drop()
		for _, a := range s.apps {
			await(t, "bob is known to be away", func() bool {
				list, err := a.Service().Presence(t.Context(), "", []auth.UserID{"bob"})
				return err == nil && list[0].Sockets == 0
			})
		}
		s.say("@Bob, and now?")
		device.Await(1, apptest.Patience)
	})
}

func TestWhoDoesNotWantToBeDisturbedIsNotTold(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		device, sentinel := s.service.Device(), s.sentinel()
		s.subscribe("bob", device)
		set := func(status string) {
			t.Helper()
			if code, answer := request(t, "PATCH", s.apps[0].URL+"/api/users/me", s.apps[0].Token("bob"), `{"status":`+status+`}`); code != http.StatusOK {
				t.Fatalf("%d %s", code, answer)
			}
		}
		set(`"dnd"`)
		s.say("@Bob, wake up")
		s.say("@Cat, let him sleep")
		sentinel.Await(1, apptest.Patience)
		if n := device.Tries(); n != 0 {
			t.Errorf("his device was told %d times", n)
		}
		set(`null`)
		s.say("@Bob, good morning")
		// Of two instances one may look only now at what came before: then he may be told of that, too.
		await(t, "he is told when he may be", func() bool {
			return slices.ContainsFunc(device.Await(1, apptest.Patience), func(m pushtest.Message) bool {
				return s.read(m).Text == "@Bob, good morning"
			})
		})
	})
}

func TestADeviceThatIsGoneIsForgotten(t *testing.T) {
	t.Parallel() // it mostly waits
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
				gone, stays := s.service.Device(pushtest.Answer{Status: status}), s.service.Device()
				s.subscribe("bob", gone)
				s.subscribe("bob", stays)
				s.say("@Bob")
				await(t, "the device is forgotten", func() bool { return s.devices("bob") == 1 })
				stays.Await(1, apptest.Patience)
				s.say("@Bob, again")
				stays.Await(2, apptest.Patience)
				if n := gone.Tries(); n != 1 {
					t.Errorf("it was tried %d times", n)
				}
			})
		})
	}
}

func TestWhatAServiceDoesNotTakeNowIsTriedAgain(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		const wait = 2 * time.Second
		var refused, again time.Time // by the service, whenever this goroutine gets to run
		device := s.service.Device(
			pushtest.Answer{Status: 429, RetryAfter: fmt.Sprint(int(wait / time.Second)), First: func() { refused = time.Now() }},
			pushtest.Answer{Status: 503, First: func() { again = time.Now() }})
		s.subscribe("bob", device)
		s.say("@Bob")
		device.Await(1, apptest.Patience)
		if after := again.Sub(refused); after < wait {
			t.Errorf("tried again after %s, want no sooner than Retry-After says", after)
		}
		if device.Tries() != 3 {
			t.Errorf("it was tried %d times, want 3", device.Tries())
		}
	})
}

func TestWhatAServiceRefusesIsNotTriedAgain(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		inner := s.service.Device()
		refusals := map[string]*pushtest.Device{
			"bad":      s.service.Device(pushtest.Answer{Status: 400}),
			"large":    s.service.Device(pushtest.Answer{Status: 413}),
			"redirect": s.service.Device(pushtest.Answer{Status: 307, Location: inner.Endpoint}),
		}
		last := s.service.Device()
		for _, d := range refusals {
			s.subscribe("bob", d)
		}
		s.subscribe("bob", last)
		s.say("@Bob")
		last.Await(1, apptest.Patience)
		for _, d := range refusals {
			d.AwaitTries(1, apptest.Patience)
		}
		s.say("@Bob, again")
		last.Await(2, apptest.Patience)
		for name, d := range refusals {
			d.Await(1, apptest.Patience)
			if n := d.Tries(); n != 2 || s.read(d.Got()[0]).Text != "@Bob, again" {
				t.Errorf("%s: tried %d times, took %s", name, n, d.Got()[0].Plain)
			}
		}
		if inner.Tries() != 0 {
			t.Error("a redirect was followed")
		}
		if s.devices("bob") != len(refusals)+1 {
			t.Error("a refused device was forgotten")
		}
	})
}

// Addresses inside are refused when they are named and when they are dialled, unless the setting allows them.
func TestAPushServiceInsideIsRefused(t *testing.T) {
	t.Parallel() // it mostly waits
	strict := func(c *app.Config) { c.PushSubject = pushSubject }
	onPushStages(t, strict, func(t *testing.T, s *pushStage) {
		device := s.service.Device()
		for _, endpoint := range []string{device.Endpoint, "https://127.0.0.1/x", "https://192.168.7.7/x", "https://[::1]/x", "https://169.254.169.254/x"} {
			status, answer := request(t, "PUT", s.last().URL+"/api/push/subscriptions", s.last().Token("bob"), strings.Replace(device.JSON(), device.Endpoint, endpoint, 1))
			if status != http.StatusBadRequest || !strings.Contains(answer, `"field":"endpoint"`) {
				t.Errorf("%s: %d %s", endpoint, status, answer)
			}
		}
	})
}

func TestTextsCanBeLeftOut(t *testing.T) {
	t.Parallel() // it mostly waits
	silent := func(c *app.Config) { pushing(c); c.PushTexts = false }
	onPushStages(t, silent, func(t *testing.T, s *pushStage) {
		device := s.service.Device()
		s.subscribe("bob", device)
		s.say("@Bob, a secret")
		m := device.Await(1, apptest.Patience)[0]
		if p := s.read(m); p.Text != "" || p.Author != "ann" || strings.Contains(string(m.Plain), "secret") {
			t.Errorf("told %s", m.Plain)
		}
	})
}

func TestADeviceIsTheLastUsersOnly(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		device := s.service.Device()
		s.subscribe("bob", device)
		id := s.subscribe("cat", device) // another signs in with the same browser
		if s.devices("bob") != 0 || s.devices("cat") != 1 {
			t.Errorf("bob has %d devices, cat %d", s.devices("bob"), s.devices("cat"))
		}
		remove := func(user string) {
			t.Helper()
			if status, answer := request(t, "DELETE", s.apps[0].URL+"/api/push/subscriptions/"+id, s.apps[0].Token(user), ""); status != http.StatusNoContent {
				t.Errorf("%d %s", status, answer)
			}
		}
		remove("bob")
		if s.devices("cat") != 1 {
			t.Error("bob has removed cat's")
		}
		s.say("@Cat")
		device.Await(1, apptest.Patience)
		remove("cat")
		sentinel := s.service.Device()
		s.subscribe("bob", sentinel)
		s.say("@Cat @Bob")
		sentinel.Await(1, apptest.Patience)
		if n := device.Tries(); n != 1 {
			t.Errorf("it was told %d times after it was removed", n-1)
		}
	})
}

// What waits is dropped with its author, and a user's devices go with him.
func TestAnErasureEndsPushing(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		waits := s.service.Device(pushtest.Answer{Status: 503, RetryAfter: "5"})
		sentinel := s.service.Device()
		s.subscribe("bob", waits)
		s.subscribe("cat", sentinel)
		s.say("@Bob, forget me")
		waits.AwaitTries(1, apptest.Patience)
		ctx, cancel := context.WithTimeout(t.Context(), apptest.Patience)
		defer cancel()
		for _, user := range []auth.UserID{"ann", "cat"} {
			if err := s.last().Service().Erase(ctx, user, func(rooms.Erased) {}); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.devices("cat"); n != 0 {
			t.Errorf("cat has %d devices", n)
		}
		dan := apptest.Dial(t, s.apps[0].URL, s.apps[0].Token("dan"))
		dan.Must("send_message", `{"roomId":"general","text":"@Bob, hello"}`, nil)
		for _, m := range waits.Await(1, apptest.Patience) {
			if p := s.read(m); p.Author != "dan" {
				t.Errorf("told %s", m.Plain)
			}
		}
	})
}

func TestWithoutASubjectWebPushIsOff(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, nil, func(t *testing.T, s *pushStage) {
		device := s.service.Device()
		for route, body := range map[string]string{
			"GET /api/push/key": "", "PUT /api/push/subscriptions": device.JSON(), "DELETE /api/push/subscriptions/x": "",
		} {
			method, path, _ := strings.Cut(route, " ")
			status, answer := request(t, method, s.apps[0].URL+path, s.apps[0].Token("bob"), body)
			if status != http.StatusNotFound || !strings.Contains(answer, `"code":"NOT_FOUND"`) || !strings.Contains(answer, `"reason":"push_off"`) {
				t.Errorf("%s: %d %s", route, status, answer)
			}
		}
		s.say("@Bob")
	})
}
