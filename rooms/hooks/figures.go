package hooks

// The outcomes of Figures.Deliveries.
const (
	outcomeDelivered = "delivered"
	outcomeFailed    = "failed"   // and is tried again
	outcomeGivenUp   = "given_up" // its hook is marked failed
)

// Figures are what an Outgoing has counted since it was made, and how it stands.
type Figures struct {
	Deliveries map[string]int64 // tries, by their outcome
	Hooks      int              // that are known here
	Failed     int              // of them, that are given up until their cursor is set
}

// Figures reads the counts.
func (o *Outgoing) Figures() Figures {
	f := Figures{Deliveries: o.outcomes.Read()}
	for _, h := range o.known.Load().byID {
		f.Hooks++
		if h.Failed != nil {
			f.Failed++
		}
	}
	return f
}
