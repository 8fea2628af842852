package tracing

import (
	"errors"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"roomstream/rooms"
)

// span is one part of a trace. Its attributes name the event, the room and counts: never a user, a text, a token or an
// address.
type span struct {
	trace    traceID
	id       spanID
	parent   []byte // nil: it is the first
	linked   *traceID
	name     string
	kind     tracepb.Span_SpanKind // 0: internal
	from, to time.Time
	err      error
	values   []*commonpb.KeyValue
}

// about says which event a span is of.
func (s *span) about(id rooms.EventID, room rooms.RoomID, name string, seq int64) {
	s.text("roomstream.event.id", id.String())
	s.text("roomstream.event.name", name)
	s.text("roomstream.room.id", string(room))
	if seq > 0 {
		s.number("roomstream.seq", seq)
	}
}

func (s *span) text(key, value string) {
	s.values = append(s.values, keyValue(key, value))
}

func (s *span) number(key string, value int64) {
	s.values = append(s.values, &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: value}}})
}

func (s *span) flag(key string, value bool) {
	s.values = append(s.values, &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_BoolValue{BoolValue: value}}})
}

func keyValue(key, value string) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}}
}

// encode makes the span that OTLP knows. Of an error it says the code alone: messages may name what people wrote.
func (s span) encode() *tracepb.Span {
	if s.kind == tracepb.Span_SPAN_KIND_UNSPECIFIED {
		s.kind = tracepb.Span_SPAN_KIND_INTERNAL
	}
	made := &tracepb.Span{
		TraceId: s.trace[:], SpanId: s.id[:], ParentSpanId: s.parent, Name: s.name, Kind: s.kind,
		StartTimeUnixNano: uint64(s.from.UnixNano()), EndTimeUnixNano: uint64(max(s.to.UnixNano(), s.from.UnixNano())), Attributes: s.values,
	}
	if s.linked != nil {
		made.Links = []*tracepb.Span_Link{{TraceId: s.linked[:], SpanId: s.id[:]}}
	}
	if s.err != nil {
		code := errorType(s.err)
		made.Attributes = append(made.Attributes, keyValue("error.type", code))
		made.Status = &tracepb.Status{Code: tracepb.Status_STATUS_CODE_ERROR}
	}
	return made
}

// errorType is what kind of error it is, of a fixed set.
func errorType(err error) string {
	var refused *rooms.RefusedError
	var taken *rooms.DuplicateError
	switch {
	case errors.As(err, &taken):
		return "duplicate"
	case errors.As(err, &refused):
		return "refused"
	}
	return string(rooms.AsError(err).Code)
}
