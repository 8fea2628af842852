package load

import (
	"bytes"
	"fmt"
	"strconv"
)

// Resume is SocketIO for a client that was away: it joins with the number it has, and the answer must hold each message it
// missed, once and in order.
type Resume struct {
	SocketIO
	Missed int // messages of one sender, from his first one
}

var _ Dialect = Resume{}

// Join joins a room of which the client has nothing yet.
func (d Resume) Join(t *Talk, room string) error {
	const id = "1"
	if err := t.Say([]byte("42" + id + `["join_room",{"roomId":` + strconv.Quote(room) + `,"since":0}]`)); err != nil {
		return err
	}
	answer, err := t.hearAnswer("43" + id + "[")
	if err != nil {
		return err
	}
	return d.check(answer)
}

func (d Resume) check(answer []byte) error {
	var seen order
	n := 0
	// A clientId repeats its message's mark, so marks are looked for behind the texts' name only.
	for _, part := range bytes.Split(answer, []byte(`"text":"`))[1:] {
		m, ok, err := findMark(part)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := seen.take(m); err != nil {
			return err
		}
		n++
	}
	if n != d.Missed {
		return fmt.Errorf("the answer to the join holds %d messages of %d", n, d.Missed)
	}
	return nil
}
