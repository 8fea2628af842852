package hooks

import (
	"slices"
	"sync"
	"time"

	"roomstream/rooms"
)

const (
	// perInstance bounds the deliveries that are under way at once.
	perInstance = 64
	// perHook bounds those of one hook: so many rooms at a time.
	perHook = 4
	// perFailing bounds those of a hook whose last try failed: an address that hangs takes no more than this.
	perFailing = 1
)

// jobKey is the work of one hook in one room.
type jobKey struct {
	hook string
	room rooms.RoomID
}

type jobState int

const (
	jobReady   jobState = iota // waits for a place
	jobRunning                 // is being done
	jobDelayed                 // waits for its time
)

type job struct {
	key   jobKey
	state jobState
	at    time.Time // when a delayed one is ready
	again bool      // of a running one: there is more to do
}

// schedule says which work is to be done next: in turn among the hooks, and of one hook in the order it came. It holds at
// most one job of a hook and a room. It is safe for concurrent use.
type schedule struct {
	now  func() time.Time
	wake chan struct{} // holds 1: something may be ready

	mu      sync.Mutex
	jobs    map[jobKey]*job
	queues  map[string][]*job // ready, by hook; none is empty
	turns   []string          // the hooks of queues, the next one first
	running map[string]int    // by hook
	total   int               // of running
	failing map[string]bool   // hooks whose last try failed
}

func newSchedule(now func() time.Time) *schedule {
	return &schedule{
		now: now, wake: make(chan struct{}, 1), jobs: map[jobKey]*job{}, queues: map[string][]*job{},
		running: map[string]int{}, failing: map[string]bool{},
	}
}

func (s *schedule) ring() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// add says that there is work, after a time or at once. What waits for its time, because it failed, waits on.
func (s *schedule) add(key jobKey, after time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs[key]
	switch {
	case j == nil && after > 0:
		s.jobs[key] = &job{key: key, state: jobDelayed, at: s.now().Add(after)}
	case j == nil:
		j = &job{key: key}
		s.jobs[key] = j
		s.enqueue(j)
	case j.state == jobRunning:
		j.again = true
	}
	s.ring()
}

// enqueue makes a job ready; the lock is held.
func (s *schedule) enqueue(j *job) {
	j.state = jobReady
	if len(s.queues[j.key.hook]) == 0 {
		s.turns = append(s.turns, j.key.hook)
	}
	s.queues[j.key.hook] = append(s.queues[j.key.hook], j)
}

// next gives work that may begin now; false: there is none.
func (s *schedule) next() (jobKey, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mature()
	if s.total >= perInstance {
		return jobKey{}, false
	}
	for i, hook := range s.turns {
		if s.running[hook] >= perHook || s.failing[hook] && s.running[hook] >= perFailing {
			continue
		}
		j := s.queues[hook][0]
		s.turns = slices.Delete(s.turns, i, i+1)
		if rest := s.queues[hook][1:]; len(rest) > 0 {
			s.queues[hook] = rest
			s.turns = append(s.turns, hook)
		} else {
			delete(s.queues, hook)
		}
		j.state, j.again = jobRunning, false
		s.running[hook]++
		s.total++
		return j.key, true
	}
	return jobKey{}, false
}

// mature makes the delayed jobs ready whose time has come; the lock is held.
func (s *schedule) mature() {
	now := s.now()
	for _, j := range s.jobs {
		if j.state == jobDelayed && !now.Before(j.at) {
			s.enqueue(j)
		}
	}
}

// outcome is what came of a job.
type outcome struct {
	more  bool          // there is more to do
	after time.Duration // not before so long
	tried bool          // a delivery was tried; failed says how the last one ended
	fails bool
}

// done takes a job back.
func (s *schedule) done(key jobKey, o outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.ring()
	s.total--
	if s.running[key.hook]--; s.running[key.hook] == 0 {
		delete(s.running, key.hook)
	}
	if o.tried && o.fails {
		s.failing[key.hook] = true
	} else if o.tried {
		delete(s.failing, key.hook)
	}
	j := s.jobs[key]
	switch {
	case o.after > 0:
		j.state, j.at = jobDelayed, s.now().Add(o.after)
	case o.more || j.again:
		s.enqueue(j)
	default:
		delete(s.jobs, key)
	}
}

// drop forgets what a hook waits for: it was removed, or its cursor was set.
func (s *schedule) drop(hook string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, j := range s.jobs {
		if key.hook == hook && j.state != jobRunning {
			delete(s.jobs, key)
		}
	}
	delete(s.queues, hook)
	s.turns = slices.DeleteFunc(s.turns, func(o string) bool { return o == hook })
	delete(s.failing, hook)
}
