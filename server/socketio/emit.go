package socketio

import (
	"strconv"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// fanOut takes packets to the sockets that are in a room of the adapter. It queues and never waits; safe for concurrent
// use. A packet is the text after the engine's message type: 2["event",{…}].
type fanOut interface {
	broadcast(room string, packets [][]byte)
	broadcastExcept(room string, packets [][]byte, except string)
	members(room string) int
}

// emitEvents queues a room's events to its sockets, each encoded once, however many sockets there are.
func emitEvents(out fanOut, room rooms.RoomID, events []rooms.Event) {
	name := adapterRoom(room)
	if len(events) == 0 || out.members(name) == 0 {
		return
	}
	out.broadcast(name, eventPackets(events))
}

// emitReset queues room_reset to a room's sockets.
func emitReset(out fanOut, room rooms.RoomID, reason rooms.ResetReason, lastSeq int64) {
	b := rooms.AppendJSONString([]byte(`2["room_reset",{"roomId":`), string(room))
	b = rooms.AppendJSONString(append(b, `,"reason":`...), string(reason))
	b = strconv.AppendInt(append(b, `,"lastSeq":`...), lastSeq, 10)
	out.broadcast(adapterRoom(room), [][]byte{append(b, `}]`...)})
}

// emitTyping queues typing to a room's sockets but one.
func emitTyping(out fanOut, room rooms.RoomID, user auth.UserID, on bool, until time.Time, except string) {
	b := rooms.AppendJSONString([]byte(`2["typing",{"roomId":`), string(room))
	b = rooms.AppendJSONString(append(b, `,"userId":`...), string(user))
	b = strconv.AppendBool(append(b, `,"on":`...), on)
	b = rooms.AppendJSONString(append(b, `,"expiresAt":`...), formatTime(until))
	out.broadcastExcept(adapterRoom(room), [][]byte{append(b, `}]`...)}, except)
}

// eventPackets encodes events as live packets. They share one buffer: nobody may change or append to them.
func eventPackets(events []rooms.Event) [][]byte {
	const envelope = 32 // bytes of 2["new_message",…], rounded up
	b := make([]byte, 0, eventsSize(events)+envelope*len(events))
	ends := make([]int, len(events))
	for i := range events {
		b = append(b, `2["`...)
		b = append(b, events[i].EventName()...)
		b = append(b, `",`...)
		b = events[i].AppendJSON(b)
		b = append(b, ']')
		ends[i] = len(b)
	}
	packets := make([][]byte, len(events))
	start := 0
	for i, end := range ends {
		packets[i] = b[start:end:end]
		start = end
	}
	return packets
}
