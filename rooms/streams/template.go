package streams

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// pushToAdmins is the template that means the sockets of admins.
const pushToAdmins = "admin"

const templatePattern = `^(user|room)-\{([^{}$\s]+)\}$`

// readEvents reads {insert: "message_added", ...}.
func readEvents(value any) (map[Operation]string, error) {
	document, ok := value.(bson.D)
	if !ok || len(document) == 0 {
		return nil, rooms.BadField("events", "must be an object like {\"insert\": \"post_added\"}")
	}
	events := map[Operation]string{}
	for _, e := range document {
		name, ok := e.Value.(string)
		path := join("events", e.Key)
		switch {
		case !slices.Contains([]Operation{Insert, Update, Replace, Delete}, Operation(e.Key)):
			return nil, rooms.BadField(path, "is no operation: insert, update, replace, delete")
		case !ok || !regexp.MustCompile(eventPattern).MatchString(name):
			return nil, rooms.BadField(path, "must be 1 to 64 of the letters, digits and _ : . -")
		case slices.Contains(reservedEvents(), name):
			return nil, rooms.BadField(path, "%q is an event of the chat or of Socket.IO: choose another name", name)
		}
		events[Operation(e.Key)] = name
	}
	return events, nil
}

// reservedEvents are those that clients take for the chat's own, or that their library keeps for itself. message_updated and
// message_deleted are free: as events of a collection they are older than the chat's, and without a roomId and seq they
// are none of a room's log.
func reservedEvents() []string {
	return []string{
		"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "error",
		"ready", "new_message", "reaction_updated", "member_updated", "room_updated", "void",
		"room_reset", "room_left", "read_updated", "delivered_updated", "typing", "presence_updated", "notification", "stream_event", "stream_closed",
		"auth_expiring", "server_draining", "closing",
	}
}

// checkPush holds what a push needs together.
func (d *Declaration) checkPush() error {
	if d.Events == nil {
		if d.Room != "" {
			return rooms.BadField("room", "needs events: it says to whom they go")
		}
		return nil
	}
	if len(d.variables()) > 0 {
		return rooms.BadField("events", "cannot go with variables: nobody is there to give them")
	}
	for operation := range d.Events {
		if !slices.Contains(d.Operations, operation) {
			return rooms.BadField(join("events", string(operation)), "is none of operations")
		}
	}
	if d.Room != "" && d.Room != pushToAdmins && !regexp.MustCompile(templatePattern).MatchString(d.Room) {
		return rooms.BadField("room", "must be user-{path}, room-{path} or admin, like user-{fullDocument.userId}")
	}
	return nil
}

// target says whom an event concerns: a user, a room, or the admins. ok is false where the event does not tell.
func (d *Declaration) target(event bson.Raw) (kind, id string, ok bool) {
	if d.Room == pushToAdmins {
		return pushToAdmins, "", true
	}
	kind, path, _ := strings.Cut(strings.TrimSuffix(d.Room, "}"), "-{")
	value, err := event.LookupErr(strings.Split(path, ".")...)
	if err != nil {
		return kind, "", false
	}
	id = idText(value)
	return kind, id, id != ""
}

// idText writes what can be an id; empty: it can be none.
func idText(value bson.RawValue) string {
	if text, ok := value.StringValueOK(); ok {
		return text
	}
	if id, ok := value.ObjectIDOK(); ok {
		return id.Hex()
	}
	switch value.Type {
	case bson.TypeInt32, bson.TypeInt64:
		return strconv.FormatInt(value.AsInt64(), 10)
	}
	return ""
}

// emptyArray is the length of an empty array in BSON.
const emptyArray = 5

var errNoKey = errors.New("the event does not tell the document's _id")

// pushPayload is what a push carries: the document with id for _id; of an update {id, changes, removed?}; of a delete {id}.
func pushPayload(op Operation, event bson.Raw) ([]byte, error) {
	key, err := event.LookupErr("documentKey", "_id")
	if err != nil {
		if key, err = event.LookupErr("fullDocument", "_id"); err != nil {
			return nil, errNoKey
		}
	}
	payload := bson.D{{Key: "id", Value: key}}
	if id := idText(key); key.Type == bson.TypeObjectID {
		payload[0].Value = id
	}
	switch op {
	case Insert, Replace:
		document, ok := event.Lookup("fullDocument").DocumentOK()
		if !ok {
			break
		}
		elements, err := document.Elements()
		if err != nil {
			return nil, err
		}
		for _, e := range elements {
			if e.Key() != "_id" && e.Key() != "id" {
				payload = append(payload, bson.E{Key: e.Key(), Value: e.Value()})
			}
		}
	case Update:
		if changes, ok := event.Lookup("updateDescription", "updatedFields").DocumentOK(); ok {
			payload = append(payload, bson.E{Key: "changes", Value: changes})
		}
		removed := event.Lookup("updateDescription", "removedFields")
		if list, ok := removed.ArrayOK(); ok && len(list) > emptyArray {
			payload = append(payload, bson.E{Key: "removed", Value: removed})
		}
	}
	return bson.MarshalExtJSON(payload, false, false)
}
