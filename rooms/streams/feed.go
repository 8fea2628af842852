package streams

type feed struct{}
type member struct{}

func (f *feed) leave(m *member) {}

type change struct {
	operation Operation
	ready     bool
}

func (c *change) json(canonical bool) []byte { return nil }

type after struct{}

func (a *after) text() string { return "" }
