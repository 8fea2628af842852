package rooms

import (
	"cmp"
	"context"
	"slices"

	"roomstream/auth"
)

// maxReacted is how many users of one emoji are named: what is above is counted.
const maxReacted = 50

// Reacted is who has set one emoji on a message.
type Reacted struct {
	Emoji string
	Count int
	Users []auth.UserID // in the order in which they set it, at most 50
}

// Reacted gives who has set what on a message, in the order of first use. Errors: BAD_REQUEST, NOT_FOUND (the message,
// too), GONE (it was deleted), FORBIDDEN, UNAVAILABLE.
func (s *Service) Reacted(ctx context.Context, user auth.User, roomID string, seq int64) ([]Reacted, error) {
	room, err := s.enterToRead(ctx, user, roomID)
	if err != nil {
		return nil, notStored(err)
	}
	folds, err := s.folds(ctx, &room, []int64{seq})
	if err != nil {
		return nil, notStored(err)
	}
	if err := s.stillMay(ctx, user, room); err != nil {
		return nil, notStored(err)
	}
	switch f := folds[seq]; {
	case f == nil:
		return nil, &Error{Code: CodeNotFound, Message: "seq: no message of this room has this number", Field: "seq"}
	case f.gone():
		return nil, E(CodeGone, "the message was deleted")
	default:
		return f.reacted(), nil
	}
}

func (f *Fold) reacted() []Reacted {
	var list []Reacted
	for _, r := range f.reactions {
		if r.count == 0 {
			continue
		}
		users := make([]auth.UserID, 0, r.count)
		for user, set := range r.users {
			if set.on {
				users = append(users, user)
			}
		}
		slices.SortFunc(users, func(a, b auth.UserID) int { return cmp.Compare(r.users[a].seq, r.users[b].seq) })
		list = append(list, Reacted{r.emoji, r.count, users[:min(len(users), maxReacted)]})
	}
	return list
}
