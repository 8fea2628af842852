package tracing

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"

	"roomstream/rooms"
)

type (
	traceID [16]byte
	spanID  [8]byte
)

// link is where a caller's trace stands.
type link struct {
	trace   traceID
	span    spanID
	sampled bool
}

// idSeed keeps the ids of traces apart from other hashes of an event's id.
const idSeed = "roomstream trace "

// traceOf gives the id of the trace of an event that is in no caller's. It is no secret: clients know the event's id.
func traceOf(id rooms.EventID) traceID {
	sum := sha256.Sum256(append([]byte(idSeed), id[:]...))
	return traceID(sum[:16])
}

// sendSpan gives the id of the span of an event's send.
func sendSpan(id rooms.EventID) spanID {
	sum := sha256.Sum256(append([]byte(idSeed), id[:]...))
	return spanID(sum[16:24])
}

// newSpanID gives the id of any other span. It must differ from others of its trace, and need not be hard to guess.
func newSpanID() (id spanID) {
	for id == (spanID{}) { // which is no id
		binary.BigEndian.PutUint64(id[:], rand.Uint64())
	}
	return id
}

// ratio is a part of all traces, chosen by their ids as OpenTelemetry's TraceIDRatioBased does: all instances, and all
// programs with the same ratio, choose the same ones.
type ratio uint64

func newRatio(of float64) ratio {
	if of >= 1 {
		return math.MaxUint64
	}
	return ratio(max(of, 0) * (1 << 63))
}

func (r ratio) takes(id traceID) bool { return binary.BigEndian.Uint64(id[8:])>>1 < uint64(r) }

// The text of a traceparent, version 00: 00-<32 digits>-<16 digits>-<2 digits>.
const (
	parentLength = 55
	sampledFlag  = 1
)

// parseParent reads a traceparent by https://www.w3.org/TR/trace-context/#traceparent-header; false: it is none, and the
// event has a trace of its own. Later versions may have more behind the flags.
func parseParent(text string) (from link, ok bool) {
	if len(text) < parentLength || text[2] != '-' || text[35] != '-' || text[52] != '-' {
		return link{}, false
	}
	version, ok := digits(text[:2])
	if !ok || version[0] == 0xff || version[0] == 0 && len(text) != parentLength || len(text) > parentLength && text[parentLength] != '-' {
		return link{}, false
	}
	trace, ok1 := digits(text[3:35])
	span, ok2 := digits(text[36:52])
	flags, ok3 := digits(text[53:55])
	if !ok1 || !ok2 || !ok3 {
		return link{}, false
	}
	from = link{trace: traceID(trace), span: spanID(span), sampled: flags[0]&sampledFlag != 0}
	return from, from.trace != (traceID{}) && from.span != (spanID{})
}

// digits reads hexadecimal digits, which must be small letters.
func digits(text string) ([]byte, bool) {
	for i := range len(text) {
		if text[i] >= 'A' && text[i] <= 'F' {
			return nil, false
		}
	}
	b, err := hex.DecodeString(text)
	return b, err == nil
}
