package rooms

import (
	"context"

	"roomstream/auth"
)

// MaxTexts is how many messages Texts reads at once.
const MaxTexts = 50

// Texts gives what messages of a room say by now, by their seqs; those that are not there, or not any more, are not in
// it. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) Texts(ctx context.Context, user auth.User, roomID string, seqs []int64) (map[int64]string, error) {
	room, err := s.enterToRead(ctx, user, roomID)
	if err != nil {
		return nil, notStored(err)
	}
	if len(seqs) == 0 || len(seqs) > MaxTexts {
		return nil, BadField("seqs", "must be 1 to %d seqs of messages", MaxTexts)
	}
	folds, err := s.folds(ctx, &room, seqs)
	if err != nil {
		return nil, notStored(err)
	}
	texts := make(map[int64]string, len(folds))
	for seq, f := range folds {
		if current := f.Current(); !f.gone() {
			texts[seq] = current.Text
		}
	}
	return texts, notStoredOrNil(s.stillMay(ctx, user, room))
}
