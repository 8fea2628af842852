package hooks

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"roomstream/rooms"
)

const (
	// pageEvents is how many events are read at once.
	pageEvents = 50
	// sliceTime is how long one room of a hook is worked on before others have their turn.
	sliceTime = 5 * time.Second
	// storeRetry is when work is tried again whose cursor is claimed by another, or whose store did not answer.
	storeRetry = 2 * time.Second
	// aheadMost is how often a cursor must be found beyond the log's end to believe it: a primary that was just elected may
	// not show all it has.
	aheadMost = 4
	// releaseTimeout bounds letting go of a claim while the program stops.
	releaseTimeout = 2 * time.Second

	// giveUpAfter is how long a delivery is tried before its hook is marked failed.
	giveUpAfter  = 24 * time.Hour
	backoffLeast = time.Second
	backoffMost  = 30 * time.Minute
)

// backoff is how long to wait after so many failures in a row: 1 s, doubled each time up to 30 min, and of that the upper
// half at random, so that what failed together is not tried together.
func backoff(attempts int) time.Duration {
	most := backoffMost
	if shift := attempts - 1; shift < 11 {
		most = min(backoffLeast<<shift, backoffMost)
	}
	return most/2 + rand.N(most/2+1)
}

// work delivers what waits for a hook in one room, for some time. Its outcome says when to go on.
func (o *Outgoing) work(ctx context.Context, key jobKey) outcome {
	h := o.known.Load().byID[key.hook]
	if h == nil || h.Failed != nil || !h.covers(key.room) || !o.chat.Owns(key.room) {
		return outcome{}
	}
	op, cancel := context.WithTimeout(ctx, storeTimeout)
	c, err := o.cursors.Claim(op, key.hook, key.room, o.owner, o.options.Lease)
	cancel()
	if err != nil {
		if !errors.Is(err, ErrHeld) && ctx.Err() == nil {
			o.logger.Warn("a webhook's cursor was not claimed", "hook", key.hook, "room", key.room, "error", err)
		}
		return outcome{after: storeRetry}
	}
	r := &run{Outgoing: o, hook: h, cursor: c}
	result := r.slice(ctx)
	r.release(ctx)
	return result
}

// run is one slice of work with a claimed cursor.
type run struct {
	*Outgoing
	hook      *Hook
	cursor    Cursor
	overtaken bool
	tried     bool
}

// slice goes through the room's log.
func (r *run) slice(ctx context.Context) outcome {
	for begun := time.Now(); time.Since(begun) < sliceTime; {
		page, err := r.chat.ReadLog(ctx, r.cursor.Room, r.cursor.Seq, pageEvents)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				r.logger.Warn("a room's log was not read for a webhook", "hook", r.hook.ID, "room", r.cursor.Room, "error", err)
			}
			return outcome{after: storeRetry, tried: r.tried}
		case page.Trimmed > 0:
			if end, stop := r.reset(ctx, rooms.ResetTrimmed, page.Trimmed-1); stop {
				return end
			}
			continue
		case r.cursor.Seq > page.Last:
			if !r.believed() {
				return outcome{after: storeRetry, tried: r.tried}
			}
			if end, stop := r.reset(ctx, rooms.ResetAhead, page.Last); stop {
				return end
			}
			continue
		}
		r.forgetAhead()
		if len(page.Events) == 0 {
			return outcome{tried: r.tried}
		}
		for i := range page.Events {
			if end, stop := r.event(ctx, &page.Events[i]); stop {
				return end
			}
		}
		if !r.advance(ctx) { // behind what nobody asked for
			return outcome{after: storeRetry, tried: r.tried}
		}
	}
	return outcome{more: true, tried: r.tried}
}

// event takes one event of the log; stop: the slice is over.
func (r *run) event(ctx context.Context, e *rooms.Event) (end outcome, stop bool) {
	if !r.hook.wants(e) {
		r.cursor.Seq = e.Seq
		return outcome{}, false
	}
	return r.deliver(ctx, deliveryOf(r.hook, e), e.Seq)
}

