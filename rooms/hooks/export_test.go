package hooks

import "time"

// Resting gives when the next work is due, where all of it waits for its time: nothing is under way, or about to be.
func (o *Outgoing) Resting() (due time.Time, ok bool) {
	s := o.jobs
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.state != jobDelayed {
			return time.Time{}, false
		}
		if !ok || j.at.Before(due) {
			due, ok = j.at, true
		}
	}
	return due, ok
}
