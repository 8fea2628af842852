package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"roomstream/rooms/postgres"
)

func TestChannelsAreParsed(t *testing.T) {
	got, err := postgres.ParseChannels([]byte(`[
		{"channel": "new_orders", "broadcastEvent": "order_created"},
		{"channel": "order_changes", "userField": "owner", "userEvent": "order_update", "adminEvent": "order_change"}]`))
	want := []postgres.Channel{
		{Channel: "new_orders", BroadcastEvent: "order_created"},
		{Channel: "order_changes", UserField: "owner", UserEvent: "order_update", AdminEvent: "order_change"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestMistakesOfChannelsNameEntryAndField(t *testing.T) {
	const good = `{"channel": "a", "userEvent": "e"}`
	for _, c := range []struct {
		file string
		want []string
	}{
		{``, []string{"JSON list"}},
		{`null`, []string{"JSON list"}},
		{good, []string{"JSON list"}},
		{`[]`, []string{"0 channels"}},
		{`[` + good + `] []`, []string{"more than one"}},
		{`[` + strings.Repeat(good+",", 1000) + good + `]`, []string{"1001 channels"}},
		{`[` + good + `, 7]`, []string{"entry 2", "object"}},
		{`[null]`, []string{"entry 1", "object"}},
		{`[` + good + `, ` + good + `]`, []string{"entry 2", "channel", "twice"}},
		{`[{"channel": "a", "userEvent": "e", "UserField": "u"}]`, []string{"entry 1", "UserField", "unknown"}},
		{`[{"channel": 7, "userEvent": "e"}]`, []string{"entry 1", "channel", "string"}},
		{`[{"channel": "a", "userEvent": null}]`, []string{"entry 1", "userEvent", "string"}},
		{`[{"channel": "a", "adminEvent": ""}]`, []string{"entry 1", "adminEvent", "empty"}},
		{`[{"userEvent": "e"}]`, []string{"entry 1", "channel", "63"}},
		{`[{"channel": "` + strings.Repeat("x", 64) + `", "userEvent": "e"}]`, []string{"entry 1", "channel", "63"}},
		{`[{"channel": "a\u0000b", "userEvent": "e"}]`, []string{"entry 1", "channel"}},
		{`[{"channel": "a"}]`, []string{"entry 1", "userEvent, adminEvent and broadcastEvent"}},
		{`[{"channel": "a", "userField": "u", "adminEvent": "e"}]`, []string{"entry 1", "userField", "userEvent"}},
		{`[{"channel": "a", "broadcastEvent": "disconnect"}]`, []string{"entry 1", "broadcastEvent", "disconnect"}},
	} {
		_, err := postgres.ParseChannels([]byte(c.file))
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%.80s: %v; want %q in it", c.file, err, want)
			}
		}
	}
}

func FuzzChannels(f *testing.F) {
	f.Add([]byte(`[{"channel": "a", "userField": "u", "userEvent": "e"}]`))
	f.Fuzz(func(t *testing.T, file []byte) {
		channels, err := postgres.ParseChannels(file)
		if err != nil {
			return
		}
		if _, err := postgres.New(postgres.Options{URL: "postgres://localhost/d", Channels: channels}); err != nil {
			t.Errorf("%q is parsed and then refused: %v", file, err)
		}
	})
}
