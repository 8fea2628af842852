package push

import (
	"bytes"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/outward"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func bytesOf(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of RFC 8291, appendix A.
func TestTheExampleOfTheRFCIsSealed(t *testing.T) {
	device, err := ecdh.P256().NewPublicKey(bytesOf(t, "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"))
	if err != nil {
		t.Fatal(err)
	}
	sender, err := ecdh.P256().NewPrivateKey(bytesOf(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := seal([]byte("When I grow up, I want to be a watermelon"), 0, device, bytesOf(t, "BTBZMqHH6r4Tts7J_aSIgg"), sender, bytesOf(t, "DGv6ra1nlYgDCS1FRnbzlw"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT" +
		"pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if encoded := base64.RawURLEncoding.EncodeToString(got); encoded != want {
		t.Errorf("sealed\n%s, want\n%s", encoded, want)
	}
}

// Whatever is said, each message has one length, none comes twice, and services take it.
func TestEveryMessageHasOneLength(t *testing.T) {
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	private, err := ecdh.P256().NewPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var first []byte
	for _, text := range []string{"", "hi", strings.Repeat("é", 200), strings.Repeat("\x01", 200), strings.Repeat("🙂", 200)} {
		m := rooms.Missed{Kind: rooms.KindMention, RoomID: "general", RoomName: strings.Repeat("\u2028", 100), Seq: 7, Author: "ann", AuthorName: strings.Repeat("🙂", 64), Text: text}
		encoded, err := messageOf(&m, true)
		if err != nil {
			t.Fatal(err)
		}
		var read message
		if err := json.Unmarshal(encoded, &read); err != nil || !strings.HasPrefix(text, read.Text) || !utf8.ValidString(read.Text) || (text != "") != (read.Text != "") {
			t.Errorf("%.10q becomes %q, %v", text, read.Text, err)
		}
		body, err := encrypt(encoded, private.PublicKey(), make([]byte, authBytes))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = body
		}
		if len(body) != len(first) || len(body) > 4096 || &body[0] != &first[0] && bytes.Equal(body[:saltBytes], first[:saltBytes]) {
			t.Errorf("%.10q has %d bytes, the first %d", text, len(body), len(first))
		}
	}
	silent, err := messageOf(&rooms.Missed{Kind: rooms.KindDirect, RoomID: "r", Author: "ann", Text: "a secret"}, false)
	if err != nil || bytes.Contains(silent, []byte("secret")) {
		t.Errorf("without texts: %s, %v", silent, err)
	}
}

func TestTopicsTellNothing(t *testing.T) {
	one, other := &rooms.Subscription{Auth: []byte("one")}, &rooms.Subscription{Auth: []byte("other")}
	a := topicOf(one, "general")
	if len(a) != 32 || a != topicOf(one, "general") || a == topicOf(one, "dev") || a == topicOf(other, "general") {
		t.Errorf("topics are %s, %s, %s", a, topicOf(one, "dev"), topicOf(other, "general"))
	}
}

func TestOrigins(t *testing.T) {
	for text, want := range map[string]string{
		"https://Push.Example/x?y=1": "https://push.example", "https://push.example:443/x": "https://push.example",
		"https://push.example:8443/": "https://push.example:8443", "http://127.0.0.1:80/": "http://127.0.0.1", "https://[2606:4700::1]:443/a": "https://[2606:4700::1]",
	} {
		u, err := url.Parse(text)
		if err != nil || originOf(u) != want {
			t.Errorf("%s has the origin %s, %v, want %s", text, originOf(u), err, want)
		}
	}
}

func TestSubjects(t *testing.T) {
	for _, good := range []string{"mailto:admin@example.com", "https://example.com", "https://example.com/contact"} {
		if err := CheckSubject(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "admin@example.com", "mailto:", "mailto:admin", "http://example.com", "https://", "https:example.com"} {
		if CheckSubject(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestEndpointsAreChecked(t *testing.T) {
	long := "https://push.example/" + strings.Repeat("x", maxEndpoint)
	for _, c := range []struct {
		text         string
		public, near bool // taken where private networks are not allowed, and where they are
	}{
		{"https://push.example/abc", true, true}, {"https://8.8.8.8/abc", true, true}, {"https://192.168.1.1/abc", false, true},
		{"https://127.0.0.1:8443/abc", false, true}, {"http://127.0.0.1:80/abc", false, true}, {"http://[::1]:80/abc", false, true},
		{"http://push.example/abc", false, false}, {"http://192.168.1.1/abc", false, false}, {"http://localhost/abc", false, false},
		{"", false, false}, {"push.example/abc", false, false}, {"https:///abc", false, false}, {"https://u:p@push.example/", false, false},
		{"https://push.example/#a", false, false}, {"ftp://push.example/", false, false}, {long, false, false}, {"https://push.example/%zz", false, false},
	} {
		for private, want := range map[bool]bool{false: c.public, true: c.near} {
			err := checkEndpoint(c.text, outward.Guard{Private: private, Setting: "-push-allow-private"})
			if (err == nil) != want || err != nil && rooms.AsError(err).Field != "endpoint" {
				t.Errorf("%.60q, private %v: %v", c.text, private, err)
			}
		}
	}
}

func TestRetryAfterIsRead(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "0": 0, "-1": 0, "soon": 0, "99999999999999999999": 0,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestBackoffGrowsAndIsBounded(t *testing.T) {
	for attempts, most := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 10: retryMost, 1 << 30: retryMost} {
		for range 100 {
			if got := backoff(attempts); got < most/2 || got > most {
				t.Errorf("after %d failures it waits %s, want %s to %s", attempts, got, most/2, most)
			}
		}
	}
}

func missedOf(user, author auth.UserID, room rooms.RoomID, seq int64) rooms.Missed {
	return rooms.Missed{UserID: user, Author: author, RoomID: room, Kind: rooms.KindMention, Seq: seq}
}

func devicesOf(user auth.UserID, n int) []rooms.Subscription {
	list := make([]rooms.Subscription, n)
	for i := range list {
		list[i] = rooms.Subscription{ID: fmt.Sprint(user, i), UserID: user, Endpoint: fmt.Sprintf("https://%s.example/%d", user, i)}
	}
	return list
}

// stage is a waiting with a clock that stands still.
type stage struct {
	*waiting
	t   *testing.T
	now time.Time
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, now: time.Unix(1000, 0)}
	s.waiting = newWaiting(func() time.Time { return s.now })
	return s
}

// missAll takes something missed to devices.
func (s *stage) missAll(m rooms.Missed, devices ...rooms.Subscription) (lost int) {
	s.t.Helper()
	if s.miss([]rooms.Missed{m}) != 0 {
		s.t.Fatal("there is no place")
	}
	if _, ok := s.look(); !ok {
		s.t.Fatal("nothing was missed")
	}
	return s.deliver(devices)
}

// trust has a service answer until it is trusted.
func (s *stage) trust(service string) {
	for range answersToTrust {
		s.heard(service, true)
	}
}

// all takes what may run.
func (s *stage) all() (list []*delivery) {
	for d := s.next(); d != nil; d = s.next() {
		list = append(list, d)
	}
	return list
}

func TestOnlyTheNewestOfARoomWaits(t *testing.T) {
	s := newStage(t)
	device := devicesOf("bob", 1)[0]
	s.missAll(missedOf("bob", "ann", "a", 1), device)
	s.missAll(missedOf("bob", "ann", "a", 2), device)
	s.missAll(missedOf("bob", "ann", "b", 1), device)
	running := s.all()
	if len(running) != 2 {
		t.Fatalf("%d run, want one for each room", len(running))
	}
	first := running[0]
	if first.missed.RoomID != "a" {
		first = running[1]
	}
	if first.missed.Seq != 2 {
		t.Errorf("of the room runs %d, want the newest", first.missed.Seq)
	}
	s.missAll(missedOf("bob", "ann", "a", 3), device) // while the older is under way
	first.attempts = 1
	s.done(first, answered, true, s.now.Add(time.Minute))
	if again := s.all(); len(again) != 0 {
		t.Errorf("it does not wait: %+v", again[0])
	}
	s.now = s.now.Add(time.Minute)
	if again := s.all(); len(again) != 1 || again[0].missed.Seq != 3 {
		t.Errorf("then run %+v", again)
	}
}

func TestWhatWaitsIsBounded(t *testing.T) {
	s := newStage(t)
	bob := devicesOf("bob", maxDevices)
	lost := 0
	const each = 20
	for room := range each {
		lost += s.missAll(missedOf("bob", "ann", rooms.RoomID(fmt.Sprint(room)), 1), bob...)
	}
	if lost != each*maxDevices-waitingUser {
		t.Errorf("%d found no place", lost)
	}
	s.missAll(missedOf("cat", "ann", "a", 1), devicesOf("cat", 1)...)
	running := map[auth.UserID]int{}
	for _, d := range s.all() {
		running[d.missed.UserID]++
	}
	if running["bob"] != perUser || running["cat"] != 1 {
		t.Errorf("running are %v: one user holds up another", running)
	}
	for user := range 2 * atOnce {
		s.trust(fmt.Sprintf("https://u%d.example", user))
		s.missAll(missedOf(auth.UserID(fmt.Sprint("u", user)), "ann", "a", 1), devicesOf(auth.UserID(fmt.Sprint("u", user)), 1)...)
	}
	if s.all(); len(s.running) != atOnce {
		t.Errorf("%d run at once, want %d", len(s.running), atOnce)
	}
	for d := range s.running {
		s.done(d, answered, false, time.Time{})
	}
	if len(s.all()) != atOnce {
		t.Error("a place that is free is not taken")
	}
	if lost := s.miss(make([]rooms.Missed, missedMost+3)); lost != 3 {
		t.Errorf("%d were lost, want 3", lost)
	}
}

// What waited for who had the device before goes, and its place with it.
func TestADeviceThatChangesHandsLeavesNothingBehind(t *testing.T) {
	s := newStage(t)
	device := devicesOf("bob", 1)[0]
	s.missAll(missedOf("bob", "ann", "a", 1), device)
	device.UserID = "cat"
	s.missAll(missedOf("cat", "ann", "a", 2), device)
	running := s.all()
	if len(running) != 1 || running[0].missed.UserID != "cat" || running[0].device.UserID != "cat" {
		t.Fatalf("running are %+v", running)
	}
	s.done(running[0], answered, false, time.Time{})
	if len(s.ofUser) != 0 || len(s.byKey) != 0 || s.queued != 0 || len(s.lanes) != 0 {
		t.Errorf("something stays: %v %v %v", s.ofUser, s.byKey, s.lanes)
	}
}

// A service that hangs has most users; the other has one.
func TestAServiceThatHangsLeavesPlacesForOthers(t *testing.T) {
	s := newStage(t)
	s.trust("https://hangs.example")
	lost := 0
	for i := range waitingService + 3 {
		user := auth.UserID(fmt.Sprint("u", i))
		device := devicesOf(user, 1)[0]
		device.Endpoint = "https://hangs.example/" + device.ID
		lost += s.missAll(missedOf(user, "ann", "a", 1), device)
	}
	if lost != 3 {
		t.Errorf("%d found no place, want 3", lost)
	}
	if hanging := s.all(); len(hanging) != perService {
		t.Errorf("%d requests go to one service", len(hanging))
	}
	s.missAll(missedOf("bob", "ann", "a", 1), devicesOf("bob", 1)...)
	if others := s.all(); len(others) != 1 || others[0].missed.UserID != "bob" {
		t.Errorf("to the other go %+v", others)
	}
	for d := range s.running {
		s.done(d, answered, true, s.now.Add(time.Minute))
	}
	if again := s.all(); len(again) != perService {
		t.Errorf("then %d go", len(again))
	}
}

func TestWhoIsForgottenIsNotPushed(t *testing.T) {
	s := newStage(t)
	s.missAll(missedOf("bob", "ann", "a", 1), devicesOf("bob", 1)...)
	s.missAll(missedOf("ann", "cat", "a", 1), devicesOf("ann", 1)...)
	running := s.all()
	s.missAll(missedOf("bob", "ann", "b", 1), devicesOf("bob", 1)...) // waits for its time
	s.missAll(missedOf("bob", "cat", "c", 1), devicesOf("bob", 1)...)
	s.miss([]rooms.Missed{missedOf("bob", "ann", "d", 1), missedOf("bob", "ann", "e", 1), missedOf("bob", "cat", "f", 1)})
	s.look() // it is being looked at
	s.forget("ann")
	s.deliver(devicesOf("bob", 1))
	if m, ok := s.look(); !ok || m.RoomID != "f" {
		t.Errorf("then is looked at %+v", m)
	}
	s.deliver(devicesOf("bob", 1))
	for _, d := range running {
		s.done(d, answered, true, s.now)
	}
	for _, d := range s.all() {
		if d.concerns("ann") {
			t.Errorf("it is sent again: %+v", d.missed)
		}
	}
	if len(s.running) != 2 {
		t.Errorf("%d are sent, want the two of cat", len(s.running))
	}
	for d := range s.running {
		s.done(d, answered, false, time.Time{})
	}
	if len(s.ofUser) != 0 || len(s.byKey) != 0 || s.queued != 0 || len(s.lanes) != 0 || len(s.busy) != 0 {
		t.Errorf("something stays: %v %v %v", s.ofUser, s.byKey, s.lanes)
	}
}

// Somebody has a domain of which every name is a service that hangs, and accounts enough. The services that browsers use
// keep their places, also one that nobody has heard of yet.
func TestServicesOfManyNamesShareTheirPlaces(t *testing.T) {
	s := newStage(t)
	s.trust("https://good.example")
	miss := func(user, endpoint string) {
		t.Helper()
		device := devicesOf(auth.UserID(user), 1)[0]
		device.Endpoint = endpoint
		if s.missAll(missedOf(auth.UserID(user), "ann", "a", 1), device) != 0 {
			t.Fatalf("there is no place for %s", user)
		}
	}
	for i := range 4 * atOnce {
		miss(fmt.Sprint("bad", i), fmt.Sprintf("https://n%d.bad.example/", i))
	}
	if hanging := s.all(); len(hanging) != strangers {
		t.Fatalf("%d of those run, want %d", len(hanging), strangers)
	}
	for i := range perService {
		miss(fmt.Sprint("good", i), fmt.Sprintf("https://good.example/%d", i))
		miss(fmt.Sprint("new", i), fmt.Sprintf("https://new.example/%d", i))
	}
	if good := s.all(); len(good) != perService || good[0].service != "https://good.example" {
		t.Fatalf("%d run besides, want %d", len(good), perService)
	}
	// Their time is up, one after the other, and never do they answer: most users chose the new one.
	ended := 0
	for d := range s.running {
		if d.strange && ended < answersToTrust {
			s.done(d, silent, true, s.now.Add(time.Second))
			ended++
		}
	}
	next := s.all()
	if len(next) != answersToTrust || next[0].service != "https://new.example" || next[len(next)-1].service != "https://new.example" {
		t.Fatalf("then run %d, the first of %s", len(next), next[0].service)
	}
	for _, d := range next {
		s.done(d, answered, false, time.Time{})
	}
	trusted := 0
	for _, d := range s.all() {
		if d.service == "https://new.example" {
			trusted++
		}
	}
	if trusted != perService-answersToTrust {
		t.Errorf("%d of the new one run when it has answered, want the other %d", trusted, perService-answersToTrust)
	}
	// Who hangs after that has to show it again.
	for d := range s.running {
		if d.service == "https://new.example" {
			s.done(d, silent, false, time.Time{})
			break
		}
	}
	if s.answers["https://new.example"] != 0 {
		t.Error("a service that hangs is trusted")
	}
}

func TestTheServicesThatAreRememberedAreBounded(t *testing.T) {
	s := newStage(t)
	s.trust("https://good.example")
	for i := range 3 * knownServices {
		s.heard(fmt.Sprintf("https://n%d.example", i), true)
	}
	if len(s.answers) > knownServices || s.answers["https://good.example"] != answersToTrust {
		t.Errorf("%d are remembered, the good one for %d answers", len(s.answers), s.answers["https://good.example"])
	}
}
