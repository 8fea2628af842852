package push

// The outcomes of Figures.Deliveries.
const (
	outcomeSent   = "sent"   // the push service took it
	outcomeRetry  = "retry"  // it did not, and is asked again
	outcomeFailed = "failed" // it never will, or was asked for too long
	outcomeGone   = "gone"   // the device wants no more
	outcomeMoot   = "moot"   // by now nobody is to be told
	outcomeLost   = "lost"   // there was no place for it to wait
)

// Figures are what a Sender has counted since it was made.
type Figures struct {
	Deliveries map[string]int64 // by their outcome; of each try
}

// Figures reads the counts.
func (s *Sender) Figures() Figures {
	f := Figures{Deliveries: s.outcomes.Read()}
	f.Deliveries[outcomeLost] = s.lost.Load()
	return f
}
