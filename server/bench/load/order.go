package load

import "fmt"

// order holds one receiver to what was promised: of each sender every message, once, in the order sent.
type order struct {
	senders []expected // few in a room: looked through from the front
}

type expected struct {
	sender uint32
	next   uint32
}

// take counts one delivery.
func (o *order) take(m mark) error {
	for i := range o.senders {
		e := &o.senders[i]
		if e.sender != m.sender {
			continue
		}
		if m.number != e.next {
			return e.broken(m.number)
		}
		e.next++
		return nil
	}
	if m.number != 0 {
		return (&expected{sender: m.sender}).broken(m.number)
	}
	o.senders = append(o.senders, expected{sender: m.sender, next: 1})
	return nil
}

func (e *expected) broken(got uint32) error {
	what := "lost or overtaken"
	if got < e.next {
		what = "doubled or late"
	}
	return fmt.Errorf("sender %d: number %d came where %d was due: %s", e.sender, got, e.next, what)
}
