package streams

// Figures are how a Service stands, and what it has counted since it was made.
type Figures struct {
	Cursors    int   // open for those who listen, at most Most; those who catch up have others
	Most       int   // Options.MaxCursors
	Reopenings int64 // feeds and the stream of declarations that ended and were opened again
}

// Figures reads the counts.
func (s *Service) Figures() Figures {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Figures{Cursors: len(s.feeds), Most: s.most, Reopenings: s.reopenings.Load()}
}
