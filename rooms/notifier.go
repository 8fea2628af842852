package rooms

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"

	"roomstream/auth"
)

// The kinds of notifications that the chat itself makes.
const (
	KindMention    = "mention"    // a message names him, or the whole room, while he is away
	KindDirect     = "direct"     // a message in a direct room of his, while he is away
	KindMessage    = "message"    // a message in a room of which he wants to be told of all, while he is away
	KindInvitation = "invitation" // another gave him a role in a room
)

// ChatKinds are those: what their field author wrote or did goes with his erasure.
func ChatKinds() []string { return []string{KindMention, KindDirect, KindMessage, KindInvitation} }

const (
	// notifyWaiting bounds the events that wait to be told of; those beyond are not.
	notifyWaiting = 10_000
	// notifyTries is how often notifications are tried to be stored: about a minute.
	notifyTries = 15
	// notifyRoom is how many members a mention of the whole room is told at most, and
	// notifyLook how many are looked at for those who are away.
	notifyRoom = 200
	notifyLook = 5_000
	// notifyText is how much of a message a notification holds, in code points.
	notifyText = 200
)

// notifier makes notifications of what the stream tells: of mentions and direct messages
// for those who are away, of roles for those who got them. Away is who has no socket at
// any instance, as far as is known here.
//
// Concurrency: arrived only queues; run does the work, one batch at a time. Lifecycle: run
// ends with its context, and what is queued then is lost here.
//
// Order and loss: an event is taken up by the instance that owns its room and by the one
// that appended it; the notifications of both have the same ids, so that each is there
// once. It is lost when both end within moments of the commit, when both miss it because
// their streams break, when notifyWaiting are waiting, and when the store does not take it
// in notifyTries. Nothing else depends on it: the mention stays in the log and is counted
// as unread from there. A delete or an edit that is lost so leaves what was told before it.
// Whichever instance stores a notification, and knows that it did, has it pushed (see Pusher):
// at most once, and not where it cannot know, because its store failed.
type notifier struct {
	service *Service
	logger  *slog.Logger
	queue   chan arrivedEvent
	lost    atomic.Int64
}

type arrivedEvent struct {
	event   Event
	partial bool
}

func newNotifier(s *Service, logger *slog.Logger) *notifier {
	return &notifier{service: s, logger: logger, queue: make(chan arrivedEvent, notifyWaiting)}
}

// arrived queues the events that may concern somebody who is away. It never waits.
func (n *notifier) arrived(batch []Arrival) {
	for i := range batch {
		e := &batch[i].Event
		if batch[i].Instance != "" || batch[i].Malformed != "" || batch[i].BadSeq || e.Seq <= 0 || !(batch[i].Partial || n.mayConcern(e)) {
			continue
		}
		if !n.service.ids.made(e.ID) && !n.service.peers.owns(e.RoomID) {
			continue
		}
		select {
		case n.queue <- arrivedEvent{*e, batch[i].Partial}:
		default:
			if n.lost.Add(1)%notifyWaiting == 1 { // not once for each
				n.logger.Warn("events are not made notifications of: too many wait", "waiting", notifyWaiting)
			}
		}
	}
}

// mayConcern is concerns, and also of a message that somebody may follow. It never waits.
func (n *notifier) mayConcern(e *Event) bool {
	return e.concerns() || e.Type == TypeMessage && !e.Erased && !n.service.followers.none(e.RoomID)
}

// doesConcern is mayConcern, when it is known.
func (n *notifier) doesConcern(ctx context.Context, e *Event) (bool, error) {
	if e.concerns() || e.Type != TypeMessage || e.Erased {
		return e.concerns(), nil
	}
	following, err := n.service.followers.of(ctx, e.RoomID)
	return len(following) > 0, err
}

// concerns says whether an event may be told to somebody in particular, or changes what was.
func (e *Event) concerns() bool {
	switch e.Type {
	case TypeMessage:
		return !e.Erased && (e.Mentions != "" || isDirectID(e.RoomID))
	case TypeEdit, TypeDelete:
		return true
	case TypeMember:
		return e.Role != RoleNone && e.Was == RoleNone && e.Subject != e.Author
	}
	return false
}

// run makes notifications until ctx is done.
func (n *notifier) run(ctx context.Context) error {
	for {
		var batch []arrivedEvent
		select {
		case <-ctx.Done():
			return nil
		case a := <-n.queue:
			batch = append(batch, a)
		}
		for more := true; more && len(batch) < batchEvents; {
			select {
			case a := <-n.queue:
				batch = append(batch, a)
			default:
				more = false
			}
		}
		n.notify(ctx, batch)
	}
}

