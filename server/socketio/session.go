package socketio

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// maxJoined is how many rooms one socket may be in. Each costs memory here and in the adapter, so there must be a
// bound; nobody follows more rooms than this on one screen.
const maxJoined = 1000

// maxEventName is how much of an unknown event's name is said back, in bytes.
const maxEventName = 64

// speaker is one admitted client. There are many thousands, most of them idle: it has one timer, no goroutine, and
// nothing that grows but the list of its streams.
type speaker struct {
	chat   *roomChat
	link   link
	logID  string
	silent bool // auth.retry is "silent"

	user auth.User // guarded by people: see there

	// Touched only by the connection's own goroutine, which gives the events one at a time.
	typed   typed
	crowded bool // its user has no place left: it is being sent off

	opened subscriptions

	mu        sync.Mutex // guards what is below
	expiresAt time.Time
	warned    bool // auth_expiring was said for this expiresAt
	activity
	ended bool
	timer *time.Timer
}

var _ session = (*speaker)(nil)

// readyPayload is the first thing a client hears.
type readyPayload struct {
	User          readyUser          `json:"user"`
	LogID         string             `json:"logId"`
	Rooms         *[]rooms.Mine      `json:"rooms,omitempty"` // those the user is a member of; nil: they could not be read
	Notifications readyNotifications `json:"notifications"`
	Limits        bounds             `json:"limits"`
	ServerTime    string             `json:"serverTime"`
}

type readyUser struct {
	ID    auth.UserID `json:"id"`
	Name  string      `json:"name"`
	Roles []string    `json:"roles"`
}

type readyNotifications struct {
	Unread *int `json:"unread,omitempty"` // nil: it could not be counted
}

// connected says ready and winds up the clock of the token. The client is told of notifications from before they are
// counted on, so that each is in the count, or comes after ready, or both.
func (s *speaker) connected(l link) {
	s.link = l
	if s.crowded = !s.chat.places.Enter(string(s.user.ID)); s.crowded {
		// Not refused by connect_error, as where the log is not open: a stock client would never come back.
		l.Close(closeCrowded, "rate_limited")
		return
	}
	s.chat.people.add(s)
	l.Emit("ready", s.ready())
	s.chat.people.open(s)
	s.active()
	s.tick()
}

// readyTimeout bounds what is read for ready: no client is to wait longer for its first event, because of what other
// events and routes tell as well.
const readyTimeout = 2 * time.Second

func (s *speaker) ready() []byte {
	roles := s.user.Roles
	if roles == nil {
		roles = []string{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
	defer cancel()
	body, err := json.Marshal(readyPayload{
		User:  readyUser{ID: s.user.ID, Name: s.user.Name, Roles: roles},
		LogID: s.logID, Rooms: s.mine(ctx), Notifications: readyNotifications{s.unread(ctx)}, Limits: s.chat.bounds, ServerTime: formatTime(s.chat.now()),
	})
	if err != nil {
		panic(err) // strings and numbers always have a JSON form
	}
	return body
}

// mine gives the user's rooms; nil where they cannot be told in time.
func (s *speaker) mine(ctx context.Context) *[]rooms.Mine {
	list, err := s.chat.mine(ctx, s.user)
	if err != nil {
		s.chat.log.Warn("ready does not tell the rooms", "user", string(s.user.ID), "error", err)
		return nil
	}
	if list == nil {
		list = []rooms.Mine{}
	}
	return &list
}

// event answers one event.
func (s *speaker) event(name string, args []json.RawMessage, binary bool, ack ackFunc) {
	if shows(name) && !s.crowded {
		s.active()
	}
	s.handle(name, args, binary, answer{event: name, user: string(s.user.ID), ack: ack, log: s.chat.log, told: s.chat.refusals})
}

// handle is the table of all events a client may send.
func (s *speaker) handle(name string, args []json.RawMessage, binary bool, a answer) {
	if s.crowded {
		a.fail(rooms.E(rooms.CodeUnavailable, "your connections are too many: connect again"))
		return
	}
	if err := s.chat.service.Ask(s.user, name); err != nil {
		a.silent = s.silent // nothing was done, so whatever it is may be sent again
		a.fail(err)
		return
	}
	switch name {
	case "send_message":
		s.sendMessage(args, binary, a)
	case "edit_message":
		s.editMessage(args, a)
	case "delete_message":
		s.deleteMessage(args, a)
	case "set_reaction":
		s.setReaction(args, a)
	case "join_room":
		s.joinRoom(args, a)
	case "leave_room":
		s.leaveRoom(args, a)
	case "get_history":
		s.getHistory(args, a)
	case "sync":
		s.sync(args, a)
	case "mark_read":
		s.markRead(args, a)
	case "mark_delivered":
		s.markDelivered(args, a)
	case "set_alerts":
		s.setAlerts(args, a)
	case "create_room":
		s.createRoom(args, a)
	case "open_direct":
		s.openDirect(args, a)
	case "update_room":
		s.updateRoom(args, a)
	case "list_rooms":
		s.listRooms(args, a)
	case "set_member":
		s.setMember(args, a)
	case "list_members":
		s.listMembers(args, a)
	case "list_receipts":
		s.listReceipts(args, a)
	case "set_pin":
		s.setPin(args, a)
	case "list_pins":
		s.listPins(args, a)
	case "set_thread":
		s.setThread(args, a)
	case "list_threads":
		s.listThreads(args, a)
	case "create_invitation":
		s.createInvitation(args, a)
	case "list_invitations":
		s.listInvitations(args, a)
	case "remove_invitation":
		s.removeInvitation(args, a)
	case "report_message":
		s.reportMessage(args, a)
	case "accept_invitation":
		s.acceptInvitation(args, a)
	case "typing":
		s.typing(args, a)
	case "set_presence":
		s.setPresence(args, a)
	case "get_presence":
		s.getPresence(args, a)
	case "search":
		s.search(args, a)
	case "get_users":
		s.getUsers(args, a)
	case "update_profile":
		s.updateProfile(args, a)
	case "mark_notifications":
		s.markNotifications(args, a)
	case "subscribe_stream":
		s.subscribeStream(args, binary, a)
	case "unsubscribe_stream":
		s.unsubscribeStream(args, a)
	case "refresh_auth":
		s.refreshAuth(args, a)
	default:
		a.fail(rooms.E(rooms.CodeUnknownEvent, "unknown event: %.*q", maxEventName, name))
	}
}

// closed stops the clock and ends the streams. The adapter forgets the rooms itself.
func (s *speaker) closed() {
	if s.crowded {
		return
	}
	s.chat.places.Leave(string(s.user.ID))
	s.active() // else it would stay counted as idle
	s.chat.people.remove(s)
	s.opened.closeAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	if s.timer != nil {
		s.timer.Stop()
	}
}

// full says whether one more room would be too many. Only the connection's own goroutine adds rooms, so it holds until
// the join.
func (s *speaker) full(roomID string) bool {
	return s.link.Joined() >= maxJoined && !s.link.In(adapterRoom(rooms.RoomID(roomID)))
}

// adapterRoom names a room of the chat among the adapter's, apart from the sockets' own.
func adapterRoom(room rooms.RoomID) string { return "room-" + string(room) }
