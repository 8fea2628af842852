package hooks

import (
	"net/url"

	"roomstream/auth"
	"roomstream/rooms"
)

// keyEntry notes what became of a bot or an incoming hook: of the room where it is good, or of none where that is several
// or all, which its details say.
func keyEntry(user auth.User, verb string, k *auth.Key) rooms.AuditEntry {
	e := rooms.AuditEntry{Actor: user.ID, Action: verb + string(k.Kind), Subject: k.ID}
	details := struct {
		Name   string   `json:"name"`
		Rights string   `json:"rights,omitempty"`
		Rooms  []string `json:"rooms,omitempty"`
	}{Name: k.Name}
	if k.Kind == auth.KindBot {
		details.Rights = RightsOf(k)
	}
	if len(k.Rooms) == 1 {
		e.RoomID = rooms.RoomID(k.Rooms[0])
	} else {
		details.Rooms = k.Rooms
	}
	return e.With(details)
}

// hookEntry notes what became of an outgoing hook. Of its address only the host is told: the rest may let whoever knows it
// in, and a room's moderators read this.
func hookEntry(user auth.User, action string, h *Hook) rooms.AuditEntry {
	details := struct {
		ID     string   `json:"id"`
		Host   string   `json:"host"`
		Events []string `json:"events,omitempty"`
	}{ID: h.ID, Host: hostOf(h), Events: h.Events}
	return rooms.AuditEntry{Actor: user.ID, Action: action, RoomID: h.Room}.With(details)
}

// cursorEntry notes that a hook was told to go on behind a number of a room's log.
func cursorEntry(user auth.User, h *Hook, room rooms.RoomID, seq int64) rooms.AuditEntry {
	details := struct {
		ID   string `json:"id"`
		Host string `json:"host"`
		Seq  int64  `json:"seq"`
	}{h.ID, hostOf(h), seq}
	return rooms.AuditEntry{Actor: user.ID, Action: "set_webhook_cursor", RoomID: room}.With(details)
}

// hostOf is where a hook's deliveries go, without what the address says besides.
func hostOf(h *Hook) string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return "" // an import may bring what Create refuses
	}
	return u.Host
}
