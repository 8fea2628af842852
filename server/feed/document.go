package feed

import (
	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// document is one thing that waits for a client. Its JSON is shared with others, and nobody may change it or append to it.
type document struct {
	json  []byte        // an object
	event streams.Event // says where to go on behind it; zero for what is no stream's
	place string        // the same where it is known already; empty: see event
}

// documentCost is what a document takes besides its shared JSON, in bytes: the entry of the queue, and its after.
const documentCost = 256

func (d document) size() int { return documentCost + len(d.json) }

// after is where to go on behind the document; empty: it has no place. It may be worked out only now, so it is not for
// those who hold a lock.
func (d document) after() string {
	if d.place != "" {
		return d.place
	}
	return d.event.After()
}

// tail appends what follows the JSON without its closing brace: after, and the brace.
func (d document) tail(b []byte) []byte {
	after := d.after()
	if after != "" {
		if len(d.json) > len(`{}`) {
			b = append(b, ',')
		}
		b = rooms.AppendJSONString(append(b, `"after":`...), after)
	}
	return append(b, '}')
}

// head is the JSON without its closing brace.
func (d document) head() []byte { return d.json[:len(d.json)-1] }