// reset says that what stands up to a number is not to be had, and goes on behind it.
func (r *run) reset(ctx context.Context, reason rooms.ResetReason, lastSeq int64) (outcome, bool) {
	r.logger.Warn("a webhook's cursor stands where the log has nothing", "hook", r.hook.ID, "room", r.cursor.Room, "reason", string(reason))
	return r.deliver(ctx, resetOf(r.hook, r.cursor.Room, reason, lastSeq), lastSeq)
}

// deliver tries a delivery once, and moves the cursor behind it when it was taken.
func (r *run) deliver(ctx context.Context, d delivery, seq int64) (end outcome, stop bool) {
	secret, err := r.vault.open(r.hook)
	if err != nil {
		return r.giveUp(ctx, seq, err)
	}
	r.tried = true
	if err = r.targets.send(ctx, r.hook.URL, secret, d); err == nil {
		r.outcomes.Add(outcomeDelivered)
		r.cursor.Seq, r.cursor.FailingSince, r.cursor.Attempts, r.cursor.LastError = seq, time.Time{}, 0, ""
		if r.advance(ctx) {
			return outcome{}, false
		}
		return outcome{after: storeRetry, tried: true}, true
	}
	if ctx.Err() != nil {
		return outcome{tried: r.tried}, true // it was not the target's fault
	}
	r.outcomes.Add(outcomeFailed)
	now := r.options.Now()
	if r.cursor.FailingSince.IsZero() {
		r.cursor.FailingSince = now.UTC().Truncate(time.Millisecond)
	}
	r.cursor.Attempts++
	r.cursor.LastError = shortened(err.Error())
	if now.Sub(r.cursor.FailingSince) >= giveUpAfter {
		return r.giveUp(ctx, seq, err)
	}
	r.advance(ctx)
	return outcome{after: backoff(r.cursor.Attempts), tried: true, fails: true}, true
}

// giveUp marks the hook failed: it delivers nothing any more, in any room, until a cursor of it is set.
func (r *run) giveUp(ctx context.Context, seq int64, cause error) (outcome, bool) {
	if !r.advance(ctx) { // only who has the claim may say so
		return outcome{after: storeRetry, tried: r.tried, fails: true}, true
	}
	failure := Failure{At: r.options.Now().UTC().Truncate(time.Millisecond), Reason: shortened(cause.Error()), Room: r.cursor.Room, Seq: seq}
	op, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if err := r.store.FailHook(op, r.hook.ID, r.hook.Revision, failure); err != nil {
		r.logger.Warn("a webhook was not marked failed", "hook", r.hook.ID, "error", err)
		return outcome{after: storeRetry, tried: r.tried, fails: true}, true
	}
	r.outcomes.Add(outcomeGivenUp)
	r.logger.Error("a webhook failed for too long and is given up until its cursor is set", "hook", r.hook.ID, "room", r.cursor.Room, "seq", seq, "reason", failure.Reason)
	r.look()
	return outcome{tried: r.tried, fails: true}, true
}

// advance writes the cursor and prolongs the claim; false: it is another's, or that is not known.
func (r *run) advance(ctx context.Context) bool { return r.write(ctx, r.options.Lease) }

func (r *run) write(ctx context.Context, ttl time.Duration) bool {
	if r.overtaken {
		return false
	}
	op, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	err := r.cursors.Advance(op, r.cursor, ttl)
	r.overtaken = errors.Is(err, ErrOvertaken)
	if err != nil && !r.overtaken {
		r.logger.Warn("a webhook's cursor was not written: what it stands before is delivered again", "hook", r.hook.ID, "room", r.cursor.Room, "error", err)
	}
	return err == nil
}

// release lets the next one claim the cursor at once.
func (r *run) release(ctx context.Context) { r.write(ctx, 0) }

// believed says whether the cursor was found beyond the log's end often enough.
func (r *run) believed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := jobKey{r.hook.ID, r.cursor.Room}
	r.ahead[key]++
	return r.ahead[key] >= aheadMost
}

func (r *run) forgetAhead() {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.ahead, jobKey{r.hook.ID, r.cursor.Room})
}

// shortened keeps an error's beginning, as valid UTF-8.
func shortened(text string) string {
	if len(text) > maxLastError {
		text = text[:maxLastError]
	}
	return string([]rune(text))
}
