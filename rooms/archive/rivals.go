package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/kept"
)

// What only one thing of its kind may have besides its key. The stores refuse a second one, but
// only when it is written, and an import must know before.

func invitationAlone(i *rooms.Invitation) string { return string(i.RoomID) + "/" + i.ID }

func reportAlone(r *rooms.Report) string {
	return string(r.RoomID) + "/" + strconv.FormatInt(r.Seq, 10) + "/" + string(r.Reporter)
}

func keyAlone(k *auth.Key) string { return string(k.Hash[:]) }

// streamAlone is a stream's collection and name; empty: it has none that can be read.
func streamAlone(d *kept.Document) string {
	var declared struct {
		URI   string `json:"uri"`
		Watch struct {
			Collection string `json:"collection"`
		} `json:"watch"`
	}
	if json.Unmarshal([]byte(d.JSON), &declared) != nil {
		return ""
	}
	return declared.Watch.Collection + "/" + declared.URI
}

// rivals gives what refuses a thing when another one, of the store or before it in the archive, has
// what only one may have. It keeps some 200 bytes of each, of which there are few.
func (k *kindOf[T, L]) rivals(ctx context.Context, s Store) func(thing any) error {
	if k.alone == nil {
		return func(any) error { return nil }
	}
	var holders map[string]string // what is had -> the key of who has it; nil: not read yet
	return func(thing any) error {
		if holders == nil {
			holders = map[string]string{}
			err := k.each(ctx, s, func(there any) error {
				t := there.(T)
				holders[k.alone(&t)] = k.key(&t)
				return nil
			}, func() {})
			if err != nil {
				return err
			}
		}
		given := thing.(T)
		has := k.alone(&given)
		if holder, is := holders[has]; has != "" && is && holder != k.key(&given) {
			return fmt.Errorf("%s.%s: another one has it, under another id", k.name, k.aloneField)
		}
		holders[has] = k.key(&given)
		return nil
	}
}
