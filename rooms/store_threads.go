package rooms

import (
	"context"
	"fmt"

	"roomstream/auth"
)

// Thread is what is kept of a user and the answers to one message. Whether he takes part, and what of it he has not read,
// the log says.
type Thread struct {
	RoomID  RoomID
	Seq     int64 // of the message that is answered
	UserID  auth.UserID
	Choice  ThreadChoice
	ReadSeq int64 // he has read the answers up to here, whatever he has read of the room; 0: none
}

// ThreadChoice says whether somebody follows a thread.
type ThreadChoice string

// The choices. Who made none follows what he takes part in.
const (
	ThreadDefault  ThreadChoice = ""
	ThreadFollowed ThreadChoice = "followed"
	ThreadLeft     ThreadChoice = "left"
)

// Known says whether it is one of the choices.
func (c ThreadChoice) Known() bool {
	return c == ThreadDefault || c == ThreadFollowed || c == ThreadLeft
}

// ThreadsPrefix is what the keys of a room's threads begin with, and no other's. No room's id holds a slash.
func ThreadsPrefix(room RoomID) string { return string(room) + "/" }

// ThreadKey is a key of Threads: those of a room are ordered by Seq.
func ThreadKey(room RoomID, seq int64, user auth.UserID) string {
	return fmt.Sprintf("%s%016x/%s", ThreadsPrefix(room), seq, user)
}

// Threads keeps what users have said of threads. What is read a majority has, what is written is durable on return; all
// methods are safe for concurrent use.
type Threads interface {
	// ChangeThread sets the Choice, unless it is ThreadDefault, raises ReadSeq to what is given, never lowers it, and
	// returns what is kept then. It is one write, also where many do it at once.
	ChangeThread(ctx context.Context, t Thread) (Thread, error)

	// Threads returns what is kept of a user and the answers to these messages of a room, in any order.
	Threads(ctx context.Context, room RoomID, user auth.UserID, seqs []int64) ([]Thread, error)

	// Answered returns the Parents of the newest most answers of a room with after < Seq, each once, in any order.
	Answered(ctx context.Context, room RoomID, after int64, most int) ([]int64, error)

	// TrimThreads removes what is kept of the threads of a room with Seq < below, of all users. It may be repeated.
	TrimThreads(ctx context.Context, room RoomID, below int64) error

	// EraseThreads removes what is kept of a user. It may be repeated.
	EraseThreads(ctx context.Context, user auth.UserID) error
}
