package archive

import (
	"fmt"
	"strings"
)

// Counts is how much was written or read.
type Counts struct {
	Rooms         int `json:"rooms"`
	Events        int `json:"events"`
	Members       int `json:"members"`
	Accounts      int `json:"accounts"`
	Profiles      int `json:"profiles,omitempty"`
	Notifications int `json:"notifications,omitempty"`
	Invitations   int `json:"invitations,omitempty"`
	Reports       int `json:"reports,omitempty"`
	Audit         int `json:"audit,omitempty"`
	Files         int `json:"files,omitempty"`
	Keys          int `json:"keys,omitempty"`
	Revocations   int `json:"revocations,omitempty"`
	Webhooks      int `json:"webhooks,omitempty"`
	Cursors       int `json:"cursors,omitempty"`
	Streams       int `json:"streams,omitempty"`
	Rules         int `json:"rules,omitempty"`
	Threads       int `json:"threads,omitempty"`

	Contents int `json:"-"` // of files, that were written
	Lacking  int `json:"-"` // files whose content is not where the export or import leaves it
}

// String names all that there is some of, and the rooms, events, members and accounts.
func (c Counts) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rooms, %d events, %d members, %d accounts", c.Rooms, c.Events, c.Members, c.Accounts)
	for _, part := range []struct {
		n    int
		what string
	}{
		{c.Profiles, "profiles"}, {c.Notifications, "notifications"}, {c.Invitations, "invitations"}, {c.Reports, "reports"},
		{c.Audit, "audited actions"}, {c.Files, "files"}, {c.Contents, "contents of files"}, {c.Keys, "keys"}, {c.Revocations, "revocations"}, {c.Webhooks, "webhooks"},
		{c.Cursors, "cursors"}, {c.Streams, "streams"}, {c.Rules, "rules"}, {c.Threads, "threads"},
	} {
		if part.n > 0 {
			fmt.Fprintf(&b, ", %d %s", part.n, part.what)
		}
	}
	return b.String()
}

// Lines is the sum of what has a line of its own.
func (c Counts) Lines() int {
	sum := c.Rooms + c.Events + c.Members + c.Accounts
	for _, k := range kinds() {
		sum += *k.count(&c)
	}
	return sum
}