// notify stores what a batch makes, however often that must be tried.
func (n *notifier) notify(ctx context.Context, batch []arrivedEvent) {
	for attempt := 1; ctx.Err() == nil; attempt++ {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		err := n.try(op, batch)
		cancel()
		if err == nil || ctx.Err() != nil {
			return
		}
		if attempt == notifyTries {
			n.lost.Add(int64(len(batch)))
			n.logger.Warn("notifications were not stored", "events", len(batch), "error", err)
			return
		}
		backoff(ctx, attempt)
	}
}

// try stores what a batch makes and withdraws what it ends. What becomes of a message is
// looked up before its notifications are stored, and once more behind that: another instance
// may have met its delete between, and have found nothing to withdraw.
func (n *notifier) try(ctx context.Context, batch []arrivedEvent) error {
	ended := withdrawals{}
	var events []Event
	for _, a := range batch {
		e, concerns, err := n.whole(ctx, a)
		if err != nil {
			return err
		}
		if !concerns {
			continue
		}
		if e.Type == TypeEdit || e.Type == TypeDelete {
			ended.of(e.RoomID).add(&e)
			continue
		}
		events = append(events, e)
	}
	// One does not wait for the other: what cannot be stored must not keep what is to go.
	return errors.Join(n.store(ctx, events), n.withdraw(ctx, ended))
}

// whole gives an event as the log has it, and whether it concerns anybody.
func (n *notifier) whole(ctx context.Context, a arrivedEvent) (Event, bool, error) {
	e := a.event
	if a.partial {
		found, err := n.service.store.Log.Since(ctx, e.RoomID, e.Seq-1, Page{Events: 1})
		if err != nil || len(found) == 0 || found[0].Seq != e.Seq {
			return e, false, err
		}
		e = found[0]
	}
	concerns, err := n.doesConcern(ctx, &e)
	return e, concerns, err
}

// store makes and stores the notifications of events.
func (n *notifier) store(ctx context.Context, events []Event) error {
	made, told := make([][]notice, len(events)), map[RoomID][]int64{}
	for i := range events {
		e := &events[i]
		some, err := n.of(ctx, e)
		if err != nil && AsError(err).Code != CodeNotFound { // the room is gone
			return err
		}
		if made[i] = some; len(some) > 0 && e.Type == TypeMessage {
			told[e.RoomID] = append(told[e.RoomID], e.Seq)
		}
	}
	changed, err := n.changed(ctx, told)
	if err != nil {
		return err
	}
	var list []notice
	for i := range events {
		some, err := n.asItIs(ctx, &events[i], made[i], changed[events[i].RoomID])
		if err != nil {
			return err
		}
		list = append(list, some...)
	}
	if len(list) == 0 {
		return nil
	}
	if err := n.storeAndPush(ctx, list); err != nil {
		return err
	}
	if changed, err = n.changed(ctx, told); err != nil {
		return err
	}
	return n.withdraw(ctx, changed)
}

// asItIs gives what an event makes with what is so by now: nothing of a message that is gone,
// and no text of one that was edited.
func (n *notifier) asItIs(ctx context.Context, e *Event, made []notice, w *Withdrawal) ([]notice, error) {
	switch {
	case w == nil || len(made) == 0 || e.Type != TypeMessage:
		return made, nil
	case slices.Contains(w.Gone, e.Seq):
		return nil, nil
	case !slices.Contains(w.Edited, e.Seq):
		return made, nil
	}
	without := *e
	without.Text = ""
	return n.of(ctx, &without)
}

// of gives the notifications that an event makes.
func (n *notifier) of(ctx context.Context, e *Event) ([]notice, error) {
	room, err := n.service.rosters.room(ctx, e.RoomID)
	if err != nil {
		return nil, err
	}
	if e.Type == TypeMember {
		// In a public room who becomes a reader is not let in but muted.
		muted := room.Type == TypePublic && e.Role == RoleReader
		if room.Type == TypeDirect || muted || n.service.now().Before(e.Until) || auth.IsBot(e.Subject) {
			return nil, nil
		}
		return []notice{noticeOf(e, room, e.Subject, KindInvitation, invitationFields{e.RoomID, room.Name, e.Author})}, nil
	}
	kinds, err := n.toldOf(ctx, e, room)
	if err != nil {
		return nil, err
	}
	fields := messageFields{e.RoomID, e.Seq, e.ID.String(), e.Author, e.AuthorName, firstRunes(e.Text, notifyText)}
	var list []notice
	for user, kind := range kinds {
		list = append(list, noticeOf(e, room, user, kind, fields))
	}
	return list, nil
}

