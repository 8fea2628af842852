package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/push/pushtest"
	"roomstream/server/app/apptest"
)

// later is what a device says that is tried behind another, which asks for one second.
var later = pushtest.Answer{Status: http.StatusServiceUnavailable, RetryAfter: "3"}

// While a message for bob waits, cat signs in with his browser: it would be shown to her.
func TestWhatWaitsIsNotToldToTheNextWhoSignsIn(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		var device *pushtest.Device
		url, token := s.last().URL+"/api/push/subscriptions", s.last().Token("cat")
		device = s.service.Device(pushtest.Answer{Status: http.StatusServiceUnavailable, RetryAfter: "1", First: func() {
			r, err := http.NewRequest(http.MethodPut, url, strings.NewReader(device.JSON()))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/json")
			answer, err := http.DefaultClient.Do(r)
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("cat's subscription: %v, %v", answer, err)
				return
			}
			answer.Body.Close()
		}})
		stays := s.service.Device(later)
		s.subscribe("bob", device)
		s.subscribe("bob", stays)
		s.say("@Bob, between us")
		stays.Await(1, apptest.Patience) // bob's other device is told: what waited for the first was looked at before
		s.say("@Cat, hello")
		if p := s.read(device.Await(1, apptest.Patience)[0]); p.Text != "@Cat, hello" {
			t.Errorf("cat is shown %+v", p)
		}
	})
}

// While a message of a private room waits, bob is taken out of it.
func TestWhatWaitsIsNotToldToWhoWasTakenOut(t *testing.T) {
	t.Parallel() // it mostly waits
	onPushStages(t, pushing, func(t *testing.T, s *pushStage) {
		s.ann.Must("create_room", `{"id":"plans","name":"Plans","type":"private"}`, nil)
		for _, user := range []string{"bob", "cat"} {
			invited := s.service.Device()
			s.subscribe(user, invited)
			s.ann.Must("set_member", `{"roomId":"plans","userId":"`+user+`","role":"member"}`, nil)
			invited.Await(1, apptest.Patience) // the invitation is told before the devices that matter are there
		}
		chat := s.last().Service()
		device := s.service.Device(pushtest.Answer{Status: http.StatusServiceUnavailable, RetryAfter: "1", First: func() {
			_, err := chat.SetMember(context.Background(), auth.User{ID: "ann"}, rooms.SetMemberInput{RoomID: "plans", UserID: "bob"})
			if err != nil {
				t.Error(err)
			}
		}})
		stays := s.service.Device(later)
		s.subscribe("bob", device)
		s.subscribe("cat", stays)
		s.ann.Must("send_message", `{"roomId":"plans","text":"@Bob and @Cat, for us only"}`, nil)
		stays.Await(1, apptest.Patience)
		if n := len(device.Got()); n != 0 || device.Tries() != 1 {
			t.Errorf("it was tried %d times and took %d messages", device.Tries(), n)
		}
	})
}
