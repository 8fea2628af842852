package rooms

import (
	"context"
	"slices"
)

// Withdrawal names messages of one room whose notifications of MessageKinds do not stay as they are.
type Withdrawal struct {
	Below  int64   // those of messages with a lower Seq go; 0: none
	Gone   []int64 // those of these messages go
	Edited []int64 // those of these messages lose their member text
}

// MessageKinds are those of ChatKinds that tell of one message: their fields roomId and seq name it.
func MessageKinds() []string { return []string{KindMention, KindDirect, KindMessage} }

func (w *Withdrawal) empty() bool { return w.Below == 0 && len(w.Gone)+len(w.Edited) == 0 }

// add takes an event that says that a message is not any more as it was told of.
func (w *Withdrawal) add(e *Event) {
	switch e.Type {
	case TypeDelete:
		w.Gone = append(w.Gone, e.Target)
	case TypeEdit:
		w.Edited = append(w.Edited, e.Target)
	}
}

// withdrawals are by room.
type withdrawals map[RoomID]*Withdrawal

func (w withdrawals) of(room RoomID) *Withdrawal {
	if w[room] == nil {
		w[room] = &Withdrawal{}
	}
	return w[room]
}

// changed says what has become by now of messages that are told of, by room and Seq: some
// may be deleted, edited or trimmed.
func (n *notifier) changed(ctx context.Context, told map[RoomID][]int64) (withdrawals, error) {
	changed := withdrawals{}
	for room, seqs := range told {
		events, err := n.service.store.Related.Fold(ctx, room, seqs)
		if err != nil {
			return nil, err
		}
		there := map[int64]bool{}
		for i := range events {
			e := &events[i]
			if e.Type == TypeMessage && !e.Erased {
				there[e.Seq] = true
			}
			if slices.Contains(seqs, e.Target) {
				changed.of(room).add(e)
			}
		}
		for _, seq := range seqs {
			if !there[seq] {
				w := changed.of(room)
				w.Gone = append(w.Gone, seq)
			}
		}
	}
	return changed, nil
}

// withdraw lets no notification say what its message does not say any more.
func (n *notifier) withdraw(ctx context.Context, all withdrawals) error {
	for room, w := range all {
		if w.empty() {
			continue
		}
		if err := n.service.store.Notifications.Withdraw(ctx, room, *w); err != nil {
			return err
		}
	}
	return nil
}