// toldOf gives those who are away and to be told of a message, and why.
func (n *notifier) toldOf(ctx context.Context, e *Event, room Room) (map[auth.UserID]string, error) {
	kinds := map[auth.UserID]string{}
	if room.Type == TypeDirect {
		for _, user := range room.Direct {
			kinds[user] = KindDirect
		}
	} else {
		following, err := n.service.followers.of(ctx, e.RoomID)
		if err != nil {
			return nil, err
		}
		for _, user := range following {
			kinds[user] = KindMessage
		}
	}
	var named []auth.UserID
	if e.Mentions != "" {
		if err := json.Unmarshal([]byte(e.Mentions), &named); err != nil {
			return nil, nil // of another program, perhaps
		}
	}
	for _, user := range named {
		kinds[user] = KindMention
	}
	_, all := kinds[MentionRoom]
	delete(kinds, MentionRoom)
	for user := range kinds {
		// What a bot may read its key says, which is not at hand.
		if user == e.Author || auth.IsBot(user) || !n.service.presence.away(user) {
			delete(kinds, user)
		}
	}
	if err := n.keepWilling(ctx, room, kinds); err != nil {
		return nil, err
	}
	if !all || !slices.Contains(named, MentionRoom) {
		return kinds, nil
	}
	members, err := n.awayIn(ctx, e)
	for _, user := range members {
		kinds[user] = KindMention
	}
	return kinds, err
}

// keepWilling leaves those who may read a room by its log as it is now, and want to be told of such there: the message may
// have been sent through an instance that had not heard of a removal.
func (n *notifier) keepWilling(ctx context.Context, room Room, kinds map[auth.UserID]string) error {
	members := map[auth.UserID]Member{}
	if len(kinds) > 0 {
		q := MemberQuery{Known: true, Users: slices.Collect(maps.Keys(kinds)), Limit: len(kinds)}
		list, err := n.service.store.Members.Members(ctx, room.ID, q)
		if err != nil {
			return err
		}
		for _, m := range list {
			members[m.UserID] = m
		}
	}
	now := n.service.now()
	maps.DeleteFunc(kinds, func(user auth.UserID, kind string) bool {
		m := members[user]
		_, refused := judge(room, m, auth.User{ID: user}, now)
		return refused != nil || !m.Alerts.want(kind, room.Type == TypeDirect, now)
	})
	return nil
}

// awayIn gives at most notifyRoom members of an event's room who are away and want to be told of its mention.
func (n *notifier) awayIn(ctx context.Context, e *Event) ([]auth.UserID, error) {
	var away []auth.UserID
	q := MemberQuery{Limit: batchEvents}
	for looked := 0; looked < notifyLook; looked += q.Limit {
		list, err := n.service.store.Members.Members(ctx, e.RoomID, q)
		if err != nil {
			return nil, err
		}
		for i := range list {
			m := &list[i]
			if m.Role == RoleNone || m.banned(n.service.now()) || m.UserID == e.Author || auth.IsBot(m.UserID) ||
				!m.Alerts.want(KindMention, false, n.service.now()) || !n.service.presence.away(m.UserID) {
				continue
			}
			if away = append(away, m.UserID); len(away) == notifyRoom {
				return away, nil
			}
		}
		if len(list) < q.Limit {
			break
		}
		q.After = list[len(list)-1].UserID
	}
	return away, nil
}

// away says whether no instance is known to have a socket of the user.
func (p *presence) away(user auth.UserID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.of(user).Sockets == 0
}

// messageFields and invitationFields are what notifications hold.
type messageFields struct {
	RoomID     RoomID      `json:"roomId"`
	Seq        int64       `json:"seq"`
	MessageID  string      `json:"messageId"`
	Author     auth.UserID `json:"author"`
	AuthorName string      `json:"authorName,omitempty"`
	Text       string      `json:"text,omitempty"` // none of a message that was edited
}

type invitationFields struct {
	RoomID   RoomID      `json:"roomId"`
	RoomName string      `json:"roomName"`
	Author   auth.UserID `json:"author"`
}

func noticeOf(e *Event, room Room, user auth.UserID, kind string, fields any) notice {
	encoded, err := json.Marshal(fields)
	if err != nil {
		panic(err) // texts and numbers always have a JSON form
	}
	id := notificationID(e.ID, user)
	made := notice{
		Notification{ID: id, UserID: user, Kind: kind, Fields: encoded},
		Missed{ID: id, UserID: user, Kind: kind, RoomID: e.RoomID, Author: e.Author, AuthorName: e.AuthorName},
	}
	if room.Type != TypeDirect {
		made.missed.RoomName = room.Name
	}
	if kind != KindInvitation {
		made.missed.Seq, made.missed.Text = e.Seq, firstRunes(e.Text, notifyText)
	}
	return made
}

// idTime is how many bytes of an id are its time, in seconds.
const idTime = 4

// notificationID is the one of an event's notification for a user, whoever makes it: of
// the same second as the event, so that lists are in order.
func notificationID(event EventID, user auth.UserID) EventID {
	sum := sha256.Sum256(append(event[:], user...))
	id := event
	copy(id[idTime:], sum[:])
	return id
}

// made says whether an id was given by this instance.
func (g *ids) made(id EventID) bool { return [5]byte(id[idTime:9]) == g.process }
