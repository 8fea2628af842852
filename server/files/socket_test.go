package files_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"roomstream/server/app/apptest"
)

// Files go over Socket.IO as they do over REST; the client holds every event to the document.
func TestFilesOverSocketIO(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		f := ann.upload("general", "p.png", asPNG(t, picture(20, 10, false)))
		sender, reader := apptest.Dial(t, a.URL, ann.token), apptest.Dial(t, a.URL, a.Token("bob"))
		reader.Must("join_room", `"general"`, nil)
		ack, err := sender.Call("send_message", `{"roomId":"general","text":"x","attachments":["nothing"]}`)
		if err != nil || !strings.Contains(string(ack), `"field":"attachments"`) {
			t.Errorf("an unknown file: %s, %v", ack, err)
		}
		var sent struct{ Seq int64 }
		sender.Must("send_message", fmt.Sprintf(`{"roomId":"general","text":"","clientId":"k","attachments":[%q]}`, f.ID), &sent)
		var got struct {
			Seq         int64
			Text        string
			Attachments []file
		}
		if err := json.Unmarshal(reader.WaitFor("new_message", 1)[0].Body, &got); err != nil {
			t.Fatal(err)
		}
		if got.Seq != sent.Seq || got.Text != "" || len(got.Attachments) != 1 || got.Attachments[0] != f || f.Width != 20 || !f.Thumbnail {
			t.Errorf("the room is told %+v", got)
		}
	})
}
